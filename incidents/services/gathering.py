"""From the database to the engine's plain input. Positions are snapped once a fix, not once a decision.

A process keeps, for two seconds, the units on duty with their places: a burst of incidents reads them once. What
they are doing is read for every decision; what has to be true when a unit is claimed, the database decides there.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import connection

from core import clock
from core.db.prepared import prepared
from incidents.dispatch.compact import changed, roster_of
from incidents.dispatch.policy import DispatchPolicy
from incidents.dispatch.snapshot import DEGREES, SMALL, rounded_position, rounded_spots
from incidents.dispatch.types import (
    DecisionInput,
    Exclusion,
    IncidentSnapshot,
    Position,
    PositionSource,
    RosterText,
    Spot,
    UnitSnapshot,
    UnitState,
)
from incidents.models import DispatchPolicyVersion, Incident
from incidents.services.grading import CALLER
from incidents.services.intake_rows import kinds_active
from incidents.services.progress import Sending
from incidents.services.travel import spots_of
from incidents.states import HOLDING, STANDING, AssignmentState, Grade
from patrols.selectors import system_tours_on_duty
from patrols.types import TourOnDuty
from roads.network.placement import OFF_NETWORK_M
from roads.selectors import current_network
from stations.selectors import Sendable, sendable_now

if TYPE_CHECKING:
    from roads.selectors.routing import RoadNetwork

KEEP_S = 2.0
KEPT_PLACES = 2000
KEEP_POLICY_S = 2.0
MOVING_MPS = 1.5
# Who did not sign in time, or said no, is not asked again for the same incident so soon.
ASK_AGAIN = {
    AssignmentState.EXPIRED.value: timedelta(minutes=2),
    AssignmentState.DECLINED.value: timedelta(minutes=15),
    AssignmentState.RECALLED.value: timedelta(minutes=15),
}
OFFICERS = frozenset({"officer", "warden"})

_HELD_SQL = """
    SELECT a.tour_id, a.id, a.state, i.grade, extract(epoch FROM coalesce(a.offered_at, a.created_at))::float8
      FROM incidents_assignment a JOIN incidents_incident i ON i.id = a.incident_id
     WHERE a.state = ANY(%s)
"""
_HOLDING = sorted(HOLDING)
_Held = tuple[int, int, str, str, float]


@dataclass(slots=True)
class Roster:
    """The units on duty as they were at one moment, free or on a break, in order of call sign; and, as assignments are
    met, the same units held by them. Ages count from `at`.
    """

    at: datetime
    units: tuple[UnitSnapshot, ...]
    text: RosterText
    held: dict[tuple[int, str, str], UnitSnapshot] = field(default_factory=dict)
    within: dict[tuple[str, ...], tuple[UnitSnapshot, ...]] = field(default_factory=dict)

    def of(self, paths: tuple[str, ...]) -> tuple[UnitSnapshot, ...]:
        """The units of organisation paths."""
        known = self.within.get(paths)
        if known is None:
            known = tuple(unit for unit in self.units if unit.organisation_path.startswith(paths))
            self.within[paths] = known
        return known

    def held_by(self, unit: UnitSnapshot, row: _Held) -> UnitSnapshot:
        """A unit as an assignment holds it."""
        _tour, assignment_id, state, grade, since = row
        known = self.held.get((assignment_id, state, grade))
        if known is None:
            on_scene = state == AssignmentState.ON_SCENE.value
            known = changed(
                unit,
                state=UnitState.ON_SCENE if on_scene else UnitState.ASSIGNED,
                current_grade=grade,
                sent_s=round(max(0.0, self.at.timestamp() - since), SMALL),
            )
            self.held[(assignment_id, state, grade)] = known
        return known


@dataclass(slots=True)
class _Kept:
    """What a process keeps between decisions."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    read_at: float = float("-inf")
    roster: Roster | None = None
    version: str = ""
    spots: dict[int, tuple[object, Position | None]] = field(default_factory=dict)
    posts: dict[tuple[float, float, bool], Position | None] = field(default_factory=dict)
    incidents: dict[tuple[object, ...], tuple[Spot, ...]] = field(default_factory=dict)
    sendable: Sendable | None = None
    sendable_read_at: float = float("-inf")
    policy: DispatchPolicy | None = None
    policy_read_at: float = float("-inf")


_kept = _Kept()


def gathering_forget(*, everything: bool = True) -> None:
    """Read everything anew on the next decision (tests, after a change of policy here), or only what units do now."""
    with _kept.lock:
        _kept.read_at = float("-inf")
        if everything:
            _kept.policy_read_at = _kept.sendable_read_at = float("-inf")
            for places in (_kept.spots, _kept.posts, _kept.incidents):
                places.clear()


