"""Directed strokes of one road: runs of arcs in which each goes on into the next as a driver would.

An arc is an edge in a direction in which it may be driven. On a dual road the two carriageways become two strokes; a
two-way road gives a stroke and its mirror; where a two-way road parts into two carriageways both strokes go on over
the right one.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from roads.network.source import Float64, Int64

from .edges import AxisEdges
from .locate import metres_per_degree

Arc = tuple[int, int]
"""(edge, 1 along its geometry or -1 against it)."""

MAX_TURN_DEG = 100.0
MAX_GAP_M = 120.0
MAX_GAP_TURN_DEG = 60.0
MAX_GAP_SHIFT_DEG = 45.0
CLOSE_M = 20.0
RETURN_WITHIN_M = 40.0
RETURN_TURN_DEG = 150.0
_HEADING_OVER_M = 15.0


@dataclass(frozen=True, slots=True)
class ArcEnd:
    """End of an arc in the plane of its road: junction, place in metres, heading of travel in degrees (x to y)."""

    junction: int
    x: float
    y: float
    heading_deg: float


@dataclass(frozen=True, slots=True)
class RoadPlane:
    """A local metric plane for one road; good for headings and gaps, not for lengths along it."""

    lon: float
    lat: float
    x_per_deg: float
    y_per_deg: float

    @classmethod
    def around(cls, lon: Float64, lat: Float64) -> RoadPlane:
        """Plane at the middle of some points."""
        middle = float(lat.mean())
        kx, ky = metres_per_degree(middle)
        return cls(float(lon.mean()), middle, float(kx), float(ky))

    def xy(self, lon: Float64, lat: Float64) -> tuple[Float64, Float64]:
        """Metres east and north of the plane's origin."""
        return (lon - self.lon) * self.x_per_deg, (lat - self.lat) * self.y_per_deg


def turn_deg(a: float, b: float) -> float:
    """Unsigned angle between two headings, 0 to 180 degrees."""
    return abs((b - a + 180.0) % 360.0 - 180.0)


def road_strokes(edges: AxisEdges, members: tuple[int, ...]) -> list[list[Arc]]:
    """Strokes of a road in a fixed order; every drivable arc is in exactly one. Rings are opened at their westernmost
    arc."""
    plane, starts, stops = _arc_ends(edges, np.array(members, np.int64))
    arcs = list(starts)
    following: dict[Arc, Arc] = {}
    preceding: dict[Arc, Arc] = {}
    known = set(arcs)

    def link(a: Arc, b: Arc) -> None:
        """`b` follows `a`, and the mirror of `a` that of `b`, unless either has a neighbour there already."""
        if a in following or b in preceding:
            return
        following[a], preceding[b] = b, a
        mirror_a, mirror_b = (b[0], -b[1]), (a[0], -a[1])
        if {mirror_a, mirror_b} <= known and mirror_a not in following and mirror_b not in preceding:
            following[mirror_a], preceding[mirror_b] = mirror_b, mirror_a

    for _, a, b in sorted(_joints(arcs, starts, stops)):
        link(a, b)
    for _, a, b in sorted(_gaps(arcs, starts, stops, following, preceding)):
        link(a, b)
    strokes = _extract(arcs, starts, stops, following, preceding)
    return [part for stroke in strokes for part in _cut_at_returns(edges, plane, stroke)]


