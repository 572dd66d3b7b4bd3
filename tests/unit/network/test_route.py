"""Routes, directions and map matching."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from roads.network.build import build_graph
from roads.network.directions import Manoeuvre, directions, turn_kind
from roads.network.files import write_axes, write_graph
from roads.network.live import EdgeClosure, live_arrays
from roads.network.loader import RoadNetwork, open_network
from roads.network.matching import match_track
from roads.network.nearest import Nearest
from roads.network.profiles import Profile, default_hour_factors
from roads.network.route import find_route
from roads.network.snap import place_on_edge
from roads.network.source import WayFlag
from roads.network.weights import static_view
from tests.unit.network.searching import random_place, search
from tests.unit.network.sources import DEGREE_M, Way, make_source, random_source

TRACKS = Path(__file__).resolve().parents[4] / "shared/data/tracks"


@pytest.mark.parametrize("seed", range(20))
def test_route_takes_the_time_that_the_search_says_and_hangs_together(seed: int) -> None:
    rng = np.random.default_rng(seed)
    graph = build_graph(random_source(seed))
    closures = [EdgeClosure(int(rng.integers(0, graph.edge_count)), 0.3, 0.7) for _ in range(3)]
    live = live_arrays(graph, closures, None, None, default_hour_factors())
    view = static_view(graph, Profile.DRIVE, live)
    for _ in range(10):
        unit, incident = random_place(graph, rng), random_place(graph, rng)
        near = search(graph, live, incident, [unit], 1).units
        route = find_route(Nearest(graph), view, unit, incident)
        if not near:
            assert route is None
            continue
        assert route is not None and route.drive_ms == near[0].drive_ms
        assert unit[route.start].arc == route.steps[0].arc
        assert (route.lon[0], route.lat[0]) == pytest.approx((unit[0].lon, unit[0].lat), abs=1e-9)
        pairs = zip(route.steps, route.steps[1:], strict=False)
        for a, b in pairs:
            ends = graph.state_junction[graph.arc_head[a.arc]], graph.state_junction[graph.arc_tail[b.arc]]
            assert ends[0] == ends[1]
        drawn = float(np.hypot(np.diff(route.lon), np.diff(route.lat)).sum()) * DEGREE_M
        assert route.road_m == pytest.approx(drawn, rel=0.01, abs=0.5)
        assert sum(s.time_ms for s in route.steps) == pytest.approx(route.drive_ms, abs=len(route.steps) * 3 + 20)
        legs = directions(graph, route)
        assert legs[0].kind == Manoeuvre.DEPART and legs[-1].kind == Manoeuvre.ARRIVE
        assert sum(leg.length_m for leg in legs) == pytest.approx(route.road_m)


def test_turn_kinds() -> None:
    expected = {0: "continue", 20: "continue", 45: "slight_right", 90: "right", 150: "sharp_right", 180: "turn_round"}
    for angle, kind in expected.items():
        assert turn_kind(350.0, 350.0 + angle) == kind
        assert turn_kind(10.0, 10.0 - angle) == kind.replace("right", "left")


def test_directions_name_roads_turns_and_metres(tmp_path: Path) -> None:
    places = [(0, 0), (500, 0), (1000, 0), (1000, 800), (1000, 1600), (0, 1600)]
    ways = [
        Way([0, 1, 2], name="人民路"),
        Way([2, 3, 4], name="海滨路", ref="G98"),
        Way([4, 5], name="北街"),
        Way([5, 0]),
    ]
    graph = build_graph(make_source(places, ways))
    place = write_graph(graph, tmp_path)
    axis = np.where(graph.edge_ref >= 0, 3, -1).astype(np.int32)
    write_axes(place, axis, np.full(graph.edge_count, 12_000.0), np.full(graph.edge_count, 13_600.0))
    network = open_network(place)
    start, goal = network.snap(200 / DEGREE_M, 0.0), network.snap(900 / DEGREE_M, 1600 / DEGREE_M)
    route = network.route(start, goal)
    assert route is not None
    legs = directions(network.graph, route)
    assert [(leg.kind, leg.name, leg.ref) for leg in legs] == [
        ("depart", "人民路", ""),
        ("left", "海滨路", "G98"),
        ("left", "北街", ""),
        ("arrive", "北街", ""),
    ]
    assert [round(leg.length_m, -1) for leg in legs] == pytest.approx([800, 1590, 100, 0], abs=10)
    assert (legs[1].axis, legs[1].axis_m, legs[1].axis_to_m) == (3, 12_000.0, 13_600.0)
    assert legs[0].axis == -1 and np.isnan(legs[0].axis_m)


def test_a_roundabout_is_one_leg() -> None:
    ring = [(0, -50), (50, 0), (0, 50), (-50, 0)]
    ways = [
        Way([0, 1, 2, 3, 0], oneway=1, flags=WayFlag.ROUNDABOUT),
        Way([4, 0], name="南街"),
        Way([2, 5], name="北街"),
        Way([1, 6], name="东街"),
    ]
    network = RoadNetwork(build_graph(make_source([*ring, (0, -500), (0, 500), (500, 0)], ways)))
    south, north = network.snap(0.0, -400 / DEGREE_M), network.snap(0.0, 400 / DEGREE_M)
    route = network.route(south, north)
    assert route is not None
    legs = directions(network.graph, route)
    assert [leg.kind for leg in legs][1] == Manoeuvre.ROUNDABOUT
    assert [leg.name for leg in legs] == ["南街", "", "北街", "北街"]


def test_matching_prefers_the_road_that_goes_on() -> None:
    """A track along one of two parallel roads, with one fix nearer to the other, which joins it only far away."""
    places = [(0, 0), (2000, 0), (0, 40), (2000, 40)]
    network = RoadNetwork(build_graph(make_source(places, [Way([0, 1]), Way([2, 3]), Way([0, 2]), Way([1, 3])])))
    x = np.arange(300.0, 1700.0, 200.0)
    y = np.array([3.0, -4.0, 5.0, 24.0, 2.0, -3.0, 4.0])
    matched = match_track(network, x / DEGREE_M, y / DEGREE_M)
    assert {m.placement.edge_no for m in matched} == {matched[0].placement.edge_no}
    assert len({m.placement.arc for m in matched}) == 1 and {m.chain for m in matched} == {0}
    assert network.snap(x[3] / DEGREE_M, y[3] / DEGREE_M)[0].edge_no != matched[0].placement.edge_no


def test_matching_breaks_the_chain_where_no_road_joins_and_lets_a_car_turn() -> None:
    # A river between x = 0 and x = 300 that can only be crossed 30 km to the north.
    places = [(0, 0), (-1000, 0), (300, 0), (1300, 0), (0, 30_000), (300, 30_000)]
    network = RoadNetwork(
        build_graph(make_source(places, [Way([0, 1]), Way([2, 3]), Way([0, 4]), Way([2, 5]), Way([4, 5])]))
    )
    lon = np.array([-200.0, -100.0, 400.0, 500.0]) / DEGREE_M
    assert [m.chain for m in match_track(network, lon, np.zeros(4))] == [0, 0, 1, 1]
    back = match_track(network, np.array([500.0, 600.0, 700.0, 600.0, 500.0]) / DEGREE_M, np.zeros(5))
    assert {m.chain for m in back} == {0}
    assert back[1].placement.arc != back[4].placement.arc
    assert match_track(network, np.zeros(0), np.zeros(0)) == []
    with pytest.raises(ValueError, match="same size"):
        match_track(network, lon, np.zeros(2))


@pytest.mark.skipif(not TRACKS.exists(), reason="no shared tracks on this machine")
def test_real_taxi_run_is_matched_close_to_its_fixes() -> None:
    network = RoadNetwork(build_graph(_futian()))
    with (TRACKS / "shenzhen_futian_taxi_traj2.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    lon, lat = np.array([float(r["lon"]) for r in rows]), np.array([float(r["lat"]) for r in rows])
    matched = match_track(network, lon, lat)
    assert len(matched) == len(rows) == 14
    assert float(np.median([m.placement.distance_m for m in matched])) < 10.0
    assert {m.chain for m in matched} == {0}
    # Successive placements are joined by roads not much longer than the straight line.
    for a, b in zip(matched, matched[1:], strict=False):
        route = network.route([a.placement], [b.placement])
        assert route is not None
        straight = float(np.hypot((lon[b.fix] - lon[a.fix]) * 0.923, lat[b.fix] - lat[a.fix])) * DEGREE_M
        assert route.road_m < 2.0 * straight + 200.0


def _futian() -> object:
    networkx = pytest.importorskip("networkx")
    graph = networkx.read_graphml(TRACKS / "shenzhen_futian_G.graphml", force_multigraph=True)
    index = {n: i for i, n in enumerate(graph.nodes)}
    metres = [(float(d["x"]) * DEGREE_M, float(d["y"]) * DEGREE_M) for _, d in graph.nodes(data=True)]
    ways = []
    for a, b, d in graph.edges(data=True):
        nodes = [index[a]]
        if "geometry" in d:
            points = [p.split() for p in d["geometry"].split("(")[1].rstrip(")").split(",")]
            for x, y in points[1:-1]:
                metres.append((float(x) * DEGREE_M, float(y) * DEGREE_M))
                nodes.append(len(metres) - 1)
        nodes.append(index[b])
        if d["oneway"] == "True" or a < b:
            ways.append(Way(nodes, int(d["oneway"] == "True"), name=str(d.get("name", ""))))
    return make_source(metres, ways)


def test_placing_on_an_edge_keeps_the_fraction() -> None:
    graph = build_graph(random_source(1))
    for edge in np.flatnonzero(graph.edge_island == 0).tolist():
        for p in place_on_edge(graph, edge, 0.25):
            assert p.fraction in (0.25, 0.75)
