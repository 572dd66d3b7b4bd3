"""Who is out there now, as maps and lists show it. What an assignment makes of a unit's state is told from above."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from patrols.selectors.tours import tours_on_duty
from patrols.types import AGED_S, FRESH_S, Freshness, TourOnDuty, UnitOnDuty, freshness_of
from stations.types import Actor

StatesOf = Callable[[Collection[int]], Mapping[int, str]]
_sources: list[StatesOf] = []


LimitsOf = Callable[[], tuple[float, float]]
_limits: list[LimitsOf] = []


def freshness_limits_from(source: LimitsOf) -> None:
    """For an upper room: `source()` gives (fresh_s, aged_s) of the policy in force, so that maps and dispatch agree."""
    _limits[:] = [source]


def freshness_limits() -> tuple[float, float]:
    """(fresh_s, aged_s): up to which age of its fix a unit is fresh, and shown by its fix (invariant 10)."""
    return _limits[0]() if _limits else (FRESH_S, AGED_S)


def tour_states_from(source: StatesOf) -> None:
    """For an upper room: `source(tour ids)` gives the states of those tours that have something to do."""
    if source not in _sources:
        _sources.append(source)


def tours_busy(tour_ids: Collection[int]) -> Mapping[int, str]:
    """What those of these tours that have something to do are doing, as the upper rooms say."""
    busy: dict[int, str] = {}
    for source in _sources:
        busy.update(source(tour_ids))
    return busy


def units_on_duty(*, actor: Actor, at: datetime) -> list[UnitOnDuty]:
    """The units on duty whose positions this actor may see, in the order of their tours. Two or three statements."""
    tours = tours_on_duty(actor=actor, at=at)
    busy = tours_busy([tour.tour_id for tour in tours])
    limits = freshness_limits()
    return [_shown(tour, busy.get(tour.tour_id, ""), at, limits) for tour in tours]


def _shown(tour: TourOnDuty, busy: str, at: datetime, limits: tuple[float, float]) -> UnitOnDuty:
    age_s = None if tour.fixed_at is None else max(0.0, (at - tour.fixed_at).total_seconds())
    freshness = freshness_of(age_s, fresh_s=limits[0], aged_s=limits[1])
    lon, lat, placed_by = tour.lon, tour.lat, "fix"
    if freshness in (Freshness.STALE, Freshness.NONE) or tour.is_mock:
        if tour.post_lon is not None:
            lon, lat, placed_by = tour.post_lon, tour.post_lat, "post"
        else:
            placed_by = "last_fix" if lon is not None else ""
    state = busy or ("break" if tour.on_break else "free")
    return UnitOnDuty(tour, state, age_s, freshness, lon, lat, placed_by)
