"""Who is around a point: every unit whose position one may see, in order of its time by road. Nobody is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyproj import Geod

from core import clock
from incidents.dispatch.placing import Start, start_of
from incidents.dispatch.rounding import rounded_spots
from incidents.dispatch.types import Reached, Spot, Tier, UnitSnapshot, UnitStart
from incidents.services.duty_roster import units_gathered
from incidents.services.gathering import policy_in_force
from incidents.services.travel import NetworkTravel, spots_of
from patrols.selectors import tours_on_duty
from roads.selectors import current_network
from stations.services import require
from stations.types import Actor, DataClass, Verb

if TYPE_CHECKING:
    from roads.selectors.routing import RoadNetwork

SPHEROID = Geod(ellps="WGS84")
SEARCH_LIMIT_MS = 2 * 3600 * 1000
MOST = 50

Placed = tuple[UnitSnapshot, Start]


def units_around(
    *, actor: Actor, lon: float, lat: float, k: int = 15, leave_out: int | None = None
) -> list[dict[str, Any]]:
    """The `k` units that would be at a WGS-84 point first, free or not, each with its time by road now (turn-out and
    the age of its position included, as dispatch counts them), metres by road and in a straight line. `leave_out`: a
    tour that is not listed (the one around which is looked). Units that no road joins to the point come last, by
    distance.

    Raises Forbidden without the right to positions, Unavailable without a network.
    """
    require(actor, Verb.VIEW, DataClass.POSITION)
    now = clock.now()
    visible = {tour.tour_id for tour in tours_on_duty(actor=actor, at=now)} - {leave_out}
    network, policy = current_network(), policy_in_force()
    units, _roster = units_gathered(network, now)
    placed: list[Placed] = []
    for unit in units:
        start = start_of(unit, policy, "drive") if unit.tour_id in visible else None
        if start is not None:
            placed.append((unit, start))
    target = rounded_spots(spots_of(network.snap(lon, lat, both_carriageways=True)))
    reached = _reached(network, target, placed, k)
    rows = [_row(network, placed[one.unit], one, target, lon, lat) for one in reached[:k]]
    if len(rows) < k:
        found = {row["tour_id"] for row in rows}
        rest = [_row(network, each, None, target, lon, lat) for each in placed if each[0].tour_id not in found]
        rows += sorted(rest, key=lambda row: (row["line_m"], row["tour_id"]))[: k - len(rows)]
    return rows


def _reached(network: RoadNetwork, target: tuple[Spot, ...], placed: list[Placed], k: int) -> list[Reached]:
    """The first `k` of all profiles, soonest first: foot patrols walk, all others drive."""
    starts = [UnitStart(start.position.spots, start.offset_ms) for _unit, start in placed]
    found: list[Reached] = []
    for profile in sorted({start.profile for _unit, start in placed}):
        eligible = [start.profile == profile for _unit, start in placed]
        found += NetworkTravel(network)(target, starts, eligible, k, profile, SEARCH_LIMIT_MS).reached
    return sorted(found, key=lambda one: (one.total_ms, placed[one.unit][0].tour_id))


def _row(
    network: RoadNetwork, placed: Placed, reached: Reached | None, target: tuple[Spot, ...], lon: float, lat: float
) -> dict[str, Any]:
    unit, start = placed
    position = start.position
    _forth, _back, line_m = SPHEROID.inv(position.lon, position.lat, lon, lat)
    return {
        "tour_id": unit.tour_id,
        "call_sign": unit.call_sign,
        "kind": unit.kind,
        "agency": unit.agency,
        "state": unit.state.value,
        "lon": position.lon,
        "lat": position.lat,
        "is_sure": start.tier is Tier.SURE,
        "position_age_s": unit.position_age_s,
        "travel_s": reached.total_ms / 1000.0 if reached is not None else None,
        "road_m": _road_m(network, reached, target, start.profile) if reached is not None else None,
        "line_m": round(line_m, 1),
    }


def _road_m(network: RoadNetwork, reached: Reached, target: tuple[Spot, ...], profile: str) -> float | None:
    from roads.selectors.routing import Placement, Profile

    def place(spot: Spot) -> Placement:
        return Placement(-1, spot.arc, spot.tail, spot.head, spot.fraction, 0.0, 0.0, 0.0)

    kind = Profile.FOOT if profile == "foot" else Profile.DRIVE
    route = network.route([place(reached.spot)], [place(spot) for spot in target], profile=kind)
    return round(route.road_m, 1) if route is not None else None
