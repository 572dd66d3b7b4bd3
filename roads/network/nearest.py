"""Exact K nearest units to a place by travel time: the Python side of the kernel."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from . import kernel
from .graph import RoadGraph
from .placement import Placement
from .profiles import INF, Profile
from .source import Float64, Int32
from .weights import WeightView, readonly

SETTLED_BUDGET = 50_000
HEAP_SPARE = 4096
GENERATIONS = 2**30
_FOREVER = 2**62
_EVERYBODY = np.zeros(0, np.bool_)


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """Where the units are. A unit may have several alternatives (a two-way road without a known heading has two).

    By alternative: `unit` (number of the unit), `arc`, `fraction` (0 tail .. 1 head). By unit: `offset_ms` added to
    its travel time (turn-out, age of its position), >= 0.
    """

    unit: Int32
    arc: Int32
    fraction: Float64
    offset_ms: Int32

    @property
    def count(self) -> int:
        """Number of units."""
        return int(self.offset_ms.size)

    @classmethod
    def from_placements(
        cls, placements: Sequence[Sequence[Placement]], offset_ms: Sequence[int] | Int32 | None = None
    ) -> Units:
        """Units numbered in the order given, each with the alternatives where it may be. None as offsets: all 0."""
        unit = [i for i, several in enumerate(placements) for _ in several]
        arc = [p.arc for several in placements for p in several]
        fraction = [p.fraction for several in placements for p in several]
        offsets = np.zeros(len(placements), np.int32) if offset_ms is None else np.asarray(offset_ms, np.int32)
        if offsets.shape != (len(placements),):
            raise ValueError(f"{len(placements)} units but {offsets.size} offsets")
        if offsets.size and int(offsets.min()) < 0:
            raise ValueError("offset_ms must not be negative")
        return cls(np.asarray(unit, np.int32), np.asarray(arc, np.int32), np.asarray(fraction, np.float64), offsets)


class Near(NamedTuple):
    """One unit of the answer. `total_ms` = `drive_ms` + its offset; the alternative it starts from is (`arc`,
    `fraction`)."""

    unit: int
    total_ms: int
    drive_ms: int
    arc: int
    tail: int
    head: int
    fraction: float


@dataclass(frozen=True, slots=True)
class NearestResult:
    """The answer in rising order of (total_ms, unit), and what it cost: settled states; `over_budget` when more than
    the budget were needed; `generation` of the weights it was computed with."""

    units: tuple[Near, ...]
    settled: int
    over_budget: bool
    generation: int


class Workspace:
    """Labels, heap and unit chains of one thread for one graph. Not to be shared between threads."""

    def __init__(self, graph: RoadGraph) -> None:
        n = graph.state_count
        self.labels = np.full(n, 2**62, np.int64)
        self.heap = np.empty(graph.arc_count + HEAP_SPARE, np.int64)
        self.bits = np.zeros((n >> 3) + 1, np.uint8)
        self.first = np.empty(n, np.int32)
        self.via: Int32 | None = None
        self.control = np.zeros(4, np.int64)
        self._generation = GENERATIONS
        self._units: Units | None = None
        self._key: tuple[int, int] = (-1, -1)
        self._states = np.zeros(0, np.int32)
        self.following = np.zeros(0, np.int32)
        self.costs = np.zeros(0, np.int32)
        self.least = 0
        self.best_total = np.zeros(0, np.int64)
        self.best_unit = np.zeros(0, np.int32)
        self.best_alternative = np.zeros(0, np.int32)

    def next_high(self) -> int:
        """The upper half of the labels of a new search: smaller than that of every search before."""
        self._generation -= 1
        if self._generation <= 0:
            self.labels[:] = 2**62
            self._generation = GENERATIONS - 1
        return self._generation << 32

    def place(self, units: Units, view: WeightView, head: Int32) -> None:
        """Chain `units` at their head states with the costs of `view`; a repeated call with the same two does
        nothing."""
        key = (view.generation, int(view.profile))
        if units is self._units and key == self._key and view.generation >= 0:
            return
        states, count = np.empty(units.arc.size, np.int32), units.arc.size
        costs = np.empty(count, np.int32)
        self.least = kernel.place_units(
            view.weight,
            view.blocked_from,
            view.blocked_to,
            head,
            units.arc,
            units.fraction,
            units.unit,
            units.offset_ms,
            costs,
            states,
        )
        self.following = np.empty(count, np.int32)
        kernel.register_units(self.bits, self.first, self.following, self._states, states)
        self._states, self.costs, self._units, self._key = states, costs, units, key

    def room_for(self, k: int) -> None:
        """Make the result lists hold K."""
        if self.best_total.size != k:
            self.best_total = np.empty(k, np.int64)
            self.best_unit = np.empty(k, np.int32)
            self.best_alternative = np.empty(k, np.int32)


class _Local(threading.local):
    workspace: Workspace | None = None


class Nearest:
    """Searches over one graph. Thread-safe: every thread has its own workspace."""

    def __init__(self, graph: RoadGraph) -> None:
        self.graph = graph
        self._local = _Local()
        self._arrays = {
            p: (
                readonly(np.asarray(graph.span(p))),
                readonly(np.asarray(graph.tails(p))),
                readonly(np.asarray(graph.heads(p))),
            )
            for p in Profile
        }

    def workspace(self) -> Workspace:
        """This thread's workspace."""
        found = self._local.workspace
        if found is None:
            found = self._local.workspace = Workspace(self.graph)
        return found

    def search(
        self,
        view: WeightView,
        units: Units,
        seed_arc: Int32,
        seed_fraction: Float64,
        k: int,
        *,
        eligible: npt.NDArray[np.bool_] | None = None,
        limit_ms: int | None = None,
        settled_budget: int = SETTLED_BUDGET,
        on_budget: Callable[[int], None] | None = None,
    ) -> NearestResult:
        """The K units with the smallest total to any of the seeds (places on arcs), exact under the weights of `view`.

        Units whose total exceeds `limit_ms`, that are not `eligible` (mask by unit) or that no road joins are left
        out. Equal totals are ordered by unit number. When `settled_budget` states do not suffice, `on_budget` is told
        and the search goes on.
        """
        if k < 1:
            raise ValueError(f"k must be at least 1, not {k}")
        k = min(k, units.count)
        if k == 0 or seed_arc.size == 0:
            return NearestResult((), 0, False, view.generation)
        span, tail, head = self._arrays[view.profile]
        work = self.workspace()
        work.place(units, view, head)
        work.room_for(k)
        control = work.control
        control[:] = 0
        mask, least = _masked(work, units, eligible)
        limit = kernel.NO_LIMIT if limit_ms is None else min(int(limit_ms), kernel.NO_LIMIT)
        high, end = work.next_high(), settled_budget
        while True:
            kernel.nearest_slice(
                span, tail, head, view.weight, view.blocked_from, view.blocked_to, high, seed_arc, seed_fraction,
                work.bits, work.first, work.following, units.arc, units.fraction, units.unit, work.costs,
                units.offset_ms, mask, least, k, limit, end, work.labels, work.heap, control, work.best_total,
                work.best_unit, work.best_alternative,
            )  # fmt: skip
            if control[kernel.DONE]:
                break
            if on_budget is not None:
                on_budget(int(control[kernel.SETTLED]))
            end = _FOREVER
        return self._result(work, units, view, tail, head, end == _FOREVER)

    @staticmethod
    def _result(work: Workspace, units: Units, view: WeightView, tail: Int32, head: Int32, over: bool) -> NearestResult:
        found = int(work.control[kernel.FOUND])
        near = []
        for j in range(found):
            total, unit, i = work.best_total.item(j), work.best_unit.item(j), work.best_alternative.item(j)
            arc = units.arc.item(i)
            drive = total - units.offset_ms.item(unit)
            near.append(Near(unit, total, drive, arc, tail.item(arc), head.item(arc), units.fraction.item(i)))
        return NearestResult(tuple(near), int(work.control[kernel.SETTLED]), over, view.generation)


def _masked(work: Workspace, units: Units, eligible: npt.NDArray[np.bool_] | None) -> tuple[npt.NDArray[np.bool_], int]:
    """The mask as the kernel takes it, and the smallest cost of an alternative of those it lets through."""
    if eligible is None:
        return _EVERYBODY, work.least
    mask = np.ascontiguousarray(eligible, np.bool_)
    allowed = work.costs[mask[units.unit]]
    return mask, int(allowed.min()) if allowed.size else INF


def seeds_of(placements: Sequence[Placement]) -> tuple[Int32, Float64]:
    """Arrays of arcs and fractions of an incident's placements."""
    return np.array([p.arc for p in placements], np.int32), np.array([p.fraction for p in placements], np.float64)
