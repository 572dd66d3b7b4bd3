"""Intake: one call, one transaction. The same client key gives the same incident; nothing is half-saved.

Place and chain of chiefs are found and the grade is given in the same transaction, so that the event which leaves it is
"this incident wants a unit", and `run_urgent` has a single step to do.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib.gis.geos import Point
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit, clock
from core.db.prepared import together
from core.errors import Conflict, InvalidInput
from core.geo.datum import place_check
from core.geo.srid import STORE_SRID
from incidents.models import Incident, IncidentKind
from incidents.selectors.callers import plain_phone
from incidents.selectors.marks import marks_met
from incidents.services import timing
from incidents.services.deadlines import deadlines_of_place
from incidents.services.grading import CALLER, grade_facts, incident_grade_by_table, repeats_near, risk_checked
from incidents.services.history import incident_publish
from incidents.services.intake_rows import incident_insert, incident_of_key, kinds_active, kinds_forget
from incidents.services.regrading import mark_reasons
from incidents.states import IncidentState
from roads.selectors import deployment_bounds, place_locate
from roads.types import PlaceOnRoad
from stations.selectors import organisation_at, switch_on
from stations.services import require
from stations.types import Actor, DataClass, Verb

FUTURE_TOLERANCE = timedelta(minutes=5)
OLDEST = timedelta(days=31)
MAX_TEXT = 4000
MAX_TITLE = 200
EXERCISE = "【演练】"
MAX_KEY = 100


@dataclass(frozen=True, slots=True)
class IncidentReport:
    """What somebody reports. Coordinates in degrees of `datum`, which must be named. `place_flags` say what is known to
    be doubtful about them ('last_fix', 'no_position'), beside what the look-up of the place finds.
    """

    kind: str
    source: str
    lon: float
    lat: float
    datum: str
    title: str = ""
    text: str = ""
    place_text: str = ""
    happened_at: datetime | None = None
    course_deg: float | None = None
    risk: dict[str, Any] = field(default_factory=dict)
    reporter_name: str = ""
    reporter_phone: str = ""
    plate: str = ""
    automatic: bool | None = None
    exercise: bool = False
    generated: bool = False
    place_flags: tuple[str, ...] = ()
    caller_tour_id: int | None = None


def incident_receive(
    *, actor: Actor, report: IncidentReport, client_scope: str, client_key: str
) -> tuple[Incident, bool]:
    """Take an incident in. Returns it and whether it is new.

    `client_scope` and `client_key` make a repetition harmless: the first incident is returned. Raises InvalidInput for
    a bad place (missing datum, swapped or impossible coordinates), kind or time; Forbidden outside the actor's scope.
    """
    if not client_key:
        raise InvalidInput(
            _("缺少幂等键"), field="Idempotency-Key", cure=_("每次上报生成一个唯一键，重试时使用同一个键")
        )
    if len(client_key) > MAX_KEY:
        raise InvalidInput(_("幂等键过长"), field="Idempotency-Key", cure=_("不超过 100 个字符，例如一个 UUID"))
    known = incident_of_key(client_scope, client_key)
    if known is not None:
        return known, False
    kind = _kind(report.kind)
    risk_checked(report.risk)
    if report.source not in Incident.Source.values:
        raise InvalidInput(_("未知的来源"), field="source", value=report.source, cure="、".join(Incident.Source.values))
    if len(report.text) > MAX_TEXT or len(report.title) > MAX_TITLE:
        raise InvalidInput(_("内容过长"), field="text", cure=_("标题不超过 200 字，内容不超过 4000 字"))
    now = clock.now()
    happened_at = _happened_at(report.happened_at, now)
    lon, lat = place_check(report.lon, report.lat, report.datum, bounds=deployment_bounds())
    try:
        with transaction.atomic():
            place = place_locate(lon, lat, at=happened_at, course_deg=report.course_deg)
            incident = _create(actor, report, kind, place, happened_at, now, client_scope, client_key)
    except IntegrityError as error:
        if "incident_client_key_unique" not in str(error):
            raise
        known = incident_of_key(client_scope, client_key)
        if known is None:
            raise Conflict(
                _("请重试"), code="retry", field="Idempotency-Key", value=client_key, cure=_("用同一个键再提交一次")
            ) from error
        return known, False
    return incident, True


def _kind(code: str) -> IncidentKind:
    kind = kinds_active().get(code)
    if kind is None:
        # It may be younger than what is kept.
        kinds_forget()
        kinds = kinds_active()
        kind = kinds.get(code)
    if kind is None:
        raise InvalidInput(_("未知的警情类别"), field="kind", value=code, cure="、".join(kinds))
    return kind


def _happened_at(given: datetime | None, now: datetime) -> datetime:
    if given is None:
        return now
    if given.tzinfo is None:
        raise InvalidInput(
            _("时间缺少时区"), field="happened_at", value=given.isoformat(), cure=_("例如 2026-11-21T08:00:00+08:00")
        )
    if given > now + FUTURE_TOLERANCE:
        raise InvalidInput(_("时间在将来"), field="happened_at", value=given.isoformat(), cure=_("请检查设备时钟"))
    if given < now - OLDEST:
        raise InvalidInput(_("时间过于久远"), field="happened_at", value=given.isoformat(), cure=_("请检查设备时钟"))
    return min(given, now)


def _create(
    actor: Actor,
    report: IncidentReport,
    kind: IncidentKind,
    place: PlaceOnRoad,
    happened_at: datetime,
    now: datetime,
    client_scope: str,
    client_key: str,
) -> Incident:
    organisation_id, path = _answering(place)
    require(actor, Verb.CREATE, DataClass.INCIDENT, path)
    risk = report.risk if report.caller_tour_id is None else {**report.risk, CALLER: report.caller_tour_id}
    repeats = repeats_near(place.lon, place.lat, now)
    phone = plain_phone(report.reporter_phone)
    marks = marks_met(lon=place.lon, lat=place.lat, plate=report.plate, phone=phone, at=now)
    weight = sum(mark.weight for mark in marks)
    facts = grade_facts(kind=kind.code, risk=risk, road_class=place.road_class, repeats=repeats, marks=weight)
    graded = incident_grade_by_table(facts=facts, at=now)
    limits = deadlines_of_place(place=place, organisation_path=path, kind=kind.code, grade=graded.grade.value, at=now)
    incident = Incident(
        organisation_id=organisation_id,
        organisation_path=path,
        source=report.source,
        client_scope=client_scope,
        client_key=client_key,
        kind=kind.code,
        state=IncidentState.PENDING.value,
        version=2,
        grade=graded.grade.value,
        grade_reasons=mark_reasons(graded, marks),
        mark_ids=[mark.id for mark in marks],
        grade_table_version=graded.table_version,
        risk=risk,
        title=_title(report, kind, place),
        text=report.text,
        course_deg=report.course_deg,
        reporter_name=report.reporter_name,
        reporter_phone=phone,
        reporter_phone_index=phone or None,
        plate=report.plate,
        plate_index=report.plate or None,
        required_powers=list(kind.required_powers),
        units_needed=kind.units_needed if graded.grade.value == "red" else 1,
        automatic=report.automatic is not False and not kind.umbrella and switch_on(path, "auto_dispatch"),
        exercise=report.exercise,
        generated=report.generated,
        happened_at=happened_at,
        received_at=now,
        graded_at=now,
        created_by_id=actor.user_id,
        **_place_fields(report, place),
        **limits.fields(now),
    )
    _stored(actor, incident, now)
    return incident


def _stored(actor: Actor, incident: Incident, now: datetime) -> None:
    """Written with its number, its timers set, told to everybody."""
    # `JQ` + local date + a number from a sequence; gaps are allowed, doubles are not.
    incident_insert(incident, number_prefix=f"JQ{timezone.localtime(now).strftime('%Y%m%d')}", actor_id=actor.user_id)
    with together():
        timing.deadline_timers_set(incident)
        audit.record(
            actor_id=actor.user_id,
            action="incidents.incident_receive",
            object_type="incident",
            object_id=str(incident.uid),
            organisation_path=incident.organisation_path,
        )
        incident_publish(incident, "incidents.incident_received")


def _title(report: IncidentReport, kind: IncidentKind, place: PlaceOnRoad) -> str:
    """What is given, else kind and place. An exercise says so wherever its title is read: lists, phones, messages."""
    title = report.title or f"{kind.name} {place.chainage_text or place.road_name}".strip()
    if not report.exercise or title.startswith(EXERCISE):
        return title
    return f"{EXERCISE}{title}"[:MAX_TITLE]


def _answering(place: PlaceOnRoad) -> tuple[int, str]:
    """Id and path of the organisation that answers for the place: its segment's, else that of its area."""
    if place.organisation_id is not None:
        return place.organisation_id, place.organisation_path
    organisation = organisation_at((place.lon, place.lat))
    return organisation.pk, organisation.path or ""


def _place_fields(report: IncidentReport, place: PlaceOnRoad) -> dict[str, Any]:
    """Where it is, as point and on the road, and who answers for the stretch at that moment; both, on a border."""
    segment = place.segment
    neighbours = [
        {"segment": other.code, "name": other.name, "border": True, "chain": [chief.as_json() for chief in other.chain]}
        for other in place.segments
        if other.is_border
    ]
    return {
        "geom": Point(place.lon, place.lat, srid=STORE_SRID),
        "place_text": report.place_text or place.road_name,
        "place_flags": [*report.place_flags, *place.flags],
        "axis_id": place.axis_id,
        "axis_m": place.axis_m,
        "side": place.side,
        "chainage_text": place.chainage_text,
        "segment_id": segment.segment_id if segment is not None else None,
        "chain": [chief.as_json() for chief in place.chain] + neighbours,
    }
