"""A general chief signs a month off 本月已阅: a dated row with the figures as they were then."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core import audit, clock, events
from core.errors import Conflict, Forbidden, InvalidInput
from incidents.models import MonthSignOff
from incidents.selectors.district_overview import district_overview
from incidents.statistics.counting import last_day
from roads.selectors import holdings_of
from stations.selectors import people_visible_to
from stations.types import Actor, DataClass

MAX_NOTE = 500


def month_sign(*, actor: Actor, month: date, note: str = "") -> MonthSignOff:
    """Sign a month, named by any of its days: figures of the own segments until its last day, or until today.

    Raises Forbidden for who holds no level that sees districts, InvalidInput for a month that has not begun or a note
    that is too long, Conflict for a second signature of the same month on one day.
    """
    person = people_visible_to(actor).filter(pk=actor.person_id).first() if actor.person_id is not None else None
    now = clock.now()
    held = holdings_of(person.pk, now) if person is not None else []
    districts = [holding for holding in held if holding.sees_districts and holding.has_duty]
    if person is None or not districts:
        raise Forbidden(_("只有按辖区汇总的路长可以签阅"), field="level", cure=_("请联系管理员核对路长级别"))
    zone = person.organisation.time_zone
    today = now.astimezone(ZoneInfo(zone)).date()
    first = month.replace(day=1)
    if first > today:
        raise InvalidInput(
            _("这个月还没有开始"), field="month", value=first.isoformat(), cure=_("请选择本月或以前的月份")
        )
    if len(note) > MAX_NOTE:
        raise InvalidInput(_("内容过长"), field="note", value=len(note), cure=_("不超过 500 字"))
    until = min(today, last_day(first))
    overview = district_overview(actor=actor, segment_ids={row.segment_id for row in districts}, until=until, zone=zone)
    try:
        with transaction.atomic():
            row = MonthSignOff.objects.create(
                person_id=person.pk,
                person_name=person.name,
                level_name=min(districts, key=lambda holding: holding.level_rank).level_name,
                organisation_path=person.organisation.path or "",
                month=first,
                signed_at=now,
                signed_on=today,
                note=note.strip(),
                figures={"until": until.isoformat(), **overview.total.as_json()},
                created_by_id=actor.user_id,
            )
            _told(row)
    except IntegrityError as error:
        if "month_signed_once_a_day" not in str(error):
            raise
        raise Conflict(
            _("今天已经签阅过这个月"), field="month", value=f"{first:%Y-%m}", cure=_("明天可以再次签阅")
        ) from error
    return row


def _told(row: MonthSignOff) -> None:
    """Written down, and told to who reads figures."""
    month = f"{row.month:%Y-%m}"
    audit.record(
        actor_id=row.created_by_id,
        action="incidents.month_sign",
        object_type="month",
        object_id=month,
        organisation_path=row.organisation_path,
        reason=row.note,
        details=row.figures,
    )
    events.publish(
        "incidents.month_signed",
        organisation_path=row.organisation_path,
        audience=DataClass.STATISTICS.value,
        subject={"person_id": row.person_id},
        payload={"month": month, "name": row.person_name},
    )
