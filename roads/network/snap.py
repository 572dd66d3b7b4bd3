"""Putting points on the road: the grid search, carriageway and heading.

Distances are metres in the local plane of the query point (degrees times metres per degree at its latitude): for the
few hundred metres of a snap this is within 0.5 % of the spheroid.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

import numpy as np

from .compiled import compiled
from .graph import RoadGraph
from .grid import METRES_PER_DEGREE
from .placement import Placement
from .profiles import INF, Profile
from .source import Float64, Int32
from .weights import readonly

FAR_M = 200.0
REACH_M = 30.0  # how much farther than the nearest road another carriageway may be and still be meant
OPPOSITE_REACH_M = 60.0  # how far the other carriageway of a divided road may be from the point
HEADING_TOLERANCE_DEG = 60.0
MOVING_MPS = 2.0  # below this a receiver's course is noise
MAX_CANDIDATES = 64
MAX_RINGS = 12


@dataclass(frozen=True, slots=True)
class _Candidate:
    edge_no: int
    distance_m: float
    fraction: float
    lon: float
    lat: float
    bearing_deg: float


@compiled
def _segment_foot(lon, lat, s, x, y, kx, ky):  # type: ignore[no-untyped-def]
    """Squared distance in m2 from (x, y) to segment s, and the foot's share of the segment."""
    ax, ay = (lon[s] - x) * kx, (lat[s] - y) * ky
    bx, by = (lon[s + 1] - lon[s]) * kx, (lat[s + 1] - lat[s]) * ky
    length = bx * bx + by * by
    t = 0.0
    if length > 0.0:
        t = min(1.0, max(0.0, -(ax * bx + ay * by) / length))
    dx, dy = ax + t * bx, ay + t * by
    return dx * dx + dy * dy, t


@compiled
def _enter(edge, s, t, d2, ids, segments, shares, squares, count):  # type: ignore[no-untyped-def]
    """Keep the nearest segment of each edge; when the list is full the farthest edge gives way."""
    for i in range(count):
        if ids[i] == edge:
            if d2 < squares[i]:
                segments[i], shares[i], squares[i] = s, t, d2
            return count
    if count < ids.size:
        at = count
        count += 1
    else:
        at = 0
        for i in range(1, count):
            if squares[i] > squares[at]:
                at = i
        if squares[at] <= d2:
            return count
    ids[at], segments[at], shares[at], squares[at] = edge, s, t, d2
    return count


@compiled
def find_segments(  # type: ignore[no-untyped-def]
    bounds,
    pointer,
    grid_segment,
    shape_edge,
    lon,
    lat,
    x,
    y,
    reach,
    max_rings,
    ids,
    segments,
    shares,
    squares,
):
    """Edges within (distance of the nearest + reach) metres of a point; returns how many, 0 when none lies within the
    rings."""
    kx = METRES_PER_DEGREE * np.cos(np.radians(y))
    ky = METRES_PER_DEGREE
    columns, rows = int(bounds[4]), int(bounds[5])
    cx = int(np.floor((x - bounds[0]) / bounds[2]))
    cy = int(np.floor((y - bounds[1]) / bounds[3]))
    step = min(bounds[2] * kx, bounds[3] * ky)
    best = 1e300
    count = 0
    for ring in range(max_rings + 1):
        if ring > 0 and best < 1e300 and (ring - 1) * step > np.sqrt(best) + reach:
            break
        for gy in range(cy - ring, cy + ring + 1):
            if gy < 0 or gy >= rows:
                continue
            side = 1 if abs(gy - cy) == ring else max(2 * ring, 1)
            for gx in range(cx - ring, cx + ring + 1, side):
                if gx < 0 or gx >= columns:
                    continue
                c = gy * columns + gx
                for i in range(pointer[c], pointer[c + 1]):
                    s = grid_segment[i]
                    d2, t = _segment_foot(lon, lat, s, x, y, kx, ky)
                    if d2 < best:
                        best = d2
                    if np.sqrt(d2) <= np.sqrt(best) + reach:
                        count = _enter(shape_edge[s], s, t, d2, ids, segments, shares, squares, count)
    return count if best < (max_rings * step) ** 2 else 0


@compiled
def nearest_anywhere(grid_segment, lon, lat, x, y):  # type: ignore[no-untyped-def]
    """The nearest indexed segment by trying all: for points far from every road."""
    kx = METRES_PER_DEGREE * np.cos(np.radians(y))
    best, at, share = 1e300, -1, 0.0
    for i in range(grid_segment.size):
        d2, t = _segment_foot(lon, lat, grid_segment[i], x, y, kx, METRES_PER_DEGREE)
        if d2 < best or (d2 == best and grid_segment[i] < at):
            best, at, share = d2, grid_segment[i], t
    return best, at, share


