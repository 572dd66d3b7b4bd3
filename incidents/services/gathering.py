"""From the database to the engine's plain input. Positions are snapped once a fix, not once a decision.

A process keeps, for a quarter of a second, the list of tours on duty: a burst of incidents reads it once. What must be
true at the moment of the claim is decided by the database there, never by this list.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import connection

from core import clock
from incidents.dispatch.policy import DispatchPolicy
from incidents.dispatch.snapshot import normalised, rounded_position
from incidents.dispatch.types import (
    DecisionInput,
    Exclusion,
    IncidentSnapshot,
    Position,
    PositionSource,
    UnitSnapshot,
    UnitState,
)
from incidents.models import DispatchPolicyVersion
from incidents.services.progress import Sending
from incidents.services.travel import spots_of
from incidents.states import HOLDING, STANDING, AssignmentState
from patrols.selectors import system_tours_on_duty
from patrols.types import TourOnDuty
from roads.selectors import current_network
from stations.selectors import sendable_paths

if TYPE_CHECKING:
    from roads.selectors.routing import RoadNetwork

KEEP_S = 0.25
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
    SELECT a.tour_id, a.state, i.grade, extract(epoch FROM %(now)s::timestamptz - coalesce(a.offered_at, a.created_at))
      FROM incidents_assignment a JOIN incidents_incident i ON i.id = a.incident_id
     WHERE a.state = ANY(%(holding)s)
"""


@dataclass(frozen=True, slots=True)
class Placed:
    """A tour with its places on the network of one version, rounded as they will be stored."""

    tour: TourOnDuty
    fix: Position | None
    fallback: Position | None


