"""Ranking and its reasons: every sure candidate by total time, then the unsure ones; ties by call sign."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .constraints import Case, on_lighter
from .coverage import uncovered
from .geometry import straight_m
from .placing import Start
from .types import Candidate, PositionSource, Reached, Reason, Tier, UnitSnapshot, UnitState


@dataclass(frozen=True, slots=True)
class Found:
    """A unit that a search reached."""

    unit: UnitSnapshot
    start: Start
    reached: Reached


def order_key(found: Found) -> tuple[int, int, str, int]:
    """Sure before unsure, then total time, then call sign."""
    return (int(found.start.tier), found.reached.total_ms, found.unit.call_sign, found.unit.tour_id)


def rank(found: Sequence[Found], case: Case, free: Mapping[str, int]) -> tuple[Candidate, ...]:
    """Candidates in order, each with its reasons and warnings."""
    ordered = sorted(found, key=order_key)
    best_ms = ordered[0].reached.total_ms if ordered else 0
    return tuple(_candidate(one, place, best_ms, case, free) for place, one in enumerate(ordered, start=1))


def _candidate(found: Found, place: int, best_ms: int, case: Case, free: Mapping[str, int]) -> Candidate:
    unit, start, reached = found.unit, found.start, found.reached
    held = unit.state in (UnitState.ASSIGNED, UnitState.ON_SCENE)
    return Candidate(
        tour_id=unit.tour_id,
        unit_id=unit.unit_id,
        call_sign=unit.call_sign,
        kind=unit.kind,
        rank=place,
        tier=start.tier,
        lon=start.position.lon,
        lat=start.position.lat,
        spot=reached.spot,
        profile=start.profile,
        total_ms=reached.total_ms,
        drive_ms=reached.drive_ms,
        turn_out_ms=start.turn_out_ms,
        age_ms=start.age_ms,
        position_source=start.position.source,
        position_age_s=unit.position_age_s,
        road_m=reached.road_m,
        automatic=start.tier == Tier.SURE and not unit.radio_only and not held,
        reasons=(
            *_time_reasons(found, place, best_ms, case),
            *_position_reasons(found),
            *_fitness_reasons(unit, case),
        ),
        warnings=uncovered((unit,), free),
    )


def _time_reasons(found: Found, place: int, best_ms: int, case: Case) -> list[Reason]:
    start, reached = found.start, found.reached
    said = []
    if place == 1 and start.tier == Tier.SURE:
        said.append(Reason("first_to_arrive", (("total_s", _s(reached.total_ms)),)))
    elif start.tier == Tier.SURE:
        behind = ("behind_s", _s(reached.total_ms - best_ms))
        said.append(Reason("later_than_first", (("total_s", _s(reached.total_ms)), behind)))
    else:
        said.append(Reason("ranked_after_fresh", (("total_s", _s(reached.total_ms)),)))
    said.append(Reason("walk" if start.profile == "foot" else "drive", (("drive_s", _s(reached.drive_ms)),)))
    if reached.road_m is not None:
        said.append(Reason("road_distance", (("road_m", round(reached.road_m)),)))
    line_m = straight_m(start.position.lon, start.position.lat, case.incident.lon, case.incident.lat)
    if line_m <= case.policy.nearby_m:
        said.append(Reason("already_nearby", (("straight_m", round(line_m)),)))
    if start.turn_out_ms:
        station = start.position.source == PositionSource.STATION or found.unit.at_station
        said.append(Reason("turn_out_station" if station else "turn_out", (("turn_out_s", _s(start.turn_out_ms)),)))
    elif found.unit.moving:
        said.append(Reason("moving"))
    return said


def _position_reasons(found: Found) -> list[Reason]:
    unit, start = found.unit, found.start
    age = None if unit.position_age_s is None else ("age_s", round(unit.position_age_s))
    said = []
    if unit.is_mock:
        said.append(Reason("mock_position"))
    if start.position.source != PositionSource.FIX:
        place = ("source", start.position.source.value)
        known = Reason("stale_position", (place,)) if age is None else Reason("stale_position_aged", (place, age))
        said.append(known)
    elif start.age_ms:
        said.append(Reason("age_added", (("added_s", _s(start.age_ms)),)))
    elif age is not None:
        said.append(Reason("fresh_position", (age,)))
    return said


def _fitness_reasons(unit: UnitSnapshot, case: Case) -> list[Reason]:
    incident = case.incident
    said = []
    covered = incident.required_powers & unit.powers
    if covered:
        said.append(Reason("has_powers", (("powers", tuple(sorted(covered))),)))
    if case.needs_officer and unit.has_officer:
        said.append(Reason("has_officer"))
    if unit.kind in incident.wanted_kinds:
        said.append(Reason("wanted_kind", (("kind", unit.kind),)))
    if unit.state == UnitState.ON_WAY_BACK:
        said.append(Reason("on_way_back"))
    if any(incident.organisation_path.startswith(path) for path in unit.lent_to):
        said.append(Reason("lent"))
    elif not _same_line(unit.organisation_path, incident.organisation_path):
        said.append(Reason("neighbour"))
    if incident.on_border:
        said.append(Reason("on_border"))
    if unit.radio_only:
        said.append(Reason("radio_only"))
    if unit.state in (UnitState.ASSIGNED, UnitState.ON_SCENE) and on_lighter(unit, incident):
        said.append(Reason("preempts", (("grade", unit.current_grade or ""),)))
    return said


def _same_line(one: str, other: str) -> bool:
    """One organisation is the other, or stands above it."""
    return one.startswith(other) or other.startswith(one)


def _s(milliseconds: int) -> int:
    return round(milliseconds / 1000)
