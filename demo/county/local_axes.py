"""Township roads (Y), village roads (C) and the main streets of towns: which mesh edges they run over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from roads.network.source import Int32, Int64, RoadClass

from . import facts
from .mesh import COMPOUND, Mesh
from .settlements import BLOCK, Settlement

STREET_AXES = 48
MINIMUM_STREET_EDGES = 5
STREET_MIDDLE = 5000


@dataclass(frozen=True, slots=True)
class LocalAxis:
    """A road over mesh nodes in chainage order; `edges` are the mesh edges between them."""

    code: str
    name: str
    road_class: RoadClass
    nodes: tuple[int, ...]
    edges: tuple[int, ...]


def edge_keys(mesh: Mesh) -> tuple[Int64, Int64]:
    """Sorted keys (low * n + high) of the mesh edges and the edge of each."""
    low, high = np.minimum(mesh.a, mesh.b).astype(np.int64), np.maximum(mesh.a, mesh.b).astype(np.int64)
    key = low * mesh.x.size + high
    order = np.argsort(key, kind="stable")
    return key[order], order


def village_roads(mesh: Mesh, places: list[Settlement], taken: Int32, first: int) -> list[LocalAxis]:
    """The way from each village towards its nearest town, up to the first road that already has a number.

    `taken` holds the axis of each mesh edge (-1 none) and is filled in here with numbers from `first` on.
    """
    towns = sum(1 for place in places if place.is_town)
    length = np.hypot(mesh.x[mesh.a] - mesh.x[mesh.b], mesh.y[mesh.a] - mesh.y[mesh.b])
    walled = (mesh.zone[mesh.a] == COMPOUND) | (mesh.zone[mesh.b] == COMPOUND)
    weight = np.where(walled, 8.0, np.where(mesh.route >= 0, 0.7, 1.0)) * np.maximum(length, 1.0)
    graph = sparse.csr_matrix((weight, (mesh.a, mesh.b)), shape=(mesh.x.size, mesh.x.size))
    tree = cKDTree(np.column_stack([mesh.x, mesh.y]))
    centre = tree.query([(place.x, place.y) for place in places])[1]
    distance, before, source = dijkstra(
        graph, directed=False, indices=centre[:towns], min_only=True, return_predecessors=True
    )
    key, edge_of = edge_keys(mesh)
    root = {int(centre[i]): i for i in range(towns)}
    axes: list[LocalAxis] = []
    order = sorted(range(towns, len(places)), key=lambda i: float(distance[centre[i]]))
    counters = {"Y": 0, "C": 0}
    for i in order:
        nodes, edges = [int(centre[i])], []
        while before[nodes[-1]] >= 0:
            u, v = nodes[-1], int(before[nodes[-1]])
            e = int(edge_of[np.searchsorted(key, min(u, v) * mesh.x.size + max(u, v))])
            if taken[e] >= 0:
                break
            nodes.append(v)
            edges.append(e)
        if len(edges) < 2:
            continue
        span = float(length[edges].sum())
        kind = "Y" if span > 2200.0 else "C"
        counters[kind] += 1
        town = root.get(int(source[centre[i]]), places[i].town)
        name = f"{facts.TOWNS[town][0][:2]}至{places[i].name}{'乡道' if kind == 'Y' else '村道'}"
        taken[edges] = first + len(axes)
        road_class = RoadClass.TERTIARY if kind == "Y" else RoadClass.UNCLASSIFIED
        code = f"{kind}{counters[kind]:03d}"
        axes.append(LocalAxis(code, name, road_class, tuple(nodes[::-1]), tuple(edges[::-1])))
    return axes


def street_name(town: int, street: int) -> str:
    """The invented name of a street; collectors are 路 or 大道, others 街 or 巷."""
    index = street // 2 - STREET_MIDDLE
    count = len(facts.STREET_SYLLABLES)
    serial = abs(index) * 4 + (street % 2) * 2 + (1 if index < 0 else 0) + town * 7
    syllables = facts.STREET_SYLLABLES[serial % count]
    again = abs(index) * 4 // count
    number = "" if again == 0 else "东西南北中"[again % 5] + ("" if again < 5 else str(again // 5))
    if index % BLOCK == 0:
        return syllables + number + ("大道" if index % (BLOCK * 3) == 0 else "路")
    return syllables + number + ("街" if street % 2 else "巷")


def main_streets(mesh: Mesh, towns: int, taken: Int32, first: int) -> list[LocalAxis]:
    """The longest collector streets of the towns as axes; `taken` is filled in with numbers from `first` on."""
    town = mesh.settlement[mesh.a].astype(np.int64)
    index = mesh.street // 2 - STREET_MIDDLE
    candidate = np.flatnonzero(
        (mesh.street >= 0) & (town >= 0) & (town < towns) & (index % BLOCK == 0) & (taken < 0) & (mesh.route < 0)
    )
    group = town[candidate] * 100_000 + mesh.street[candidate]
    unique, count = np.unique(group, return_counts=True)
    longest = unique[np.lexsort((unique, -count))][:STREET_AXES]
    axes: list[LocalAxis] = []
    for number in longest.tolist():
        nodes, edges = _longest_run(mesh, candidate[group == number])
        if len(edges) < MINIMUM_STREET_EDGES:
            continue
        taken[list(edges)] = first + len(axes)
        town_no, street = divmod(number, 100_000)
        name = facts.TOWNS[town_no][0][:2] + street_name(town_no, street)
        axes.append(LocalAxis("", name, RoadClass.TERTIARY, nodes, edges))
    return axes


def _longest_run(mesh: Mesh, edges: Int64) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The longest simple walk over edges of one street that never branches back."""
    near: dict[int, list[tuple[int, int]]] = {}
    for e in edges.tolist():
        a, b = int(mesh.a[e]), int(mesh.b[e])
        near.setdefault(a, []).append((b, e))
        near.setdefault(b, []).append((a, e))
    best: tuple[tuple[int, ...], tuple[int, ...]] = ((), ())
    unused = set(near)
    while unused:
        ends = [node for node in sorted(unused) if len(near[node]) == 1]
        node = ends[0] if ends else min(unused)
        nodes, path = [node], []
        unused.discard(node)
        while True:
            onward = [(v, e) for v, e in near[nodes[-1]] if v in unused]
            if not onward:
                break
            v, e = min(onward)
            unused.discard(v)
            nodes.append(v)
            path.append(e)
        if len(path) > len(best[1]):
            best = (tuple(nodes), tuple(path))
    return best