@dataclass(slots=True)
class _Kept:
    """What a process keeps between decisions."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    read_at: float = float("-inf")
    tours: list[TourOnDuty] = field(default_factory=list)
    version: str = ""
    spots: dict[int, tuple[object, Position | None]] = field(default_factory=dict)
    posts: dict[tuple[float, float, bool], Position | None] = field(default_factory=dict)
    paths: dict[str, tuple[str, ...]] = field(default_factory=dict)
    paths_read_at: float = float("-inf")
    policy: DispatchPolicy | None = None
    policy_read_at: float = float("-inf")


_kept = _Kept()


def gathering_forget(*, everything: bool = True) -> None:
    """Read everything anew on the next decision (tests, after a change of policy here), or only what units do now."""
    with _kept.lock:
        _kept.read_at = float("-inf")
        if everything:
            _kept.policy_read_at = _kept.paths_read_at = float("-inf")
            _kept.spots.clear()
            _kept.posts.clear()


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


def tours_placed(network: RoadNetwork, now: datetime) -> list[Placed]:
    """All open tours with their places on the network, read at most four times a second."""
    with _kept.lock:
        if _kept.version != network.version:
            _kept.version = network.version
            _kept.spots.clear()
            _kept.posts.clear()
        if time.monotonic() - _kept.read_at >= KEEP_S:
            _kept.tours = system_tours_on_duty(at=now)
            _kept.read_at = time.monotonic()
        return [Placed(tour, _fix(network, tour), _fallback(network, tour)) for tour in _kept.tours]


def _fix(network: RoadNetwork, tour: TourOnDuty) -> Position | None:
    if tour.lon is None or tour.lat is None or tour.fixed_at is None:
        return None
    key = (tour.fixed_at, tour.lon, tour.lat)
    known = _kept.spots.get(tour.tour_id)
    if known is not None and known[0] == key:
        return known[1]
    spots = spots_of(network.snap(tour.lon, tour.lat, course_deg=tour.course_deg, speed_mps=tour.speed_mps))
    place = rounded_position(Position(tour.lon, tour.lat, PositionSource.FIX, spots))
    _kept.spots[tour.tour_id] = (key, place)
    return place


def _fallback(network: RoadNetwork, tour: TourOnDuty) -> Position | None:
    if tour.post_lon is None or tour.post_lat is None:
        return None
    key = (tour.post_lon, tour.post_lat, tour.post_is_station)
    if key not in _kept.posts:
        source = PositionSource.STATION if tour.post_is_station else PositionSource.POST
        spots = spots_of(network.snap(tour.post_lon, tour.post_lat))
        _kept.posts[key] = rounded_position(Position(tour.post_lon, tour.post_lat, source, spots))
    return _kept.posts[key]


def _held(now: datetime) -> dict[int, tuple[str, str, float]]:
    with connection.cursor() as cursor:
        cursor.execute(_HELD_SQL, {"now": now, "holding": sorted(HOLDING)})
        return {row[0]: (row[1], row[2], float(row[3])) for row in cursor.fetchall()}


def _unit(placed: Placed, held: tuple[str, str, float] | None, now: datetime) -> UnitSnapshot:
    tour = placed.tour
    state = UnitState.FREE
    if held is not None:
        state = UnitState.ON_SCENE if held[0] == AssignmentState.ON_SCENE.value else UnitState.ASSIGNED
    elif tour.on_break:
        state = UnitState.BREAK
    age_s = None
    if placed.fix is not None and tour.fixed_at is not None:
        age_s = round(max(0.0, (now - tour.fixed_at).total_seconds()), 3)
    return UnitSnapshot(
        tour_id=tour.tour_id,
        unit_id=tour.unit_id,
        call_sign=tour.call_sign,
        kind=tour.kind,
        agency=tour.agency,
        organisation_path=tour.organisation_path,
        powers=tour.powers,
        has_officer=bool(OFFICERS & set(tour.people_kinds)),
        state=state,
        fix=placed.fix,
        position_age_s=age_s,
        fallback=placed.fallback,
        moving=(tour.speed_mps or 0.0) >= MOVING_MPS,
        at_station=tour.post_is_station and not (tour.speed_mps or 0.0) >= MOVING_MPS,
        is_mock=tour.is_mock,
        current_grade=held[1] if held is not None else None,
        sent_s=held[2] if held is not None else None,
        area=tour.organisation_path,
        radio_only=False,
    )


def _exclusions(sending: Sending, now: datetime) -> tuple[Exclusion, ...]:
    codes: dict[int, str] = {}
    if (caller := sending.incident.risk.get("caller_tour_id")) is not None:
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
    placements = network.snap(
        incident.geom.x, incident.geom.y, course_deg=incident.course_deg, both_carriageways=incident.course_deg is None
    )
    return IncidentSnapshot(
        incident_id=incident.pk,
        kind=incident.kind,
        grade=incident.grade,
        organisation_path=incident.organisation_path,
        lon=incident.geom.x,
        lat=incident.geom.y,
        spots=spots_of(placements),
        required_powers=frozenset(incident.required_powers),
        units_needed=units_needed,
        sendable_paths=_sendable(incident.organisation_path, now),
        waiting_s=max(0.0, (now - incident.received_at).total_seconds()),
        excluded=_exclusions(sending, now),
        allowed_automatic=automatic,
        is_exercise=incident.exercise,
        on_border=any("border" in entry for entry in incident.chain),
        needs_lead=sending.needs_lead,
    )


def _sendable(path: str, now: datetime) -> tuple[str, ...]:
    """Whose units may be sent; kept for two seconds, as the policy is."""
    with _kept.lock:
        if time.monotonic() - _kept.paths_read_at >= KEEP_POLICY_S:
            _kept.paths.clear()
            _kept.paths_read_at = time.monotonic()
        known = _kept.paths.get(path)
    if known is None:
        known = sendable_paths(path, now)
        with _kept.lock:
            _kept.paths[path] = known
    return known


def units_gathered(network: RoadNetwork, now: datetime, paths: Iterable[str] | None = None) -> tuple[UnitSnapshot, ...]:
    """Every tour on duty within organisation paths (all without), with what it is doing now."""
    held = _held(now)
    wanted = tuple(paths) if paths is not None else ("",)
    return tuple(
        _unit(placed, held.get(placed.tour.tour_id), now)
        for placed in tours_placed(network, now)
        if placed.tour.organisation_path.startswith(wanted)
    )


def decision_input(sending: Sending, *, units_needed: int, automatic: bool) -> DecisionInput:
    """Everything one decision depends on, at this moment."""
    now = clock.now()
    network = current_network()
    snapshot = incident_snapshot(sending, network, now, units_needed=units_needed, automatic=automatic)
    given = DecisionInput(
        incident=snapshot,
        units=units_gathered(network, now, snapshot.sendable_paths),
        policy=policy_in_force(),
        at=now.isoformat(),
        network_version=network.version,
        weights_generation=network.weights.generation,
    )
    return normalised(given)
