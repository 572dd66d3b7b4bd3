"""What axes are derived from: edges between junctions with their geometry and names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from roads.network.source import Float64, Int8, Int32, Int64, SourceNetwork, UInt8
from roads.network.splitting import split_ways

from .locate import lengths_m


class GraphEdges(Protocol):
    """The part of `roads.network.graph.RoadGraph` that axes need."""

    @property
    def strings(self) -> tuple[str, ...]: ...
    @property
    def shape_ptr(self) -> Int64: ...
    @property
    def shape_lon(self) -> Float64: ...
    @property
    def shape_lat(self) -> Float64: ...
    @property
    def edge_class(self) -> Int8: ...
    @property
    def edge_flags(self) -> UInt8: ...
    @property
    def edge_oneway(self) -> Int8: ...
    @property
    def edge_name(self) -> Int32: ...
    @property
    def edge_ref(self) -> Int32: ...


@dataclass(frozen=True, slots=True)
class AxisEdges:
    """Edges by number, geometry in CSR form (WGS-84 degrees). `tail`/`head`: junctions at the first and last point,
    equal numbers for equal places. `name`, `ref` index `strings`, -1 none. `oneway` 1 along the geometry, -1 against,
    0 both."""

    shape_ptr: Int64
    shape_lon: Float64
    shape_lat: Float64
    tail: Int64
    head: Int64
    length_m: Float64
    road_class: Int8
    flags: UInt8
    oneway: Int8
    name: Int32
    ref: Int32
    strings: tuple[str, ...]

    @property
    def count(self) -> int:
        """Number of edges."""
        return int(self.tail.size)

    def shape(self, edge: int) -> tuple[Float64, Float64]:
        """Longitudes and latitudes of an edge."""
        a, b = int(self.shape_ptr[edge]), int(self.shape_ptr[edge + 1])
        return self.shape_lon[a:b], self.shape_lat[a:b]

    def string_at(self, index: int) -> str:
        """Name or ref; empty for -1."""
        return "" if index < 0 else self.strings[index]


def edges_of_graph(graph: GraphEdges) -> AxisEdges:
    """Edges of a routing graph; edge numbers are the graph's."""
    return _edges(
        np.asarray(graph.shape_ptr),
        np.asarray(graph.shape_lon),
        np.asarray(graph.shape_lat),
        np.asarray(graph.edge_class),
        np.asarray(graph.edge_flags),
        np.asarray(graph.edge_oneway),
        np.asarray(graph.edge_name),
        np.asarray(graph.edge_ref),
        graph.strings,
    )


def edges_of_source(source: SourceNetwork) -> AxisEdges:
    """Edges of a source, cut at junctions as the routing graph cuts them (numbers differ from the graph's)."""
    table = split_ways(source)
    way = table.way
    return _edges(
        table.shape_ptr,
        table.shape_lon,
        table.shape_lat,
        source.way_class[way],
        source.way_flags[way],
        source.way_oneway[way],
        source.way_name[way],
        source.way_ref[way],
        source.strings,
    )


def _edges(
    shape_ptr: Int64,
    shape_lon: Float64,
    shape_lat: Float64,
    road_class: Int8,
    flags: UInt8,
    oneway: Int8,
    name: Int32,
    ref: Int32,
    strings: tuple[str, ...],
) -> AxisEdges:
    first, last = shape_ptr[:-1], shape_ptr[1:] - 1
    ends = np.r_[shape_lon[first] + 1j * shape_lat[first], shape_lon[last] + 1j * shape_lat[last]]
    _, number = np.unique(ends, return_inverse=True)
    count = road_class.size
    pieces = np.r_[0.0, np.cumsum(lengths_m(shape_lon, shape_lat))] if shape_lon.size else np.zeros(1)
    length = pieces[last] - pieces[first] if count else np.zeros(0)
    junction = number.astype(np.int64)
    return AxisEdges(
        shape_ptr,
        shape_lon,
        shape_lat,
        junction[:count],
        junction[count:],
        np.asarray(length, np.float64),
        road_class,
        flags,
        oneway,
        name,
        ref,
        strings,
    )
