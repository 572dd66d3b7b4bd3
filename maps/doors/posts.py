"""`/posts.json?at=<axis>:<metre>&at=…`: kilometre posts of the legs of a way, as painted. Published data."""

from __future__ import annotations

import math

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.errors import InvalidInput, LuzhangError, NotFound
from maps.doors.snapshot import json_answer
from roads.selectors import chainage_of

MOST_POSTS = 100
_LARGEST_ID = 2**31 - 1


@require_safe
def posts(request: HttpRequest) -> HttpResponse:
    """`{"12:3400.5": "G98 K12+300"}`; empty text for an axis that is no more. Metres are those of the axis."""
    try:
        return json_answer({text: _post(text) for text in _asked(request)})
    except LuzhangError as error:
        return JsonResponse(error.as_dict(), status=error.status)


def _asked(request: HttpRequest) -> list[str]:
    asked = request.GET.getlist("at")
    if not asked or len(asked) > MOST_POSTS:
        raise InvalidInput(
            _("一次可问 1 至 %(most)s 处") % {"most": MOST_POSTS}, field="at", value=len(asked), cure="?at=12:3400.5"
        )
    return asked


def _post(text: str) -> str:
    axis, _colon, metre = text.partition(":")
    try:
        axis_id, axis_m = int(axis), float(metre)
    except ValueError:
        axis_id, axis_m = -1, math.nan
    if not (0 < axis_id <= _LARGEST_ID and math.isfinite(axis_m)):
        raise InvalidInput(_("应为 轴线:米"), field="at", value=text, cure="?at=12:3400.5")
    try:
        return chainage_of(axis_id, axis_m)
    except NotFound:
        return ""