@compiled
def describe_foot(shape_ptr, lon, lat, edge_no, segment, share, y):  # type: ignore[no-untyped-def]
    """Fraction along the edge, lon, lat and bearing of its geometry at a share of one of its segments."""
    kx = np.cos(np.radians(y))
    before, total = 0.0, 0.0
    for s in range(shape_ptr[edge_no], shape_ptr[edge_no + 1] - 1):
        length = np.hypot((lon[s + 1] - lon[s]) * kx, lat[s + 1] - lat[s])
        if s < segment:
            before += length
        elif s == segment:
            before += length * share
        total += length
    dx, dy = lon[segment + 1] - lon[segment], lat[segment + 1] - lat[segment]
    fraction = min(1.0, before / total) if total > 0.0 else 0.0
    bearing = np.degrees(np.arctan2(dx * kx, dy)) % 360.0
    return fraction, lon[segment] + share * dx, lat[segment] + share * dy, bearing


def angle_between_deg(a: float, b: float) -> float:
    """Smallest angle between two bearings, 0 .. 180."""
    return abs((a - b + 180.0) % 360.0 - 180.0)


class Snapper:
    """Puts points on the drive network of one graph. Thread-safe."""

    def __init__(self, graph: RoadGraph) -> None:
        self.graph = graph
        self._find = tuple(
            readonly(np.asarray(a))
            for a in (
                graph.grid_bounds,
                graph.grid_ptr,
                graph.grid_segment,
                graph.shape_edge,
                graph.shape_lon,
                graph.shape_lat,
            )
        )
        self._shape_ptr = readonly(np.asarray(graph.shape_ptr))
        self._drive = graph.base_ms[Profile.DRIVE]

    def _rows(self, lon: float, lat: float, reach_m: float) -> list[tuple[float, int, int, float]]:
        """(squared distance, edge, segment, share of the segment), nearest first, ties by edge number. Never empty."""
        if not (math.isfinite(lon) and math.isfinite(lat)):
            raise ValueError("lon and lat must be finite numbers")
        ids, segments = np.empty(MAX_CANDIDATES, np.int32), np.empty(MAX_CANDIDATES, np.int32)
        shares, squares = np.empty(MAX_CANDIDATES), np.empty(MAX_CANDIDATES)
        found = find_segments(*self._find, lon, lat, reach_m, MAX_RINGS, ids, segments, shares, squares)
        if found == 0:
            _, _, grid_segment, shape_edge, x, y = self._find
            best, s, t = nearest_anywhere(grid_segment, x, y, lon, lat)
            return [(float(best), int(shape_edge[s]), int(s), float(t))]
        columns = (squares[:found].tolist(), ids[:found].tolist(), segments[:found].tolist(), shares[:found].tolist())
        rows = sorted(zip(*columns, strict=True))
        within = (rows[0][0] ** 0.5 + reach_m) ** 2
        return [row for row in rows if row[0] <= within]

    def candidates(self, lon: float, lat: float, reach_m: float = REACH_M) -> Iterator[_Candidate]:
        """Edges within the nearest's distance + `reach_m`, nearest first, ties by edge number; at least one."""
        for row in self._rows(float(lon), float(lat), float(reach_m)):
            yield self._candidate(float(lat), *row)

    def _candidate(self, lat: float, square: float, edge_no: int, segment: int, share: float) -> _Candidate:
        foot = describe_foot(self._shape_ptr, self._find[4], self._find[5], edge_no, segment, share, lat)
        return _Candidate(edge_no, square**0.5, *foot)

    def _placements(self, c: _Candidate) -> list[tuple[Placement, float]]:
        """The arcs of an edge that cars may drive, each with its bearing at the foot."""
        out = []
        for side in (0, 1):
            arc = int(self.graph.edge_arc[c.edge_no, side])
            if arc < 0 or self._drive[arc] >= INF:
                continue
            fraction = c.fraction if side == 0 else 1.0 - c.fraction
            place = Placement(
                c.edge_no,
                arc,
                int(self.graph.arc_tail[arc]),
                int(self.graph.arc_head[arc]),
                fraction,
                c.distance_m,
                c.lon,
                c.lat,
            )
            out.append((place, c.bearing_deg if side == 0 else (c.bearing_deg + 180.0) % 360.0))
        return out

    def placements_near(self, lon: float, lat: float, reach_m: float, edges: int) -> list[Placement]:
        """All legal arcs of the nearest `edges` edges within the nearest's distance + `reach_m`."""
        return [p for c in islice(self.candidates(lon, lat, reach_m), edges) for p, _ in self._placements(c)]

    def snap(
        self,
        lon: float,
        lat: float,
        *,
        course_deg: float | None = None,
        speed_mps: float | None = None,
        max_m: float | None = None,
        both_carriageways: bool = False,
    ) -> list[Placement]:
        """Where a point is on the network: alternatives, best first.

        With a course and a speed of at least 2 m/s: the one arc within 60 degrees of the course, among the roads up to
        30 m farther than the nearest; the nearest of them. Otherwise, or when none fits: all legal arcs of the nearest
        edge. With `both_carriageways` (an incident seen from either side) also the opposite arc of a parallel one-way
        road within 60 m that carries the same name or reference. However far the road is it is answered, with its
        distance (`FAR_M` = 200 m is what callers flag); `max_m` cuts off: units are asked with
        `placement.OFF_NETWORK_M`. Raises ValueError for coordinates that are not numbers.
        """
        found = self.candidates(lon, lat)
        first = next(found)
        if max_m is not None and first.distance_m > max_m:
            return []
        if course_deg is not None and speed_mps is not None and speed_mps >= MOVING_MPS:
            for candidate in chain([first], found):
                fits = [
                    p
                    for p, bearing in self._placements(candidate)
                    if angle_between_deg(bearing, course_deg) <= HEADING_TOLERANCE_DEG
                ]
                if fits:
                    return fits[:1]
        placed = self._placements(first)
        if both_carriageways and len(placed) == 1:
            placed += self._opposite(lon, lat, first, placed[0][1])
        return [p for p, _ in placed]

    def _opposite(self, lon: float, lat: float, own: _Candidate, bearing: float) -> list[tuple[Placement, float]]:
        """The arc of the other carriageway of a divided road."""
        g = self.graph
        for other in self.candidates(lon, lat, OPPOSITE_REACH_M):
            same_name = g.edge_name[other.edge_no] == g.edge_name[own.edge_no] >= 0
            same_ref = g.edge_ref[other.edge_no] == g.edge_ref[own.edge_no] >= 0
            if other.edge_no == own.edge_no or not (same_name or same_ref):
                continue
            for placed in self._placements(other):
                if angle_between_deg(placed[1], bearing) >= 180.0 - HEADING_TOLERANCE_DEG / 2:
                    return [placed]
        return []

    def snap_many(
        self, lon: Float64, lat: Float64, *, course_deg: Float64 | None = None, speed_mps: Float64 | None = None
    ) -> list[list[Placement]]:
        """`snap` for many points (intake batches); NaN course or speed means unknown."""
        out = []
        for i in range(lon.size):
            course = None if course_deg is None or np.isnan(course_deg[i]) else float(course_deg[i])
            speed = None if speed_mps is None or np.isnan(speed_mps[i]) else float(speed_mps[i])
            out.append(self.snap(float(lon[i]), float(lat[i]), course_deg=course, speed_mps=speed))
        return out


