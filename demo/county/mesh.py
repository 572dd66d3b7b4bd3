"""From points to roads: Delaunay, thinned until it looks and behaves like roads rather than like a net.

Kept are the main roads, a spanning tree (so that everything can be reached) and a part of the short edges (Gabriel
graph). The river, the expressway and the railway are crossed only at chosen places, walled compounds only at one gate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree
from scipy.spatial import Delaunay

from roads.network.source import Float64, Int8, Int32, Int64

from .backbone import Backbone, clear_of
from .frame import Bool, Divide, Terrain
from .settlements import BLOCK, Points, Settlement

KEEP_TOWN, KEEP_COMPOUND, KEEP_VILLAGE, KEEP_OPEN = 0.50, 0.20, 0.30, 0.18
OPEN, VILLAGE, TOWN, COMPOUND = 0, 1, 2, 3
UNDERPASS_EVERY_M = {"expressway": 4000.0, "railway": 4000.0, "river": 16_000.0, "canal": 6000.0}


@dataclass(frozen=True, slots=True)
class Mesh:
    """Nodes (plane metres) and undirected edges. `route` of an edge is the main road it belongs to, -1 for none;
    `street` numbers the street within its town (rows even, columns odd), -1 for a lane without name."""

    x: Float64
    y: Float64
    settlement: Int32
    zone: Int8
    a: Int32
    b: Int32
    route: Int32
    street: Int32
    gate: Bool
    bridge: Bool
    chains: tuple[tuple[int, ...], ...]


def _unique_pairs(a: Int64, b: Int64, size: int) -> Int64:
    return np.unique(np.minimum(a, b) * size + np.maximum(a, b))


def _delaunay(x: Float64, y: Float64) -> tuple[Int64, Bool]:
    """Keys (low * n + high) of the Delaunay edges, sorted, and which of them are Gabriel edges."""
    size = x.size
    corner = Delaunay(np.column_stack([x, y])).simplices.astype(np.int64)
    keys, wide = [], []
    for i in range(3):
        a, b, c = corner[:, i], corner[:, (i + 1) % 3], corner[:, (i + 2) % 3]
        keys.append(np.minimum(a, b) * size + np.maximum(a, b))
        wide.append((x[a] - x[c]) * (x[b] - x[c]) + (y[a] - y[c]) * (y[b] - y[c]) < 0)
    key, obtuse = np.concatenate(keys), np.concatenate(wide)
    unique, index = np.unique(key, return_inverse=True)
    return unique, np.bincount(index[obtuse], minlength=unique.size) == 0


def _crossings(divide: Divide, x: Float64, y: Float64, a: Int64, b: Int64) -> tuple[Bool, Bool]:
    """Which edges cross a dividing line, and which only touch it (both ends on one side, the middle on the other)."""
    side_a = divide.side(x[a], y[a])
    crossing = side_a != divide.side(x[b], y[b])
    touching = np.zeros(a.size, bool)
    for share in (0.25, 0.5, 0.75):
        px, py = x[a] + (x[b] - x[a]) * share, y[a] + (y[b] - y[a]) * share
        touching |= ~crossing & (divide.side(px, py) != side_a)
    return crossing, touching


def _passages(divide: Divide, every_m: float, x: Float64, y: Float64, a: Int64, b: Int64, ready: Bool) -> Bool:
    """The shortest crossing edge in each stretch of `every_m` along a line."""
    candidate = np.flatnonzero(ready)
    length = np.hypot(x[a[candidate]] - x[b[candidate]], y[a[candidate]] - y[b[candidate]])
    run = divide.run(x[a[candidate]], y[a[candidate]])
    stretch = np.floor(run / every_m).astype(np.int64)
    order = np.lexsort((length, stretch))
    first = np.r_[True, np.diff(stretch[order]) != 0] if order.size else np.zeros(0, bool)
    chosen = np.zeros(a.size, bool)
    chosen[candidate[order[first]]] = True
    return chosen


def _gates(compound: Int32, a: Int64, b: Int64, possible: Bool, rng: np.random.Generator) -> tuple[Bool, Bool]:
    """Edges through a wall, and the one gate of each compound among them."""
    wall = compound[a] != compound[b]
    candidate = np.flatnonzero(wall & possible & ((compound[a] < 0) | (compound[b] < 0)))
    owner = np.maximum(compound[a[candidate]], compound[b[candidate]])
    order = np.lexsort((rng.random(candidate.size), owner))
    first = np.r_[True, np.diff(owner[order]) != 0] if order.size else np.zeros(0, bool)
    gate = np.zeros(a.size, bool)
    gate[candidate[order[first]]] = True
    return wall, gate


def build_mesh(
    terrain: Terrain, points: Points, places: list[Settlement], backbone: Backbone, rng: np.random.Generator
) -> Mesh:
    """Connect the points. Points that no allowed edge connects with the rest are left out."""
    points = points.take(clear_of(backbone, points.x, points.y))
    base = backbone.x.size
    x, y = np.r_[backbone.x, points.x], np.r_[backbone.y, points.y]
    settlement = np.r_[backbone.settlement, points.settlement].astype(np.int32)
    compound = np.r_[np.full(base, -1), points.compound].astype(np.int32)
    size = x.size
    forced, forced_route = _forced(backbone, size)
    key, gabriel = _delaunay(x, y)
    gabriel_key = key[gabriel]
    key = np.union1d(key, forced)
    a, b = key // size, key % size
    main = np.isin(key, forced, assume_unique=True)
    gabriel = np.isin(key, gabriel_key, assume_unique=True)
    route = np.full(key.size, -1, np.int32)
    route[np.searchsorted(key, forced)] = forced_route
    allowed = main | ((a >= base) | (b >= base))
    plain = compound[a] == compound[b]
    bridge = np.zeros(key.size, bool)
    length = np.hypot(x[a] - x[b], y[a] - y[b])
    for divide in terrain.divides:
        crossing, touching = _crossings(divide, x, y, a, b)
        ready = crossing & allowed & plain & ~main & (length < 2500 * terrain.frame.stretch)
        chosen = _passages(divide, UNDERPASS_EVERY_M[divide.name], x, y, a, b, ready)
        allowed &= main | chosen | ~(crossing | touching)
        bridge |= crossing | (touching & main)
    wall, gate = _gates(compound, a, b, allowed & ~main, rng)
    allowed &= main | gate | ~wall
    keep = allowed & _thinned(points, base, x, y, settlement, compound, a, b, main, gate, bridge, gabriel, allowed, rng)
    zone = _zones(settlement, compound, places)
    street = _streets(points, base, settlement, a, b)
    return _giant(
        Mesh(
            x, y, settlement, zone, a[keep].astype(np.int32), b[keep].astype(np.int32), route[keep], street[keep],
            gate[keep], bridge[keep], backbone.chains,
        )
    )  # fmt: skip


def _forced(backbone: Backbone, size: int) -> tuple[Int64, Int32]:
    """Keys of the main roads' edges and their routes; where routes share an edge, the first keeps it."""
    keys: dict[int, int] = {}
    for number, chain in enumerate(backbone.chains):
        for u, v in zip(chain[:-1], chain[1:], strict=True):
            keys.setdefault(min(u, v) * size + max(u, v), number)
    ordered = sorted(keys)
    return np.array(ordered, np.int64), np.array([keys[k] for k in ordered], np.int32)


