"""Both carriageways of a dual road as one axis: which arcs run against a line beside it, and the line they make."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from roads.network.source import Float64

from .edges import AxisEdges
from .locate import AxisLine, metres_per_degree
from .strokes import Arc, turn_deg

OPPOSITE_WITHIN_M = 60.0
ABSORB_WITHIN_M = 40.0
_SAMPLE_SHARES = (0.05, 0.35, 0.65, 0.95)
_FILL_GAP_M = 120.0
_OVERLAP_SHARE = 0.5
_STEP_M = 0.01
_LEAST_SLOPE = 0.2


@dataclass(frozen=True, slots=True)
class BesideLine:
    """How an arc lies to a line beside it: metres of the line at its ends, and the turn between their headings (0
    along, 180 against)."""

    from_m: float
    to_m: float
    turn_deg: float


def stroke_points(edges: AxisEdges, stroke: list[Arc]) -> tuple[Float64, Float64]:
    """Vertices of a stroke in driving order, repeated points removed; gaps between arcs become straight pieces."""
    parts = [edges.shape(edge) if way == 1 else tuple(c[::-1] for c in edges.shape(edge)) for edge, way in stroke]
    lon = np.concatenate([part[0] for part in parts])
    lat = np.concatenate([part[1] for part in parts])
    return without_repeats(lon, lat)


def without_repeats(lon: Float64, lat: Float64) -> tuple[Float64, Float64]:
    """Drop points equal to the one before."""
    keep = np.r_[True, (np.diff(lon) != 0) | (np.diff(lat) != 0)]
    return lon[keep], lat[keep]


def beside_line(line: AxisLine, edges: AxisEdges, arc: Arc, within_m: float) -> BesideLine | None:
    """Lie of an arc to a line, from four samples and its ends; None where a sample is further than `within_m`."""
    lon, lat = edges.shape(arc[0])
    if not line.may_run_within(lon, lat, 2.0 * within_m):
        return None
    if arc[1] == -1:
        lon, lat = lon[::-1], lat[::-1]
    own = AxisLine(lon, lat)
    at = np.r_[0.0, np.array(_SAMPLE_SHARES), 1.0] * own.length_m
    distance, offset = line.project_many(*own.points_at(at))
    if np.abs(offset[1:-1]).max() > within_m:
        return None
    middle = own.length_m / 2.0
    headings = _heading(own, middle), _heading(line, float(line.project_many(*own.points_at([middle]))[0][0]))
    return BesideLine(float(distance[0]), float(distance[-1]), turn_deg(*headings))


def _heading(line: AxisLine, at_m: float, reach_m: float = 10.0) -> float:
    lon, lat = line.points_at([at_m - reach_m, at_m + reach_m])
    kx, ky = metres_per_degree(float(lat[0]))
    return float(np.degrees(np.arctan2((lat[1] - lat[0]) * ky, (lon[1] - lon[0]) * kx)))


def opposite_line(reference: AxisLine, lon: Float64, lat: Float64) -> AxisLine:
    """An opposite carriageway (driving order, against the reference) that carries the metres of its reference line.

    Each vertex gets the metre of its foot on the reference; where feet would run backwards or stand still (bends,
    gaps, an end beyond the end of the reference) the metres between sound neighbours are spread by length, so that no
    metre of the carriageway gets less than _LEAST_SLOPE of a metre. One metre so names one point of each carriageway,
    and back.
    """
    own = AxisLine(lon, lat)
    at = own.measures_m
    foot = reference.project_many(lon, lat)[0]
    kept = [0]
    for i in range(1, foot.size):
        if foot[i] <= foot[kept[-1]] - max(_STEP_M, _LEAST_SLOPE * (at[i] - at[kept[-1]])):
            kept.append(i)
    lowest, last = float(foot.min()), foot.size - 1
    while kept and kept[-1] != last:
        if foot[kept[-1]] - lowest >= max(_STEP_M, _LEAST_SLOPE * (at[last] - at[kept[-1]])):
            break
        kept.pop()
    if not kept or kept == [last]:
        return AxisLine(lon, lat, np.linspace(foot[0], foot[0] - own.length_m, foot.size))
    metres = foot[kept]
    if kept[-1] != last:
        kept, metres = [*kept, last], np.r_[metres, lowest]
    return AxisLine(lon, lat, np.interp(at, at[kept], metres))


@dataclass(frozen=True, slots=True)
class _Run:
    """Successive points that run against the reference from `high_m` down to `low_m`."""

    high_m: float
    low_m: float
    lon: Float64
    lat: Float64
    arcs: tuple[Arc, ...]


@dataclass(frozen=True, slots=True)
class Opposite:
    """Opposite carriageway of a line: vertices in driving order (None where it is the line itself) and its one-way
    arcs."""

    lon: Float64 | None
    lat: Float64 | None
    arcs: tuple[Arc, ...]


def find_opposite(edges: AxisEdges, line: AxisLine, stroke: list[Arc], others: list[list[Arc]]) -> Opposite:
    """Opposite carriageway of a stroke (`line` its vertices), from the one-way arcs of `others` that run against it
    within OPPOSITE_WITHIN_M. Two-way pieces of the stroke serve both; what is missing is filled with the reference
    itself."""
    if all(edges.oneway[edge] == 0 for edge, _ in stroke):
        return Opposite(None, None, ())
    runs = [run for other in others for run in _runs_against(edges, line, other)]
    runs.sort(key=lambda run: (run.low_m - run.high_m, run.arcs))
    chosen: list[_Run] = []
    for run in runs:
        covered = sum(max(0.0, min(run.high_m, c.high_m) - max(run.low_m, c.low_m)) for c in chosen)
        if covered <= _OVERLAP_SHARE * (run.high_m - run.low_m):
            chosen.append(run)
    if not chosen:
        return Opposite(None, None, ())
    chosen.sort(key=lambda run: -run.high_m)
    lon, lat = _joined(line, chosen)
    return Opposite(lon, lat, tuple(arc for run in chosen for arc in run.arcs))


def _runs_against(edges: AxisEdges, line: AxisLine, stroke: list[Arc]) -> list[_Run]:
    runs: list[_Run] = []
    current: list[Arc] = []
    span = [0.0, 0.0]
    for arc in [*stroke, None]:
        lie = None
        if arc is not None and edges.oneway[arc[0]] != 0:
            lie = beside_line(line, edges, arc, OPPOSITE_WITHIN_M)
        if arc is not None and lie is not None and lie.turn_deg >= 135.0:
            span = [span[0] if current else lie.from_m, lie.to_m]
            current.append(arc)
            continue
        if current and span[0] - span[1] > _STEP_M:
            runs.append(_Run(span[0], span[1], *stroke_points(edges, current), tuple(current)))
        current = []
    return runs


def _joined(line: AxisLine, runs: list[_Run]) -> tuple[Float64, Float64]:
    """Runs in falling order of metres with the missing stretches of the reference, driven backwards, between them."""
    lon: list[Float64] = []
    lat: list[Float64] = []
    at = line.length_m
    for run in [*runs, None]:
        next_m = run.high_m if run is not None else 0.0
        if at - next_m > _FILL_GAP_M:
            piece = line.substring(at, next_m)
            lon.append(piece[0])
            lat.append(piece[1])
        if run is not None and run.low_m < at:
            ahead = np.flatnonzero(line.project_many(run.lon, run.lat)[0] > at)
            kept = slice(int(ahead[-1]) + 1 if ahead.size else 0, None)
            lon.append(run.lon[kept])
            lat.append(run.lat[kept])
            at = run.low_m
    return without_repeats(np.concatenate(lon), np.concatenate(lat))
