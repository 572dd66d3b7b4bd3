"""Points on the road: carriageway, heading, far points."""

from __future__ import annotations

import numpy as np
import pytest

from roads.network.build import build_graph
from roads.network.placement import OFF_NETWORK_M
from roads.network.profiles import INF, Profile
from roads.network.snap import FAR_M, Snapper
from tests.unit.network.sources import DEGREE_M, Way, make_source, random_source

# A divided road (eastbound south, westbound north, 20 m apart), a two-way road crossing it, ends joined.
PLACES = [(0, 0), (1000, 0), (1000, 20), (0, 20), (500, 300), (500, 0), (500, 20)]
WAYS = [
    Way([0, 5, 1], oneway=1, name="人民路"),
    Way([2, 6, 3], oneway=1, name="人民路"),
    Way([1, 2]),
    Way([3, 0]),
    Way([5, 6, 4], name="北街"),
]


@pytest.fixture(scope="module")
def snapper() -> Snapper:
    return Snapper(build_graph(make_source(PLACES, WAYS)))


def at(x: float, y: float) -> tuple[float, float]:
    return x / DEGREE_M, y / DEGREE_M


def bearing_of(snapper: Snapper, arc: int) -> float:
    g = snapper.graph
    dx = g.state_lon[g.arc_head[arc]] - g.state_lon[g.arc_tail[arc]]
    dy = g.state_lat[g.arc_head[arc]] - g.state_lat[g.arc_tail[arc]]
    return float(np.degrees(np.arctan2(dx, dy)) % 360)


def test_heading_picks_the_carriageway(snapper: Snapper) -> None:
    # 8 m from the southern one, 12 m from the northern one.
    for course, expected in ((90.0, 90.0), (270.0, 270.0), (60.0, 90.0), (300.0, 270.0)):
        placed = snapper.snap(*at(250, 8), course_deg=course, speed_mps=12.0)
        assert len(placed) == 1
        assert bearing_of(snapper, placed[0].arc) == pytest.approx(expected, abs=1)
    slow = snapper.snap(*at(250, 8), course_deg=270.0, speed_mps=0.5)
    assert bearing_of(snapper, slow[0].arc) == pytest.approx(90, abs=1)
    across = snapper.snap(*at(250, 8), course_deg=0.0, speed_mps=12.0)
    assert bearing_of(snapper, across[0].arc) == pytest.approx(90, abs=1)


def test_two_way_road_gives_both_arcs_without_a_heading_and_one_with(snapper: Snapper) -> None:
    both = snapper.snap(*at(503, 160))
    assert len(both) == 2 and both[0].fraction == pytest.approx(1 - both[1].fraction)
    assert both[0].fraction == pytest.approx(0.5, abs=0.01)
    assert both[0].distance_m == pytest.approx(3, abs=0.1)
    north = snapper.snap(*at(503, 160), course_deg=10.0, speed_mps=8.0)
    assert len(north) == 1 and bearing_of(snapper, north[0].arc) == pytest.approx(0, abs=1)


def test_incident_on_a_divided_road_is_reachable_on_either_side(snapper: Snapper) -> None:
    placed = snapper.snap(*at(250, 3), both_carriageways=True)
    assert [round(bearing_of(snapper, p.arc)) for p in placed] == [90, 270]
    assert len(snapper.snap(*at(250, 3))) == 1


def test_far_points_are_answered_with_their_distance(snapper: Snapper) -> None:
    near, far = snapper.snap(*at(250, -900))[0], snapper.snap(1.0, 1.0)[0]
    assert near.distance_m == pytest.approx(900, abs=2) and near.distance_m > FAR_M
    assert far.distance_m > 100_000
    assert snapper.snap(*at(250, -900), max_m=FAR_M) == []
    with pytest.raises(ValueError, match="finite"):
        snapper.snap(float("nan"), 0.0)


def test_nearest_edge_agrees_with_trying_all() -> None:
    graph = build_graph(random_source(4, side=15))
    snapper = Snapper(graph)
    rng = np.random.default_rng(2)
    drive = np.flatnonzero(graph.edge_island == 0)
    for _ in range(200):
        x, y = rng.uniform(-300, 1800, 2)
        lon, lat = at(float(x), float(y))
        found = snapper.snap(lon, lat)[0]
        best = min(
            _distance(graph, int(e), lon, lat) for e in drive if bool((graph.base_ms[0][graph.edge_arc[e]] < INF).any())
        )
        assert found.distance_m == pytest.approx(best, abs=0.01)
        assert graph.base_ms[Profile.DRIVE, found.arc] < INF


def _distance(graph: object, edge: int, lon: float, lat: float) -> float:
    x, y = graph.edge_shape(edge)  # type: ignore[attr-defined]
    p = np.array([lon, lat])
    best = np.inf
    for a, b in zip(np.c_[x, y][:-1], np.c_[x, y][1:], strict=True):
        d = b - a
        t = 0.0 if not d.any() else float(np.clip((p - a) @ d / (d @ d), 0, 1))
        best = min(best, float(np.hypot(*(a + t * d - p))) * DEGREE_M)
    return best


def test_a_unit_far_from_every_road_is_nowhere_an_incident_is_not(snapper: Snapper) -> None:
    for metres, found in ((OFF_NETWORK_M - 50, True), (OFF_NETWORK_M + 50, False), (60_000, False)):
        place = at(250, -metres)
        assert bool(snapper.snap(*place, max_m=OFF_NETWORK_M)) is found, metres
        assert snapper.snap(*place)[0].distance_m == pytest.approx(metres, rel=0.01)
