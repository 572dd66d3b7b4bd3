"""Compile (or load from numba's cache) every compiled loop, on a network of four roads."""

from __future__ import annotations

import numpy as np

from .build import build_graph
from .loader import RoadNetwork
from .nearest import Units
from .source import SourceNetwork


def tiny_source() -> SourceNetwork:
    """A square of four two-way streets."""
    none = np.zeros(0, np.int32)
    nodes = np.array([0, 1, 1, 2, 2, 3, 3, 0], np.int32)
    return SourceNetwork(
        name="square",
        node_ids=np.arange(4, dtype=np.int64),
        lon=np.array([0.0, 0.001, 0.001, 0.0]),
        lat=np.array([0.0, 0.0, 0.001, 0.001]),
        way_ids=np.arange(4, dtype=np.int64),
        way_ptr=np.arange(0, 9, 2, dtype=np.int64),
        way_nodes=nodes,
        way_class=np.full(4, 12, np.int8),
        way_oneway=np.zeros(4, np.int8),
        way_maxspeed_kmh=np.full(4, np.nan, np.float32),
        way_flags=np.zeros(4, np.uint8),
        way_name=np.full(4, -1, np.int32),
        way_ref=np.full(4, -1, np.int32),
        strings=(),
        restriction_from_way=none,
        restriction_via_node=none,
        restriction_via_way=none,
        restriction_to_way=none,
        restriction_kind=np.zeros(0, np.int8),
        generated=True,
    )


def warm() -> None:
    """Call at set-up, and before forking: no request then waits for a compiler."""
    network = RoadNetwork(build_graph(tiny_source()))
    here, there = network.snap(0.0002, 0.0), network.snap(0.0008, 0.001)
    network.snap(40.0, 40.0)
    network.alternatives(there)
    network.route(there, here)
    network.route(here, here)
    network.nearest(here, Units.from_placements([there]), 1)


if __name__ == "__main__":
    warm()
