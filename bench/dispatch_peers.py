"""The peers of `dispatch`, measured in the same run on the same units and incidents."""

from __future__ import annotations

import heapq
import importlib
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse.csgraph import dijkstra

from bench.networks import BenchNetwork
from bench.report import Report, cpu_ms, percentile
from roads.network.export import export_arrays
from roads.network.nearest import Units
from roads.network.placement import Placement
from roads.network.profiles import Profile

K = 5
ROOT = Path(__file__).resolve().parents[1]
PACKAGES = Path(os.environ.get("LUZHANG_VAR", ROOT / "var")) / "bench-packages"
QUERY_LIMIT_MS = 60_000
STRAIGHT_INCIDENTS = 300
SLOWER_MS = 1_000


def _arrays(network: BenchNetwork) -> dict[str, np.ndarray[Any, Any]]:
    return export_arrays(network.graph, network.network.weights.current(Profile.DRIVE))


def scipy_peer(report: Report, network: BenchNetwork, ours_ms: float) -> None:
    """scipy's Dijkstra over the reversed network, without a limit: CPU of the search alone."""
    matrix = network.oracle().reversed
    tails = [p[0].tail for p in network.places(10, np.random.default_rng(21))]
    cpu = cpu_ms(lambda: [dijkstra(matrix, directed=True, indices=tail) for tail in tails], len(tails), rounds=2)
    report.row(f"{network.name} N=1,000 CPU", ours_ms, "ms", cpu, "scipy csgraph.dijkstra, no limit")
    report.check("scipy_100x", round(cpu / ours_ms, 1), ">= 100", cpu / ours_ms >= 100)


def _install(report: Report, module: str, requirement: str) -> Any | None:
    """Import a bench-only package, installing it beside the project when it is missing."""
    if PACKAGES.exists():
        sys.path.insert(0, str(PACKAGES))
    try:
        return importlib.import_module(module)
    except ImportError:
        PACKAGES.mkdir(parents=True, exist_ok=True)
    uv = os.environ.get("UV") or shutil.which("uv")
    install = [uv, "pip", "install", "--python", sys.executable] if uv else [shutil.which("pip") or "pip", "install"]
    command = [*install, "-q", "--no-deps", "--target", str(PACKAGES), "-r", str(ROOT / "requirements-bench.in")]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        report.skip(requirement, f"cannot be installed: {error}")
        return None
    if done.returncode != 0:
        report.skip(requirement, f"cannot be installed: {done.stderr.strip().splitlines()[-1:]}")
        return None
    if str(PACKAGES) not in sys.path:
        sys.path.insert(0, str(PACKAGES))
    importlib.invalidate_caches()
    try:
        return importlib.import_module(module)
    except ImportError as error:
        report.skip(requirement, f"installed, but does not load: {error}")
        return None


