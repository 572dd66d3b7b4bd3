"""What closures, live speeds and the hour of the week make of the base times. Pure arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .graph import RoadGraph
from .profiles import EMERGENCY_DELAY_SHARE, INF, OPEN_MASK, Profile
from .source import Float32, Float64, Int32


@dataclass(frozen=True, slots=True)
class EdgeClosure:
    """A closure on one edge between two fractions of its geometry (0 .. 1, from <= to).

    `direction`: 0 both, 1 along the geometry, -1 against it. `blocked`: a physical block that nobody passes, walkers
    included; otherwise `penalty_ms` is what passing it costs (works, controls), and where `passing` names profiles, the
    others are stopped."""

    edge_no: int
    from_fraction: float = 0.0
    to_fraction: float = 1.0
    direction: int = 0
    blocked: bool = True
    penalty_ms: int = 0
    passing: frozenset[Profile] | None = None


@dataclass(frozen=True, slots=True)
class ArcSpeeds:
    """Speeds observed now, km/h by arc; they replace the hour's factor on those arcs."""

    arc: Int32
    speed_kmh: Float32


@dataclass(frozen=True, slots=True)
class LiveArrays:
    """Times (3, arcs) and block fractions by arc; see `weights.WeightView`."""

    weight: Int32
    blocked_from: Float32
    blocked_to: Float32


def live_arrays(
    graph: RoadGraph,
    closures: Sequence[EdgeClosure],
    speeds: ArcSpeeds | None,
    hour_of_week: int | None,
    factors: Float64,
) -> LiveArrays:
    """All weights. Delay by traffic slows emergency drives by half of what it slows others, and walkers not at all.

    Several blocks on one arc count as one from the first's begin to the last's end. Raises ValueError for an edge or
    hour out of range."""
    weight = np.array(graph.base_ms, np.int32)
    ratio = _delay_ratio(graph, speeds, hour_of_week, factors)
    if ratio is not None:
        for profile, share in ((Profile.DRIVE, 1.0), (Profile.EMERGENCY, EMERGENCY_DELAY_SHARE)):
            base = weight[profile]
            slowed = np.rint(base * (1.0 + (ratio - 1.0) * share))
            weight[profile] = np.where(base < INF, np.clip(slowed, 1, OPEN_MASK), INF)
    blocked_from = np.zeros(graph.arc_count, np.float32)
    blocked_to = np.zeros(graph.arc_count, np.float32)
    for closure in closures:
        _close(graph, closure, weight, blocked_from, blocked_to)
    return LiveArrays(weight, blocked_from, blocked_to)


def _delay_ratio(
    graph: RoadGraph, speeds: ArcSpeeds | None, hour_of_week: int | None, factors: Float64
) -> Float64 | None:
    """Time now / base time by arc, None where it is 1 everywhere."""
    row = None
    if hour_of_week is not None:
        if not 0 <= hour_of_week < factors.shape[0]:
            raise ValueError(f"hour_of_week is 0..{factors.shape[0] - 1}, not {hour_of_week}")
        row = factors[hour_of_week]
    plain = row is None or bool(np.all(row == 1.0))
    if plain and (speeds is None or speeds.arc.size == 0):
        return None
    edge = np.asarray(graph.arc_edge)
    ratio = np.ones(graph.arc_count)
    if row is not None and not plain:
        ratio = np.where(edge >= 0, row[graph.edge_class[np.maximum(edge, 0)].astype(np.int64)], 1.0)
    if speeds is not None and speeds.arc.size:
        arcs = speeds.arc.astype(np.int64)
        if bool(np.any(edge[arcs] < 0)) or not bool(np.all(speeds.speed_kmh > 0)):
            raise ValueError("speeds need arcs of roads and values above 0 km/h; close a road by a closure")
        seconds = graph.edge_length_m[edge[arcs]] / (speeds.speed_kmh.astype(np.float64) / 3.6)
        ratio[arcs] = np.maximum(1.0, seconds * 1000.0) / graph.base_ms[Profile.DRIVE][arcs]
    return ratio


def _close(graph: RoadGraph, closure: EdgeClosure, weight: Int32, blocked_from: Float32, blocked_to: Float32) -> None:
    if not 0 <= closure.edge_no < graph.edge_count:
        raise ValueError(f"edge_no is 0..{graph.edge_count - 1}, not {closure.edge_no}")
    if not 0.0 <= closure.from_fraction <= closure.to_fraction <= 1.0:
        raise ValueError(f"closure from {closure.from_fraction} to {closure.to_fraction}: fractions rise within 0..1")
    passing = [] if closure.blocked else [p for p in Profile if closure.passing is None or p in closure.passing]
    stopped = [profile for profile in Profile if profile not in passing]
    for side, sign in ((0, 1), (1, -1)):
        arc = int(graph.edge_arc[closure.edge_no, side])
        if arc < 0 or closure.direction == -sign:
            continue
        if not closure.blocked:
            now = weight[passing, arc]
            time = (now & OPEN_MASK) + np.int32(closure.penalty_ms)
            weight[passing, arc] = np.where(now != INF, (now & INF) | np.minimum(time, OPEN_MASK), INF)
        if not stopped:
            continue
        begin, end = closure.from_fraction, closure.to_fraction
        if side == 1:
            begin, end = 1.0 - end, 1.0 - begin
        if bool(np.any(weight[:, arc] > INF)):
            begin, end = min(begin, float(blocked_from[arc])), max(end, float(blocked_to[arc]))
        blocked_from[arc], blocked_to[arc] = begin, end
        weight[stopped, arc] |= INF


def arcs_of_edges(graph: RoadGraph, edges: Int32) -> Int32:
    """All arcs of the given edges."""
    arcs = graph.edge_arc[edges].ravel()
    return np.asarray(arcs[arcs >= 0], np.int32)
