"""What the generator hands out: a road source and the plain descriptions that go with it."""

from __future__ import annotations

from dataclasses import dataclass

from roads.network.source import RoadClass, SourceNetwork

Ring = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Post:
    """A kilometre post: metre of the axis (WGS-84 spheroid, from its first node) and the chainage painted on it."""

    distance_m: float
    chainage_m: float


@dataclass(frozen=True, slots=True)
class CountyAxis:
    """A road as people name it.

    `nodes` index the node arrays of the source: the reference (下行, down) line, in driving order. `up_nodes` is the
    opposite carriageway in its own driving order (against `nodes`) where the carriageways are apart on at least a part,
    else None; on single stretches it shares the nodes of the down line. `posts` grow in both numbers; the first lies at
    metre 0 (chainage `chainage_start_m`), the last at the end.
    """

    code: str
    name: str
    road_class: RoadClass
    nodes: tuple[int, ...]
    up_nodes: tuple[int, ...] | None
    posts: tuple[Post, ...]
    chainage_start_m: float
    length_m: float


@dataclass(frozen=True, slots=True)
class Town:
    """A town with its district, a closed ring of (lon, lat)."""

    name: str
    lon: float
    lat: float
    weight: float
    district: Ring


@dataclass(frozen=True, slots=True)
class Village:
    """A village and the town it belongs to."""

    name: str
    lon: float
    lat: float
    town: str


@dataclass(frozen=True, slots=True)
class Place:
    """A place that callers name. `kind`: bus_station, school, hospital, market, government, village, bridge,
    interchange."""

    name: str
    kind: str
    lon: float
    lat: float
    town: str


@dataclass(frozen=True, slots=True)
class County:
    """The generated county. All coordinates WGS-84 degrees; rings and lines as tuples of (lon, lat)."""

    name: str
    seed: int
    asked_nodes: int
    junction_count: int
    source: SourceNetwork
    axes: tuple[CountyAxis, ...]
    towns: tuple[Town, ...]
    villages: tuple[Village, ...]
    places: tuple[Place, ...]
    outline: Ring
    river: Ring
    railway: Ring
    coast: Ring
    bounds: tuple[float, float, float, float]
    area_km2: float
