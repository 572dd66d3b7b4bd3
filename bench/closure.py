"""`closure`: one closure, and 1,000 observed speeds, from the writer's call until every process computes with them.

Readers are processes of their own that map the same files and ask as a search would; clocks are the machine's
monotonic clock. Writing 1,000 arcs is the quick path (`WeightsWriter.update`), switch included. Then the same through
the whole house (`bench.closure_live`).
"""

from __future__ import annotations

import multiprocessing
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from bench.closure_live import measure
from bench.networks import generated
from bench.report import Report, percentile
from roads.network.files import load_graph, write_graph
from roads.network.live import ArcSpeeds, EdgeClosure
from roads.network.profiles import INF, Profile
from roads.network.weights import WeightsReader, WeightsWriter

READERS = 4
ROUNDS = 10
POLL_S = 0.0005
GIVE_UP_S = 30.0


def _reader(directory: Path, pipe: Connection) -> None:
    """For each arc asked: the moment (monotonic ns) at which its drive time was seen to differ from before."""
    reader = WeightsReader(load_graph(directory, verify=False), directory)
    pipe.send(0)
    while (arc := pipe.recv()) is not None:
        before = int(reader.current(Profile.DRIVE).weight[arc])
        pipe.send(0)
        give_up = time.monotonic() + GIVE_UP_S
        while int(reader.current(Profile.DRIVE).weight[arc]) == before and time.monotonic() < give_up:
            time.sleep(POLL_S)
        pipe.send(time.monotonic_ns())


def _in_force_ms(pipes: list[Connection], arc: int, act: Any) -> float:
    for pipe in pipes:
        pipe.send(arc)
    for pipe in pipes:
        pipe.recv()
    start = time.monotonic_ns()
    act()
    return float(max(pipe.recv() for pipe in pipes) - start) / 1e6


def _measure(report: Report, directory: Path, pipes: list[Connection]) -> None:
    graph = load_graph(directory)
    rng = np.random.default_rng(31)
    roads = np.flatnonzero((graph.base_ms[Profile.DRIVE] < INF) & (graph.arc_edge >= 0)).astype(np.int32)
    closure_ms, speeds_ms, write_ms, wall_ms = [], [], [], []
    with WeightsWriter(graph, directory) as writer:
        writer.apply([])
        for _ in range(ROUNDS):
            arc = int(rng.choice(roads))
            closure = EdgeClosure(int(graph.arc_edge[arc]), 0.2, 0.6)
            closure_ms.append(_in_force_ms(pipes, arc, lambda c=closure: writer.apply([c])))
            writer.apply([])
            arcs = rng.choice(roads, 1_000, replace=False)
            speeds = ArcSpeeds(arcs, rng.uniform(1.0, 4.0, arcs.size).astype(np.float32))
            speeds_ms.append(_in_force_ms(pipes, int(arcs[0]), lambda s=speeds: writer.apply([], s)))
            writer.update(arcs[:1], np.array([5], np.int32))
            times = rng.integers(1_000, 90_000, arcs.size).astype(np.int32)
            cpu, wall = time.process_time(), time.perf_counter()
            writer.update(arcs, times)
            write_ms.append((time.process_time() - cpu) * 1000.0)
            wall_ms.append((time.perf_counter() - wall) * 1000.0)
            writer.apply([])
    size = f"{graph.junction_count:,} junctions, {READERS} processes"
    report.row(f"one closure in force everywhere, {size}", max(closure_ms), "ms (worst of 10)")
    report.row(f"1,000 speeds in force everywhere, {size}", max(speeds_ms), "ms (worst of 10)")
    report.row("writing 1,000 arcs, CPU", percentile(write_ms, 0.5), "ms (median of 10)")
    report.row("writing 1,000 arcs, wall", percentile(wall_ms, 0.5), "ms (median of 10)")
    for name, value, target in (
        ("closure_in_force", max(closure_ms), 1_000.0),
        ("speeds_in_force", max(speeds_ms), 1_000.0),
        ("write_1000_arcs", percentile(write_ms, 0.5), 1.0),
    ):
        report.check(name, round(value, 3), f"< {target:g} ms", value < target)


def run(json: bool = False) -> dict[str, Any]:
    """The benchmark on a generated network of 270,000 junctions. `json` changes nothing here (the caller prints)."""
    report = Report("closure")
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory(prefix="bench-closure-") as folder:
        directory = write_graph(generated(520).graph, Path(folder))
        pairs = [context.Pipe() for _ in range(READERS)]
        readers = [context.Process(target=_reader, args=(directory, far), daemon=True) for _, far in pairs]
        for reader in readers:
            reader.start()
        pipes = [near for near, _ in pairs]
        try:
            for pipe in pipes:
                pipe.recv()
            _measure(report, directory, pipes)
        finally:
            for pipe in pipes:
                pipe.send(None)
            for reader in readers:
                reader.join(10)
                if reader.is_alive():
                    reader.terminate()
    measure(report)
    return report.as_dict()