def _arc_ends(edges: AxisEdges, members: Int64) -> tuple[RoadPlane, dict[Arc, ArcEnd], dict[Arc, ArcEnd]]:
    """The plane of a road, and where its arcs start and stop. All at once: the shapes of the edges are laid one behind
    the other, a metre apart, so that a metre of the whole names one place."""
    sizes = edges.shape_ptr[members + 1] - edges.shape_ptr[members]
    last = np.cumsum(sizes) - 1
    first = last - sizes + 1
    take = np.arange(last[-1] + 1) + np.repeat(edges.shape_ptr[members] - first, sizes)
    lon, lat = edges.shape_lon[take], edges.shape_lat[take]
    plane = RoadPlane.around(lon, lat)
    x, y = plane.xy(lon, lat)
    steps = np.hypot(np.diff(x), np.diff(y))
    steps[last[:-1]] = 1.0
    along = np.r_[0.0, np.cumsum(steps)]
    reach = np.minimum(_HEADING_OVER_M, along[last] - along[first])
    near_x, near_y = (np.interp(along[first] + reach, along, c) for c in (x, y))
    far_x, far_y = (np.interp(along[last] - reach, along, c) for c in (x, y))
    leave = np.degrees(np.arctan2(near_y - y[first], near_x - x[first]))
    arrive = np.degrees(np.arctan2(y[last] - far_y, x[last] - far_x))
    columns = (
        members, edges.oneway[members], edges.tail[members], edges.head[members],
        x[first], y[first], leave, x[last], y[last], arrive,
    )  # fmt: skip
    starts: dict[Arc, ArcEnd] = {}
    stops: dict[Arc, ArcEnd] = {}
    for edge, oneway, tail, head, x0, y0, out, x1, y1, into in zip(*(c.tolist() for c in columns), strict=True):
        if oneway >= 0:
            starts[edge, 1], stops[edge, 1] = ArcEnd(tail, x0, y0, out), ArcEnd(head, x1, y1, into)
        if oneway <= 0:
            starts[edge, -1], stops[edge, -1] = ArcEnd(head, x1, y1, into + 180.0), ArcEnd(tail, x0, y0, out + 180.0)
    return plane, starts, stops


def _joints(arcs: list[Arc], starts: dict[Arc, ArcEnd], stops: dict[Arc, ArcEnd]) -> list[tuple[float, Arc, Arc]]:
    """Possible continuations at shared junctions, with the turn in degrees."""
    leaving: dict[int, list[Arc]] = defaultdict(list)
    for arc in arcs:
        leaving[starts[arc].junction].append(arc)
    found = []
    for a in arcs:
        for b in leaving[stops[a].junction]:
            turn = turn_deg(stops[a].heading_deg, starts[b].heading_deg)
            if a[0] != b[0] and turn <= MAX_TURN_DEG:
                found.append((round(turn, 3), a, b))
    return found


def _gaps(
    arcs: list[Arc],
    starts: dict[Arc, ArcEnd],
    stops: dict[Arc, ArcEnd],
    following: dict[Arc, Arc],
    preceding: dict[Arc, Arc],
) -> list[tuple[float, Arc, Arc]]:
    """Possible continuations across junction areas and roundabouts, with a cost in metres."""
    ends = [arc for arc in arcs if arc not in following]
    heads = [arc for arc in arcs if arc not in preceding]
    if not ends or not heads:
        return []
    tree = cKDTree([(starts[arc].x, starts[arc].y) for arc in heads])
    near = tree.query_ball_point([(stops[arc].x, stops[arc].y) for arc in ends], MAX_GAP_M)
    found = []
    for a, candidates in zip(ends, near, strict=True):
        for index in candidates:
            b = heads[index]
            cost = _gap_cost(stops[a], starts[b]) if a[0] != b[0] else None
            if cost is not None:
                found.append((round(cost, 3), a, b))
    return found


def _gap_cost(end: ArcEnd, start: ArcEnd) -> float | None:
    turn = turn_deg(end.heading_deg, start.heading_deg)
    if turn > MAX_GAP_TURN_DEG:
        return None
    away = float(np.hypot(start.x - end.x, start.y - end.y))
    if away > CLOSE_M:
        across = float(np.degrees(np.arctan2(start.y - end.y, start.x - end.x)))
        if max(turn_deg(end.heading_deg, across), turn_deg(across, start.heading_deg)) > MAX_GAP_SHIFT_DEG:
            return None
    return away + turn


