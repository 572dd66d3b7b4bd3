"""The K nearest units, against plain shortest paths that share no code with the search."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from roads.network.build import build_graph
from roads.network.export import export_arrays
from roads.network.graph import RoadGraph
from roads.network.live import EdgeClosure, live_arrays
from roads.network.loader import RoadNetwork
from roads.network.nearest import Nearest, NearestResult, Units, seeds_of
from roads.network.oracle import Oracle, verify_snapshot
from roads.network.placement import Placement
from roads.network.profiles import INF, Profile, default_hour_factors
from roads.network.snap import place_on_edge
from roads.network.weights import static_view
from tests.unit.network.searching import arc_places, assert_same, random_place, search
from tests.unit.network.sources import Restriction, Way, make_source, random_source


@pytest.mark.parametrize("seed", range(40))
def test_random_networks_match_plain_dijkstra(seed: int) -> None:
    """200 cases: turn restrictions, one-ways, loops, partial closures, penalties and offsets together."""
    rng = np.random.default_rng(seed)
    graph = build_graph(random_source(seed))
    closures = []
    for _ in range(int(rng.integers(0, 6))):
        a, b = sorted(rng.random(2).tolist()) if rng.random() < 0.6 else (0.0, 1.0)
        closures.append(
            EdgeClosure(
                int(rng.integers(0, graph.edge_count)),
                a,
                b,
                int(rng.integers(-1, 2)),
                bool(rng.random() < 0.7),
                int(rng.integers(0, 90_000)),
            )
        )
    live = live_arrays(graph, closures, None, None, default_hour_factors())
    oracle = Oracle(export_arrays(graph, static_view(graph, Profile.DRIVE, live)))
    for _ in range(5):
        count = int(rng.integers(1, 25))
        units = [random_place(graph, rng) for _ in range(count)]
        offsets = rng.choice([0, 0, 60_000, 120_000, 7_345], count).tolist()
        incident = random_place(graph, rng)
        if rng.random() < 0.4:
            units[0] = [incident[0]]
        k = int(rng.integers(1, 8))
        expected = verify_snapshot(
            oracle, arc_places(incident), [arc_places(u) for u in units], [o / 1000 for o in offsets], k
        )
        assert_same(search(graph, live, incident, units, k, offsets), expected)


def line() -> RoadGraph:
    """Three two-way pieces of 1,000 m in a row, 36 km/h (0.8 x 45): 100 s each."""
    ends = [(0, 0), (1000, 0), (2000, 0), (3000, 0)]
    return build_graph(make_source(ends, [Way([i, i + 1], kmh=45.0) for i in range(3)]))


def on_line(graph: RoadGraph, metre: float, heading_east: bool | None = None) -> list[Placement]:
    edge = min(2, int(metre // 1000))
    both = place_on_edge(graph, edge, metre / 1000 - edge)
    return both if heading_east is None else [both[0] if heading_east else both[1]]


def totals(result: NearestResult) -> dict[int, float]:
    return {near.unit: round(near.total_ms / 1000) for near in result.units}


def test_unit_on_the_same_arc_before_and_behind() -> None:
    graph = line()
    units = [on_line(graph, 1200, True), on_line(graph, 1600, True)]
    result = search(graph, None, on_line(graph, 1500), units, 5)
    # The second has passed: to the end of its piece, and back on the other carriageway.
    assert totals(result) == {0: 30, 1: 40 + 50}


def test_block_is_reached_from_either_side_and_not_crossed() -> None:
    graph = line()
    live = live_arrays(graph, [EdgeClosure(1, 0.4, 0.6)], None, None, default_hour_factors())
    west, east = on_line(graph, 500), on_line(graph, 2500)
    inside = search(graph, live, on_line(graph, 1500), [west, east], 5)
    assert totals(inside) == {0: 50 + 40, 1: 50 + 40}
    beyond = search(graph, live, on_line(graph, 1800), [west, east], 5)
    assert totals(beyond) == {1: 50 + 20}
    before = search(graph, live, on_line(graph, 1200), [west, east], 5)
    assert totals(before) == {0: 50 + 20}


def test_unit_on_the_blocked_arc() -> None:
    graph = line()
    live = live_arrays(graph, [EdgeClosure(1, 0.4, 0.6)], None, None, default_hour_factors())
    units = [on_line(graph, 1300, True), on_line(graph, 1700, True), on_line(graph, 1450, True)]
    # Before the block: up to it. Beyond it, and from inside it: free to leave.
    assert totals(search(graph, live, on_line(graph, 1500), units[:1], 5)) == {0: 10}
    assert totals(search(graph, live, on_line(graph, 2500), units, 5)) == {1: 30 + 50, 2: 55 + 50}


def test_unit_facing_a_block_turns_round() -> None:
    network = RoadNetwork(line())
    live = live_arrays(network.graph, [EdgeClosure(1, 0.4, 0.6)], None, None, default_hour_factors())
    view = static_view(network.graph, Profile.DRIVE, live)
    facing = on_line(network.graph, 1300, True)
    unit = network.alternatives(facing, view=view)
    assert len(unit) == 2
    assert totals(search(network.graph, live, on_line(network.graph, 500), [facing, unit], 5)) == {1: 30 + 50}
    away = on_line(network.graph, 1300, False)
    assert network.alternatives(away, view=view) == away


def test_penalty_is_added_and_one_way_closure_closes_one_side() -> None:
    graph = line()
    factors = default_hour_factors()
    works = live_arrays(graph, [EdgeClosure(1, blocked=False, penalty_ms=60_000)], None, None, factors)
    assert totals(search(graph, works, on_line(graph, 2500), [on_line(graph, 500)], 1)) == {0: 50 + 160 + 50}
    eastward = live_arrays(graph, [EdgeClosure(1, direction=1)], None, None, factors)
    assert totals(search(graph, eastward, on_line(graph, 2500), [on_line(graph, 500)], 1)) == {}
    assert totals(search(graph, eastward, on_line(graph, 500), [on_line(graph, 2500)], 1)) == {0: 200}


def test_offsets_order_ties_limit_mask_and_more_than_there_are() -> None:
    graph = line()
    incident = on_line(graph, 1500)
    units = [on_line(graph, 1700), on_line(graph, 1300), on_line(graph, 1400), on_line(graph, 0)]
    result = search(graph, None, incident, units, 10, [0, 0, 120_000, 0])
    assert [near.unit for near in result.units] == [0, 1, 2, 3]
    assert [near.total_ms for near in result.units][:2] == [result.units[0].total_ms] * 2
    assert result.units[2].drive_ms == result.units[2].total_ms - 120_000
    near = search(graph, None, incident, units, 10, [0, 0, 120_000, 0], limit_ms=100_000)
    assert [n.unit for n in near.units] == [0, 1]
    masked = search(graph, None, incident, units, 2, None, eligible=np.array([False, True, False, True]))
    assert [n.unit for n in masked.units] == [1, 3]
    assert search(graph, None, incident, [], 3).units == ()
    with pytest.raises(ValueError, match="at least 1"):
        search(graph, None, incident, units, 0)
    with pytest.raises(ValueError, match="negative"):
        Units.from_placements(units, [0, 0, -1, 0])


def test_a_far_unit_with_no_offset_beats_a_near_one_that_must_turn_out() -> None:
    graph = line()
    units = [on_line(graph, 1490), on_line(graph, 100)]
    result = search(graph, None, on_line(graph, 1500), units, 1, [150_000, 0])
    assert [n.unit for n in result.units] == [1]


def test_budget_goes_on_and_says_so() -> None:
    graph = build_graph(random_source(3))
    rng = np.random.default_rng(0)
    units = [random_place(graph, rng) for _ in range(10)]
    incident = random_place(graph, rng)
    told: list[int] = []
    small = search(graph, None, incident, units, 5, settled_budget=4, on_budget=told.append)
    large = search(graph, None, incident, units, 5)
    assert small.over_budget and not large.over_budget
    assert told == [4]
    assert small.units == large.units and small.settled == large.settled


def test_order_of_nodes_does_not_change_the_answer() -> None:
    """The same streets with nodes and ways listed in another order give the same totals."""
    source = random_source(5, restrictions=0)
    rng = np.random.default_rng(9)
    new_place = rng.permutation(source.node_count)
    old_place = np.argsort(new_place)
    values = {name: getattr(source, name) for name in source.__slots__}
    values.update(
        lon=source.lon[old_place], lat=source.lat[old_place], way_nodes=new_place[source.way_nodes].astype(np.int32)
    )
    first, second = build_graph(source), build_graph(type(source)(**values))
    assert first.counts == second.counts
    places = [(int(rng.integers(0, first.edge_count)), float(rng.random())) for _ in range(30)]
    usable = [p for p in places if not first.edge_island[p[0]] and place_on_edge(first, *p)]
    answers = [
        search(g, None, place_on_edge(g, *usable[0]), [place_on_edge(g, *p) for p in usable[1:]], 5)
        for g in (first, second)
    ]
    assert [(n.unit, n.total_ms) for n in answers[0].units] == [(n.unit, n.total_ms) for n in answers[1].units]


def test_profiles_walkers_ignore_one_way_and_emergency_goes_against_it_slowly() -> None:
    square = [(0, 0), (1000, 0), (1000, 1000), (0, 1000)]
    ring = [Way([i, (i + 1) % 4], oneway=1, kmh=45.0) for i in range(4)]
    network = RoadNetwork(build_graph(make_source(square, ring)))
    incident = network.snap(500 / 111_195, 0.0)
    unit = [network.snap(1000 / 111_195, 500 / 111_195)]
    drive = network.nearest(incident, Units.from_placements(unit), 1)
    assert drive.units[0].total_ms / 1000 == pytest.approx(300, abs=2)
    emergency = network.nearest(incident, Units.from_placements(unit), 1, profile=Profile.EMERGENCY)
    assert emergency.units[0].total_ms < drive.units[0].total_ms
    on_foot = [network.alternatives(p, Profile.FOOT) for p in (incident, unit[0])]
    foot = network.nearest(on_foot[0], Units.from_placements(on_foot[1:]), 1, profile=Profile.FOOT)
    assert round(foot.units[0].total_ms / 1000) == pytest.approx(1000 / (5 / 3.6), abs=5)


def test_threads_have_their_own_labels() -> None:
    graph = build_graph(random_source(7, side=12))
    rng = np.random.default_rng(1)
    searcher, view = Nearest(graph), static_view(graph, Profile.DRIVE)
    units = Units.from_placements([random_place(graph, rng) for _ in range(20)])
    seeds = [seeds_of(random_place(graph, rng)) for _ in range(100)]
    alone = [searcher.search(view, units, *s, 5).units for s in seeds]
    together: list[list[tuple[object, ...]]] = [[] for _ in range(4)]

    def work(slot: int) -> None:
        together[slot] = [searcher.search(view, units, *s, 5).units for s in seeds]

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(answers == alone for answers in together)


def test_labels_survive_the_wrap_of_generations() -> None:
    graph = line()
    searcher, view = Nearest(graph), static_view(graph, Profile.DRIVE)
    units = Units.from_placements([on_line(graph, 100), on_line(graph, 2900)])
    seeds = seeds_of(on_line(graph, 1500))
    first = searcher.search(view, units, *seeds, 2).units
    searcher.workspace()._generation = 2
    assert [searcher.search(view, units, *seeds, 2).units for _ in range(4)] == [first] * 4


def test_unrelated_restriction_count() -> None:
    """A restriction over a via way is left out and counted."""
    ends = [(0, 0), (1000, 0), (2000, 0), (1000, 500)]
    ways = [Way([0, 1]), Way([1, 2]), Way([1, 3])]
    graph = build_graph(make_source(ends, ways, [Restriction(0, -1, 2, via_way=1)]))
    assert graph.skipped == {"restriction_via_way": 1}
    assert int((graph.base_ms[Profile.DRIVE] < INF).sum()) == 6
