"""Interception ahead against brute force: a plain search for every unit, and every way walked back by hand."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from incidents.dispatch.interception import AheadTerms, Block, CarAt, UnitAt, plan_ahead
from roads.network.build import build_graph
from roads.network.export import Arrays, export_arrays
from roads.network.loader import RoadNetwork
from roads.network.placement import Placement
from roads.network.profiles import Profile
from roads.network.reach import Departure, Forward, first_by_junction, junction_roads, roads_between
from roads.network.weights import static_view
from tests.unit.network.searching import random_place
from tests.unit.network.sources import ROADS, Way, make_source, random_source

LIMIT_MS = 900_000.0


def plain_times(arrays: Arrays, places: Sequence[Placement], wait_s: float) -> dict[int, float]:
    """Seconds to every node by a textbook search over the exported arrays."""
    onward: dict[int, list[tuple[int, float]]] = defaultdict(list)
    took: dict[tuple[int, int], float] = {}
    for tail, head, travel_s, closed in zip(
        arrays["tail"].tolist(), arrays["head"].tolist(), arrays["travel_s"].tolist(), arrays["closed"].tolist(),
        strict=True,
    ):  # fmt: skip
        if not closed:
            onward[tail].append((head, travel_s))
            took[tail, head] = travel_s
    heap = [(wait_s + (1.0 - p.fraction) * took[p.tail, p.head], p.head) for p in places if (p.tail, p.head) in took]
    heapq.heapify(heap)
    found: dict[int, float] = {}
    while heap:
        at_s, node = heapq.heappop(heap)
        if node in found:
            continue
        found[node] = at_s
        for head, travel_s in onward[node]:
            if head not in found:
                heapq.heappush(heap, (at_s + travel_s, head))
    return found


def by_junction(network: RoadNetwork, times: Mapping[int, float]) -> dict[int, float]:
    found: dict[int, float] = {}
    for state, at_s in times.items():
        junction = int(network.graph.state_junction[state])
        found[junction] = min(at_s, found.get(junction, float("inf")))
    return found


def check_network(network: RoadNetwork, seed: int, units: int) -> None:
    graph, rng = network.graph, np.random.default_rng(seed)
    view = static_view(graph, Profile.DRIVE)
    arrays = export_arrays(graph, view)
    car = random_place(graph, rng)
    crews = [(random_place(graph, rng), int(rng.choice([0, 60_000]))) for _ in range(units)]
    forward = Forward(graph)
    reach = forward.search(view, [Departure(0, p.arc, p.fraction) for p in car], LIMIT_MS)
    ahead = first_by_junction(graph, reach)
    truth = {j: s for j, s in by_junction(network, plain_times(arrays, car, 0.0)).items() if s <= LIMIT_MS / 1000}
    assert abs(len(ahead) - len(truth)) <= 1, "the limit is met to the millisecond"
    for junction, (at_ms, _who, before) in ahead.items():
        assert at_ms / 1000 == pytest.approx(truth[junction], abs=0.01)
        assert before is None or ahead[before][0] <= at_ms
    departures = [Departure(who, p.arc, p.fraction, wait) for who, (places, wait) in enumerate(crews) for p in places]
    first = first_by_junction(graph, forward.search(view, departures, LIMIT_MS))
    each = [by_junction(network, plain_times(arrays, places, wait / 1000)) for places, wait in crews]
    for junction, (at_ms, who, _before) in first.items():
        soonest = min(times.get(junction, float("inf")) for times in each)
        assert at_ms / 1000 == pytest.approx(soonest, abs=0.01)
        assert each[who][junction] == pytest.approx(soonest, abs=0.01), "whoever is named is there first"
    cars = {j: CarAt(at_ms, before) for j, (at_ms, _who, before) in ahead.items()}
    crew_at = {j: UnitAt(at_ms, who) for j, (at_ms, who, _before) in first.items()}
    for age_ms in (0.0, 20_000.0, 120_000.0):
        terms = AheadTerms(age_ms, lead_ms=5_000.0, most=100)
        blocks = plan_ahead(cars, crew_at, terms)
        assert_same_plan(blocks, brute_plan(cars, crew_at, terms))
        for block in blocks:
            assert each[block.unit][block.junction] + 5.0 <= truth[block.junction] - age_ms / 1000 + 0.02


def brute_plan(car: Mapping[int, CarAt], units: Mapping[int, UnitAt], terms: AheadTerms) -> list[Block]:
    """By the words of the definition: every way that is still ahead, walked back junction by junction."""
    future = [j for j, at in car.items() if at.at_ms > terms.age_ms]
    behind: dict[int, int] = defaultdict(int)
    for junction in future:
        here: int | None = junction
        while here is not None:
            behind[here] += 1
            here = car[here].before
    best: dict[int, Block] = {}
    for junction in sorted(car):
        if junction not in units or not future:
            continue
        car_ms = car[junction].at_ms - terms.age_ms
        at_ms, unit = units[junction]
        if car_ms - at_ms < terms.lead_ms:
            continue
        block = Block(unit, junction, at_ms, car_ms, car_ms - at_ms, behind[junction] / len(future))
        rank = (-round(block.share, 9), block.car_ms, junction)
        if unit not in best or rank < (-round(best[unit].share, 9), best[unit].car_ms, best[unit].junction):
            best[unit] = block
    return sorted(best.values(), key=lambda b: (-round(b.share, 9), b.car_ms, b.junction))[: terms.most]


def assert_same_plan(found: Sequence[Block], expected: Sequence[Block]) -> None:
    assert [(b.unit, b.junction) for b in found] == [(b.unit, b.junction) for b in expected]
    assert [b.share for b in found] == pytest.approx([b.share for b in expected])


@pytest.mark.parametrize("seed", range(12))
def test_random_networks_equal_brute_force(seed: int) -> None:
    check_network(RoadNetwork(build_graph(random_source(seed))), seed, units=6)


def test_a_real_city_equals_brute_force() -> None:
    path = ROADS / "shanghai_center.osm.bz2"
    if not path.exists():
        pytest.skip("no shared road data on this machine")
    osm = pytest.importorskip("roads.reading.osm")
    check_network(RoadNetwork(build_graph(osm.read_osm(path))), 7, units=12)


def _open_road() -> RoadNetwork:
    """A street of 1,200 m from west to east, with a way off at its third junction and a lane home at every end."""
    metres = [(0.0, 0.0), (400.0, 0.0), (800.0, 0.0), (1200.0, 0.0), (800.0, 400.0)]
    ways = [Way([0, 1, 2, 3], name="长街"), Way([2, 4], name="北巷")]
    return RoadNetwork(build_graph(make_source(metres, ways)))


def test_the_next_junction_ahead_is_worth_all_ways() -> None:
    network = _open_road()
    view = static_view(network.graph, Profile.DRIVE)
    (car,) = network.snap(0.0005, 0.0, course_deg=90.0, speed_mps=10.0)
    (unit,) = network.snap(*(x / 111_195.0 for x in (790.0, 390.0)), course_deg=180.0, speed_mps=10.0)
    forward = Forward(network.graph)
    cars = [Departure(0, car.arc, car.fraction)]
    reach = forward.search(view, cars, LIMIT_MS)
    ahead = {j: CarAt(ms, before) for j, (ms, _who, before) in first_by_junction(network.graph, reach).items()}
    crews = first_by_junction(network.graph, forward.search(view, [Departure(0, unit.arc, unit.fraction)], LIMIT_MS))
    (block,) = plan_ahead(ahead, {j: UnitAt(ms, who) for j, (ms, who, _b) in crews.items()}, AheadTerms(0.0, 10_000.0))
    assert junction_roads(network.graph, block.junction) == ("北巷", "长街")
    assert block.car_ms - block.unit_ms == block.lead_ms > 10_000.0
    at_10_s, at_60_s = (roads_between(network.graph, view, reach, cars, 0.0, ms) for ms in (10_000.0, 60_000.0))
    assert len(at_10_s) == 1 and len(at_60_s) >= 1
    (line,) = at_10_s
    assert (line[-1][0] - line[0][0]) * 111_195.0 == pytest.approx(25 / 3.6 * 10, abs=1.0), "25 km/h, eastwards"
    outer = roads_between(network.graph, view, reach, cars, 10_000.0, 20_000.0)
    assert outer[0][0] == line[-1], "the outer ring begins where the inner ends"
    assert roads_between(network.graph, view, reach, cars, 0.0, 600_000.0, most=1) != []