def cch_peer(report: Report, network: BenchNetwork, ours_ms: dict[int, float]) -> None:
    """RoutingKit's customisable contraction hierarchy, sources pinned once, one target a query: all N distances.

    Its own answer only: picking five of them and the pieces on the units' arcs are not counted against it.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    rk = _install(report, "routingkit_cch", "RoutingKit CCH (routingkit-cch)")
    if rk is None:
        return
    arrays, rng = _arrays(network), np.random.default_rng(22)
    tail, head = arrays["tail"].tolist(), arrays["head"].tolist()
    weight = np.rint(arrays["travel_s"] * 1000).astype(np.int64).tolist()
    lat, lon = arrays["lat"].astype(np.float32).tolist(), arrays["lon"].astype(np.float32).tolist()
    start = time.process_time()
    order = rk.compute_order_inertial(len(lat), tail, head, lat, lon)
    metric = rk.CCHMetric(rk.CCH(order, tail, head, False), weight)
    report.row(f"{network.name} preparation", None, "s CPU", time.process_time() - start, "RoutingKit CCH")
    for count, ours in sorted(ours_ms.items()):
        units = network.units(count, rng)
        sources = np.asarray(network.graph.arc_head)[units.arc].tolist()
        targets = [
            [(p.tail, round(p.fraction * float(network.graph.base_ms[0, p.arc]))) for p in place]
            for place in network.places(200, rng)
        ]
        search = rk.CCHManyToOne(metric, sources)
        cpu = cpu_ms(lambda: [search.distances_to_multi(t) for t in targets], len(targets), rounds=3)  # noqa: B023
        report.row(f"{network.name} N={count:,} CPU", ours, "ms", cpu, "RoutingKit CCH many-to-one")
        if count == 1_000:
            report.check("cch_not_slower", round(cpu / ours, 2), "CCH / ours >= 1 at N=1,000", cpu >= ours)


def networkx_peer(report: Report, network: BenchNetwork, ours_ms: float) -> None:
    """networkx: its single-source Dijkstra over the whole network, and a hand-written loop on its graph that stops at
    five."""
    networkx = importlib.import_module("networkx")
    arrays, rng = _arrays(network), np.random.default_rng(23)
    graph = networkx.DiGraph()
    triples = zip(arrays["head"].tolist(), arrays["tail"].tolist(), arrays["travel_s"].tolist(), strict=True)
    graph.add_weighted_edges_from(triples)
    units = network.units(1_000, rng)
    held = Counter(np.asarray(network.graph.arc_head)[units.arc].tolist())
    starts = [p[0].tail for p in network.places(200, rng)]

    def stop_at_five(start: int) -> int:
        queue, done, found = [(0.0, start)], set(), 0
        while queue and found < K:
            at, node = heapq.heappop(queue)
            if node in done:
                continue
            done.add(node)
            found += held[node]
            for other, data in graph._adj[node].items():
                if other not in done:
                    heapq.heappush(queue, (at + data["weight"], other))
        return found

    length = networkx.single_source_dijkstra_path_length
    whole = cpu_ms(lambda: [length(graph, s) for s in starts[:10]], 10, rounds=2)
    early = cpu_ms(lambda: [stop_at_five(s) for s in starts], len(starts), rounds=2)
    report.row(f"{network.name} N=1,000 CPU", ours_ms, "ms", whole, "networkx single_source_dijkstra")
    report.row(f"{network.name} N=1,000 CPU", ours_ms, "ms", early, "networkx graph, own loop stopping at 5")


def _database(report: Report, peer: str) -> Any | None:
    """A psycopg2 connection to DATABASE_URL, or a reason why not."""
    url = os.environ.get("DATABASE_URL", "")
    if not url:
        report.skip(peer, "DATABASE_URL is not set (./run bench sets it)")
        return None
    import psycopg2

    try:
        connection = psycopg2.connect(url.replace("postgis://", "postgresql://", 1))
    except psycopg2.Error as error:
        report.skip(peer, f"no connection: {str(error).strip()}")
        return None
    connection.autocommit = True
    return connection


def _extension(report: Report, peer: str, cursor: Any, name: str) -> bool:
    cursor.execute("select 1 from pg_available_extensions where name = %s", (name,))
    if cursor.fetchone() is None:
        report.skip(peer, f"extension {name} is not installed (apt install postgresql-15-{name})")
        return False
    cursor.execute(f"create extension if not exists {name} cascade")
    return True


def pgrouting_peer(report: Report, network: BenchNetwork, ours_ms: float) -> None:
    """pgr_dijkstraCost from all units to the incident. Wall time: the work is the server's."""
    peer = "pgRouting pgr_dijkstraCost"
    connection = _database(report, peer)
    if connection is None:
        return
    with connection, connection.cursor() as cursor:
        if not _extension(report, peer, cursor, "pgrouting"):
            return
        arrays, rng = _arrays(network), np.random.default_rng(24)
        cursor.execute("create temp table bench_arc (id int, source int, target int, cost float8)")
        columns = [arrays[name].tolist() for name in ("tail", "head", "travel_s")]
        rows = zip(range(arrays["tail"].size), *columns, strict=True)
        _insert(cursor, "bench_arc", list(rows))
        cursor.execute("analyze bench_arc")
        heads = np.unique(np.asarray(network.graph.arc_head)[network.units(1_000, rng).arc]).tolist()
        cursor.execute("set statement_timeout = %s", (QUERY_LIMIT_MS,))
        walls = []
        for place in network.places(5, rng):
            start = time.perf_counter()
            cursor.execute(
                "select start_vid, agg_cost from"
                " pgr_dijkstraCost('select id, source, target, cost from bench_arc', %s, %s)"
                " order by 2 limit 5",
                (heads, place[0].tail),
            )
            cursor.fetchall()
            walls.append((time.perf_counter() - start) * 1000.0)
        report.row(f"{network.name} N=1,000 (ours CPU, peer wall p50)", ours_ms, "ms", percentile(walls, 0.5), peer)
    connection.close()