def _extract(
    arcs: list[Arc],
    starts: dict[Arc, ArcEnd],
    stops: dict[Arc, ArcEnd],
    following: dict[Arc, Arc],
    preceding: dict[Arc, Arc],
) -> list[list[Arc]]:
    """Follow the links. A stroke ends before an arc that would bring it back to a junction it knows, so that one
    metre is one place; only a ring may return to its start."""
    done: set[Arc] = set()
    strokes: list[list[Arc]] = []
    open_ends = [arc for arc in arcs if arc not in preceding]
    ring_order = sorted(arcs, key=lambda arc: (starts[arc].x, starts[arc].y, arc))
    for first in [*open_ends, *ring_order]:
        arc: Arc | None = first
        stroke: list[Arc] = []
        seen: set[int] = set()
        while arc is not None and arc not in done:
            start, stop = starts[arc].junction, stops[arc].junction
            ring_closed = bool(stroke) and stop == starts[stroke[0]].junction
            if stroke and (stop in seen or start == starts[stroke[0]].junction) and not ring_closed:
                strokes.append(stroke)
                stroke, seen = [], set()
            stroke.append(arc)
            seen.update((start, stop))
            done.add(arc)
            arc = following.get(arc)
        if stroke:
            strokes.append(stroke)
    return strokes


def _cut_at_returns(edges: AxisEdges, plane: RoadPlane, stroke: list[Arc]) -> list[list[Arc]]:
    """A dual road may end in a turning place: one-way out, one-way back beside it. Cut there, so that the way back
    can become the opposite carriageway."""
    if sum(1 for edge, _ in stroke if edges.oneway[edge] != 0) < 2:
        return [stroke]
    points, heading, number, along = _samples(edges, plane, stroke)
    pairs = cKDTree(points).query_pairs(RETURN_WITHIN_M, output_type="ndarray")
    if pairs.size == 0:
        return [stroke]
    turn = np.abs((heading[pairs[:, 1]] - heading[pairs[:, 0]] + 180.0) % 360.0 - 180.0)
    pairs = pairs[(turn >= RETURN_TURN_DEG) & (number[pairs[:, 0]] != number[pairs[:, 1]])]
    if pairs.size == 0:
        return [stroke]
    i, j = pairs[np.argmin(np.abs(along[pairs[:, 1]] - along[pairs[:, 0]]))]
    low, high = sorted((int(number[i]), int(number[j])))
    ends = np.cumsum([edges.length_m[edge] for edge, _ in stroke])
    tip = (along[i] + along[j]) / 2.0
    cut = low + 1 + int(np.argmin(np.abs(ends[low:high] - tip)))
    return [*_cut_at_returns(edges, plane, stroke[:cut]), *_cut_at_returns(edges, plane, stroke[cut:])]


def _samples(edges: AxisEdges, plane: RoadPlane, stroke: list[Arc]) -> tuple[Float64, Float64, Int64, Float64]:
    """Points every 15 m of the one-way arcs of a stroke: place (n, 2), heading, arc number, metre along the stroke."""
    points, headings, numbers, alongs = [], [], [], []
    at = 0.0
    for index, (edge, way) in enumerate(stroke):
        length = float(edges.length_m[edge])
        if edges.oneway[edge] != 0:
            x, y = plane.xy(*(c[::way] for c in edges.shape(edge)))
            own = np.r_[0.0, np.cumsum(np.hypot(np.diff(x), np.diff(y)))]
            steps = np.linspace(0.0, own[-1], max(2, int(own[-1] / _HEADING_OVER_M) + 1))
            middle = (steps[1:] + steps[:-1]) / 2.0
            px, py = np.interp(steps, own, x), np.interp(steps, own, y)
            points.append(np.c_[np.interp(middle, own, x), np.interp(middle, own, y)])
            headings.append(np.degrees(np.arctan2(np.diff(py), np.diff(px))))
            numbers.append(np.full(middle.size, index, np.int64))
            alongs.append(at + middle)
        at += length
    return np.concatenate(points), np.concatenate(headings), np.concatenate(numbers), np.concatenate(alongs)
