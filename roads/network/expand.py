"""The arc-based expansion: every road arc becomes a state, every turn an arc. U-turns only at dead ends.

The everyday graph keeps restrictions as states of single junctions; this form also forbids U-turns everywhere else and
could carry turn costs. It searches about four times as many arcs.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .build import spans
from .graph import RoadGraph
from .profiles import INF, Profile
from .source import Float64, Int32, Int64


def _resolved_heads(graph: RoadGraph, road: Int64) -> tuple[Int64, Int64]:
    """For road arcs: pairs (arc, state where a next arc may begin) with connectors followed (they are one deep)."""
    head = np.asarray(graph.arc_head)
    links = np.flatnonzero((np.asarray(graph.arc_edge) < 0) & (graph.base_ms[Profile.DRIVE] < INF))
    order = links[np.argsort(graph.arc_tail[links], kind="stable")]
    start = np.searchsorted(graph.arc_tail[order], head[road], side="left")
    count = np.searchsorted(graph.arc_tail[order], head[road], side="right") - start
    index = np.repeat(start - (np.cumsum(count) - count), count) + np.arange(int(count.sum()))
    return np.r_[road, np.repeat(road, count)], np.r_[head[road], head[order[index]]].astype(np.int64)


def _turns(graph: RoadGraph) -> tuple[Int64, Int64]:
    """Allowed pairs (arc, next arc) of the drive profile."""
    drive = (graph.base_ms[Profile.DRIVE] < INF) & (np.asarray(graph.arc_edge) >= 0)
    road = np.flatnonzero(drive)
    arc, state = _resolved_heads(graph, road)
    order = road[np.argsort(graph.arc_tail[road], kind="stable")]
    start = np.searchsorted(graph.arc_tail[order], state, side="left")
    count = np.searchsorted(graph.arc_tail[order], state, side="right") - start
    index = np.repeat(start - (np.cumsum(count) - count), count) + np.arange(int(count.sum()))
    first, second = np.repeat(arc, count), order[index]
    back = graph.arc_reverse[first] == second
    choices = np.bincount(first, minlength=graph.arc_count)
    keep = ~back | (choices[first] == 1)
    return first[keep].astype(np.int64), second[keep].astype(np.int64)


def expand_arcs(graph: RoadGraph) -> tuple[RoadGraph, Int32]:
    """A drive-only graph whose state `s` is the head end of a road arc, and the state of each arc of `graph` (-1:
    none).

    An arc of the expansion is (turn, then the next road arc), with the next arc's time. To place a point of arc `a` at
    a fraction use `expanded_places`. Geometry, names and grid are shared with `graph`.
    """
    first, second = _turns(graph)
    road = np.flatnonzero((graph.base_ms[Profile.DRIVE] < INF) & (np.asarray(graph.arc_edge) >= 0))
    state = np.full(graph.arc_count, -1, np.int32)
    state[road] = np.arange(road.size, dtype=np.int32)
    tail, head = state[first], state[second]
    order = np.lexsort((tail, head))
    tail, head, second = tail[order], head[order], second[order]
    weight = np.full((3, tail.size), INF, np.int32)
    weight[Profile.DRIVE] = graph.base_ms[Profile.DRIVE][second]
    junctions = np.arange(road.size + 1, dtype=np.int64)
    drive, emergency, foot = spans(road.size, junctions, head, np.zeros(head.size, np.int8))
    lon, lat = graph.state_lon[graph.arc_head[road]], graph.state_lat[graph.arc_head[road]]
    expanded = replace(
        graph,
        version="",
        state_lon=np.asarray(lon),
        state_lat=np.asarray(lat),
        state_junction=np.arange(road.size, dtype=np.int32),
        arc_tail=tail,
        arc_head=head,
        arc_edge=np.asarray(graph.arc_edge)[second],
        arc_forward=np.asarray(graph.arc_forward)[second],
        arc_reverse=np.full(tail.size, -1, np.int32),
        base_ms=weight,
        span_drive=drive,
        span_emergency=emergency,
        span_foot=foot,
        foot_tail=tail,
        foot_head=head,
        edge_arc=np.full((graph.edge_count, 2), -1, np.int32),
    )
    return expanded, state


def entering_arcs(expanded: RoadGraph, state: int) -> Int32:
    """Arcs of the expansion that drive the road arc of `state`: seeds for an incident, or any one of them for a unit
    on it."""
    a, b = expanded.span_drive[state]
    return np.arange(a, b, dtype=np.int32)


def expanded_seeds(expanded: RoadGraph, state: int, fraction: float) -> tuple[Int32, Float64]:
    """Seed arcs and fractions of an incident at `fraction` of the road arc of `state`."""
    arcs = entering_arcs(expanded, state)
    return arcs, np.full(arcs.size, fraction)
