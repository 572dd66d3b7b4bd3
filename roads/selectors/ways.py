"""The way from one place to another by our own network, for anybody: what is closed to the public on it is said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.gis.geos import LineString
from django.utils.translation import gettext as _

from core.errors import InvalidInput
from core.geo.srid import STORE_SRID
from roads.models import Closure
from roads.selectors.networks import current_network
from roads.selectors.segments import closures_in_force

if TYPE_CHECKING:
    from roads.network.directions import Leg

# From farther off the network nobody can be told where to turn first.
FAR_FROM_ROAD_M = 2000.0
# Closures are drawn along the axis, ways along the carriageway: so near, in degrees, they are the same road.
_SAME_ROAD_DEG = 0.0002


@dataclass(frozen=True, slots=True)
class Way:
    """`line`: (lon, lat) pairs in WGS-84 degrees; `closures`: works, controls and blocks in force on it. The network's
    times are those of units on duty: `drive_s` is how long an ordinary drive takes without the closures."""

    road_m: float
    drive_s: float
    line: tuple[tuple[float, float], ...]
    legs: tuple[Leg, ...]
    closures: tuple[Closure, ...]


def way_between(start: tuple[float, float], goal: tuple[float, float], at: datetime) -> Way | None:
    """The fastest way between two places (lon, lat); None where no road joins them.

    Raises InvalidInput for a start that is off every road, Unavailable before the first network.
    """
    from roads.network.directions import directions

    network = current_network()
    begins, ends = network.snap(*start), network.snap(*goal)
    if not begins or min(place.distance_m for place in begins) > FAR_FROM_ROAD_M:
        raise InvalidInput(
            _("您的位置离最近的道路超过 2 公里"), field="lon", value=f"{start[0]:.5f},{start[1]:.5f}",
            cure=_("请到路边再试，或按地址前往"),
        )  # fmt: skip
    route = network.route(begins, ends) if ends else None
    if route is None or len(route.lon) < 2:
        return None
    line = tuple((float(lon), float(lat)) for lon, lat in zip(route.lon, route.lat, strict=True))
    drawn = LineString(list(line), srid=STORE_SRID)
    met = closures_in_force(at).filter(geom__dwithin=(drawn, _SAME_ROAD_DEG))
    return Way(
        road_m=route.road_m,
        drive_s=route.drive_ms / 1000,
        line=line,
        legs=tuple(directions(network.graph, route)),
        closures=tuple(met),
    )
