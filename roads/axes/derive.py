"""Road axes from the edges of a network: one reference line for each road or piece of a road, both carriageways
together.

Rules. Roads are told apart by code, else by name (`grouping`). A line follows the road as one would drive it
(`strokes`); gaps of up to 120 m at junctions and roundabouts are bridged. Of a dual road the carriageway that leads
east (or north, where the road runs more north than east; clockwise for rings) is the reference, 下行; the other is
上行. A one-way road without a partner is drawn as it is driven. Branches and pieces further apart become parts of
their own, the longest first. The result depends on the edges only.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from roads.network.source import Float64, Int8, Int32, RoadClass

from .carriageways import (
    ABSORB_WITHIN_M,
    BesideLine,
    Opposite,
    beside_line,
    find_opposite,
    opposite_line,
    stroke_points,
)
from .chainage import Calibration
from .edges import AxisEdges
from .grouping import RoadGroup, group_edges
from .locate import AxisLine, metres_per_degree
from .neighbourhood import NearestLine, edge_bounds, neighbourhoods
from .strokes import Arc, road_strokes

MIN_PART_M = 100.0
SAY_EVERY = 50_000
_SHORT_M = 60.0
_RING_SHARE = 0.2
_AGAINST_RULE = 0.6
# More than MAX_GAP_M, and than OPPOSITE_WITHIN_M and ABSORB_WITHIN_M on both sides: edges of a road without a chain of
# such steps between them do not concern each other.
_CONCERNS_WITHIN_M = 150.0


@dataclass(frozen=True, slots=True)
class AxisDraft:
    """An axis as derived, WGS-84 degrees, metres on the spheroid along `line_lon`/`line_lat` (下行).

    `opposite_*`: 上行 carriageway in its own driving order with the metre of the line at each of its vertices, None
    where it is the line itself or missing. Members by entry:
    `edge_no`; `direction` 1 traffic runs along the line, -1 against it, 0 both; `from_m`/`to_m` at the first and last
    point of the edge (falling where its geometry runs against the line). `warnings` are codes with a value:
    gap_bridged, branch, disconnected, one_way, opposite_incomplete, concurrent.
    """

    code: str
    name: str
    part: int
    road_class: RoadClass
    line_lon: Float64
    line_lat: Float64
    opposite_lon: Float64 | None
    opposite_lat: Float64 | None
    opposite_m: Float64 | None
    length_m: float
    edge_no: Int32
    direction: Int8
    from_m: Float64
    to_m: Float64
    calibration: Calibration
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DerivedAxes:
    """Axes in order of code, name, part. `dropped`: short leftover pieces by road; `named_m`, `covered_m`: metres of
    edges of roads with a code or name, and of those that belong to an axis."""

    axes: tuple[AxisDraft, ...]
    named_m: float
    covered_m: float
    dropped: dict[str, int] = field(default_factory=dict)

    def edge_places(self, edge_count: int) -> tuple[Int32, Float64, Float64]:
        """`edge_axis` (index into `axes`, -1 none), `edge_axis_from_m`, `edge_axis_to_m` by edge, as graph files keep
        them."""
        axis = np.full(edge_count, -1, np.int32)
        from_m, to_m = np.zeros(edge_count), np.zeros(edge_count)
        for index, draft in enumerate(self.axes):
            axis[draft.edge_no] = index
            from_m[draft.edge_no], to_m[draft.edge_no] = draft.from_m, draft.to_m
        return axis, from_m, to_m


def derive_axes(edges: AxisEdges, progress: Callable[[str], None] = lambda _text: None) -> DerivedAxes:
    """Axes of all roads with a code or a name. `progress` is told every SAY_EVERY edges."""
    drafts: list[AxisDraft] = []
    dropped: Counter[str] = Counter()
    named_m = covered_m = 0.0
    bounds = edge_bounds(edges)
    groups = group_edges(edges)
    total, done = sum(len(group.edges) for group in groups), 0
    for group in groups:
        found, left = _derive_road(edges, group, bounds)
        if (done + len(group.edges)) // SAY_EVERY > done // SAY_EVERY:
            progress(f"axes of edges {done + len(group.edges)}/{total}")
        done += len(group.edges)
        drafts.extend(found)
        if left:
            dropped[group.code or group.name] += left
        named_m += float(edges.length_m[list(group.edges)].sum())
        covered_m += sum(float(edges.length_m[draft.edge_no].sum()) for draft in found)
    return DerivedAxes(tuple(drafts), named_m, covered_m, dict(dropped))


@dataclass(slots=True)
class _Piece:
    """A piece of a road at work, apart from its other pieces: arcs still free, by stroke."""

    edges: AxisEdges
    strokes: list[list[Arc]] = field(default_factory=list)
    used: set[int] = field(default_factory=set)

    def free_runs(self, stroke: list[Arc]) -> list[list[Arc]]:
        """What is left of a stroke, in runs."""
        runs: list[list[Arc]] = [[]]
        for arc in stroke:
            if arc[0] in self.used:
                runs.append([])
            else:
                runs[-1].append(arc)
        return [run for run in runs if run]

    def free_strokes(self) -> list[list[Arc]]:
        """What is left of all strokes."""
        return [run for stroke in self.strokes for run in self.free_runs(stroke)]


def _pieces(edges: AxisEdges, group: RoadGroup, bounds: Float64) -> dict[int, _Piece]:
    """The pieces of a road with their strokes, by number."""
    members = list(group.edges)
    number = dict(zip(members, neighbourhoods(bounds[members], _CONCERNS_WITHIN_M).tolist(), strict=True))
    pieces: dict[int, _Piece] = defaultdict(lambda: _Piece(edges))
    for stroke in road_strokes(edges, group.edges):
        pieces[number[stroke[0][0]]].strokes.append(stroke)
    return pieces


def _derive_road(edges: AxisEdges, group: RoadGroup, bounds: Float64) -> tuple[list[AxisDraft], int]:
    pieces = _pieces(edges, group, bounds)
    heap = [(*_ranked(edges, stroke), number) for number, piece in pieces.items() for stroke in piece.strokes]
    heapq.heapify(heap)
    drafts: list[AxisDraft] = []
    before = NearestLine()
    dropped = 0
    while heap:
        _rank, stroke, number = heapq.heappop(heap)
        piece = pieces[number]
        runs = piece.free_runs(stroke)
        if runs != [stroke]:
            for run in runs:
                heapq.heappush(heap, (*_ranked(edges, run), number))
            continue
        if drafts and _length_m(edges, stroke) < MIN_PART_M:
            dropped += 1
            piece.used.update(edge for edge, _ in stroke)
            continue
        drafts.append(_draft(piece, group, stroke, len(drafts) + 1, before))
    return drafts, dropped


def _length_m(edges: AxisEdges, stroke: list[Arc]) -> float:
    return float(sum(edges.length_m[edge] for edge, _ in stroke))


def _ranked(edges: AxisEdges, stroke: list[Arc]) -> tuple[float, list[Arc]]:
    """Long strokes first, those that run as the rule wants well before their opposites."""
    length = _length_m(edges, stroke)
    weight = 1.0 if _runs_by_rule(*stroke_points(edges, stroke)) else _AGAINST_RULE
    return (-round(length * weight, 3), stroke)


def _runs_by_rule(lon: Float64, lat: Float64) -> bool:
    """West to east or south to north, whichever is more; clockwise where the ends nearly meet."""
    kx, ky = metres_per_degree(float(lat[0]))
    x, y = (lon - lon[0]) * kx, (lat - lat[0]) * ky
    if np.hypot(x[-1], y[-1]) < _RING_SHARE * np.hypot(np.diff(x), np.diff(y)).sum():
        return bool(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)) < 0)
    return bool(x[-1] > 0 if abs(x[-1]) >= abs(y[-1]) else y[-1] > 0)


def _draft(piece: _Piece, group: RoadGroup, stroke: list[Arc], part: int, before: NearestLine) -> AxisDraft:
    """The axis of a stroke, which takes what belongs to it from its piece; its line joins those `before`."""
    edges = piece.edges
    lon, lat = stroke_points(edges, stroke)
    line = AxisLine(lon, lat)
    piece.used.update(edge for edge, _ in stroke)
    opposite = find_opposite(edges, line, stroke, piece.free_strokes())
    piece.used.update(edge for edge, _ in opposite.arcs)
    back = (
        opposite_line(line, opposite.lon, opposite.lat)
        if opposite.lon is not None and opposite.lat is not None
        else None
    )
    members = _stroke_members(edges, line, stroke)
    members.extend(_beside_members(edges, back or line, opposite.arcs))
    members.extend(_absorbed(piece, line))
    members.sort()
    table = np.array(members, np.float64).reshape(-1, 4)
    metres: Counter[int] = Counter()
    for edge, _ in stroke:
        metres[int(edges.road_class[edge])] += int(edges.length_m[edge]) + 1
    warnings = _warnings(edges, group, stroke, line, opposite, before)
    before.add(line)
    return AxisDraft(
        code=group.code,
        name=group.name,
        part=part,
        road_class=RoadClass(max(sorted(metres), key=lambda value: metres[value])),
        line_lon=lon,
        line_lat=lat,
        opposite_lon=opposite.lon,
        opposite_lat=opposite.lat,
        opposite_m=back.measures_m if back is not None else None,
        length_m=line.length_m,
        edge_no=table[:, 0].astype(np.int32),
        direction=table[:, 1].astype(np.int8),
        from_m=table[:, 2],
        to_m=table[:, 3],
        calibration=Calibration.even(line.length_m),
        warnings=warnings,
    )


Member = tuple[int, int, float, float]
"""edge_no, direction, from_m, to_m."""


def _member(edges: AxisEdges, arc: Arc, from_m: float, to_m: float, against: bool) -> Member:
    """`from_m`, `to_m` at the ends of the arc in driving order."""
    edge, way = arc
    direction = 0 if edges.oneway[edge] == 0 else -1 if against else 1
    return (edge, direction, from_m, to_m) if way == 1 else (edge, direction, to_m, from_m)


def _stroke_members(edges: AxisEdges, line: AxisLine, stroke: list[Arc]) -> list[Member]:
    """Exact metres: lengths along the stroke, bridged gaps included."""
    members: list[Member] = []
    at = 0.0
    last: tuple[float, float] | None = None
    for edge, way in stroke:
        lon, lat = (c[::way] for c in edges.shape(edge))
        if last is not None and last != (float(lon[0]), float(lat[0])):
            at += AxisLine([last[0], lon[0]], [last[1], lat[0]]).length_m
        stop = at + float(edges.length_m[edge])
        members.append(_member(edges, (edge, way), min(at, line.length_m), min(stop, line.length_m), False))
        at, last = stop, (float(lon[-1]), float(lat[-1]))
    return members


def _beside_members(edges: AxisEdges, line: AxisLine, arcs: tuple[Arc, ...]) -> list[Member]:
    """Arcs of the opposite carriageway, by the metres that it carries."""
    members = []
    for edge, way in arcs:
        lon, lat = (c[::way] for c in edges.shape(edge))
        ends = line.project_many(lon[[0, -1]], lat[[0, -1]])[0]
        members.append(_member(edges, (edge, way), float(ends[0]), float(ends[1]), True))
    return members


def _absorbed(piece: _Piece, line: AxisLine) -> list[Member]:
    """Side lanes and crossing pieces of the same name within ABSORB_WITHIN_M: they belong to the axis, but not to its
    line."""
    members: list[Member] = []
    for stroke in piece.free_strokes():
        for arc in stroke:
            if arc[0] in piece.used:
                continue
            lie = beside_line(line, piece.edges, arc, ABSORB_WITHIN_M)
            if lie is None or not _belongs(lie, float(piece.edges.length_m[arc[0]])):
                continue
            piece.used.add(arc[0])
            members.append(_member(piece.edges, arc, lie.from_m, lie.to_m, lie.turn_deg > 90.0))
    return members


def _belongs(lie: BesideLine, length_m: float) -> bool:
    parallel = min(lie.turn_deg, 180.0 - lie.turn_deg) <= 45.0 and abs(lie.to_m - lie.from_m) >= 0.5 * length_m
    return parallel or length_m < _SHORT_M


def _warnings(
    edges: AxisEdges, group: RoadGroup, stroke: list[Arc], line: AxisLine, opposite: Opposite, before: NearestLine
) -> tuple[str, ...]:
    found: list[str] = []
    gap_m = line.length_m - _length_m(edges, stroke)
    if gap_m > 1.0:
        found.append(f"gap_bridged {gap_m:.0f} m")
    near_m = before.distance_m(line.lon[[0, -1]], line.lat[[0, -1]])
    if np.isfinite(near_m):
        found.append("branch" if near_m <= ABSORB_WITHIN_M else f"disconnected {near_m:.0f} m")
    single_m = _length_m(edges, [arc for arc in stroke if edges.oneway[arc[0]] != 0])
    if single_m > 0 and opposite.lon is None:
        found.append("one_way")
    elif single_m > 0 and _length_m(edges, list(opposite.arcs)) < 0.8 * single_m:
        found.append("opposite_incomplete")
    if group.concurrent:
        found.append("concurrent " + ",".join(group.concurrent))
    return tuple(found)
