"""Plain data about tours that other rooms may use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

# Invariant 10, where nobody said otherwise: the dispatch policy in force does (`selectors.freshness_limits_from`).
FRESH_S = 60.0
AGED_S = 300.0


@dataclass(frozen=True, slots=True)
class TourOnDuty:
    """An open tour as dispatch and maps need it. Coordinates are WGS-84 degrees, None where nothing is known.

    `powers` are those of the members present; `people_kinds` the kinds of those members, one entry a person.
    """

    tour_id: int
    tour_uid: str
    unit_id: int
    unit_uid: str
    call_sign: str
    kind: str
    agency: str
    organisation_id: int
    organisation_path: str
    on_break: bool
    powers: frozenset[str]
    people_kinds: tuple[str, ...]
    lon: float | None
    lat: float | None
    fixed_at: datetime | None
    received_at: datetime | None
    speed_mps: float | None
    course_deg: float | None
    accuracy_m: float | None
    is_mock: bool
    position_source: str
    post_lon: float | None
    post_lat: float | None
    post_is_station: bool
    has_radio: bool
    generated: bool
    # Of a joint tour several, that of the unit first.
    agencies: tuple[str, ...] = ()
    # It rehearses: nothing real gets it.
    is_exercise: bool = False


class Freshness(StrEnum):
    """How much the last fix of a tour is worth (invariant 10)."""

    FRESH = "fresh"
    AGED = "aged"
    STALE = "stale"
    NONE = "none"


def freshness_of(age_s: float | None, *, fresh_s: float = FRESH_S, aged_s: float = AGED_S) -> Freshness:
    """The worth of a fix `age_s` seconds old: up to `fresh_s` fresh, up to `aged_s` aged, then stale; None: no fix."""
    if age_s is None:
        return Freshness.NONE
    if age_s <= fresh_s:
        return Freshness.FRESH
    return Freshness.AGED if age_s <= aged_s else Freshness.STALE


@dataclass(frozen=True, slots=True)
class UnitOnDuty:
    """One row of the snapshot of who is out there. `lon`, `lat` (WGS-84 degrees) is where the unit is shown.

    `placed_by`: 'fix' (fresh or aged), 'post' (no such fix, or the phone says it was faked), 'last_fix' (an old fix
    of a unit without a post) or '' (nowhere). `state`: 'free', 'break', or what the room of the assignments says.
    """

    tour: TourOnDuty
    state: str
    age_s: float | None
    freshness: Freshness
    lon: float | None
    lat: float | None
    placed_by: str


@dataclass(frozen=True, slots=True)
class TrackPoint:
    """One fix of a track; `fixed_at` is the device's time."""

    lon: float
    lat: float
    fixed_at: datetime
    received_at: datetime
    speed_mps: float | None
    course_deg: float | None
    accuracy_m: float | None
    is_mock: bool
    device_id: int
