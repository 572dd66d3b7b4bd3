"""Real cities, where the shared data is on this machine."""

from __future__ import annotations

import numpy as np
import pytest

from roads.network.build import build_graph
from roads.network.export import export_arrays
from roads.network.loader import RoadNetwork
from roads.network.nearest import Units
from roads.network.oracle import Oracle, verify_snapshot
from roads.network.profiles import INF, Profile
from roads.network.weights import static_view
from tests.unit.network.searching import arc_places, assert_same, random_place
from tests.unit.network.sources import ROADS

CITIES = {
    "shanghai_center.osm.bz2": (3_600, 5_500),
    "guixi_mapofgx.osm.bz2": (150, 600),
    "porto_portugal.osm.pbf": (50_000, 80_000),
}


@pytest.fixture(scope="module", params=sorted(CITIES))
def city(request: pytest.FixtureRequest) -> tuple[str, RoadNetwork]:
    if not (ROADS / request.param).exists():
        pytest.skip("no shared road data on this machine")
    osm = pytest.importorskip("roads.reading.osm")
    return request.param, RoadNetwork(build_graph(osm.read_osm(ROADS / request.param)))


def test_size_and_lengths(city: tuple[str, RoadNetwork]) -> None:
    name, network = city
    low, high = CITIES[name]
    assert low <= network.graph.junction_count <= high
    drive = np.asarray(network.graph.base_ms[Profile.DRIVE]) < INF
    pairs = network.graph.arc_tail[drive].astype(np.int64) * network.graph.state_count + network.graph.arc_head[drive]
    assert np.unique(pairs).size == pairs.size
    if name.startswith("porto"):
        assert network.graph.counts["restrictions"] > 100


def test_five_nearest_equal_plain_dijkstra(city: tuple[str, RoadNetwork]) -> None:
    _, network = city
    rng = np.random.default_rng(3)
    oracle = Oracle(export_arrays(network.graph, static_view(network.graph, Profile.DRIVE)))
    places = [random_place(network.graph, rng) for _ in range(200)]
    offsets = rng.choice([0, 60_000, 120_000], len(places)).tolist()
    units = Units.from_placements(places, offsets)
    plain = [arc_places(p) for p in places]
    for _ in range(10):
        incident = random_place(network.graph, rng)
        expected = verify_snapshot(oracle, arc_places(incident), plain, [o / 1000 for o in offsets], 5)
        assert_same(network.nearest(incident, units, 5), expected)


def test_every_snap_lies_on_a_road_cars_may_use(city: tuple[str, RoadNetwork]) -> None:
    _, network = city
    g, rng = network.graph, np.random.default_rng(4)
    for s in rng.integers(0, g.state_count, 100).tolist():
        lon, lat = float(g.state_lon[s]) + rng.normal(0, 2e-4), float(g.state_lat[s]) + rng.normal(0, 2e-4)
        placed = network.snap(lon, lat, course_deg=float(rng.uniform(0, 360)), speed_mps=float(rng.uniform(0, 20)))
        assert placed and all(g.base_ms[Profile.DRIVE, p.arc] < INF for p in placed)
        assert all(0.0 <= p.fraction <= 1.0 and p.distance_m < 600 for p in placed)
        assert all(g.arc_edge[p.arc] == p.edge_no and g.arc_tail[p.arc] == p.tail for p in placed)
