"""Filters of lists as addresses write them: what no row could have is refused, never an empty list."""

from __future__ import annotations

import math
import uuid
from collections.abc import Iterable

from django.utils.translation import gettext as _
from rest_framework.request import Request

from core.errors import InvalidInput


def words_of(request: Request, name: str, known: Iterable[str]) -> list[str]:
    """`?state=open,closed` as a list; empty when the address has none. Raises InvalidInput for a value not `known`."""
    text = request.query_params.get(name)
    if not text:
        return []
    values, wanted = list(known), text.split(",")
    for value in wanted:
        if value not in values:
            raise InvalidInput(_("未知的取值"), field=name, value=value[:40], cure="、".join(values))
    return wanted


def uuid_of(request: Request, name: str) -> uuid.UUID | None:
    """`?segment=…`, or None. Raises InvalidInput naming the parameter."""
    text = request.query_params.get(name)
    if not text:
        return None
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise InvalidInput(_("不是有效的标识"), field=name, value=text[:60], cure=_("标识应为 UUID")) from error


def number_of(request: Request, name: str) -> float | None:
    """`?course_deg=90`, or None. Raises InvalidInput for what is no finite number."""
    text = request.query_params.get(name)
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise InvalidInput(_("不是有效的数字"), field=name, value=text[:40], cure=_("填写一个数字，或去掉这个参数"))
    return number
