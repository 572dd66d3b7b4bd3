"""The answer once more, by other means: plain scipy Dijkstra over exported arrays. For verification only.

It knows nothing of the search graph: it takes what `export.export_arrays` (or `export_network`) gives and places as
(tail, head, fraction), and shares no code with the kernel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from .export import Arrays
from .source import Float64, Int64


@dataclass(frozen=True, slots=True)
class ArcPlace:
    """A place on a directed arc named by its nodes; `fraction` 0 at the tail .. 1 at the head."""

    tail: int
    head: int
    fraction: float


class Oracle:
    """Plain Dijkstra over one export. Keeps the reversed matrix, so that many incidents can be verified."""

    def __init__(self, arrays: Arrays) -> None:
        self.nodes = int(arrays["lon"].size)
        tail, head = arrays["tail"].astype(np.int64), arrays["head"].astype(np.int64)
        key = tail * self.nodes + head
        order = np.argsort(key)
        self._key: Int64 = key[order]
        self._travel_s, self._closed = arrays["travel_s"][order], arrays["closed"][order]
        self._blocked_from, self._blocked_to = arrays["blocked_from"][order], arrays["blocked_to"][order]
        free = arrays["closed"] == 0
        self.reversed = csr_matrix(
            (arrays["travel_s"][free], (head[free], tail[free])), (self.nodes, self.nodes), dtype=np.float64
        )

    def rows(self, tail: Int64, head: Int64) -> Int64:
        """Number of each arc, -1 where there is none."""
        key = np.asarray(tail, np.int64) * self.nodes + np.asarray(head, np.int64)
        at = np.minimum(np.searchsorted(self._key, key), max(self._key.size - 1, 0))
        return np.where(self._key[at] == key, at, -1)

    def pieces_s(self, row: Int64, start: Float64, stop: Float64) -> Float64:
        """Seconds along arcs from fraction `start` to `stop`. A block ends the drive at its edge for a place inside
        it, and forbids it beyond; who stands inside may leave. inf where it cannot be driven."""
        time, closed = self._travel_s[row], self._closed[row] != 0
        before = closed & (start < self._blocked_from[row])
        cut = np.where(before, np.minimum(stop, self._blocked_from[row]), stop)
        bad = (row < 0) | (start > stop) | (before & (stop > self._blocked_to[row]))
        return np.where(bad, np.inf, (cut - start) * time)

    def enter_s(self, row: Int64, stop: Float64) -> Float64:
        """Seconds from the tail to fraction `stop`: up to the block for a place inside one, inf beyond it."""
        closed = self._closed[row] != 0
        cut = np.where(closed, np.minimum(stop, self._blocked_from[row]), stop)
        bad = (row < 0) | (closed & (stop > self._blocked_to[row]))
        return np.where(bad, np.inf, cut * self._travel_s[row])

    def leave_s(self, row: Int64, start: Float64) -> Float64:
        """Seconds from fraction `start` to the head; inf where a block lies ahead."""
        blocked = (self._closed[row] != 0) & (start < self._blocked_from[row])
        return np.where((row < 0) | blocked, np.inf, (1.0 - start) * self._travel_s[row])

    def distances_s(self, incident: Sequence[ArcPlace]) -> Float64:
        """Travel time in seconds from every node to the incident, inf where there is no way."""
        best = np.full(self.nodes, np.inf)
        for place in incident:
            row = self.rows(np.array([place.tail]), np.array([place.head]))
            entry = float(self.enter_s(row, np.array([place.fraction]))[0])
            if np.isfinite(entry):
                best = np.minimum(best, dijkstra(self.reversed, directed=True, indices=place.tail) + entry)
        return best

    def totals_s(
        self,
        incident: Sequence[ArcPlace],
        unit: Int64,
        tail: Int64,
        head: Int64,
        fraction: Float64,
        offset_s: Float64,
        distance_s: Float64 | None = None,
    ) -> Float64:
        """Best total by unit over its alternatives (arrays by alternative; `offset_s` by unit), inf where there is no
        way."""
        distance = self.distances_s(incident) if distance_s is None else distance_s
        row = self.rows(tail, head)
        best = self.leave_s(row, fraction) + distance[head]
        for place in incident:
            same = (tail == place.tail) & (head == place.head)
            if bool(same.any()):
                stop = np.full(int(same.sum()), place.fraction)
                best[same] = np.minimum(best[same], self.pieces_s(row[same], fraction[same], stop))
        total = np.full(offset_s.size, np.inf)
        np.minimum.at(total, unit, best)
        return np.asarray(total + offset_s, np.float64)


def verify_snapshot(
    arrays: Arrays | Oracle,
    incident: Sequence[ArcPlace],
    units: Sequence[Sequence[ArcPlace]],
    offsets_s: Sequence[float],
    k: int,
) -> list[tuple[int, float]]:
    """The K best (unit, total seconds), offsets included, ties by unit number. Unreachable units are left out."""
    oracle = arrays if isinstance(arrays, Oracle) else Oracle(arrays)
    if not incident or not any(units):
        return []
    flat = [(i, p.tail, p.head, p.fraction) for i, several in enumerate(units) for p in several]
    unit, tail, head, fraction = (np.array(column) for column in zip(*flat, strict=True))
    total = oracle.totals_s(incident, unit, tail, head, fraction.astype(np.float64), np.asarray(offsets_s, np.float64))
    order = np.lexsort((np.arange(total.size), total))[:k]
    return [(int(i), float(total[i])) for i in order if np.isfinite(total[i])]
