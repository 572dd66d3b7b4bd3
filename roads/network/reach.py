"""How far one gets from here: earliest times forward from several places at once, and the roads between two times.

The search loops of `kernel` run backwards from an incident; this one runs forwards from a car that drives away, and
from all units that may be sent after it. scipy's Dijkstra with many sources does it: each state learns who is there
first.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from .graph import RoadGraph
from .kernel import leave_cost_ms
from .profiles import INF, Profile
from .route import arc_shape
from .source import Float64, Int32
from .weights import WeightView

NOBODY = -1


@dataclass(frozen=True, slots=True)
class Departure:
    """Where somebody leaves from: a fraction of an arc after `wait_ms`. Several of one `who` are its alternatives."""

    who: int
    arc: int
    fraction: float
    wait_ms: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """By state: `time_ms` of whoever is there first (inf beyond the limit), `who` that is, and the state `before` on
    its way (-1 at the first)."""

    time_ms: Float64
    who: Int32
    before: Int32


class Forward:
    """Forward searches over one graph, by car. Thread-safe."""

    def __init__(self, graph: RoadGraph) -> None:
        self.graph = graph
        self._order = np.argsort(np.asarray(graph.arc_tail), kind="stable")
        self._lock = threading.Lock()
        self._kept: tuple[Profile, int, csr_matrix] | None = None

    def search(self, view: WeightView, departures: Sequence[Departure], limit_ms: float) -> Reach:
        """Who is where first, within `limit_ms`, exact under the weights of `view`. Nobody reaches what a block closes.
        Raises ValueError for walkers, who see another graph.
        """
        if view.profile == Profile.FOOT:
            raise ValueError("forward searches are by car")
        n = self.graph.state_count
        usable = [(one, cost) for one in departures if (cost := self._leave_ms(view, one)) < INF]
        if not usable:
            return Reach(np.full(n, np.inf), np.full(n, NOBODY, np.int32), np.full(n, -1, np.int32))
        matrix = self._with_departures(self._matrix(view), usable)
        sources = np.arange(n, n + len(usable))
        time_ms, before, source = dijkstra(
            matrix, directed=True, indices=sources, limit=limit_ms + 1.0, min_only=True, return_predecessors=True
        )
        # One millisecond on every first step: an edge that costs nothing would be none.
        time_ms = time_ms[:n] - 1.0
        whose = np.array([one.who for one, _cost in usable], np.int32)
        reached = np.isfinite(time_ms)
        who = np.where(reached, whose[np.clip(source[:n] - n, 0, len(usable) - 1)], NOBODY).astype(np.int32)
        before = np.where(reached & (before[:n] < n), before[:n], -1).astype(np.int32)
        return Reach(time_ms, who, before)

    @staticmethod
    def _leave_ms(view: WeightView, one: Departure) -> int:
        cost = int(leave_cost_ms(view.weight, view.blocked_from, view.blocked_to, one.arc, one.fraction))
        return cost + one.wait_ms if cost < INF else INF

    def _matrix(self, view: WeightView) -> csr_matrix:
        """Arcs that may be driven, by tail; kept while the weights stand."""
        with self._lock:
            kept = self._kept
        if kept is not None and view.generation >= 0 and kept[:2] == (view.profile, view.generation):
            return kept[2]
        n = self.graph.state_count
        weight = np.asarray(view.weight)[self._order]
        free = weight < INF
        tail, head = np.asarray(self.graph.arc_tail)[self._order], np.asarray(self.graph.arc_head)[self._order]
        pointer = np.zeros(n + 1, np.int64)
        np.cumsum(np.bincount(tail[free], minlength=n), out=pointer[1:])
        matrix = csr_matrix((weight[free].astype(np.float64), head[free], pointer), shape=(n, n))
        with self._lock:
            self._kept = (view.profile, view.generation, matrix)
        return matrix

    def _with_departures(self, matrix: csr_matrix, usable: Sequence[tuple[Departure, int]]) -> csr_matrix:
        """The same with one more node for each departure."""
        n, more = matrix.shape[0], len(usable)
        data = np.concatenate((matrix.data, [cost + 1.0 for _one, cost in usable]))
        heads = np.array([int(self.graph.arc_head[one.arc]) for one, _cost in usable], matrix.indices.dtype)
        pointer = np.concatenate((matrix.indptr, matrix.indptr[-1] + np.arange(1, more + 1)))
        indices = np.concatenate((matrix.indices, heads))
        return csr_matrix((data, indices, pointer.astype(indices.dtype)), shape=(n + more, n + more))


def roads_between(
    graph: RoadGraph,
    view: WeightView,
    reach: Reach,
    departures: Sequence[Departure],
    from_ms: float,
    to_ms: float,
    most: int = 4000,
) -> list[list[tuple[float, float]]]:
    """The pieces of road that are first entered between two times: lines of (lon, lat), WGS-84, nearest in time first,
    `most` of them. A road that was through before `from_ms` from its other end is left out.
    """
    weight = np.asarray(view.weight)
    tail = np.asarray(graph.arc_tail)
    start = reach.time_ms[tail]
    arcs = np.flatnonzero((np.asarray(graph.arc_edge) >= 0) & (weight < INF) & (start < to_ms))
    spans = [(float(start[arc]), int(arc), 0.0) for arc in arcs.tolist()]
    spans += [(float(one.wait_ms), one.arc, one.fraction) for one in departures if weight[one.arc] < INF]
    done: set[int] = set()
    lines = []
    for began, arc, fraction in sorted(spans):
        whole = max(1.0, float(weight[arc]))
        low = max(fraction, fraction + (from_ms - began) / whole)
        high = min(1.0, fraction + (to_ms - began) / whole)
        edge = int(graph.arc_edge[arc])
        if low >= high or (edge in done and fraction == 0.0):
            # Beyond its end, or entered from the other end earlier.
            if low >= 1.0:
                done.add(edge)
            continue
        if low <= 0.0 and high >= 1.0:
            done.add(edge)
        x, y = arc_shape(graph, arc, low, high)
        lines.append([(round(float(a), 6), round(float(b), 6)) for a, b in zip(x, y, strict=True)])
        if len(lines) >= most:
            break
    return lines


def first_by_junction(graph: RoadGraph, reach: Reach) -> dict[int, tuple[float, int, int | None]]:
    """By junction that is reached at all: earliest time in ms, who, and the junction before on that way (None at the
    first). A junction with restricted turns has several states; whoever is at one of them is there."""
    junction = np.asarray(graph.state_junction)
    states = np.flatnonzero(np.isfinite(reach.time_ms))
    found: dict[int, tuple[float, int, int | None]] = {}
    for state in states[np.lexsort((states, reach.time_ms[states]))].tolist():
        here = int(junction[state])
        if here in found:
            continue
        before = int(reach.before[state])
        while before >= 0 and int(junction[before]) == here:
            before = int(reach.before[before])
        came_from = int(junction[before]) if before >= 0 else None
        found[here] = (float(reach.time_ms[state]), int(reach.who[state]), came_from)
    return found


def junction_place(graph: RoadGraph, junction: int) -> tuple[float, float]:
    """Longitude and latitude of a junction."""
    state = int(np.searchsorted(np.asarray(graph.state_junction), junction))
    return float(graph.state_lon[state]), float(graph.state_lat[state])


def junction_roads(graph: RoadGraph, junction: int) -> tuple[str, ...]:
    """Names (else codes) of the roads that meet at a junction, sorted; without doubles."""
    states = np.flatnonzero(np.asarray(graph.state_junction) == junction)
    arcs = np.flatnonzero(np.isin(np.asarray(graph.arc_head), states) | np.isin(np.asarray(graph.arc_tail), states))
    edges = {int(edge) for edge in np.asarray(graph.arc_edge)[arcs].tolist() if edge >= 0}
    words = {
        graph.string_at(int(graph.edge_name[edge])) or graph.string_at(int(graph.edge_ref[edge])) for edge in edges
    }
    return tuple(sorted(words - {""}))
