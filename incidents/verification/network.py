"""Plain Dijkstra over exported arrays. It shares no code with the search that it checks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Arrays = dict[str, np.ndarray[Any, Any]]


@dataclass(frozen=True, slots=True)
class Place:
    """A place on a directed arc: its number, its ends, and the fraction 0 at the tail .. 1 at the head."""

    arc: int
    tail: int
    head: int
    fraction: float

    @classmethod
    def of(cls, row: Sequence[float]) -> Place:
        """A spot as decisions store it: [arc, tail, head, fraction]."""
        return cls(int(row[0]), int(row[1]), int(row[2]), float(row[3]))


class Network:
    """One export: `tail`, `head`, `travel_s`, `closed`, and `blocked_from`, `blocked_to` where a block is partial.

    Arcs are found by `arc` where the export has it (walkers know other nodes than cars), else by (tail, head).
    """

    def __init__(self, arrays: Arrays) -> None:
        self.tail, self.head = arrays["tail"].astype(np.int64), arrays["head"].astype(np.int64)
        self.travel_s = arrays["travel_s"].astype(np.float64)
        self.closed = arrays["closed"] != 0
        none = np.zeros(self.tail.size)
        self.blocked_from = np.asarray(arrays.get("blocked_from", none), np.float64)
        self.blocked_to = np.asarray(arrays.get("blocked_to", np.where(self.closed, 1.0, 0.0)), np.float64)
        self.nodes = int(arrays["lon"].size)
        self._by_arc = "arc" in arrays
        key = arrays["arc"].astype(np.int64) if self._by_arc else self.tail * self.nodes + self.head
        self._order = np.argsort(key)
        self._key = key[self._order]
        free = ~self.closed
        # Reversed, so that one search from the incident gives the way from everywhere to it. No two arcs join the same
        # nodes in the drive network; where walkers have two, the shorter counts.
        shortest = _least(self.head[free] * self.nodes + self.tail[free], self.travel_s[free])
        ends, times = shortest
        self._reversed = csr_matrix((times, (ends // self.nodes, ends % self.nodes)), (self.nodes, self.nodes))

    @classmethod
    def load(cls, path: Path) -> Network:
        """Read an export."""
        with np.load(path, allow_pickle=False) as file:
            return cls({name: file[name] for name in file.files})

    def row(self, place: Place) -> int:
        """Row of a place's arc; -1 where the export has none."""
        key = place.arc if self._by_arc else place.tail * self.nodes + place.head
        at = int(np.searchsorted(self._key, key))
        return int(self._order[at]) if at < self._key.size and self._key[at] == key else -1

    def enter_s(self, place: Place) -> float:
        """Seconds from the tail of its arc to a place: up to the block for a place inside one, inf beyond it."""
        row = self.row(place)
        if row < 0 or (self.closed[row] and place.fraction > self.blocked_to[row]):
            return float("inf")
        stop = min(place.fraction, self.blocked_from[row]) if self.closed[row] else place.fraction
        return float(stop * self.travel_s[row])

    def leave_s(self, place: Place) -> float:
        """Seconds from a place to the head of its arc; inf where a block lies ahead."""
        row = self.row(place)
        if row < 0 or (self.closed[row] and place.fraction < self.blocked_from[row]):
            return float("inf")
        return float((1.0 - place.fraction) * self.travel_s[row])

    def along_s(self, start: Place, stop: Place) -> float:
        """Seconds along one shared arc; inf where that is backwards, on another arc, or a block lies between."""
        row = self.row(start)
        if row < 0 or row != self.row(stop) or start.fraction > stop.fraction:
            return float("inf")
        end = stop.fraction
        if self.closed[row] and start.fraction < self.blocked_from[row]:
            if stop.fraction > self.blocked_to[row]:
                return float("inf")
            end = min(end, self.blocked_from[row])
        return float((end - start.fraction) * self.travel_s[row])

    def distances_s(self, incident: Sequence[Place]) -> Floats:
        """Seconds from every node to the incident, inf where there is no way."""
        best = np.full(self.nodes, np.inf)
        for place in incident:
            entry, row = self.enter_s(place), self.row(place)
            if np.isfinite(entry):
                best = np.minimum(best, dijkstra(self._reversed, indices=int(self.tail[row])) + entry)
        return best

    def drive_s(self, start: Sequence[Place], incident: Sequence[Place], distances_s: Floats) -> float:
        """Seconds from the best of a unit's alternatives to the incident."""
        best = float("inf")
        for place in start:
            row = self.row(place)
            if row >= 0:
                best = min(best, self.leave_s(place) + float(distances_s[self.head[row]]))
            for goal in incident:
                best = min(best, self.along_s(place, goal))
        return best


def _least(key: Integers, value: Floats) -> tuple[Integers, Floats]:
    """Each key once with its smallest value."""
    order = np.lexsort((value, key))
    key, value = key[order], value[order]
    first = np.r_[True, key[1:] != key[:-1]] if key.size else np.zeros(0, np.bool_)
    return key[first], value[first]
