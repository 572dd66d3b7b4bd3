"""The immutable routing graph: plain arrays, shared by all processes as memory-mapped files.

Words. A *junction* is a place where ways meet or end. An *edge* is a piece of a way between two junctions, undirected,
with a geometry; `edge_no` is its index, the same in the database. An *arc* is one direction of an edge. A *state* is a
node of the search: a junction has one, and more where turns are restricted. A *connector* is an arc inside a
restricted junction. Every arc has exactly one (tail, head) pair of states and no two arcs share one.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import numpy as np

from .profiles import Profile
from .source import Float64, Int8, Int32, Int64, UInt8


@dataclass(frozen=True, slots=True)
class RoadGraph:
    """Edges (all of the source), and the search graph over the largest strongly connected part of the drive network.

    By edge: `shape_ptr` (edges + 1) into `shape_lon`/`shape_lat` (WGS-84 degrees); `edge_length_m` on the WGS-84
    spheroid; `edge_way` index of the source way, `edge_way_id` its identifier; `edge_class`, `edge_flags`,
    `edge_oneway` as in the source; `edge_name`/`edge_ref` index `strings` (-1 none); `edge_island` 1 where the edge is
    outside the search graph; `edge_arc` (edges, 2): arc along and against the geometry, -1 where there is none;
    `edge_axis` (-1 none), `edge_axis_from_m`, `edge_axis_to_m`: place on a road axis, filled later.
    By state: `state_lon`, `state_lat`, `state_junction`; states of a junction are neighbours in number.
    By arc, sorted by head state and then access rank: `arc_tail`, `arc_head` (states), `arc_edge` (-1 connector),
    `arc_forward` (1 along the edge), `arc_reverse` (-1 none), `base_ms` (3, arcs) by `Profile`.
    By profile: `span_*` (states, 2): first arc and the one after the last arc that enter a state; `foot_tail`,
    `foot_head`: ends of arcs for walkers, who know one state a junction.
    """

    name: str
    attribution: str
    generated: bool
    strings: tuple[str, ...]
    shape_ptr: Int64
    shape_lon: Float64
    shape_lat: Float64
    edge_length_m: Float64
    edge_way: Int32
    edge_way_id: Int64
    edge_class: Int8
    edge_flags: UInt8
    edge_oneway: Int8
    edge_name: Int32
    edge_ref: Int32
    edge_island: UInt8
    edge_arc: Int32
    edge_axis: Int32
    edge_axis_from_m: Float64
    edge_axis_to_m: Float64
    state_lon: Float64
    state_lat: Float64
    state_junction: Int32
    arc_tail: Int32
    arc_head: Int32
    arc_edge: Int32
    arc_forward: UInt8
    arc_reverse: Int32
    base_ms: Int32
    span_drive: Int32
    span_emergency: Int32
    span_foot: Int32
    foot_tail: Int32
    foot_head: Int32
    grid_ptr: Int32
    grid_segment: Int32
    grid_bounds: Float64
    shape_edge: Int32
    version: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    skipped: dict[str, int] = field(default_factory=dict)

    @property
    def state_count(self) -> int:
        """Number of search nodes."""
        return int(self.state_lon.size)

    @property
    def junction_count(self) -> int:
        """Number of junctions of the search graph."""
        return int(self.state_junction[-1]) + 1 if self.state_junction.size else 0

    @property
    def edge_count(self) -> int:
        """Number of undirected edges, islands included."""
        return int(self.edge_length_m.size)

    @property
    def arc_count(self) -> int:
        """Number of arcs, connectors and arcs closed to cars included."""
        return int(self.arc_tail.size)

    def arc_length_m(self) -> Float64:
        """Length by arc in metres; 0 for connectors."""
        edge = np.asarray(self.arc_edge)
        return np.where(edge >= 0, self.edge_length_m[np.maximum(edge, 0)], 0.0)

    def span(self, profile: Profile) -> Int32:
        """Arcs that enter each state, by profile."""
        return (self.span_drive, self.span_emergency, self.span_foot)[profile]

    def tails(self, profile: Profile) -> Int32:
        """Tail state by arc as the profile sees it."""
        return self.foot_tail if profile == Profile.FOOT else self.arc_tail

    def heads(self, profile: Profile) -> Int32:
        """Head state by arc as the profile sees it."""
        return self.foot_head if profile == Profile.FOOT else self.arc_head

    def edge_shape(self, edge_no: int) -> tuple[Float64, Float64]:
        """Longitudes and latitudes of an edge, along its geometry."""
        a, b = int(self.shape_ptr[edge_no]), int(self.shape_ptr[edge_no + 1])
        return np.asarray(self.shape_lon[a:b]), np.asarray(self.shape_lat[a:b])

    def string_at(self, index: int) -> str:
        """The string of an `edge_name` or `edge_ref` entry; empty for -1."""
        return "" if index < 0 else self.strings[index]


META_FIELDS = ("name", "attribution", "generated", "strings", "version", "counts", "skipped")
ARRAY_FIELDS = tuple(f.name for f in fields(RoadGraph) if f.name not in META_FIELDS)
