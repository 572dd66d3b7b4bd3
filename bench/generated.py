"""A generated road network of any size for benchmarks: vectorised, seeded, the same every time."""

from __future__ import annotations

import numpy as np

from roads.network.source import RoadClass, SourceNetwork

SPACING_M = 100.0
METRES_PER_DEGREE = 111_195.0
SOUTH, WEST = 19.2, 110.4


def _lines(side: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Tail, head and level (0 local, 1 arterial, 2 fast) of all links that exist."""
    i = np.arange(side * side)
    y, x = i // side, i % side
    tails, heads, levels = [], [], []
    for dx, dy, line in ((1, 0, y), (0, 1, x)):
        inside = (x + dx < side) & (y + dy < side)
        a, c = i[inside], line[inside]
        level = np.where(c % 50 == 0, 2, np.where(c % 10 == 0, 1, 0))
        keep = (level > 0) | (rng.random(a.size) > 0.15)
        if dy:  # a river across the middle with a bridge every 20 lines
            keep &= ~((y[inside] == side // 2) & (c % 20 != 0))
        tails.append(a[keep])
        heads.append((a + dx + dy * side)[keep])
        levels.append(level[keep])
    return np.concatenate(tails), np.concatenate(heads), np.concatenate(levels)


def generated_source(side: int, seed: int = 1) -> SourceNetwork:
    """A perturbed grid of side x side places, 100 m apart; every 10th line an arterial, every 50th a fast road; 15 %
    of local links missing, 15 % one-way; a river with few bridges. Every link is a way of its own."""
    rng = np.random.default_rng(seed)
    n = side * side
    i = np.arange(n)
    lat = SOUTH + (i // side + rng.uniform(-0.3, 0.3, n)) * SPACING_M / METRES_PER_DEGREE
    scale = METRES_PER_DEGREE * np.cos(np.radians(19.5))
    lon = WEST + (i % side + rng.uniform(-0.3, 0.3, n)) * SPACING_M / scale
    tail, head, level = _lines(side, rng)
    ways = tail.size
    kmh = np.array([30.0, 60.0, 90.0])[level] * rng.uniform(0.7, 1.2, ways)
    oneway = np.where((level == 0) & (rng.random(ways) < 0.15), np.where(rng.random(ways) < 0.5, 1, -1), 0)
    classes = np.array([RoadClass.RESIDENTIAL, RoadClass.SECONDARY, RoadClass.TRUNK])[level]
    none = np.zeros(0, np.int32)
    return SourceNetwork(
        name=f"generated {n}",
        node_ids=np.arange(n, dtype=np.int64),
        lon=lon,
        lat=lat,
        way_ids=np.arange(ways, dtype=np.int64),
        way_ptr=np.arange(0, 2 * ways + 1, 2, dtype=np.int64),
        way_nodes=np.stack([tail, head], 1).ravel().astype(np.int32),
        way_class=classes.astype(np.int8),
        way_oneway=oneway.astype(np.int8),
        way_maxspeed_kmh=(kmh / 0.8).astype(np.float32),
        way_flags=np.zeros(ways, np.uint8),
        way_name=np.full(ways, -1, np.int32),
        way_ref=np.full(ways, -1, np.int32),
        strings=(),
        restriction_from_way=none,
        restriction_via_node=none,
        restriction_via_way=none,
        restriction_to_way=none,
        restriction_kind=np.zeros(0, np.int8),
        generated=True,
    )