def _insert(cursor: Any, table: str, rows: list[tuple[Any, ...]]) -> None:
    from psycopg2.extras import execute_values

    execute_values(cursor, f"insert into {table} values %s", rows, page_size=5_000)


def straight_line_peers(report: Report, network: BenchNetwork, ours_ms: float) -> None:
    """What PostGIS `<->` and Redis GEOSEARCH call the nearest, how fast, and how often another unit is there first by
    road."""
    rng = np.random.default_rng(25)
    placed = network.places(1_000, rng)
    units = Units.from_placements(placed)
    incidents = network.places(STRAIGHT_INCIDENTS, rng)
    points = [(p[0].lon, p[0].lat) for p in placed]
    for peer, ask in (("PostGIS <->", _postgis), ("Redis GEOSEARCH", _redis)):
        answer = ask(report, peer, points, incidents)
        if answer is None:
            continue
        nearest, walls = answer
        wrong = 0
        for incident, unit in zip(incidents, nearest, strict=True):
            best = network.network.nearest(incident, units, K).units
            time_ms = next((n.total_ms for n in best if n.unit == unit), None)
            wrong += int(time_ms is None or time_ms > best[0].total_ms + SLOWER_MS)
        case = f"{network.name} N=1,000"
        report.row(f"{case} (ours CPU, peer wall p50)", ours_ms, "ms", percentile(walls, 0.5), f"{peer}, straight line")
        report.row(f"{case} wrong nearest unit", None, "share", wrong / len(incidents), f"{peer}, straight line")


Answer = tuple[list[int], list[float]]


def _postgis(
    report: Report, peer: str, points: list[tuple[float, float]], incidents: list[list[Placement]]
) -> Answer | None:
    connection = _database(report, peer)
    if connection is None:
        return None
    with connection, connection.cursor() as cursor:
        if not _extension(report, peer, cursor, "postgis"):
            return None
        cursor.execute("create temp table bench_unit (id int, place geography(point, 4326))")
        cursor.executemany(
            "insert into bench_unit values (%s, st_makepoint(%s, %s)::geography)",
            [(i, *p) for i, p in enumerate(points)],
        )
        cursor.execute("create index on bench_unit using gist (place)")
        cursor.execute("analyze bench_unit")
        found, walls = [], []
        for incident in incidents:
            start = time.perf_counter()
            cursor.execute(
                "select id from bench_unit order by place <-> st_makepoint(%s, %s)::geography limit 5",
                (incident[0].lon, incident[0].lat),
            )
            found.append(int(cursor.fetchall()[0][0]))
            walls.append((time.perf_counter() - start) * 1000.0)
    connection.close()
    return found, walls


def _redis(
    report: Report, peer: str, points: list[tuple[float, float]], incidents: list[list[Placement]]
) -> Answer | None:
    url = os.environ.get("REDIS_URL", "")
    if not url:
        report.skip(peer, "REDIS_URL is not set (./run bench sets it)")
        return None
    import redis

    client = redis.Redis.from_url(url)
    key = f"bench:units:{os.getpid()}"
    try:
        pipeline = client.pipeline(transaction=False)
        for i, (lon, lat) in enumerate(points):
            pipeline.geoadd(key, (lon, lat, i))
        pipeline.execute()
        found, walls = [], []
        for incident in incidents:
            start = time.perf_counter()
            ids: Any = client.geosearch(
                key, longitude=incident[0].lon, latitude=incident[0].lat, radius=200_000, unit="m", sort="ASC", count=K
            )
            walls.append((time.perf_counter() - start) * 1000.0)
            found.append(int(ids[0]))
        client.delete(key)
    except redis.RedisError as error:
        report.skip(peer, f"no answer: {error}")
        return None
    return found, walls
