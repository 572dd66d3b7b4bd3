"""From edges to ways: bends, one-way streets, chains between junctions, turn restrictions, the source network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from roads.network.source import Float64, Int8, Int32, Int64, RestrictionKind, RoadClass

from .carriageways import Roads
from .frame import Bool, Divide

BEND_FROM_M, BEND_STEP_M, BENDS_AT_MOST = 170.0, 130.0, 6


@dataclass(frozen=True, slots=True)
class Bends:
    """Shape points of edges: those of edge e are `first[e]` .. `first[e] + count[e]` in the node arrays."""

    first: Int64
    count: Int64


@dataclass(frozen=True, slots=True)
class Chains:
    """Ways in CSR form over the nodes (bends included), the edge each way began with, and the junction mask."""

    pointer: Int64
    nodes: Int32
    edge: Int32
    junction: Bool


def scc_mask(size: int, a: Int32, b: Int32, oneway: Int8) -> Bool:
    """Nodes of the largest strongly connected part."""
    both = oneway == 0
    tail, head = np.r_[a, b[both]], np.r_[b, a[both]]
    graph = sparse.csr_matrix((np.ones(tail.size, np.int8), (tail, head)), shape=(size, size))
    label = connected_components(graph, directed=True, connection="strong")[1]
    return np.asarray(label == np.bincount(label).argmax())


def one_way_streets(roads: Roads, wish: Int8) -> None:
    """Make streets one-way as wished (1 from a to b, -1 against), except where somebody could not get in or out."""
    turn = wish < 0
    roads.a[turn], roads.b[turn] = roads.b[turn].copy(), roads.a[turn].copy()
    chosen = wish != 0
    roads.oneway[chosen] = 1
    for _ in range(12):
        inside = scc_mask(roads.x.size, roads.a, roads.b, roads.oneway)
        cut = chosen & (roads.oneway == 1) & ~(inside[roads.a] & inside[roads.b])
        if not cut.any():
            return
        roads.oneway[cut] = 0


def bend(roads: Roads, divides: tuple[Divide, ...], rng: np.random.Generator) -> Bends:
    """Add shape points to long edges, so that country roads wind: a random sway up to `curve` of the length, none where
    it would take the road across a river, the expressway or the railway."""
    dx, dy = roads.x[roads.b] - roads.x[roads.a], roads.y[roads.b] - roads.y[roads.a]
    length = np.hypot(dx, dy)
    wanted = np.minimum(length // BEND_STEP_M, BENDS_AT_MOST)
    count = np.where((length > BEND_FROM_M) & (roads.curve > 0), wanted, 0).astype(np.int64)
    edge = np.repeat(np.arange(count.size), count)
    first = np.cumsum(count) - count
    t = (np.arange(edge.size) - first[edge] + 1) / (count[edge] + 1)
    sway = rng.uniform(-1, 1, count.size) * roads.curve
    second = rng.uniform(-0.5, 0.5, count.size) * roads.curve
    off = np.sin(np.pi * t) * sway[edge] + np.sin(2 * np.pi * t) * second[edge]
    x0, y0 = roads.x[roads.a][edge], roads.y[roads.a][edge]
    astray = np.zeros(count.size, bool)
    for divide in divides:
        bank = divide.side(x0, y0)
        moved = divide.side(x0 + t * dx[edge] - off * dy[edge], y0 + t * dy[edge] + off * dx[edge])
        astray[edge[moved != bank]] = True
    off[astray[edge]] = 0.0
    start = roads.x.size
    roads.add_nodes(x0 + t * dx[edge] - off * dy[edge], y0 + t * dy[edge] + off * dx[edge])
    return Bends(first + start, count)


def _followers(roads: Roads, size: int) -> tuple[Bool, Int64]:
    """Nodes in the middle of a way (two edges of the same kind, through traffic), and the two edges of each."""
    ends = np.r_[roads.a, roads.b].astype(np.int64)
    edge = np.r_[np.arange(roads.a.size), np.arange(roads.a.size)]
    order = np.argsort(ends, kind="stable")
    degree = np.bincount(ends, minlength=size)
    start = np.cumsum(degree) - degree
    two = np.flatnonzero(degree == 2)
    pair = np.full((size, 2), -1, np.int64)
    pair[two, 0], pair[two, 1] = edge[order[start[two]]], edge[order[start[two] + 1]]
    p, q = pair[two, 0], pair[two, 1]
    same = p != q
    for column in (roads.road_class, roads.oneway, roads.flags, roads.axis, roads.name):
        same &= column[p] == column[q]
    through = (roads.a[p] == two) != (roads.a[q] == two)
    same &= (roads.oneway[p] == 0) | through
    middle = np.zeros(size, bool)
    middle[two[same]] = True
    return middle, pair


def chain(roads: Roads, bends: Bends, node_count: int) -> Chains:
    """Join edges through the middles into ways. Closed rings are opened at their first node."""
    middle, pair = _followers(roads, node_count)
    a, b = roads.a.tolist(), roads.b.tolist()
    follow = pair.tolist()
    inner = middle.tolist()
    used = bytearray(len(a))
    first, count = bends.first.tolist(), bends.count.tolist()
    pointer, nodes, start_edge = [0], [], []
    loose = np.flatnonzero(~(middle[roads.a] & middle[roads.b])).tolist()
    for turn, edges in enumerate((loose, range(len(a)))):
        for e in edges:
            if used[e]:
                continue
            u = a[e] if turn or not inner[a[e]] else b[e]
            if roads.oneway[e] and u != a[e]:
                continue
            start_edge.append(e)
            nodes.append(u)
            while True:
                used[e] = 1
                forward = u == a[e]
                if count[e]:
                    run = range(first[e], first[e] + count[e])
                    nodes.extend(run if forward else reversed(run))
                u = b[e] if forward else a[e]
                nodes.append(u)
                if not inner[u]:
                    break
                p, q = follow[u]
                e = q if e == p else p
                if used[e]:
                    break
            pointer.append(len(nodes))
    way_nodes = np.asarray(nodes, np.int32)
    ptr = np.asarray(pointer, np.int64)
    junction = np.zeros(node_count + int(bends.count.sum()), bool)
    junction[way_nodes[ptr[:-1]]] = True
    junction[way_nodes[ptr[1:] - 1]] = True
    return Chains(ptr, way_nodes, np.asarray(start_edge, np.int32), junction)


@dataclass(frozen=True, slots=True)
class Restrictions:
    """Turn restrictions over a node, by way."""

    from_way: Int32
    via_node: Int32
    to_way: Int32
    kind: Int8


def restrict_turns(chains: Chains, road_class: Int8, oneway: Int8, x: Float64, y: Float64, rng: np.random.Generator,
                   every: int = 260) -> Restrictions:  # fmt: skip
    """No left turn at some crossings of larger roads, and at a few straight on only.

    Only at junctions of four or more both-way ways, so that nobody is shut in. Left is a bearing change of more than
    35 degrees against the clock.
    """
    start, end = chains.nodes[chains.pointer[:-1]], chains.nodes[chains.pointer[1:] - 1]
    both = (oneway == 0) & (start != end)
    big = both & (road_class <= RoadClass.TERTIARY)
    degree = np.bincount(np.r_[start[both], end[both]], minlength=x.size)
    large = np.bincount(np.r_[start[big], end[big]], minlength=x.size)
    via = np.flatnonzero((degree >= 4) & (large >= 2))
    target = max(6, int(chains.junction.sum() / every))
    via = np.sort(rng.permutation(via)[:target])
    at: dict[int, list[tuple[int, float]]] = {int(v): [] for v in via}
    touching = np.flatnonzero(both & (np.isin(start, via) | np.isin(end, via)))
    for w in touching.tolist():
        i, j = int(chains.pointer[w]), int(chains.pointer[w + 1]) - 1
        for node, other in ((i, i + 1), (j, j - 1)):
            v, o = int(chains.nodes[node]), int(chains.nodes[other])
            if v in at:
                at[v].append((w, float(np.degrees(np.arctan2(y[o] - y[v], x[o] - x[v])))))
    rows: list[tuple[int, int, int, int]] = []
    for number, v in enumerate(via.tolist()):
        row = _one_restriction(v, at[v], mandatory=number % 7 == 3)
        if row is not None:
            rows.append(row)
    table = np.asarray(rows, np.int64).reshape(-1, 4)
    return Restrictions(
        table[:, 0].astype(np.int32),
        table[:, 1].astype(np.int32),
        table[:, 2].astype(np.int32),
        table[:, 3].astype(np.int8),
    )


def _one_restriction(via: int, arms: list[tuple[int, float]], *, mandatory: bool) -> tuple[int, int, int, int] | None:
    """The first fitting (from, via, to, kind) among the arms of a junction (way, bearing away from it)."""
    for way, bearing in arms:
        for other, away in arms:
            if other == way:
                continue
            change = (away - (bearing + 180.0) + 540.0) % 360.0 - 180.0
            if mandatory and abs(change) < 25.0:
                return way, via, other, int(RestrictionKind.MANDATORY)
            if not mandatory and 60.0 < change < 140.0:
                return way, via, other, int(RestrictionKind.FORBIDDEN)
    return None
