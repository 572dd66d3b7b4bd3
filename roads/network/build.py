"""Build the routing graph from a source network: split, keep the largest strongly connected part, number, weigh."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from .graph import RoadGraph
from .grid import build_grid
from .profiles import CONNECTOR_MS, INF, base_weights, motor_allowed
from .source import Float64, Int8, Int32, Int64, SourceNetwork, UInt8
from .splitting import Bool, EdgeTable, split_ways
from .turns import StateTable, assign_states, collect_arms, plan_turns

Progress = Callable[[str], None]


def _quiet(_: str) -> None:
    """Progress sink that says nothing."""


def z_order(lon: Float64, lat: Float64) -> Int64:
    """Order of points along a Z curve (16 bits an axis): neighbours on the ground become neighbours in memory."""
    code = np.zeros(lon.size, np.uint64)
    for values, shift in ((lon, 0), (lat, 1)):
        width = float(np.ptp(values)) if values.size else 0.0
        part = np.zeros(values.size) if width == 0 else (values - values.min()) / width * 65535.0
        bits = part.astype(np.uint64)
        for mask, step in ((0x00FF00FF, 8), (0x0F0F0F0F, 4), (0x33333333, 2), (0x55555555, 1)):
            bits = (bits | (bits << np.uint64(step))) & np.uint64(mask)
        code |= bits << np.uint64(shift)
    return np.argsort(code, kind="stable").astype(np.int64)


@dataclass(frozen=True, slots=True)
class _Core:
    """The part of the edge table that is searched: edges, and ends as junction numbers in Z order."""

    edges: Int64
    tail: Int64
    head: Int64
    junction_of_node: Int64
    junction_lon: Float64
    junction_lat: Float64


def _core(table: EdgeTable, forward_ok: Bool, backward_ok: Bool) -> _Core:
    ends, compact = np.unique(np.r_[table.tail, table.head], return_inverse=True)
    tail, head = compact[: table.tail.size], compact[table.tail.size :]
    t = np.r_[tail[forward_ok], head[backward_ok]]
    h = np.r_[head[forward_ok], tail[backward_ok]]
    matrix = csr_matrix((np.ones(t.size, np.int8), (t, h)), (ends.size, ends.size))
    _, label = connected_components(matrix, True, "strong")
    size = np.bincount(label, minlength=1)
    inside = np.asarray(label == int(size.argmax())) if ends.size and size.max() > 1 else np.zeros(ends.size, bool)
    edges = np.flatnonzero(inside[tail] & inside[head])
    nodes = ends[inside]
    nodes = nodes[z_order(table.node_lon[nodes], table.node_lat[nodes])]
    junction = np.full(table.node_lon.size, -1, np.int64)
    junction[nodes] = np.arange(nodes.size)
    return _Core(
        edges,
        junction[table.tail[edges]],
        junction[table.head[edges]],
        junction,
        table.node_lon[nodes],
        table.node_lat[nodes],
    )


def _island_counts(table: EdgeTable, edges: Int64) -> dict[str, int]:
    """How many groups of roads cannot be driven to and back, of how many edges and metres; footpaths do not count."""
    ends, compact = np.unique(np.r_[table.tail[edges], table.head[edges]], return_inverse=True)
    pairs = (compact[: edges.size], compact[edges.size :])
    joined = csr_matrix((np.ones(edges.size, np.int8), pairs), (ends.size, ends.size))
    groups = connected_components(joined, False)[0] if ends.size else 0
    return {"islands": int(groups), "island_edges": int(edges.size), "island_m": int(table.length_m[edges].sum())}


def _by_junction(
    table: EdgeTable, source: SourceNetwork, core: _Core, forward_ok: Bool, backward_ok: Bool
) -> tuple[StateTable, dict[str, int], int]:
    """States of all junctions, and what became of the restrictions."""
    via = np.unique(source.restriction_via_node)
    nodes: Int64 = via[via >= 0].astype(np.int64)
    arms = collect_arms(
        nodes, table.tail, table.head, forward_ok.astype(np.int64), backward_ok.astype(np.int64), core.edges
    )
    plan = plan_turns(source, table.way, arms)
    forbidden = {int(core.junction_of_node[node]): pairs for node, pairs in plan.forbidden.items()}
    return assign_states(core.junction_lon.size, forbidden), plan.skipped, plan.used


@dataclass(frozen=True, slots=True)
class _Arcs:
    tail: Int32
    head: Int32
    edge: Int32
    forward: UInt8
    reverse: Int32
    base_ms: Int32
    rank: Int8
    edge_arc: Int32


def _arcs(source: SourceNetwork, table: EdgeTable, core: _Core, states: StateTable) -> _Arcs:
    edges, n = core.edges, core.edges.size
    edge = np.r_[edges, edges]
    forward = np.r_[np.ones(n, np.uint8), np.zeros(n, np.uint8)]
    tail = states.first[np.r_[core.tail, core.head]]
    head = states.first[np.r_[core.head, core.tail]]
    place = np.full(table.way.size, -1, np.int64)
    place[edges] = np.arange(n)
    leaving = np.arange(int(states.first[-1]))
    for junction, state in states.exit_of.items():
        leaving[states.first[junction]] = state
    tail = leaving[tail]
    for (e, along), state in states.own_tail.items():
        tail[place[e] + (0 if along else n)] = state
    for (e, along), state in states.own_head.items():
        head[place[e] + (0 if along else n)] = state
    way = table.way[edge]
    weights, rank = base_weights(
        table.length_m[edge],
        source.way_class[way],
        source.way_flags[way],
        source.way_oneway[way],
        source.way_maxspeed_kmh[way].astype(np.float64),
        forward,
    )
    links = states.connectors
    extra = np.full((3, links.shape[0]), CONNECTOR_MS, np.int32)
    extra[2] = INF
    tail, head = np.r_[tail, links[:, 0]], np.r_[head, links[:, 1]]
    edge = np.r_[edge, np.full(links.shape[0], -1)]
    forward = np.r_[forward, np.ones(links.shape[0], np.uint8)]
    rank = np.r_[rank, np.zeros(links.shape[0], np.int8)]
    weights = np.concatenate([weights, extra], axis=1)
    order = np.lexsort((tail, rank, head))
    number = np.empty(order.size, np.int64)
    number[order] = np.arange(order.size)
    edge_arc = np.full((table.way.size, 2), -1, np.int32)
    edge_arc[edges, 0], edge_arc[edges, 1] = number[:n], number[n : 2 * n]
    reverse = np.full(order.size, -1, np.int32)
    reverse[number[:n]], reverse[number[n : 2 * n]] = number[n : 2 * n], number[:n]
    return _Arcs(
        tail[order].astype(np.int32),
        head[order].astype(np.int32),
        edge[order].astype(np.int32),
        forward[order],
        reverse,
        np.ascontiguousarray(weights[:, order]),
        rank[order],
        edge_arc,
    )


def spans(state_count: int, first: Int64, head: Int32, rank: Int8) -> tuple[Int32, Int32, Int32]:
    """Ranges of arcs that enter each state, for drive, emergency and foot (foot: all arcs of the junction, at its
    base)."""
    pointer = np.r_[0, np.cumsum(np.bincount(head, minlength=state_count))]
    drive = np.bincount(head[rank == 0], minlength=state_count)
    emergency = np.bincount(head[rank <= 1], minlength=state_count)
    start = pointer[:-1]
    foot = np.zeros((state_count, 2), np.int32)
    base = first[:-1]
    foot[base, 0], foot[base, 1] = pointer[base], pointer[first[1:]]
    return (
        np.stack([start, start + drive], 1).astype(np.int32),
        np.stack([start, start + emergency], 1).astype(np.int32),
        foot,
    )


def build_graph(source: SourceNetwork, progress: Progress = _quiet) -> RoadGraph:
    """The routing graph of a source network.

    Junctions are numbered along a Z curve. Roads not in the largest strongly connected part of the drive network stay
    in the edge arrays with `edge_island` 1. Footpaths are searched (foot profile) where both ends are junctions of
    that part. Raises ValueError when no two places are connected both ways by road.
    """
    progress("splitting ways at junctions")
    table = split_ways(source)
    motor = motor_allowed(source.way_class, source.way_flags)[table.way]
    oneway = source.way_oneway[table.way]
    forward_ok, backward_ok = np.asarray(motor & (oneway >= 0)), np.asarray(motor & (oneway <= 0))
    progress(f"{table.way.size} edges; connecting")
    core = _core(table, forward_ok, backward_ok)
    if core.edges.size == 0:
        raise ValueError("the network has no two places connected both ways by road")
    states, dropped, used = _by_junction(table, source, core, forward_ok, backward_ok)
    arcs = _arcs(source, table, core, states)
    junction = np.repeat(np.arange(core.junction_lon.size), np.diff(states.first)).astype(np.int32)
    base = states.first[junction].astype(np.int32)
    drive, emergency, foot = spans(junction.size, states.first, arcs.head, arcs.rank)
    progress(f"{core.junction_lon.size} junctions, {arcs.tail.size} arcs; indexing")
    island = np.ones(table.way.size, np.uint8)
    island[core.edges] = 0
    on_road = np.flatnonzero(motor & (island == 0))
    grid = build_grid(table.shape_ptr, table.shape_lon, table.shape_lat, on_road)
    counts = {
        "junctions": int(core.junction_lon.size),
        "states": int(junction.size),
        **_counts(table, arcs, np.flatnonzero(motor & (island == 1))),
        "restrictions": used,
        "divided_edges": table.divided,
        "length_m": int(table.length_m[on_road].sum()),
    }
    return RoadGraph(
        name=source.name,
        attribution=source.attribution,
        generated=source.generated,
        strings=tuple(source.strings),
        **_edge_columns(source, table, island),
        edge_arc=arcs.edge_arc,
        state_lon=core.junction_lon[junction],
        state_lat=core.junction_lat[junction],
        state_junction=junction,
        **_arc_columns(arcs, base),
        span_drive=drive,
        span_emergency=emergency,
        span_foot=foot,
        grid_ptr=grid.pointer,
        grid_segment=grid.segment,
        grid_bounds=grid.bounds,
        counts=counts,
        skipped={**source.skipped, **dropped},
    )


def _counts(table: EdgeTable, arcs: _Arcs, islands: Int64) -> dict[str, int]:
    physical = arcs.edge >= 0
    return {
        "edges": int(table.way.size),
        **_island_counts(table, islands),
        "drive_arcs": int(((arcs.rank == 0) & physical).sum()),
        "connectors": int((~physical).sum()),
    }


def _edge_columns(source: SourceNetwork, table: EdgeTable, island: UInt8) -> dict[str, Any]:
    """What a graph holds by edge, but for the arcs; no edge lies on an axis yet."""
    way = table.way
    return {
        "shape_ptr": table.shape_ptr,
        "shape_lon": table.shape_lon,
        "shape_lat": table.shape_lat,
        "shape_edge": np.repeat(np.arange(way.size), np.diff(table.shape_ptr)).astype(np.int32),
        "edge_length_m": table.length_m,
        "edge_way": way,
        "edge_way_id": source.way_ids[way],
        "edge_class": source.way_class[way],
        "edge_flags": source.way_flags[way],
        "edge_oneway": source.way_oneway[way],
        "edge_name": source.way_name[way],
        "edge_ref": source.way_ref[way],
        "edge_island": island,
        "edge_axis": np.full(way.size, -1, np.int32),
        "edge_axis_from_m": np.zeros(way.size),
        "edge_axis_to_m": np.zeros(way.size),
    }


def _arc_columns(arcs: _Arcs, base: Int32) -> dict[str, Any]:
    """What a graph holds by arc. `base`: the one state of its junction that walkers know, by state."""
    return {
        "arc_tail": arcs.tail,
        "arc_head": arcs.head,
        "arc_edge": arcs.edge,
        "arc_forward": arcs.forward,
        "arc_reverse": arcs.reverse,
        "base_ms": arcs.base_ms,
        "foot_tail": base[arcs.tail],
        "foot_head": base[arcs.head],
    }
