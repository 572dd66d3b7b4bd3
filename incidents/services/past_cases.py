"""Cases of another system taken over whole, with their histories, so that a week does not begin with nothing.

They are history: nothing of them is published, timed or dispatched. Every move is checked against the same lifecycles.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.gis.geos import Point
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit, clock
from core.errors import InvalidInput
from core.geo.srid import STORE_SRID
from incidents.models import (
    Assignment,
    AssignmentStep,
    Incident,
    IncidentKind,
    IncidentLink,
    IncidentStep,
    Supervision,
)
from incidents.selectors.pressed import chain_of
from incidents.services.deadlines import deadlines_of_place
from incidents.services.grading import grade_facts, incident_grade_by_table
from incidents.services.intake_rows import kinds_active
from incidents.states import ASSIGNMENT_LIFECYCLE, INCIDENT_LIFECYCLE, AssignmentState, IncidentState
from incidents.types import TAKEN_OVER
from roads.selectors import axis_places, chains_at
from roads.types import PlaceOnRoad
from stations.services import require
from stations.types import Actor, DataClass, Verb

PastMove = tuple[str, datetime, str]
_STAMPS = {IncidentState.REPORTED: "reported_at", IncidentState.REVIEWED: "reviewed_at",
           IncidentState.CLOSED: "closed_at"}  # fmt: skip
# Stamp of the assignment, and of the incident that follows its lead.
_CREW_STAMPS = {
    AssignmentState.OFFERED: ("offered_at", "assigned_at"),
    AssignmentState.DELIVERED: ("delivered_at", ""),
    AssignmentState.ACKNOWLEDGED: ("acknowledged_at", "acknowledged_at"),
    AssignmentState.EN_ROUTE: ("en_route_at", ""),
    AssignmentState.ON_SCENE: ("on_scene_at", "arrived_at"),
    AssignmentState.CLEARED: ("cleared_at", "cleared_at"),
    AssignmentState.REPORTED: ("reported_at", ""),
}


@dataclass(frozen=True, slots=True)
class PastCrew:
    """The unit that went: its tour of that time and what it did, `(state, moment, text)` from the offer on."""

    tour: Any
    moves: Sequence[PastMove]
    origin: str = Assignment.Origin.ENGINE.value
    travel_s: float | None = None
    road_m: float | None = None


@dataclass(frozen=True, slots=True)
class PastPress:
    """A press upon the chief of one level; `stage`: arrive, close, review or ordered."""

    kind: str
    stage: str
    level_rank: int
    raised_at: datetime
    reason: str = ""
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PastCase:
    """A case with what became of it: `moves` are those after `pending`. `merged_into` and `parent` name keys."""

    key: str
    segment: Any
    metre: float
    side: str
    kind: str
    source: str
    title: str
    received_at: datetime
    moves: Sequence[PastMove] = ()
    crew: PastCrew | None = None
    presses: Sequence[PastPress] = ()
    overdue_since: datetime | None = None
    merged_into: str = ""
    parent: str = ""
    text: str = ""
    risk: Mapping[str, Any] = field(default_factory=dict)


def past_cases_put(*, actor: Actor, rows: Iterable[PastCase], origin: str, generated: bool = False) -> int:
    """Write cases of the past; a key that is there already stays as it is. Returns how many were new.

    Raises InvalidInput for a case of the future, an unknown kind or segment without an axis; TransitionRefused for a
    history that the lifecycles do not allow.
    """
    require(actor, Verb.CREATE, DataClass.IMPORT_RUN)
    known = set(Incident.objects.filter(client_scope=TAKEN_OVER).values_list("client_key", flat=True))
    given = sorted((row for row in rows if row.key not in known), key=lambda row: row.received_at)
    now, kinds = clock.now(), kinds_active()
    for row in given:
        _check(row, kinds, now)
    with transaction.atomic():
        incidents = _incidents(given, kinds, generated)
        Incident.objects.bulk_create(incidents.values(), batch_size=500)
        _join(given, incidents)
        _crews(given, incidents)
        _presses(given, incidents)
        # Last: the texts of the presses are steps, too.
        steps = [step for row in given for step in _steps(row, incidents[row.key])]
        IncidentStep.objects.bulk_create(steps, batch_size=1000)
        audit.record(
            actor_id=actor.user_id,
            action="incidents.past_cases_put",
            object_type="past_incidents",
            object_id=origin[:60],
            organisation_path="",
            details={"rows": len(given)},
        )
    return len(given)


def _check(row: PastCase, kinds: Mapping[str, IncidentKind], now: datetime) -> None:
    if row.kind not in kinds:
        raise InvalidInput(_("未知的警情类别"), field="kind", value=row.kind, cure="、".join(kinds))
    if row.source not in Incident.Source.values:
        raise InvalidInput(_("未知的来源"), field="source", value=row.source, cure="、".join(Incident.Source.values))
    if row.segment.axis_id is None:
        raise InvalidInput(_("路段没有轴线"), field="segment", value=row.segment.code, cure=_("请选择沿道路的路段"))
    moments = [row.received_at, *(at for _state, at, _text in row.moves)]
    if max(moments) > now or moments != sorted(moments):
        raise InvalidInput(_("时间在将来"), field="received_at", value=max(moments).isoformat(), cure=_("请检查日期"))
    _walk(INCIDENT_LIFECYCLE, IncidentState.PENDING, [IncidentState(state) for state, _at, _text in row.moves])
    if row.crew is not None:
        states = [AssignmentState(state) for state, _at, _text in row.crew.moves]
        _walk(ASSIGNMENT_LIFECYCLE, AssignmentState.PROPOSED, states)


def _walk(lifecycle: Any, state: Any, states: Iterable[Any]) -> None:
    for each in states:
        lifecycle.check(state, each)
        state = each


def _incidents(rows: Sequence[PastCase], kinds: Mapping[str, IncidentKind], generated: bool) -> dict[str, Incident]:
    """The rows by key, places and chains looked up together."""
    places = axis_places([(row.segment.axis_id, row.metre, row.side) for row in rows])
    chains: dict[Any, Any] = {}
    for day, each in itertools.groupby(rows, key=lambda row: row.received_at.date()):
        of_day = list(each)
        chains[day] = chains_at([row.segment.pk for row in of_day], of_day[0].received_at)
    numbers = _numbers(len(rows))
    found = {}
    for row, (lon, lat, text), number in zip(rows, places, numbers, strict=True):
        chain = chains[row.received_at.date()].get(row.segment.pk, ())
        found[row.key] = _incident(row, kinds[row.kind], (lon, lat, text), chain, number, generated)
    return found


def _numbers(count: int) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT lpad(n, greatest(7, length(n)), '0')"
            " FROM (SELECT nextval('incidents_number_seq')::text AS n FROM generate_series(1, %s)) drawn",
            [count],
        )
        return [row[0] for row in cursor.fetchall()]


def _incident(
    row: PastCase, kind: IncidentKind, at: tuple[float, float, str], chain: Any, number: str, generated: bool
) -> Incident:
    lon, lat, chainage = at
    axis, organisation = row.segment.axis, row.segment.organisation
    place = PlaceOnRoad(lon=lon, lat=lat, axis_id=axis.pk, axis_m=row.metre, road_class=axis.road_class)
    facts = grade_facts(kind=kind.code, risk=dict(row.risk), road_class=axis.road_class, repeats=0)
    graded = incident_grade_by_table(facts=facts, at=clock.now())
    path = organisation.path or ""
    limits = deadlines_of_place(
        place=place, organisation_path=path, kind=kind.code, grade=graded.grade.value, at=clock.now()
    )
    local = timezone.localtime(row.received_at)
    opened_again = _opened_again(row)
    moves = [move for move in row.moves if opened_again is None or move[1] > opened_again]
    stamps = {_STAMPS[IncidentState(state)]: moment for state, moment, _text in moves if state in _STAMPS}
    if row.crew is not None and opened_again is None:
        by_state = [(_CREW_STAMPS.get(AssignmentState(state)), moment) for state, moment, _text in row.crew.moves]
        stamps |= {names[1]: moment for names, moment in by_state if names is not None and names[1]}
    return Incident(
        number=f"JQ{local:%Y%m%d}{number}",
        organisation_id=organisation.pk,
        organisation_path=path,
        source=row.source,
        client_scope=TAKEN_OVER,
        client_key=row.key[:100],
        kind=kind.code,
        state=row.moves[-1][0] if row.moves else IncidentState.PENDING.value,
        version=2 + len(row.moves),
        grade=graded.grade.value,
        grade_reasons=graded.reasons,
        grade_table_version=graded.table_version,
        risk=dict(row.risk),
        title=row.title[:200],
        text=row.text,
        geom=Point(lon, lat, srid=STORE_SRID),
        place_text=axis.name or axis.code,
        axis_id=axis.pk,
        axis_m=row.metre,
        side=row.side,
        chainage_text=chainage,
        segment_id=row.segment.pk,
        chain=[chief.as_json() for chief in chain],
        required_powers=list(kind.required_powers),
        automatic=False,
        generated=generated,
        happened_at=row.received_at,
        received_at=row.received_at,
        graded_at=row.received_at,
        overdue_since=row.overdue_since,
        **stamps,
        **limits.fields(row.received_at),
    )


def _opened_again(row: PastCase) -> datetime | None:
    """When it was last taken up anew: what was stamped before no longer counts, and its units are no longer its."""
    return max((moment for state, moment, _text in row.moves if state == IncidentState.REOPENED.value), default=None)


def _join(rows: Sequence[PastCase], incidents: Mapping[str, Incident]) -> None:
    """Mergers and umbrellas, once every case has its number."""
    changed, links = [], []
    for row in rows:
        incident = incidents[row.key]
        for name, key, kind in (
            ("merged_into", row.merged_into, IncidentLink.Kind.MERGED),
            ("parent", row.parent, IncidentLink.Kind.PARENT),
        ):
            other = incidents.get(key)
            if other is None:
                continue
            setattr(incident, name, other)
            moment = row.moves[-1][1] if kind == IncidentLink.Kind.MERGED else row.received_at
            previous = IncidentState.PENDING.value if kind == IncidentLink.Kind.MERGED else ""
            links.append(IncidentLink(incident=incident, other=other, kind=kind, at=moment, previous_state=previous))
            changed.append(incident)
    Incident.objects.bulk_update(changed, ["merged_into", "parent"])
    IncidentLink.objects.bulk_create(links)


def _crews(rows: Sequence[PastCase], incidents: Mapping[str, Incident]) -> None:
    made: list[tuple[PastCrew, Assignment]] = []
    for row in rows:
        crew = row.crew
        if crew is None:
            continue
        state, ended, text = crew.moves[-1]
        again = _opened_again(row)
        over = again is not None or AssignmentState(state) is AssignmentState.RECALLED
        stamps = {
            names[0]: moment
            for moved, moment, _text in crew.moves
            if (names := _CREW_STAMPS.get(AssignmentState(moved))) is not None
        }
        made.append(
            (
                crew,
                Assignment(
                    incident=incidents[row.key], tour=crew.tour, unit_id=crew.tour.unit_id,
                    organisation_path=crew.tour.organisation_path, state=state, version=len(crew.moves), fence=1,
                    is_lead=not over, origin=crew.origin, predicted_travel_s=crew.travel_s,
                    predicted_road_m=crew.road_m, created_at=crew.moves[0][1],
                    ended_at=(again or ended) if over else None,
                    report_text=text if state == AssignmentState.REPORTED.value else "", **stamps,
                ),
            )
        )  # fmt: skip
    Assignment.objects.bulk_create([assignment for _crew, assignment in made], batch_size=500)
    steps = []
    for crew, assignment in made:
        before = AssignmentState.PROPOSED.value
        for state, moment, text in crew.moves:
            steps.append(AssignmentStep(assignment=assignment, at=moment, from_state=before, to_state=state, text=text))
            before = state
    AssignmentStep.objects.bulk_create(steps, batch_size=1000)


def _pressed_upon(incident: Incident, rank: int) -> dict[str, Any]:
    return next((chief for chief in chain_of(incident) if int(chief["level"]) == rank), {})


def _presses(rows: Sequence[PastCase], incidents: Mapping[str, Incident]) -> None:
    made = []
    for row in rows:
        incident = incidents[row.key]
        for press in row.presses:
            chief = _pressed_upon(incident, press.level_rank)
            made.append(
                Supervision(
                    incident=incident, organisation_path=incident.organisation_path, kind=press.kind,
                    stage=press.stage, level_rank=press.level_rank if chief else None,
                    person_id=(chief.get("acting_person_id") or chief["person_id"]) if chief else None,
                    person_name=(chief.get("acting_name") or chief["name"]) if chief else "",
                    raised_at=press.raised_at, reason=press.reason[:300], settled_at=press.settled_at,
                )
            )  # fmt: skip
    Supervision.objects.bulk_create(made, batch_size=500)


def _steps(row: PastCase, incident: Incident) -> list[IncidentStep]:
    """The history in order: taken in, graded, pending, then the moves and presses by their moments."""
    way = [IncidentState.RECEIVED.value, IncidentState.GRADED.value, IncidentState.PENDING.value]
    graded = {"grade": incident.grade, "reasons": incident.grade_reasons, "table": incident.grade_table_version}
    steps = [
        IncidentStep(
            incident=incident, at=row.received_at, kind=IncidentStep.Kind.TRANSITION, from_state=before,
            to_state=state, details=graded if state == IncidentState.GRADED.value else {},
        )
        for before, state in zip(["", *way[:-1]], way, strict=True)
    ]  # fmt: skip
    before = way[-1]
    for state, moment, text in row.moves:
        steps.append(IncidentStep(incident=incident, at=moment, kind=IncidentStep.Kind.TRANSITION, from_state=before,
                                  to_state=state, text=text))  # fmt: skip
        before = state
    for press in row.presses:
        chief = _pressed_upon(incident, press.level_rank)
        told = {"stage": press.stage, "level": press.level_rank, "name": chief.get("name", "")}
        steps.append(IncidentStep(incident=incident, at=press.raised_at, kind=IncidentStep.Kind.SUPERVISION,
                                  text=press.reason, details=told))  # fmt: skip
        if press.settled_at is not None:
            steps.append(IncidentStep(incident=incident, at=press.settled_at, kind=IncidentStep.Kind.SUPERVISION,
                                      details={"stage": press.stage, "settled": True}))  # fmt: skip
    return sorted(steps, key=lambda step: step.at)
