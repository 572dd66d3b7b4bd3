"""Units and tours: plan, check in, break, check out. Each service is one transaction with audit and event."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.contrib.gis.geos import Point
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import audit, clock
from core.device_time import NOWHEN, DeviceMoment
from core.errors import Conflict, InvalidInput, NotFound
from core.geo.srid import STORE_SRID
from patrols.models import Tour, TourMember, TourStep, Unit
from patrols.services.recording import tour_locked, tour_record
from patrols.services.stepping import step_known, step_note
from patrols.states import TOUR_LIFECYCLE, TourState
from stations.services import require
from stations.types import Actor, DataClass, Verb

_CONSTRAINT_MESSAGES = {
    "tour_one_open_per_unit": ("unit", gettext_lazy("该单元已有未结束的出勤")),
    "tour_one_open_per_vehicle": ("vehicle", gettext_lazy("该车辆已在其他出勤中使用")),
    "tour_member_one_open_tour": ("members", gettext_lazy("有人员已在其他出勤中在岗")),
    "tour_member_once": ("members", gettext_lazy("人员重复")),
    "unit_call_sign_unique": ("call_sign", gettext_lazy("呼号已存在")),
}


def _conflict(error: IntegrityError) -> Conflict:
    text = str(error)
    for name, (field, message) in _CONSTRAINT_MESSAGES.items():
        if name in text:
            return Conflict(str(message), code=name, field=field, cure=_("请先结束原出勤，或更换后再试"))
    raise error


def _agencies(unit: Unit, named: Iterable[str]) -> list[str]:
    """The agencies of a tour, each once: that of its unit first; 联勤 is what several are together, not one more."""
    agencies = list(dict.fromkeys(each for each in (unit.agency, *named) if each != Unit.Agency.JOINT.value))
    for agency in agencies:
        if agency not in Unit.Agency.values:
            raise InvalidInput(_("未知的警种"), field="agencies", value=agency, cure="、".join(Unit.Agency.values))
    return agencies


def _partners_join(tour: Tour) -> None:
    """Organisations that send people along see the tour as their own do, also after these have left."""
    others = tour.members.exclude(person__organisation_id=tour.organisation_id)
    tour.partners.add(*others.values_list("person__organisation_id", flat=True).distinct())


def _queue_for(person_ids: Iterable[int]) -> None:
    """Check-ins of the same people wait for each other, in one order: two that meet in the exclusion constraint would
    each wait for the other until PostgreSQL ends one of them as a deadlock.
    """
    with connection.cursor() as cursor:
        for person_id in sorted(person_ids):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"tour-member:{person_id}"])


def unit_create(*, actor: Actor, organisation: Any, call_sign: str, kind: str, agency: str, **fields: Any) -> Unit:
    """Create a call sign. Raises Conflict when the organisation already has it, InvalidInput for unknown kinds."""
    require(actor, Verb.CREATE, DataClass.UNIT, organisation.path)
    if kind not in Unit.Kind.values:
        raise InvalidInput(_("未知的单元类别"), field="kind", value=kind, cure="、".join(Unit.Kind.values))
    if agency not in Unit.Agency.values:
        raise InvalidInput(_("未知的警种"), field="agency", value=agency, cure="、".join(Unit.Agency.values))
    try:
        with transaction.atomic():
            unit = Unit.objects.create(
                organisation=organisation, call_sign=call_sign, kind=kind, agency=agency, **fields
            )
            audit.record(
                actor_id=actor.user_id,
                action="patrols.unit_create",
                object_type="unit",
                object_id=str(unit.uid),
                organisation_path=organisation.path,
            )
    except IntegrityError as error:
        raise _conflict(error) from error
    return unit


def unit_change(*, actor: Actor, unit_id: int, **fields: Any) -> Unit:
    """Change call sign, home station, post, radio or whether a unit is in service; kind, agency, organisation stay."""
    with transaction.atomic():
        unit = Unit.objects.select_for_update(of=("self",)).select_related("organisation").filter(pk=unit_id).first()
        if unit is None:
            raise NotFound(_("没有这个单元"), field="unit", value=str(unit_id))
        require(actor, Verb.CHANGE, DataClass.UNIT, unit.organisation.path)
        unknown = sorted(set(fields) - {"call_sign", "home_station", "post", "radio", "is_active"})
        if unknown:
            raise InvalidInput(
                _("这些内容不能更改"), field=unknown[0], value=unknown, cure=_("去掉这些内容，需要时另建一条")
            )
        for name, value in fields.items():
            setattr(unit, name, value)
        try:
            with transaction.atomic():
                unit.save(update_fields=list(fields))
        except IntegrityError as error:
            raise _conflict(error) from error
        audit.record(
            actor_id=actor.user_id,
            action="patrols.unit_change",
            object_type="unit",
            object_id=str(unit.uid),
            organisation_path=unit.organisation.path or "",
            details={"fields": sorted(fields)},
        )
    return unit


def tour_plan(
    *,
    actor: Actor,
    unit: Unit,
    starts_at: datetime,
    ends_at: datetime,
    person_ids: Sequence[int],
    lead_id: int | None = None,
    post: tuple[float, float] | None = None,
    segments: Sequence[Any] = (),
    agencies: Sequence[str] = (),
    **fields: Any,
) -> Tour:
    """Plan an outing of a unit. `post` is (lon, lat) WGS-84. Members become present only at check-in.

    A joint tour has members of several organisations, which all see it; `agencies` names those beside the unit's own.
    Raises InvalidInput for an agency that there is not.
    """
    require(actor, Verb.CREATE, DataClass.TOUR, unit.organisation.path)
    if ends_at <= starts_at:
        raise InvalidInput(
            _("结束时间必须晚于开始时间"),
            field="ends_at",
            value=ends_at.isoformat(),
            cure=_("把结束时间改到开始时间之后"),
        )
    if not person_ids:
        raise InvalidInput(_("出勤至少需要一名人员"), field="members", cure=_("请选择人员"))
    if len(set(person_ids)) != len(person_ids):
        raise InvalidInput(_("人员重复"), field="members", cure=_("每人只填一次"))
    with transaction.atomic():
        tour = Tour.objects.create(
            unit=unit,
            organisation=unit.organisation,
            organisation_path=unit.organisation.path or "",
            planned=DateTimeTZRange(starts_at, ends_at, "[)"),
            post=Point(*post, srid=STORE_SRID) if post else None,
            agencies=_agencies(unit, agencies),
            **fields,
        )
        TourMember.objects.bulk_create(
            TourMember(
                tour=tour,
                person_id=person_id,
                role=TourMember.Role.LEAD if person_id == (lead_id or person_ids[0]) else TourMember.Role.MEMBER,
            )
            for person_id in person_ids
        )
        tour.segments.set(segments)
        _partners_join(tour)
        tour_record(actor, tour, "planned")
    return tour


def tour_open(
    *,
    actor: Actor,
    tour_id: int,
    person_ids: Sequence[int] | None = None,
    client_key: str = "",
    moment: DeviceMoment = NOWHEN,
) -> Tour:
    """Check in. Everybody planned is present, or only `person_ids`. Raises Conflict when the unit, the vehicle or a
    person is still out on another tour (the database decides), TransitionRefused when the tour is not planned.

    `moment`: time and place by the phone; both are kept (`TourStep`), and the distance to the post. Here and below a
    repeated `client_key` returns the tour as it is.
    """
    try:
        with transaction.atomic():
            tour = tour_locked(tour_id)
            _may_act(actor, tour)
            if step_known(tour, client_key):
                return tour
            TOUR_LIFECYCLE.check(TourState(tour.state), TourState.OPEN)
            present = tour.members.all() if person_ids is None else tour.members.filter(person_id__in=person_ids)
            _queue_for(present.values_list("person_id", flat=True))
            now = clock.now()
            tour.state, tour.opened_at = TourState.OPEN.value, now
            tour.save(update_fields=["state", "opened_at"])
            if not present.update(present=DateTimeTZRange(now, None, "[)")):
                raise InvalidInput(_("签到至少需要一名出勤人员"), field="members", cure=_("请选择本次出勤的人员"))
            step_note(actor, tour, TourStep.Kind.OPENED, client_key=client_key, moment=moment)
            tour_record(actor, tour, "opened")
    except IntegrityError as error:
        raise _conflict(error) from error
    return tour


def tour_close(
    *, actor: Actor, tour_id: int, note: str = "", client_key: str = "", moment: DeviceMoment = NOWHEN
) -> Tour:
    """Check out: the tour ends and its members are free. Refused by `incidents` policy only through the page: a tour
    that still holds an assignment is closed here too, and its assignment is offered to others by that room's handler.
    """
    with transaction.atomic():
        tour = tour_locked(tour_id)
        _may_act(actor, tour)
        if step_known(tour, client_key):
            return tour
        TOUR_LIFECYCLE.check(TourState(tour.state), TourState.CLOSED)
        now = clock.now()
        tour.state, tour.closed_at, tour.on_break_since = TourState.CLOSED.value, now, None
        tour.note = note or tour.note
        tour.save(update_fields=["state", "closed_at", "on_break_since", "note"])
        for member in tour.members.filter(present__upper_inf=True):
            member.present = DateTimeTZRange(member.present.lower, now, "[)")
            member.save(update_fields=["present"])
        step_note(actor, tour, TourStep.Kind.CLOSED, client_key=client_key, moment=moment)
        tour_record(actor, tour, "closed")
    return tour


def tour_cancel(*, actor: Actor, tour_id: int, reason: str) -> Tour:
    """Cancel a planned tour, with a reason."""
    with transaction.atomic():
        tour = tour_locked(tour_id)
        require(actor, Verb.CHANGE, DataClass.TOUR, tour.organisation_path)
        TOUR_LIFECYCLE.check(TourState(tour.state), TourState.CANCELLED)
        tour.state, tour.note = TourState.CANCELLED.value, reason
        tour.save(update_fields=["state", "note"])
        tour_record(actor, tour, "cancelled", {"reason": reason})
    return tour


def tour_break_start(*, actor: Actor, tour_id: int, client_key: str = "", moment: DeviceMoment = NOWHEN) -> Tour:
    """The crew takes a break: seen, but not offered anything."""
    return _set_break(actor, tour_id, TourStep.Kind.BREAK_STARTED, client_key, moment)


def tour_break_end(*, actor: Actor, tour_id: int, client_key: str = "", moment: DeviceMoment = NOWHEN) -> Tour:
    """The break is over."""
    return _set_break(actor, tour_id, TourStep.Kind.BREAK_ENDED, client_key, moment)


def _set_break(actor: Actor, tour_id: int, kind: TourStep.Kind, client_key: str, moment: DeviceMoment) -> Tour:
    with transaction.atomic():
        tour = tour_locked(tour_id)
        _may_act(actor, tour)
        if step_known(tour, client_key):
            return tour
        if tour.state != TourState.OPEN.value:
            raise Conflict(
                _("出勤未开始或已结束"), field="state", value=tour.state, cure=_("请先签到，或刷新后查看当前状态")
            )
        tour.on_break_since = clock.now() if kind is TourStep.Kind.BREAK_STARTED else None
        tour.save(update_fields=["on_break_since"])
        step_note(actor, tour, kind, client_key=client_key, moment=moment)
        tour_record(actor, tour, kind.value)
    return tour


def tour_member_join(*, actor: Actor, tour_id: int, person_id: int) -> TourMember:
    """Somebody joins an open tour. Raises Conflict when that person is on another one."""
    try:
        with transaction.atomic():
            tour = tour_locked(tour_id)
            _may_act(actor, tour)
            if tour.state != TourState.OPEN.value:
                raise Conflict(
                    _("出勤未开始或已结束"), field="state", value=tour.state, cure=_("请先签到，或刷新后查看当前状态")
                )
            _queue_for([person_id])
            member, created = TourMember.objects.get_or_create(tour=tour, person_id=person_id)
            del created
            member.present = DateTimeTZRange(clock.now(), None, "[)")
            member.save(update_fields=["present"])
            _partners_join(tour)
            tour_record(actor, tour, "member_joined", {"person_id": person_id})
    except IntegrityError as error:
        raise _conflict(error) from error
    return member


def tour_member_leave(*, actor: Actor, tour_id: int, person_id: int) -> TourMember:
    """Somebody leaves an open tour; the powers of the tour are those of the members who stay."""
    with transaction.atomic():
        tour = tour_locked(tour_id)
        _may_act(actor, tour)
        member = tour.members.filter(person_id=person_id, present__upper_inf=True).first()
        if member is None:
            raise NotFound(_("此人不在这次出勤中"), field="person", value=str(person_id))
        member.present = DateTimeTZRange(member.present.lower, clock.now(), "[)")
        member.save(update_fields=["present"])
        tour_record(actor, tour, "member_left", {"person_id": person_id})
    return member


def _may_act(actor: Actor, tour: Tour) -> None:
    """Members act on their own tour; a dispatcher may do it for them by radio."""
    if actor.person_id is not None and tour.members.filter(person_id=actor.person_id).exists():
        return
    require(actor, Verb.CHANGE, DataClass.TOUR, tour.organisation_path)