def policy_in_force() -> DispatchPolicy:
    """The newest policy version in force; kept for two seconds."""
    with _kept.lock:
        if _kept.policy is not None and time.monotonic() - _kept.policy_read_at < KEEP_POLICY_S:
            return _kept.policy
    row = DispatchPolicyVersion.objects.filter(valid_from__lte=clock.now()).order_by("-version").first()
    policy = DispatchPolicy.from_json(row.content, version=row.version) if row is not None else DispatchPolicy()
    with _kept.lock:
        _kept.policy, _kept.policy_read_at = policy, time.monotonic()
    return policy


def freshness_of_policy() -> tuple[float, float]:
    """(fresh_s, aged_s) of the policy in force: what maps show by."""
    policy = policy_in_force()
    return policy.fresh_s, policy.aged_s


def _roster(network: RoadNetwork, now: datetime) -> Roster:
    """The units on duty, read anew after two seconds of this machine's and of the house's clock."""
    with _kept.lock:
        if _kept.version != network.version:
            _kept.version = network.version
            for places in (_kept.spots, _kept.posts, _kept.incidents):
                places.clear()
            _kept.roster = None
        known = _kept.roster
        if (
            known is None
            or time.monotonic() - _kept.read_at >= KEEP_S
            or not timedelta(0) <= now - known.at < timedelta(seconds=KEEP_S)
        ):
            tours = system_tours_on_duty(at=now)
            units, text = roster_of((_unit(network, tour, now) for tour in tours), now.isoformat())
            known = _kept.roster = Roster(now, units, text)
            _kept.read_at = time.monotonic()
        return known


def _fix(network: RoadNetwork, tour: TourOnDuty) -> Position | None:
    if tour.lon is None or tour.lat is None or tour.fixed_at is None:
        return None
    key = (tour.fixed_at, tour.lon, tour.lat)
    known = _kept.spots.get(tour.tour_id)
    if known is not None and known[0] == key:
        return known[1]
    placements = network.snap(
        tour.lon, tour.lat, course_deg=tour.course_deg, speed_mps=tour.speed_mps, max_m=OFF_NETWORK_M
    )
    spots = spots_of(placements)
    place = rounded_position(Position(tour.lon, tour.lat, PositionSource.FIX, spots))
    _kept.spots[tour.tour_id] = (key, place)
    return place


def _fallback(network: RoadNetwork, tour: TourOnDuty) -> Position | None:
    if tour.post_lon is None or tour.post_lat is None:
        return None
    key = (tour.post_lon, tour.post_lat, tour.post_is_station)
    if key not in _kept.posts:
        source = PositionSource.STATION if tour.post_is_station else PositionSource.POST
        spots = spots_of(network.snap(tour.post_lon, tour.post_lat, max_m=OFF_NETWORK_M))
        _kept.posts[key] = rounded_position(Position(tour.post_lon, tour.post_lat, source, spots))
    return _kept.posts[key]


def _held(now: datetime, taken: Iterable[int] = ()) -> dict[int, _Held]:
    with connection.cursor() as cursor:
        prepared(cursor, _HELD_SQL, [_HOLDING])
        held: dict[int, _Held] = {row[0]: row for row in cursor.fetchall()}
    for tour_id in taken:
        # Whoever takes it has not committed yet, so all that is known is that it goes now.
        held.setdefault(tour_id, (tour_id, -tour_id, AssignmentState.OFFERED.value, Grade.RED.value, now.timestamp()))
    return held


def _unit(network: RoadNetwork, tour: TourOnDuty, now: datetime) -> UnitSnapshot:
    fix = _fix(network, tour)
    age_s = None
    if fix is not None and tour.fixed_at is not None:
        age_s = round(max(0.0, (now - tour.fixed_at).total_seconds()), SMALL)
    moving = (tour.speed_mps or 0.0) >= MOVING_MPS
    return UnitSnapshot(
        tour_id=tour.tour_id,
        unit_id=tour.unit_id,
        call_sign=tour.call_sign,
        kind=tour.kind,
        agency=tour.agency,
        organisation_path=tour.organisation_path,
        powers=tour.powers,
        has_officer=bool(OFFICERS & set(tour.people_kinds)),
        state=UnitState.BREAK if tour.on_break else UnitState.FREE,
        fix=fix,
        position_age_s=age_s,
        fallback=_fallback(network, tour),
        moving=moving,
        at_station=tour.post_is_station and not moving,
        is_mock=tour.is_mock,
        area=tour.organisation_path,
    )


def _exclusions(sending: Sending, now: datetime) -> tuple[Exclusion, ...]:
    codes: dict[int, str] = {}
    if (caller := sending.incident.risk.get(CALLER)) is not None:
        codes[int(caller)] = "caller"
    for tour_id, state, _lead, asked_at, ended_at in sending.rows:
        if asked_at is None:
            continue  # a proposal that was never offered says nothing about its unit
        if state in STANDING and ended_at is None:
            codes[tour_id] = "already_sent"
        elif ended_at is not None and now - ended_at < ASK_AGAIN.get(state, timedelta(0)):
            codes[tour_id] = state
    return tuple(Exclusion(tour_id, code) for tour_id, code in sorted(codes.items()))


