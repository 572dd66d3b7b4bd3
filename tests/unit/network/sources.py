"""Hand-made and random road networks for the network tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from roads.network.source import RestrictionKind, RoadClass, SourceNetwork

DEGREE_M = 111_195.0
ROADS = Path(__file__).resolve().parents[4] / "shared/data/roads"


@dataclass(frozen=True)
class Way:
    """A way over node numbers."""

    nodes: Sequence[int]
    oneway: int = 0
    road_class: RoadClass = RoadClass.RESIDENTIAL
    flags: int = 0
    name: str = ""
    ref: str = ""
    kmh: float = float("nan")


@dataclass(frozen=True)
class Restriction:
    """A turn restriction over way numbers and a via node."""

    from_way: int
    via: int
    to_way: int
    kind: RestrictionKind = RestrictionKind.FORBIDDEN
    via_way: int = -1


def make_source(
    metres: Sequence[tuple[float, float]], ways: Sequence[Way], restrictions: Sequence[Restriction] = ()
) -> SourceNetwork:
    """Nodes in metres east and north of 0/0 (the equator, so that both axes have one scale)."""
    xy = np.asarray(metres, np.float64) / DEGREE_M
    strings = tuple(sorted({s for w in ways for s in (w.name, w.ref) if s}))
    index = {s: i for i, s in enumerate(strings)}
    sizes = [len(w.nodes) for w in ways]
    return SourceNetwork(
        name="test",
        node_ids=np.arange(len(xy), dtype=np.int64),
        lon=xy[:, 0].copy(),
        lat=xy[:, 1].copy(),
        way_ids=np.arange(len(ways), dtype=np.int64) + 1000,
        way_ptr=np.r_[0, np.cumsum(sizes)].astype(np.int64),
        way_nodes=np.array([n for w in ways for n in w.nodes], np.int32),
        way_class=np.array([w.road_class for w in ways], np.int8),
        way_oneway=np.array([w.oneway for w in ways], np.int8),
        way_maxspeed_kmh=np.array([w.kmh for w in ways], np.float32),
        way_flags=np.array([w.flags for w in ways], np.uint8),
        way_name=np.array([index.get(w.name, -1) for w in ways], np.int32),
        way_ref=np.array([index.get(w.ref, -1) for w in ways], np.int32),
        strings=strings,
        restriction_from_way=np.array([r.from_way for r in restrictions], np.int32),
        restriction_via_node=np.array([r.via for r in restrictions], np.int32),
        restriction_via_way=np.array([r.via_way for r in restrictions], np.int32),
        restriction_to_way=np.array([r.to_way for r in restrictions], np.int32),
        restriction_kind=np.array([r.kind for r in restrictions], np.int8),
        attribution="invented",
        generated=True,
    )


def random_source(seed: int, side: int = 6, restrictions: int = 8) -> SourceNetwork:
    """A jittered grid with gaps, one-ways, loops, parallel ways, footpaths and random turn restrictions."""
    rng = np.random.default_rng(seed)
    n = side * side
    metres = [(i % side * 100 + rng.uniform(-30, 30), i // side * 100 + rng.uniform(-30, 30)) for i in range(n)]
    ways: list[Way] = []
    for i in range(n):
        for j, inside in ((i + 1, i % side < side - 1), (i + side, i // side < side - 1)):
            if inside and rng.random() > 0.15:
                oneway = int(rng.choice([0, 0, 0, 1, -1]))
                kind = RoadClass(int(rng.choice([3, 7, 12, 12])))
                ways.append(Way([i, j], oneway, kind, kmh=float(rng.choice([np.nan, 30.0, 60.0]))))
    for _ in range(3):  # parallel ways and a loop
        a = int(rng.integers(0, n - 1))
        metres.append((metres[a][0] + 40.0, metres[a][1] + 45.0))
        ways.append(Way([a, len(metres) - 1, a + 1], int(rng.choice([0, 1]))))
        ways.append(Way([a, len(metres) - 1, (a + side) % n, a] if rng.random() < 0.5 else [a, len(metres) - 1, a]))
    ways.append(Way([0, side + 1, n - 1], 0, RoadClass.PATH))
    turns = []
    for _ in range(restrictions):
        via = int(rng.integers(0, n))
        meeting = [w for w, way in enumerate(ways) if via in (way.nodes[0], way.nodes[-1]) and len(way.nodes) == 2]
        if len(meeting) > 1:
            a, b = rng.choice(meeting, 2, replace=bool(rng.random() < 0.2))
            turns.append(Restriction(int(a), via, int(b), RestrictionKind(int(rng.random() < 0.2))))
    return make_source(metres, ways, turns)
