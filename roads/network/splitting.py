"""From ways to edges: split at junctions, no parallel edges, no loops."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pyproj import Geod

from .profiles import motor_allowed
from .source import Float64, Int32, Int64, SourceNetwork

Bool = npt.NDArray[np.bool_]
SPHEROID = Geod(ellps="WGS84")


@dataclass(frozen=True, slots=True)
class EdgeTable:
    """Undirected edges between nodes. Node numbers are those of the source; made-up middle points follow after them."""

    way: Int32
    tail: Int64
    head: Int64
    shape_ptr: Int64
    shape_lon: Float64
    shape_lat: Float64
    length_m: Float64
    node_lon: Float64
    node_lat: Float64
    divided: int


def segment_lengths_m(lon: Float64, lat: Float64) -> Float64:
    """Lengths on the WGS-84 spheroid of the pieces between successive points, in metres (size - 1)."""
    if lon.size < 2:
        return np.zeros(0)
    return np.asarray(SPHEROID.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])[2], np.float64)


def _ranges(start: Int64, count: Int64) -> Int64:
    """Concatenated ranges start[i] .. start[i] + count[i]."""
    pointer = np.cumsum(count) - count
    return np.repeat(start - pointer, count) + np.arange(int(count.sum()), dtype=np.int64)


def _positions(source: SourceNetwork) -> tuple[Int64, Int64]:
    """Way number and node of every way position, repeated successive nodes removed."""
    way = np.repeat(np.arange(source.way_count, dtype=np.int64), np.diff(source.way_ptr))
    node = source.way_nodes.astype(np.int64)
    if node.size:
        keep = np.r_[True, (node[1:] != node[:-1]) | (way[1:] != way[:-1])]
        way, node = way[keep], node[keep]
    return way, node


def _split_mask(source: SourceNetwork, way: Int64, node: Int64) -> Bool:
    """True where a way position is a junction. Roads are cut where roads meet; footpaths also where they meet roads."""
    motor = motor_allowed(source.way_class, source.way_flags)[way]
    end = np.zeros(node.size, bool)
    change = np.flatnonzero(way[1:] != way[:-1])
    end[0] = end[-1] = True
    end[change] = end[change + 1] = True
    count = source.node_count
    road = np.bincount(node[motor], minlength=count) >= 2
    road[node[end & motor]] = True
    via = source.restriction_via_node
    road[via[via >= 0]] = True
    path = np.bincount(node, minlength=count) >= 2
    path[node[end]] = True
    return np.asarray(end | np.where(motor, road[node], path[node]), bool)


def split_ways(source: SourceNetwork) -> EdgeTable:
    """Cut all ways at junctions. Loops are cut in three and all but one of several edges between the same two
    junctions in two, at interpolated points, so that a pair of junctions names one edge. Lengths on the WGS-84
    spheroid."""
    way, node = _positions(source)
    if node.size < 2:
        empty = np.zeros(0, np.int64)
        return EdgeTable(
            empty.astype(np.int32),
            empty,
            empty,
            np.zeros(1, np.int64),
            np.zeros(0),
            np.zeros(0),
            np.zeros(0),
            source.lon,
            source.lat,
            0,
        )
    at = np.flatnonzero(_split_mask(source, way, node))
    same = way[at[:-1]] == way[at[1:]]
    first, last = at[:-1][same], at[1:][same]
    count = last - first + 1
    pointer = np.r_[0, np.cumsum(count)].astype(np.int64)
    nodes = node[_ranges(first, count)]
    lon, lat = source.lon[nodes], source.lat[nodes]
    lengths = _edge_lengths(pointer, lon, lat)
    table = EdgeTable(
        way[first].astype(np.int32), node[first], node[last], pointer, lon, lat, lengths, source.lon, source.lat, 0
    )
    motor = motor_allowed(source.way_class, source.way_flags)[way[first]]
    return _divide(table, _parts_needed(table, motor))


def _edge_lengths(pointer: Int64, lon: Float64, lat: Float64) -> Float64:
    piece = segment_lengths_m(lon, lat)
    inner = np.ones(piece.size, bool)
    inner[pointer[1:-1] - 1] = False
    edge = np.repeat(np.arange(pointer.size - 1), np.diff(pointer))[:-1]
    return np.bincount(edge[inner], weights=piece[inner], minlength=pointer.size - 1).astype(np.float64)


def _parts_needed(table: EdgeTable, motor: Bool) -> Int64:
    """1 for an edge that may stay, 3 for a loop, 2 for all but the first (roads first, then the shortest) of parallel
    edges."""
    low, high = np.minimum(table.tail, table.head), np.maximum(table.tail, table.head)
    order = np.lexsort((np.arange(low.size), table.length_m, ~motor, high, low))
    repeat = np.zeros(low.size, bool)
    repeat[order[1:]] = (low[order[1:]] == low[order[:-1]]) & (high[order[1:]] == high[order[:-1]])
    return np.where(table.tail == table.head, 3, np.where(repeat, 2, 1)).astype(np.int64)


def cut_line(lon: Float64, lat: Float64, parts: int) -> list[tuple[Float64, Float64]]:
    """Cut a line into `parts` pieces of equal length (degrees scaled by the cosine of latitude)."""
    scale = np.cos(np.radians(lat[0]))
    along = np.r_[0.0, np.cumsum(np.hypot(np.diff(lon) * scale, np.diff(lat)))]
    if along[-1] == 0.0:
        along = np.linspace(0.0, 1.0, lon.size)
    at = along[-1] * np.arange(parts + 1) / parts
    pieces = []
    for a, b in zip(at[:-1], at[1:], strict=True):
        inside = (along > a) & (along < b)
        x = np.r_[np.interp(a, along, lon), lon[inside], np.interp(b, along, lon)]
        y = np.r_[np.interp(a, along, lat), lat[inside], np.interp(b, along, lat)]
        pieces.append((x, y))
    return pieces


def _divide(table: EdgeTable, parts: Int64) -> EdgeTable:
    """The table with every edge cut into its number of parts; order of edges kept."""
    cut = np.flatnonzero(parts > 1)
    if cut.size == 0:
        return table
    keep = np.flatnonzero(parts == 1)
    key: list[Int64] = [keep * 4]
    way, tail, head = [table.way[keep]], [table.tail[keep]], [table.head[keep]]
    size = np.diff(table.shape_ptr)
    lon = [table.shape_lon[_ranges(table.shape_ptr[keep], size[keep])]]
    lat = [table.shape_lat[_ranges(table.shape_ptr[keep], size[keep])]]
    counts: list[Int64] = [size[keep]]
    new_lon: list[float] = []
    new_lat: list[float] = []
    for e in cut.tolist():
        a, b = int(table.shape_ptr[e]), int(table.shape_ptr[e + 1])
        pieces = cut_line(table.shape_lon[a:b], table.shape_lat[a:b], int(parts[e]))
        start = int(table.tail[e])
        for i, (x, y) in enumerate(pieces):
            stop = int(table.head[e])
            if i < len(pieces) - 1:
                stop = table.node_lon.size + len(new_lon)
                new_lon.append(float(x[-1]))
                new_lat.append(float(y[-1]))
            key.append(np.array([e * 4 + i]))
            way.append(table.way[e : e + 1])
            tail.append(np.array([start]))
            head.append(np.array([stop]))
            counts.append(np.array([x.size]))
            lon.append(x)
            lat.append(y)
            start = stop
    order = np.argsort(np.concatenate(key), kind="stable")
    count = np.concatenate(counts).astype(np.int64)
    begin = np.cumsum(count) - count
    index = _ranges(begin[order], count[order])
    pointer = np.r_[0, np.cumsum(count[order])].astype(np.int64)
    x, y = np.concatenate(lon)[index], np.concatenate(lat)[index]
    return EdgeTable(
        np.concatenate(way)[order].astype(np.int32),
        np.concatenate(tail)[order],
        np.concatenate(head)[order],
        pointer,
        x,
        y,
        _edge_lengths(pointer, x, y),
        np.r_[table.node_lon, new_lon],
        np.r_[table.node_lat, new_lat],
        int(cut.size),
    )
