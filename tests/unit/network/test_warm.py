"""After warming, no request compiles."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from roads.network import kernel, snap
from roads.network.build import build_graph
from roads.network.files import write_graph
from roads.network.loader import open_network
from roads.network.nearest import Units
from roads.network.profiles import Profile
from roads.network.warm import warm
from roads.network.weights import WeightsWriter
from tests.unit.network.sources import DEGREE_M, random_source

COMPILED = (
    kernel.nearest_slice,
    kernel.path_search,
    kernel.place_units,
    kernel.register_units,
    kernel.leave_cost_ms,
    kernel.enter_cost_ms,
    kernel.direct_cost_ms,
    snap.find_segments,
    snap.describe_foot,
    snap.nearest_anywhere,
)


def test_mapped_files_use_what_warming_compiled(tmp_path: Path) -> None:
    warm()
    before = [len(function.signatures) for function in COMPILED]  # type: ignore[attr-defined]
    network = open_network(write_graph(build_graph(random_source(1)), tmp_path))
    assert network.directory is not None
    with WeightsWriter(network.graph, network.directory) as writer:
        writer.apply([])
        here, there = network.snap(100 / DEGREE_M, 100 / DEGREE_M), network.snap(300 / DEGREE_M, 200 / DEGREE_M)
        network.snap(50.0, 50.0)
        units = Units.from_placements([here, there], [0, 60_000])
        for profile in Profile:
            network.nearest(here, units, 2, profile=profile, eligible=np.array([True, True]), limit_ms=10**7)
        network.route(there, here)
        network.route(here, here)
        network.alternatives(there)
    assert [len(function.signatures) for function in COMPILED] == before  # type: ignore[attr-defined]