def incident_snapshot(
    sending: Sending, network: RoadNetwork, now: datetime, *, units_needed: int, automatic: bool
) -> IncidentSnapshot:
    """An incident as the engine sees it; its place is put on both carriageways when its side is unknown."""
    incident = sending.incident
    kind = kinds_active().get(incident.kind)
    return IncidentSnapshot(
        incident_id=incident.pk,
        kind=incident.kind,
        grade=incident.grade,
        organisation_path=incident.organisation_path,
        lon=round(incident.geom.x, DEGREES),
        lat=round(incident.geom.y, DEGREES),
        spots=_incident_spots(network, incident),
        required_powers=frozenset(incident.required_powers),
        wanted_kinds=tuple(kind.wanted_kinds) if kind is not None else (),
        units_needed=units_needed,
        sendable_paths=_sendable(incident.organisation_path, now),
        waiting_s=round(max(0.0, (now - incident.received_at).total_seconds()), SMALL),
        excluded=_exclusions(sending, now),
        allowed_automatic=automatic,
        is_exercise=incident.exercise,
        on_border=any("border" in entry for entry in incident.chain),
        needs_lead=sending.needs_lead,
    )


def _incident_spots(network: RoadNetwork, incident: Incident) -> tuple[Spot, ...]:
    """Where an incident is on the network; worked out once while it waits."""
    key = (incident.pk, incident.geom.x, incident.geom.y, incident.course_deg, network.version)
    known = _kept.incidents.get(key)
    if known is None:
        course_deg = incident.course_deg
        placements = network.snap(
            incident.geom.x, incident.geom.y, course_deg=course_deg, both_carriageways=course_deg is None
        )
        known = rounded_spots(spots_of(placements))
        with _kept.lock:
            if len(_kept.incidents) >= KEPT_PLACES:
                _kept.incidents.clear()
            _kept.incidents[key] = known
    return known


def _sendable(path: str, now: datetime) -> tuple[str, ...]:
    """Whose units may be sent; who may be sent where is kept for two seconds, as the policy is."""
    with _kept.lock:
        if _kept.sendable is None or time.monotonic() - _kept.sendable_read_at >= KEEP_POLICY_S:
            _kept.sendable, _kept.sendable_read_at = sendable_now(now), time.monotonic()
        return _kept.sendable.paths(path)


def units_gathered(
    network: RoadNetwork, now: datetime, paths: Iterable[str] | None = None
) -> tuple[tuple[UnitSnapshot, ...], Roster]:
    """Every tour on duty within organisation paths (all without), in order of call sign and rounded as stored, with
    what it is doing now; and the roster they come from, from whose moment the ages of their positions count.
    """
    roster = _roster(network, now)
    return _doing_now(roster, _held(now), tuple(paths) if paths is not None else ("",)), roster


def _doing_now(roster: Roster, held: dict[int, _Held], paths: tuple[str, ...]) -> tuple[UnitSnapshot, ...]:
    units = roster.of(paths)
    if not held:
        return units
    rows = [held.get(unit.tour_id) for unit in units]
    return tuple([unit if row is None else roster.held_by(unit, row) for unit, row in zip(units, rows, strict=True)])


def decision_input(sending: Sending, *, units_needed: int, automatic: bool) -> DecisionInput:
    """Everything one decision depends on, at this moment, rounded as it will be stored."""
    return decision_inputs([(sending, units_needed, automatic)])[0]


def decision_inputs(wanted: Sequence[tuple[Sending, int, bool]], *, taken: Collection[int] = ()) -> list[DecisionInput]:
    """As `decision_input` for several incidents of the same moment and the same units: (what it has, units needed,
    whether it may go without a person) each. `taken`: tours that somebody else is just taking, and has not committed.
    """
    now = clock.now()
    network, policy = current_network(), policy_in_force()
    roster, held = _roster(network, now), _held(now, taken)
    gathered: dict[tuple[str, ...], tuple[UnitSnapshot, ...]] = {}
    inputs = []
    for sending, units_needed, automatic in wanted:
        snapshot = incident_snapshot(sending, network, now, units_needed=units_needed, automatic=automatic)
        paths = snapshot.sendable_paths
        if paths not in gathered:
            gathered[paths] = _doing_now(roster, held, paths)
        inputs.append(
            DecisionInput(
                incident=snapshot,
                units=gathered[paths],
                policy=policy,
                at=now.isoformat(),
                network_version=network.version,
                weights_generation=network.weights.generation,
                units_at=roster.at.isoformat(),
                roster=roster.text,
            )
        )
    return inputs