def place_on_edge(graph: RoadGraph, edge_no: int, fraction: float, profile: Profile = Profile.DRIVE) -> list[Placement]:
    """Placements at a fraction of an edge's geometry, one for each arc the profile may use."""
    x, y = graph.edge_shape(edge_no)
    along = np.r_[0.0, np.cumsum(np.hypot(np.diff(x) * np.cos(np.radians(y[0])), np.diff(y)))]
    lon, lat = float(np.interp(fraction * along[-1], along, x)), float(np.interp(fraction * along[-1], along, y))
    out = []
    for side in (0, 1):
        arc = int(graph.edge_arc[edge_no, side])
        if arc >= 0 and graph.base_ms[profile, arc] < INF:
            out.append(
                Placement(
                    edge_no,
                    arc,
                    int(graph.tails(profile)[arc]),
                    int(graph.heads(profile)[arc]),
                    fraction if side == 0 else 1.0 - fraction,
                    0.0,
                    lon,
                    lat,
                )
            )
    return out


def with_reverse(graph: RoadGraph, placements: Sequence[Placement], profile: Profile) -> list[Placement]:
    """The placements and, where the profile may turn on the road, the same places on the opposite arcs."""
    out = list(placements)
    known: set[int] = {p.arc for p in placements}
    for p in placements:
        arc = int(graph.arc_reverse[p.arc])
        if arc >= 0 and arc not in known and graph.base_ms[profile, arc] < INF:
            known.add(arc)
            out.append(
                Placement(
                    p.edge_no,
                    arc,
                    int(graph.tails(profile)[arc]),
                    int(graph.heads(profile)[arc]),
                    1.0 - p.fraction,
                    p.distance_m,
                    p.lon,
                    p.lat,
                )
            )
    return out


def edges_of(placements: Sequence[Placement]) -> Int32:
    """Edge numbers of placements."""
    return np.array([p.edge_no for p in placements], np.int32)
