"""The way of one unit to one place: arcs, geometry, length, time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from . import kernel
from .graph import RoadGraph
from .nearest import Nearest
from .placement import Placement
from .profiles import INF, OPEN_MASK
from .source import Float64, Int32
from .weights import WeightView, readonly


@dataclass(frozen=True, slots=True)
class Step:
    """A piece of one arc, from one fraction of it to another (in driving direction)."""

    arc: int
    edge_no: int
    from_fraction: float
    to_fraction: float
    length_m: float
    time_ms: int


@dataclass(frozen=True, slots=True)
class Route:
    """A drive. `start` is the number of the alternative it begins at. `lon`, `lat` (WGS-84 degrees) from first to last
    point; `road_m` along the road on the spheroid; `drive_ms` as the search gives it."""

    start: int
    steps: tuple[Step, ...]
    lon: Float64
    lat: Float64
    road_m: float
    drive_ms: int


def arc_shape(graph: RoadGraph, arc: int, start: float = 0.0, stop: float = 1.0) -> tuple[Float64, Float64]:
    """Longitudes and latitudes of an arc between two fractions, in driving direction."""
    x, y = graph.edge_shape(int(graph.arc_edge[arc]))
    if not graph.arc_forward[arc]:
        x, y = x[::-1], y[::-1]
    if start <= 0.0 and stop >= 1.0:
        return x, y
    along = np.zeros(x.size)
    np.cumsum(np.hypot(np.diff(x) * math.cos(math.radians(y[0])), np.diff(y)), out=along[1:])
    total = float(along[-1])
    if total == 0.0:
        return x[[0, -1]], y[[0, -1]]
    inside = (along > start * total) & (along < stop * total)
    ends = np.array([start * total, stop * total])
    px, py = np.interp(ends, along, x), np.interp(ends, along, y)
    return np.concatenate((px[:1], x[inside], px[1:])), np.concatenate((py[:1], y[inside], py[1:]))


def find_route(
    searcher: Nearest, view: WeightView, unit: Sequence[Placement], incident: Sequence[Placement]
) -> Route | None:
    """The fastest way from any of a unit's alternatives to any of an incident's placements under the weights of
    `view`; None where there is none. Its time equals what `Nearest.search` gives for the same unit without offset."""
    graph = searcher.graph
    blocks = (view.blocked_from, view.blocked_to)
    tail, head = graph.tails(view.profile), graph.heads(view.profile)
    direct = _direct(view, unit, incident)
    starts = np.array([int(head[p.arc]) for p in unit], np.int64)
    leave = np.array([kernel.leave_cost_ms(view.weight, *blocks, p.arc, p.fraction) for p in unit], np.int64)
    seeds = np.array([int(tail[p.arc]) for p in incident], np.int64)
    enter = np.array([kernel.enter_cost_ms(view.weight, *blocks, p.arc, p.fraction) for p in incident], np.int64)
    if starts.size == 0 or seeds.size == 0:
        return None
    work = searcher.workspace()
    if work.via is None:
        work.via = np.empty(graph.state_count, np.int32)
    best = np.zeros(3, np.int64)
    kernel.path_search(
        readonly(np.asarray(graph.span(view.profile))), readonly(np.asarray(tail)), view.weight, work.next_high(),
        seeds, enter, starts, leave, work.labels, work.heap, work.via, best,
    )  # fmt: skip
    if direct is not None and (best[1] < 0 or direct[0] <= best[0]):
        time_ms, i, place = direct
        return _assemble(graph, view, i, [(unit[i].arc, unit[i].fraction, _reached(view, place))], time_ms)
    if best[1] < 0:
        return None
    return _walk(searcher, view, unit, incident, (seeds, enter), best, work.via)


def _walk(
    searcher: Nearest,
    view: WeightView,
    unit: Sequence[Placement],
    incident: Sequence[Placement],
    seeds: tuple[np.ndarray[tuple[int, ...], np.dtype[np.int64]], np.ndarray[tuple[int, ...], np.dtype[np.int64]]],
    best: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
    via: Int32,
) -> Route:
    """Follow the arcs that the search wrote down, from the start to the seed."""
    graph, heads = searcher.graph, searcher.graph.heads(view.profile)
    start = int(best[1])
    pieces = [(unit[start].arc, unit[start].fraction, 1.0)]
    state = int(heads[unit[start].arc])
    while via[state] >= 0:
        arc = int(via[state])
        if graph.arc_edge[arc] >= 0:
            pieces.append((arc, 0.0, 1.0))
        state = int(heads[arc])
    at = np.flatnonzero(seeds[0] == state)
    goal = incident[int(at[int(np.argmin(seeds[1][at]))])]
    pieces.append((goal.arc, 0.0, _reached(view, goal)))
    return _assemble(graph, view, start, pieces, int(best[0]))


def _direct(
    view: WeightView, unit: Sequence[Placement], incident: Sequence[Placement]
) -> tuple[int, int, Placement] | None:
    """The cheapest drive along one shared arc: time, number of the alternative, goal."""
    found = []
    for i, p in enumerate(unit):
        for j, q in enumerate(incident):
            if p.arc == q.arc:
                cost = kernel.direct_cost_ms(
                    view.weight, view.blocked_from, view.blocked_to, p.arc, p.fraction, q.fraction
                )
                found.append((int(cost), i, j))
    if not found or min(found)[0] >= INF:
        return None
    cost, i, j = min(found)
    return cost, i, incident[j]


def _reached(view: WeightView, goal: Placement) -> float:
    """How far along the goal's arc one gets: to the goal, or up to the block it lies in."""
    if view.weight[goal.arc] > INF:
        return min(goal.fraction, float(view.blocked_from[goal.arc]))
    return goal.fraction


def _assemble(
    graph: RoadGraph, view: WeightView, start: int, pieces: list[tuple[int, float, float]], time_ms: int
) -> Route:
    steps: list[Step] = []
    lon: list[Float64] = []
    lat: list[Float64] = []
    for arc, begin, given_end in pieces:
        end = max(begin, given_end)
        edge = int(graph.arc_edge[arc])
        length = float(graph.edge_length_m[edge]) * (end - begin)
        steps.append(Step(arc, edge, begin, end, length, round((int(view.weight[arc]) & OPEN_MASK) * (end - begin))))
        x, y = arc_shape(graph, arc, begin, end)
        skip = 1 if lon else 0
        lon.append(x[skip:])
        lat.append(y[skip:])
    return Route(start, tuple(steps), np.concatenate(lon), np.concatenate(lat), sum(s.length_m for s in steps), time_ms)