def _thinned(
    points: Points, base: int, x: Float64, y: Float64, settlement: Int32, compound: Int32, a: Int64, b: Int64,
    main: Bool, gate: Bool, bridge: Bool, gabriel: Bool, allowed: Bool, rng: np.random.Generator,
) -> Bool:  # fmt: skip
    """Main roads, gates, passages, a random spanning tree and a share of the Gabriel edges."""
    length = np.hypot(x[a] - x[b], y[a] - y[b])
    weight = length * rng.uniform(0.65, 1.45, length.size) * np.where(gabriel, 1.0, 1.6)
    weight[main] = 1e-3
    index = np.flatnonzero(allowed)
    graph = sparse.csr_matrix((weight[index], (a[index], b[index])), shape=(x.size, x.size))
    tree = minimum_spanning_tree(graph).tocoo()
    in_tree = np.isin(a * x.size + b, _unique_pairs(tree.row.astype(np.int64), tree.col.astype(np.int64), x.size))
    is_town = (settlement >= 0) & (settlement < 13)
    share = np.full(a.size, KEEP_OPEN)
    share[(settlement[a] >= 13) & (settlement[b] >= 13)] = KEEP_VILLAGE
    share[is_town[a] & is_town[b]] = KEEP_TOWN
    share[(compound[a] >= 0) & (compound[b] >= 0)] = KEEP_COMPOUND
    share[_collector(points, base, settlement, a, b)] = 1.0
    return np.asarray(main | gate | in_tree | (bridge & allowed) | (gabriel & (rng.random(a.size) < share)))


