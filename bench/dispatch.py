"""`dispatch`: the five nearest of N units to an incident by road travel time.

CPU is process time, the best of 5 x 1,000 queries through the public call, weights from the reader. Units and
incidents are uniform over the edges of the network. Every network is checked against plain scipy Dijkstra over the
export, also with 5 % of all arcs closed. n in the settled bound is the number of junctions of the search graph.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from bench import dispatch_peers as peers
from bench.networks import BenchNetwork, generated, porto, shanghai
from bench.report import Report, cpu_ms, percentile
from roads.network.expand import expand_arcs, expanded_seeds
from roads.network.export import export_arrays
from roads.network.live import LiveArrays
from roads.network.loader import RoadNetwork
from roads.network.nearest import Nearest, Units, seeds_of
from roads.network.oracle import ArcPlace, Oracle
from roads.network.placement import Placement
from roads.network.profiles import INF, Profile
from roads.network.weights import static_view

K = 5
QUERIES = 1000
COUNTS = (100, 1_000, 10_000)
TOLERANCE_S = 0.1
STATIONS = 20
STATION_RADIUS_M = 1_000.0


def exact(
    oracle: Oracle, unit: Units, network: BenchNetwork, incidents: list[list[Placement]], live: LiveArrays | None
) -> int:
    """How many of the incidents got the five totals of plain Dijkstra, within 0.1 s."""
    g = network.graph
    tail, head = np.asarray(g.arc_tail)[unit.arc].astype(np.int64), np.asarray(g.arc_head)[unit.arc].astype(np.int64)
    right = 0
    for incident in incidents:
        if live is None:
            found = network.network.nearest(incident, unit, K).units
        else:
            view = static_view(g, Profile.DRIVE, live)
            found = Nearest.search(network.network.searcher, view, unit, *seeds_of(incident), K).units
        places = [ArcPlace(p.tail, p.head, p.fraction) for p in incident]
        totals = oracle.totals_s(places, unit.unit.astype(np.int64), tail, head, unit.fraction, unit.offset_ms / 1000.0)
        best = np.sort(totals[np.isfinite(totals)])[:K]
        ours = np.array([n.total_ms / 1000.0 for n in found])
        by_unit = all(abs(totals[n.unit] - n.total_ms / 1000.0) <= TOLERANCE_S for n in found)
        right += int(ours.size == best.size and by_unit and bool(np.all(np.abs(ours - best) <= TOLERANCE_S)))
    return right


def closed_share(network: BenchNetwork, share: float, rng: np.random.Generator) -> LiveArrays:
    """The base times with a share of all road arcs blocked."""
    g = network.graph
    weight = np.array(g.base_ms)
    arcs = rng.choice(np.flatnonzero(g.arc_edge >= 0), int(g.arc_count * share), replace=False)
    weight[:, arcs] |= INF
    to = np.zeros(g.arc_count, np.float32)
    to[arcs] = 1.0
    return LiveArrays(weight, np.zeros(g.arc_count, np.float32), to)


def measure(
    network: BenchNetwork, units: Units, incidents: list[list[Placement]]
) -> tuple[float, list[float], list[int]]:
    """CPU ms a query, wall times in ms and settled states of the last round."""
    net: RoadNetwork = network.network
    net.nearest(incidents[0], units, K)
    cpu = cpu_ms(lambda: [net.nearest(incident, units, K) for incident in incidents], len(incidents))
    walls, settled = [], []
    for incident in incidents:
        start = time.perf_counter()
        settled.append(net.nearest(incident, units, K).settled)
        walls.append((time.perf_counter() - start) * 1000.0)
    return cpu, walls, settled


def uniform(report: Report, network: BenchNetwork, checked: int) -> dict[int, float]:
    """Units uniform: CPU, settled, exactness. Returns CPU ms by N."""
    rng = np.random.default_rng(11)
    incidents = network.places(QUERIES, rng)
    oracle, closed = network.oracle(), closed_share(network, 0.05, rng)
    closed_oracle = Oracle(export_arrays(network.graph, static_view(network.graph, Profile.DRIVE, closed)))
    cpu_by_count = {}
    for count in COUNTS:
        units = network.units(count, rng)
        right = exact(oracle, units, network, incidents[:checked], None)
        right += exact(closed_oracle, units, network, incidents[:checked], closed)
        cpu, walls, settled = measure(network, units, incidents)
        median = float(np.median(settled))
        bound = 1.3 * K * network.junctions / count + 10
        case = f"{network.name} n={network.junctions:,} N={count:,}"
        report.row(f"{case} CPU", cpu, "ms")
        report.row(f"{case} wall p50", percentile(walls, 0.5), "ms")
        report.row(f"{case} wall p99", percentile(walls, 0.99), "ms")
        report.row(f"{case} settled p50", median, "states", bound, "bound 1.3*5n/N+10")
        report.row(f"{case} exact of {2 * checked}", float(right), "incidents")
        cpu_by_count[count] = cpu
        _tally(report, right == 2 * checked, median <= bound)
    fresh = [network.units(1_000, rng) for _ in range(20)]
    net = network.network
    cpu = cpu_ms(lambda: [net.nearest(i, u, K) for i, u in zip(incidents[:20], fresh, strict=True)], 20)
    report.row(f"{network.name} N=1,000 CPU, other units every query", cpu, "ms")
    return cpu_by_count


def _tally(report: Report, right: bool, within: bool) -> None:
    for name, ok in (("exact_all", right), ("settled_bound", within)):
        before = report.checks.get(name, {"ok": True, "value": True})
        good = bool(before["ok"]) and ok
        report.checks[name] = {"value": good, "target": "every row", "ok": good}


def clustered(report: Report, network: BenchNetwork, queries: int) -> None:
    """1,000 units at 20 stations, and all in one corner."""
    rng = np.random.default_rng(12)
    g = network.graph
    incidents = network.places(queries, rng)
    posts = rng.integers(0, g.state_count, STATIONS)
    around = [network.edges_around(float(g.state_lon[s]), float(g.state_lat[s]), STATION_RADIUS_M) for s in posts]
    stations = [place for near in around for place in network.places(1_000 // STATIONS, rng, near)]
    west, south = float(np.min(g.state_lon)), float(np.min(g.state_lat))
    corner = network.places(1_000, rng, network.edges_around(west, south, 2 * STATION_RADIUS_M))
    net = network.network
    for label, places in (("at 20 stations", stations), ("all in one corner", corner)):
        units = Units.from_placements(places)
        results = [net.nearest(i, units, K) for i in incidents]
        cpu = cpu_ms(lambda units=units: [net.nearest(i, units, K) for i in incidents], queries, rounds=2)  # type: ignore[misc]
        case = f"{network.name} N=1,000 {label}"
        report.row(f"{case} CPU", cpu, "ms")
        report.row(f"{case} settled p50", float(np.median([r.settled for r in results])), "states")
        report.row(f"{case} over the budget", sum(r.over_budget for r in results) / queries, "share")


def with_turns(report: Report, network: BenchNetwork, checked: int) -> float:
    """N = 1,000 on the arc-based expansion (U-turns only at dead ends); CPU ms a query."""
    rng = np.random.default_rng(13)
    expanded, state = expand_arcs(network.graph)
    view = RoadNetwork(expanded).weights.current(Profile.DRIVE)
    searcher = Nearest(expanded)
    begin = expanded.span_drive
    rows = []
    for unit, several in enumerate(network.places(1_000, rng)):
        for p in several:
            s = int(state[p.arc])
            if begin[s, 0] < begin[s, 1]:
                rows.append((unit, int(begin[s, 0]), p.fraction))
    number, arc, fraction = (np.array(c) for c in zip(*rows, strict=True))
    units = Units(number.astype(np.int32), arc.astype(np.int32), fraction.astype(np.float64), np.zeros(1_000, np.int32))
    seeds = []
    for place in network.places(QUERIES, rng):
        pairs = [expanded_seeds(expanded, int(state[p.arc]), p.fraction) for p in place]
        seeds.append((np.concatenate([a for a, _ in pairs]), np.concatenate([f for _, f in pairs])))
    results = [searcher.search(view, units, *seed, K) for seed in seeds]
    cpu = cpu_ms(lambda: [searcher.search(view, units, *seed, K) for seed in seeds], QUERIES)
    oracle = Oracle(export_arrays(expanded, view))
    right = 0
    for seed, result in zip(seeds[:checked], results[:checked], strict=True):
        places = [
            ArcPlace(int(expanded.arc_tail[a]), int(expanded.arc_head[a]), float(f)) for a, f in zip(*seed, strict=True)
        ]
        tail, head = (np.asarray(a)[arc].astype(np.int64) for a in (expanded.arc_tail, expanded.arc_head))
        numbers = units.unit.astype(np.int64)
        totals = oracle.totals_s(places, numbers, tail, head, units.fraction, np.zeros(1_000))
        best = np.sort(totals)[:K]
        right += int(np.allclose(best, [n.total_ms / 1000.0 for n in result.units], atol=TOLERANCE_S))
    case = f"{network.name} N=1,000 with turns"
    report.row(f"{case} CPU", cpu, "ms")
    report.row(f"{case} settled p50", float(np.median([r.settled for r in results])), "states")
    report.row(f"{case} exact of {checked}", float(right), "incidents")
    _tally(report, right == checked, True)
    return cpu


def run(json: bool = False) -> dict[str, Any]:
    """The whole benchmark; see the module's text. `json` changes nothing here (the caller prints)."""
    report = Report("dispatch")
    report.checks.update(exact_all={"value": True, "target": "every row", "ok": True})
    city = shanghai()
    if city is None:
        report.skip("Shanghai", "no shared road data on this machine")
    else:
        cpu = uniform(report, city, 20)
        clustered(report, city, 200)
        peers.networkx_peer(report, city, cpu[1_000])
        peers.pgrouting_peer(report, city, cpu[1_000])
    real = porto()
    if real is None:
        report.skip("Porto", "no shared road data on this machine")
    else:
        cpu = uniform(report, real, 20)
        clustered(report, real, 200)
        peers.scipy_peer(report, real, cpu[1_000])
        peers.cch_peer(report, real, cpu)
        with_turns(report, real, 5)
    middle = generated(316)
    cpu = uniform(report, middle, 10)
    clustered(report, middle, 100)
    report.check("cpu_100k", cpu[1_000], "<= 0.08 ms", cpu[1_000] <= 0.08)
    turns = with_turns(report, middle, 5)
    report.check("cpu_100k_turns", turns, "<= 0.25 ms", turns <= 0.25)
    large = generated(1000)
    cpu = uniform(report, large, 3)
    clustered(report, large, 20)
    report.check("cpu_1m", cpu[1_000], "<= 1 ms", cpu[1_000] <= 1.0)
    peers.straight_line_peers(report, large, cpu[1_000])
    return report.as_dict()
