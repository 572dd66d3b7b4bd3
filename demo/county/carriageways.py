"""Dual carriageways: main roads split in two one-way lines near towns, and the expressway with its interchanges.

Traffic keeps right. Side roads join the carriageway on their side only; the median opens where roads meet from both
sides and at every fourth point.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from roads.network.source import Float64, Int8, Int32, Int64, RoadClass, UInt8, WayFlag

from .backbone import Route
from .frame import Bool, Terrain, resample
from .mesh import Mesh

HALF_GAP_M = 9.0
EXPRESSWAY_HALF_GAP_M = 14.0
EXPRESSWAY_STEP_M = 420.0
RAMP_M = 520.0
INTERCHANGE_EVERY_M = 4200.0
OPENING_EVERY = 4
LINK_OF = {
    RoadClass.MOTORWAY: RoadClass.MOTORWAY_LINK,
    RoadClass.TRUNK: RoadClass.TRUNK_LINK,
    RoadClass.PRIMARY: RoadClass.PRIMARY_LINK,
}


@dataclass(slots=True)
class Roads:
    """Nodes and directed-or-not edges on the way to a source network. `oneway` 1 from a to b, 0 both ways. `curve` is
    the largest sideways sway of an edge as a share of its length. `origin` is the mesh edge, -1 for new ones."""

    x: Float64
    y: Float64
    a: Int32
    b: Int32
    road_class: Int8
    oneway: Int8
    flags: UInt8
    axis: Int32
    name: Int32
    curve: Float64
    origin: Int32

    def take(self, keep: Bool) -> None:
        """Drop the edges where `keep` is false."""
        for column in ("a", "b", "road_class", "oneway", "flags", "axis", "name", "curve", "origin"):
            setattr(self, column, getattr(self, column)[keep])

    def add_nodes(self, x: Float64, y: Float64) -> Int32:
        """Append nodes; their numbers."""
        first = self.x.size
        self.x, self.y = np.r_[self.x, x], np.r_[self.y, y]
        return np.arange(first, first + x.size, dtype=np.int32)

    def add_edges(
        self, a: Int32, b: Int32, road_class: int, oneway: int, axis: int, name: int, flags: UInt8 | int = 0
    ) -> None:
        """Append edges that share their properties."""
        size = len(a)
        self.a, self.b = np.r_[self.a, a].astype(np.int32), np.r_[self.b, b].astype(np.int32)
        self.road_class = np.r_[self.road_class, np.full(size, road_class)].astype(np.int8)
        self.oneway = np.r_[self.oneway, np.full(size, oneway)].astype(np.int8)
        self.flags = np.r_[self.flags, np.zeros(size, np.uint8) + flags].astype(np.uint8)
        self.axis = np.r_[self.axis, np.full(size, axis)].astype(np.int32)
        self.name = np.r_[self.name, np.full(size, name)].astype(np.int32)
        self.curve = np.r_[self.curve, np.zeros(size)]
        self.origin = np.r_[self.origin, np.full(size, -1)].astype(np.int32)


@dataclass(slots=True)
class Split:
    """Nodes that became two. `down`/`up` are -1 for whole nodes; `along` is the unit direction of the down line."""

    down: Int32
    up: Int32
    along: Float64
    runs: list[tuple[int, int, int]] = field(default_factory=list)

    def side(self, roads: Roads, node: Int64, other: Int64) -> Int32:
        """The node to which an edge from `node` towards `other` is tied: the carriageway on its side."""
        cross = self.along[node, 0] * (roads.y[other] - roads.y[node]) - self.along[node, 1] * (
            roads.x[other] - roads.x[node]
        )
        half = np.where(cross < 0, self.down[node], self.up[node])
        return np.asarray(np.where(self.down[node] >= 0, half, node), np.int32)


def dual_runs(mesh: Mesh, routes: tuple[Route, ...], terrain: Terrain) -> list[tuple[int, int, int]]:
    """(route, first, last) positions in chains: the contiguous part round the main town that gets two carriageways."""
    runs = []
    taken: set[int] = set()
    for number, route in enumerate(routes):
        chain = mesh.chains[number]
        if route.dual_m <= 0 or len(chain) < 6:
            continue
        anchor = 0 if 0 in route.towns else route.towns[-2]
        nodes = np.asarray(chain)
        reach = np.hypot(mesh.x[nodes] - mesh.x[anchor], mesh.y[nodes] - mesh.y[anchor])
        inside = np.flatnonzero(reach < route.dual_m * terrain.frame.stretch)
        first, last = max(int(inside[0]), 0), min(int(inside[-1]), len(chain) - 1)
        while first < last and chain[first + 1] in taken:
            first += 1
        if last - first >= 4:
            runs.append((number, first, last))
            taken.update(chain[first + 1 : last])
    return runs


def split_main_roads(roads: Roads, mesh: Mesh, routes: tuple[Route, ...], terrain: Terrain) -> Split:
    """Split the dual runs. Edges of a run are replaced by two one-way edges, others re-tied to one side."""
    size = mesh.x.size
    split = Split(np.full(size, -1, np.int32), np.full(size, -1, np.int32), np.zeros((size, 2)))
    split.runs = dual_runs(mesh, routes, terrain)
    in_run = np.zeros(roads.a.size, bool)
    for number, first, last in split.runs:
        nodes = np.asarray(mesh.chains[number][first : last + 1])
        inner = nodes[1:-1]
        along = np.column_stack([mesh.x[nodes[2:]] - mesh.x[nodes[:-2]], mesh.y[nodes[2:]] - mesh.y[nodes[:-2]]])
        along /= np.hypot(along[:, 0], along[:, 1])[:, None]
        right = np.column_stack([along[:, 1], -along[:, 0]]) * HALF_GAP_M
        split.along[inner] = along
        split.down[inner] = inner
        split.up[inner] = roads.add_nodes(mesh.x[inner] - right[:, 0], mesh.y[inner] - right[:, 1])
        roads.x[inner] += right[:, 0]
        roads.y[inner] += right[:, 1]
        pair = nodes[:-1].astype(np.int64) * size + nodes[1:]
        key = roads.a.astype(np.int64) * size + roads.b
        back = roads.b.astype(np.int64) * size + roads.a
        in_run |= np.isin(key, pair) | np.isin(back, pair)
    plain = ~in_run
    a, b = roads.a.astype(np.int64), roads.b.astype(np.int64)
    new_a, new_b = split.side(roads, a, b), split.side(roads, b, a)
    old_bridge = {(int(roads.a[e]), int(roads.b[e])): int(roads.flags[e]) for e in np.flatnonzero(in_run)}
    busy = np.unique(np.r_[new_a[plain], new_b[plain]])
    roads.a, roads.b = new_a, new_b
    roads.take(plain)
    for number, first, last in split.runs:
        _lay_dual(roads, split, mesh.chains[number][first : last + 1], routes[number], number, old_bridge, busy)
    return split


def _lay_dual(
    roads: Roads, split: Split, nodes: tuple[int, ...], route: Route, number: int,
    flags: dict[tuple[int, int], int], busy: Int32,
) -> None:  # fmt: skip
    down = [int(split.down[n]) if 0 < i < len(nodes) - 1 else n for i, n in enumerate(nodes)]
    up = [int(split.up[n]) if 0 < i < len(nodes) - 1 else n for i, n in enumerate(nodes)]
    for end, inner in ((0, 1), (len(nodes) - 1, len(nodes) - 2)):
        if split.down[nodes[end]] >= 0:
            tied = split.side(roads, np.array([nodes[end]]), np.array([nodes[inner]]))
            down[end] = up[end] = int(tied[0])
    kept = np.array(
        [flags.get((u, v), flags.get((v, u), 0)) for u, v in zip(nodes[:-1], nodes[1:], strict=True)], np.uint8
    )
    side = np.array(down, np.int32)
    other = np.array(up, np.int32)
    roads.add_edges(side[:-1], side[1:], route.road_class, 1, number, number, kept)
    roads.add_edges(other[1:], other[:-1], route.road_class, 1, number, number, kept)
    joined = np.isin(side, busy) & np.isin(other, busy)
    opening = (side != other) & (joined | (np.arange(side.size) % OPENING_EVERY == 1))
    roads.add_edges(side[opening], other[opening], LINK_OF[route.road_class], 0, -1, -1)


@dataclass(frozen=True, slots=True)
class Expressway:
    """The nodes of both carriageways in driving order, and the interchanges (plane x, y, number of the main road)."""

    down: Int32
    up: Int32
    interchanges: tuple[tuple[float, float, int], ...]


def lay_expressway(roads: Roads, mesh: Mesh, split: Split, terrain: Terrain, axis: int) -> Expressway:
    """The expressway from north to south (down), with a half-diamond on either side where main roads pass under it."""
    line = resample(terrain.expressway.line, 40.0)[::-1]
    inside = terrain.inside(line[:, 0], line[:, 1])
    line = line[np.flatnonzero(inside)[0] : np.flatnonzero(inside)[-1] + 1]
    line = resample(line, EXPRESSWAY_STEP_M)
    along = np.gradient(line, axis=0)
    along /= np.hypot(along[:, 0], along[:, 1])[:, None]
    right = np.column_stack([along[:, 1], -along[:, 0]]) * EXPRESSWAY_HALF_GAP_M
    down = roads.add_nodes(line[:, 0] + right[:, 0], line[:, 1] + right[:, 1])
    up = roads.add_nodes(line[::-1, 0] - right[::-1, 0], line[::-1, 1] - right[::-1, 1])
    over = np.zeros(line.shape[0] - 1, np.uint8)
    bank = terrain.river.side(line[:, 0], line[:, 1])
    over[bank[1:] != bank[:-1]] = WayFlag.BRIDGE
    roads.add_edges(down[:-1], down[1:], RoadClass.MOTORWAY, 1, axis, axis, over)
    roads.add_edges(up[:-1], up[1:], RoadClass.MOTORWAY, 1, axis, axis, over[::-1])
    ends = np.array([down[-1], up[-1]], np.int32), np.array([up[0], down[0]], np.int32)
    roads.add_edges(*ends, RoadClass.MOTORWAY_LINK, 1, -1, -1)
    metres = np.r_[0.0, np.cumsum(np.hypot(*np.diff(line, axis=0).T))]
    found = _interchanges(mesh, terrain, line, metres)
    for position, west, east, _ in found:
        tied_west = split.side(roads, np.array([west]), np.array([east]))
        tied_east = split.side(roads, np.array([east]), np.array([west]))
        before = int(np.searchsorted(metres, position - RAMP_M))
        after = int(np.searchsorted(metres, position + RAMP_M))
        last = len(down) - 1
        _ramp(roads, terrain, [(down[before], tied_west[0]), (tied_west[0], down[after])])
        _ramp(roads, terrain, [(up[last - after], tied_east[0]), (tied_east[0], up[last - before])])
    places = tuple(
        (float(np.interp(p, metres, line[:, 0])), float(np.interp(p, metres, line[:, 1])), r) for p, _, _, r in found
    )
    return Expressway(down, up, places)


def _ramp(roads: Roads, terrain: Terrain, ends: list[tuple[np.int32, np.int32]]) -> None:
    """One-way links; where one must cross the river, it is a bridge."""
    a, b = np.array([e[0] for e in ends], np.int32), np.array([e[1] for e in ends], np.int32)
    over = terrain.river.side(roads.x[a], roads.y[a]) != terrain.river.side(roads.x[b], roads.y[b])
    flags = np.where(over, WayFlag.BRIDGE, 0).astype(np.uint8)
    roads.add_edges(a, b, RoadClass.MOTORWAY_LINK, 1, -1, -1, flags)


def _interchanges(mesh: Mesh, terrain: Terrain, line: Float64, metres: Float64) -> list[tuple[float, int, int, int]]:
    """Where main roads cross the expressway, INTERCHANGE_EVERY_M apart or more: (metre, west, east node, route)."""
    side_a = terrain.expressway.side(mesh.x[mesh.a], mesh.y[mesh.a])
    side_b = terrain.expressway.side(mesh.x[mesh.b], mesh.y[mesh.b])
    crossing = np.flatnonzero((mesh.route >= 0) & (side_a != side_b))
    found: list[tuple[float, int, int, int]] = []
    for e in sorted(crossing.tolist(), key=lambda e: (int(mesh.route[e]), e)):
        a, b = int(mesh.a[e]), int(mesh.b[e])
        middle = (mesh.x[a] + mesh.x[b]) / 2, (mesh.y[a] + mesh.y[b]) / 2
        position = float(metres[np.argmin(np.hypot(line[:, 0] - middle[0], line[:, 1] - middle[1]))])
        if not 2 * RAMP_M < position < metres[-1] - 2 * RAMP_M:
            continue
        if all(abs(position - other[0]) > INTERCHANGE_EVERY_M for other in found):
            west, east = (b, a) if bool(side_a[e]) else (a, b)
            found.append((position, west, east, int(mesh.route[e])))
    return found
