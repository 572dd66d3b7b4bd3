"""Holidays and exchanged working days, kept by the administrators of the whole deployment."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.errors import Conflict, InvalidInput
from stations.models import CalendarDay
from stations.selectors.tree import organisation_root
from stations.services.record import record
from stations.services.require import require
from stations.types import Actor, DataClass, Verb


def calendar_day_save(*, actor: Actor, row: CalendarDay | None = None, **fields: Any) -> CalendarDay:
    """Enter a day, or change as what it counts and its name; the date of a row stays. Hours on public pages follow at
    once. Raises Conflict when the date is entered already, InvalidInput.
    """
    root = organisation_root()
    require(actor, Verb.CREATE if row is None else Verb.CHANGE, DataClass.STATION, root.path)
    day = row or CalendarDay(organisation=root)
    if row is not None and fields.get("day", row.day) != row.day:
        raise InvalidInput(
            _("日期不能修改"), field="day", value=str(fields["day"]), cure=_("新增一天，本天改回原来的周几")
        )
    for name, value in fields.items():
        setattr(day, name, value.strip() if isinstance(value, str) else value)
    if not isinstance(day.day, dt.date):
        raise InvalidInput(_("必填项为空"), field="day", cure=_("补全后再提交"))
    if not day.name:
        raise InvalidInput(_("必填项为空"), field="name", cure=_("补全后再提交"))
    if day.counts_as not in CalendarDay.Weekday.values:
        raise InvalidInput(_("应为周一至周日"), field="counts_as", value=day.counts_as, cure="0–6")
    try:
        with transaction.atomic():
            day.save()
            record(
                actor, "calendar_day_saved", audience=DataClass.STATION, object_id=day.day.isoformat(),
                organisation_path=root.path or "", payload={"name": day.name, "counts_as": day.counts_as},
            )  # fmt: skip
    except IntegrityError as error:
        raise Conflict(
            _("这一天已登记"), code="day_taken", field="day", value=day.day.isoformat(), cure=_("修改原有的那一行")
        ) from error
    return day
