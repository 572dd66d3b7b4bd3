"""Chiefs: levels, appointments, deputies, leave. The database refuses a second holder of a metre; we say who."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange, NumericRange
from django.utils.translation import gettext as _

from core import audit, clock, events
from core.errors import Conflict, InvalidInput, NotFound
from roads.due import Every, usual_every
from roads.models import ChiefAssignment, ChiefDeputy, ChiefLevel, Segment
from stations.selectors import weekly_windows
from stations.services import require
from stations.types import Actor, DataClass, Verb

# Ranks whose page begins with the districts until somebody says otherwise: 总路长 and 一级路长.
DISTRICTS_DOWN_TO = 2


def chief_level_create(
    *,
    actor: Actor,
    organisation: Any,
    rank: int,
    name: str,
    colour: str = "",
    escalation_s: int = 1800,
    is_public: bool | None = None,
    inspect_every: str | None = None,
    sees_districts: bool | None = None,
) -> ChiefLevel:
    """Name a level of the scheme, or change it; rank 1 is the highest, up to 6.

    `is_public`: whether its holders are on the public list; `inspect_every` (`day`, `week`, `month`, empty): how often
    they inspect each segment; `sees_districts`: whether their page begins with the districts. Without a word an old
    level stays as it is; a new one is published, inspects as usual for its rank, sees districts at ranks 1 and 2.
    """
    require(actor, Verb.CREATE, DataClass.CHIEF, organisation.path)
    if not 1 <= rank <= 6:
        raise InvalidInput(_("级别应为 1 至 6"), field="rank", value=rank, cure=_("请填写 1 至 6 的整数"))
    values: dict[str, Any] = {"name": name, "colour": colour, "escalation_s": escalation_s}
    said = {"is_public": is_public, "inspect_every": _every(inspect_every), "sees_districts": sees_districts}
    values |= {field: value for field, value in said.items() if value is not None}
    usual = {"inspect_every": usual_every(rank).value, "sees_districts": rank <= DISTRICTS_DOWN_TO}
    with transaction.atomic():
        level, _created = ChiefLevel.objects.update_or_create(
            organisation=organisation, rank=rank, defaults=values, create_defaults={**usual, **values}
        )
    return level


def _every(value: str | None) -> str | None:
    if value is not None and value not in set(Every):
        known = "、".join(each.value for each in Every if each.value)
        raise InvalidInput(_("未知的巡查频次"), field="inspect_every", value=value, cure=known)
    return value


def chief_assign(
    *,
    actor: Actor,
    segment: Segment,
    level: ChiefLevel,
    person: Any,
    starts_at: datetime,
    ends_at: datetime | None = None,
    duty_phone: str = "",
    duty_hours: str = "",
    duties: str = "",
) -> ChiefAssignment:
    """Appoint a chief for a segment at a level. `duty_hours`: when the duty phone is answered, as `stations.opening`
    reads it; empty: at all hours. Raises Conflict naming who holds it when the time or metres overlap, InvalidInput for
    hours that nobody could read.
    """
    require(actor, Verb.CREATE, DataClass.CHIEF, segment.organisation.path)
    if ends_at is not None and ends_at <= starts_at:
        raise InvalidInput(
            _("任期结束必须晚于开始"), field="ends_at", value=ends_at.isoformat(), cure=_("把结束时间改到开始时间之后")
        )
    hours = hours_checked(duty_hours)
    metres = None
    if segment.axis_id is not None:
        metres = NumericRange(Decimal(str(segment.from_m)), Decimal(str(segment.to_m)), "[)")
    try:
        with transaction.atomic():
            assignment = ChiefAssignment.objects.create(
                segment=segment,
                level=level,
                person=person,
                organisation=segment.organisation,
                duty_phone=duty_phone,
                duty_hours=hours,
                duties=duties,
                valid=DateTimeTZRange(starts_at, ends_at, "[)"),
                axis_id=segment.axis_id,
                metres=metres,
                sides=segment.sides,
                created_by_id=actor.user_id,
            )
            _record(actor, assignment, "chief_assigned")
    except IntegrityError as error:
        if "chief_one_holder" not in str(error):
            raise
        until = ends_at.isoformat() if ends_at is not None else ""
        raise Conflict(
            _("该路段本级已有路长：%(holder)s") % {"holder": _holder_names(segment, level, starts_at, ends_at)},
            code="chief_overlap",
            field="valid",
            value=f"{segment.code} {level.name} {starts_at.isoformat()}/{until}",
            cure=_("先结束原任命，或调整起止时间、里程"),
        ) from error
    return assignment


def _holder_names(segment: Segment, level: ChiefLevel, starts_at: datetime, ends_at: datetime | None) -> str:
    span = DateTimeTZRange(starts_at, ends_at, "[)")
    holders = ChiefAssignment.objects.filter(level=level, valid__overlap=span).select_related("person", "segment")
    if segment.axis_id is None:
        holders = holders.filter(segment=segment)
    else:
        metres = NumericRange(Decimal(str(segment.from_m)), Decimal(str(segment.to_m)), "[)")
        holders = holders.filter(axis_id=segment.axis_id, metres__overlap=metres, sides__overlap=segment.sides)
    return "、".join(f"{holder.person.name}（{holder.segment.name}）" for holder in holders[:3])


def hours_checked(text: str) -> str:
    """Duty hours as they are kept. Raises InvalidInput for what a page could not compare with the clock."""
    hours = " ".join(text.split())
    if hours and weekly_windows({"text": hours}) is None:
        raise InvalidInput(
            _("值守时间无法识别"),
            field="duty_hours",
            value=text[:100],
            cure=_("例如：周一至周五 8:30-17:30；周六 9:00-12:00"),
        )
    return hours


def chief_duty_change(*, actor: Actor, assignment_uid: str, **fields: str) -> ChiefAssignment:
    """Change the duty contact of an appointment: `duty_phone`, `duty_hours`, `duties`. Who and where stay; for another
    person or stretch the appointment ends and a new one begins. A chief sets the hours of their own appointments; all
    else needs the right to change chiefs. Raises InvalidInput, NotFound, Forbidden.
    """
    unknown = sorted(set(fields) - {"duty_phone", "duty_hours", "duties"})
    if unknown:
        raise InvalidInput(_("不能修改的字段"), field=unknown[0], cure=_("结束本任命后重新任命"))
    if "duty_hours" in fields:
        fields["duty_hours"] = hours_checked(fields["duty_hours"])
    with transaction.atomic():
        assignment = (
            ChiefAssignment.objects.select_for_update(of=("self",))
            .select_related("organisation")
            .filter(uid=assignment_uid)
            .first()
        )
        if assignment is None:
            raise NotFound(_("没有这项任命"), field="assignment", value=assignment_uid)
        # When their own phone is answered everybody says for themselves; the number is the organisation's.
        own = actor.person_id is not None and actor.person_id == assignment.person_id
        if not own or set(fields) - {"duty_hours"}:
            require(actor, Verb.CHANGE, DataClass.CHIEF, assignment.organisation.path)
        for name, value in fields.items():
            setattr(assignment, name, value)
        assignment.save(update_fields=list(fields) or None)
        _record(actor, assignment, "chief_duty_changed")
    return assignment


def chief_assignment_end(*, actor: Actor, assignment_uid: str, at: datetime | None = None) -> ChiefAssignment:
    """End an appointment; the past stays answerable."""
    with transaction.atomic():
        assignment = (
            ChiefAssignment.objects.select_for_update(of=("self",))
            .select_related("organisation")
            .filter(uid=assignment_uid)
            .first()
        )
        if assignment is None:
            raise NotFound(_("没有这项任命"), field="assignment", value=assignment_uid)
        require(actor, Verb.CHANGE, DataClass.CHIEF, assignment.organisation.path)
        end = at or clock.now()
        if end <= assignment.valid.lower:
            raise InvalidInput(
                _("结束时间必须晚于任命开始"), field="at", value=end.isoformat(), cure=_("把结束时间改到开始时间之后")
            )
        assignment.valid = DateTimeTZRange(assignment.valid.lower, end, "[)")
        assignment.save(update_fields=["valid"])
        _record(actor, assignment, "chief_ended")
    return assignment


def deputy_appoint(
    *,
    actor: Actor,
    assignment: ChiefAssignment,
    person: Any,
    starts_at: datetime,
    ends_at: datetime | None = None,
    order: int = 1,
    duty_phone: str = "",
) -> ChiefDeputy:
    """Appoint a deputy of a chief. Nobody is their own deputy."""
    require(actor, Verb.CREATE, DataClass.CHIEF, assignment.organisation.path)
    if person.pk == assignment.person_id:
        raise InvalidInput(_("本人不能担任自己的副职"), field="person", value=person.name, cure=_("请选择其他人员"))
    try:
        with transaction.atomic():
            deputy = ChiefDeputy.objects.create(
                assignment=assignment,
                person=person,
                order=order,
                duty_phone=duty_phone,
                valid=DateTimeTZRange(starts_at, ends_at, "[)"),
            )
            _record(actor, assignment, "deputy_appointed")
    except IntegrityError as error:
        if "chief_deputy_no_overlap" not in str(error):
            raise
        raise Conflict(
            _("该次序已有副职"), field="order", value=order, cure=_("请换一个次序，或先结束原副职")
        ) from error
    return deputy


def _record(actor: Actor, assignment: ChiefAssignment, action: str) -> None:
    path = assignment.organisation.path or ""
    audit.record(
        actor_id=actor.user_id,
        action=f"roads.{action}",
        object_type="chief_assignment",
        object_id=str(assignment.uid),
        organisation_path=path,
    )
    events.publish(
        "roads.chief_changed",
        organisation_path=path,
        audience=DataClass.CHIEF.value,
        subject={"segment_id": assignment.segment_id, "assignment": str(assignment.uid)},
        payload={"change": action},
    )
