"""The units on duty with their places, as the engine wants them.

A process keeps the list for two seconds, so that a burst of incidents reads it once, and a position on the network as
long as its fix stands. What units are doing is read for every decision; what has to be true when one is claimed, the
database decides there.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import connection

from core.db.prepared import prepared
from incidents.dispatch.compact import changed, roster_of
from incidents.dispatch.rounding import SMALL, rounded_position
from incidents.dispatch.types import Position, PositionSource, RosterText, UnitSnapshot, UnitState
from incidents.services.travel import spots_of
from incidents.states import HOLDING, AssignmentState, Grade
from patrols.selectors import system_tours_on_duty
from patrols.types import TourOnDuty
from roads.network.placement import OFF_NETWORK_M

if TYPE_CHECKING:
    from roads.selectors.routing import RoadNetwork

KEEP_S = 2.0
MOVING_MPS = 1.5
OFFICERS = frozenset({"officer", "warden"})

_HELD_SQL = """
    SELECT a.tour_id, a.id, a.state, i.grade, extract(epoch FROM coalesce(a.offered_at, a.created_at))::float8
      FROM incidents_assignment a JOIN incidents_incident i ON i.id = a.incident_id
     WHERE a.state = ANY(%s)
"""
_HOLDING = sorted(HOLDING)
# Tour, assignment, its state, its incident's grade, since when (epoch seconds).
Held = tuple[int, int, str, str, float]


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

    def held_by(self, unit: UnitSnapshot, row: Held) -> UnitSnapshot:
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


_kept = _Kept()


def roster_forget(*, places: bool = False) -> None:
    """Read the units on duty anew on the next decision; with `places`, put them on the network anew, too."""
    with _kept.lock:
        _kept.read_at = float("-inf")
        if places:
            _kept.spots.clear()
            _kept.posts.clear()


def duty_roster(network: RoadNetwork, now: datetime) -> Roster:
    """The units on duty, read anew after two seconds of this machine's and of the house's clock."""
    with _kept.lock:
        if _kept.version != network.version:
            _kept.version, _kept.roster = network.version, None
            _kept.spots.clear()
            _kept.posts.clear()
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


def units_held(now: datetime, taken: Iterable[int] = ()) -> dict[int, Held]:
    """What holds units at this moment, by tour. `taken`: tours that somebody else is just taking."""
    with connection.cursor() as cursor:
        prepared(cursor, _HELD_SQL, [_HOLDING])
        held: dict[int, Held] = {row[0]: row for row in cursor.fetchall()}
    for tour_id in taken:
        # Whoever takes it has not committed yet, so all that is known is that it goes now.
        held.setdefault(tour_id, (tour_id, -tour_id, AssignmentState.OFFERED.value, Grade.RED.value, now.timestamp()))
    return held


def units_doing(roster: Roster, held: dict[int, Held], paths: tuple[str, ...]) -> tuple[UnitSnapshot, ...]:
    """The units of organisation paths with what they are doing now, in order of call sign."""
    units = roster.of(paths)
    if not held:
        return units
    rows = [held.get(unit.tour_id) for unit in units]
    return tuple([unit if row is None else roster.held_by(unit, row) for unit, row in zip(units, rows, strict=True)])


def units_gathered(
    network: RoadNetwork, now: datetime, paths: Iterable[str] | None = None
) -> tuple[tuple[UnitSnapshot, ...], Roster]:
    """Every tour on duty within organisation paths (all without), in order of call sign and rounded as stored, with
    what it is doing now; and the roster they come from, from whose moment the ages of their positions count.
    """
    roster = duty_roster(network, now)
    return units_doing(roster, units_held(now), tuple(paths) if paths is not None else ("",)), roster


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
        is_exercise=tour.is_exercise,
    )


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
