"""The answer once more, by other means: plain scipy Dijkstra over exported arrays. For verification only.

It knows nothing of the search graph: it takes what `export.export_arrays` (or `export_network`) gives and places as
(tail, head, fraction), and shares no code with the kernel.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from .export import Arrays
from .source import Float64


@dataclass(frozen=True, slots=True)
class ArcPlace:
    """A place on a directed arc named by its nodes; `fraction` 0 at the tail .. 1 at the head."""

    tail: int
    head: int
    fraction: float


class Oracle:
    """Plain Dijkstra over one export."""

    def __init__(self, arrays: Arrays) -> None:
        self.arrays = arrays
        self.nodes = int(arrays["lon"].size)
        tail, head = arrays["tail"].astype(np.int64), arrays["head"].astype(np.int64)
        self._row = {(t, h): i for i, (t, h) in enumerate(zip(tail.tolist(), head.tolist(), strict=True))}
        free = arrays["closed"] == 0
        self._reversed = csr_matrix(
            (arrays["travel_s"][free], (head[free], tail[free])), (self.nodes, self.nodes), dtype=np.float64
        )

    def distances_s(self, incident: Sequence[ArcPlace]) -> Float64:
        """Travel time in seconds from every node to the incident, inf where there is no way."""
        best = np.full(self.nodes, np.inf)
        for place in incident:
            entry = self._piece(place.tail, place.head, 0.0, place.fraction)
            if math.isfinite(entry):
                best = np.minimum(best, dijkstra(self._reversed, directed=True, indices=place.tail) + entry)
        return best

    def _piece(self, tail: int, head: int, start: float, stop: float) -> float:
        """Seconds along one arc. A block ends the drive at its edge for a place inside it, and forbids it beyond; who
        stands inside may leave."""
        row = self._row.get((tail, head))
        if row is None or start > stop:
            return math.inf
        time = float(self.arrays["travel_s"][row])
        if self.arrays["closed"][row]:
            begin, end = float(self.arrays["blocked_from"][row]), float(self.arrays["blocked_to"][row])
            if start < begin:
                if stop > end:
                    return math.inf
                stop = min(stop, begin)
        return (stop - start) * time

    def total_s(self, unit: Sequence[ArcPlace], incident: Sequence[ArcPlace], distance_s: Float64) -> float:
        """Best travel time of one unit over its alternatives, direct pieces on a shared arc included."""
        best = math.inf
        for place in unit:
            for target in incident:
                if (place.tail, place.head) == (target.tail, target.head):
                    best = min(best, self._piece(place.tail, place.head, place.fraction, target.fraction))
            ahead = self._leave(place)
            best = min(best, ahead + float(distance_s[place.head]))
        return best

    def _leave(self, place: ArcPlace) -> float:
        row = self._row.get((place.tail, place.head))
        if row is None:
            return math.inf
        if self.arrays["closed"][row] and place.fraction < float(self.arrays["blocked_from"][row]):
            return math.inf
        return (1.0 - place.fraction) * float(self.arrays["travel_s"][row])


def verify_snapshot(
    arrays: Arrays | Oracle,
    incident: Sequence[ArcPlace],
    units: Sequence[Sequence[ArcPlace]],
    offsets_s: Sequence[float],
    k: int,
) -> list[tuple[int, float]]:
    """The K best (unit, total seconds), offsets included, ties by unit number. Unreachable units are left out."""
    oracle = arrays if isinstance(arrays, Oracle) else Oracle(arrays)
    distance = oracle.distances_s(incident)
    totals = [
        (oracle.total_s(unit, incident, distance) + offset, i)
        for i, (unit, offset) in enumerate(zip(units, offsets_s, strict=True))
    ]
    return [(i, total) for total, i in sorted(totals)[:k] if math.isfinite(total)]