def _lattice_numbers(points: Points, base: int) -> tuple[Int32, Int32]:
    """Rows and columns of all nodes; far away for those of the main roads, so that they match nothing."""
    row = np.r_[np.full(base, 10_000_000), points.row].astype(np.int32)
    column = np.r_[np.full(base, 20_000_000), points.column].astype(np.int32)
    return row, column


def _collector(points: Points, base: int, settlement: Int32, a: Int64, b: Int64) -> Bool:
    """Edges along every BLOCK-th row or column of a town."""
    row, column = _lattice_numbers(points, base)
    town = (settlement[a] == settlement[b]) & (settlement[a] >= 0) & (settlement[a] < 13)
    along_row = (row[a] == row[b]) & (row[a] % BLOCK == 0) & (np.abs(column[a] - column[b]) <= 2)
    along_column = (column[a] == column[b]) & (column[a] % BLOCK == 0) & (np.abs(row[a] - row[b]) <= 2)
    return np.asarray(town & (along_row | along_column))


def _streets(points: Points, base: int, settlement: Int32, a: Int64, b: Int64) -> Int32:
    """Number of the street of each edge within its town: rows 2k, columns 2k + 1, shifted to be positive; -1 none."""
    row, column = _lattice_numbers(points, base)
    town = (settlement[a] == settlement[b]) & (settlement[a] >= 0) & (settlement[a] < 13)
    middle = 5000
    street = np.full(a.size, -1, np.int32)
    same_row, same_column = town & (row[a] == row[b]), town & (column[a] == column[b])
    street[same_row] = (row[a[same_row]] + middle) * 2
    street[same_column] = (column[a[same_column]] + middle) * 2 + 1
    return street


def _zones(settlement: Int32, compound: Int32, places: list[Settlement]) -> Int8:
    zone = np.full(settlement.size, OPEN, np.int8)
    zone[settlement >= 0] = VILLAGE
    towns = sum(1 for place in places if place.is_town)
    zone[(settlement >= 0) & (settlement < towns)] = TOWN
    zone[compound >= 0] = COMPOUND
    return zone


def _giant(mesh: Mesh) -> Mesh:
    """The largest connected part, nodes renumbered, node 0 of each chain kept in step."""
    size = mesh.x.size
    graph = sparse.csr_matrix((np.ones(mesh.a.size, np.int8), (mesh.a, mesh.b)), shape=(size, size))
    label = connected_components(graph, directed=False)[1]
    keep = label == np.bincount(label).argmax()
    number = (np.cumsum(keep) - 1).astype(np.int32)
    edges = keep[mesh.a]
    return Mesh(
        mesh.x[keep], mesh.y[keep], mesh.settlement[keep], mesh.zone[keep],
        number[mesh.a[edges]], number[mesh.b[edges]], mesh.route[edges], mesh.street[edges],
        mesh.gate[edges], mesh.bridge[edges],
        tuple(tuple(int(number[i]) for i in chain if keep[i]) for chain in mesh.chains),
    )  # fmt: skip
