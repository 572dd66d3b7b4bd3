"""What every road source (OSM file, GraphML, generated county) is read into before a graph is built.

Plain arrays, no Django, no file format. Coordinates are WGS-84 degrees, lon and lat in separate arrays.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, IntFlag

import numpy as np
import numpy.typing as npt

Float64 = npt.NDArray[np.float64]
Float32 = npt.NDArray[np.float32]
Int64 = npt.NDArray[np.int64]
Int32 = npt.NDArray[np.int32]
Int8 = npt.NDArray[np.int8]
UInt8 = npt.NDArray[np.uint8]


class RoadClass(IntEnum):
    """Road classes, graver roads first. The numbers are stored in graph files and in the database."""

    MOTORWAY = 1
    MOTORWAY_LINK = 2
    TRUNK = 3
    TRUNK_LINK = 4
    PRIMARY = 5
    PRIMARY_LINK = 6
    SECONDARY = 7
    SECONDARY_LINK = 8
    TERTIARY = 9
    TERTIARY_LINK = 10
    UNCLASSIFIED = 11
    RESIDENTIAL = 12
    LIVING_STREET = 13
    SERVICE = 14
    TRACK = 15
    PEDESTRIAN = 16
    PATH = 17


class WayFlag(IntFlag):
    """Properties of a way that routing or the map needs."""

    BRIDGE = 1
    TUNNEL = 2
    ROUNDABOUT = 4
    NO_MOTOR = 8
    NO_FOOT = 16


class RestrictionKind(IntEnum):
    """`no_*` forbids the turn, `only_*` forbids every other turn out of the via junction."""

    FORBIDDEN = 0
    MANDATORY = 1


@dataclass(frozen=True, slots=True)
class SourceNetwork:
    """Ways over nodes, as read.

    Ways are stored in CSR form: way `w` runs over `way_nodes[way_ptr[w]:way_ptr[w + 1]]`, which index the node arrays.
    `way_oneway` is 1 along the node order, -1 against it, 0 both ways (motor traffic). `way_maxspeed_kmh` is NaN where
    the source says nothing. `way_name` and `way_ref` index `strings`, -1 for none.
    Restrictions index ways and nodes; a restriction over a via way has `restriction_via_node` -1 and names the way.
    """

    name: str
    node_ids: Int64
    lon: Float64
    lat: Float64
    way_ids: Int64
    way_ptr: Int64
    way_nodes: Int32
    way_class: Int8
    way_oneway: Int8
    way_maxspeed_kmh: Float32
    way_flags: UInt8
    way_name: Int32
    way_ref: Int32
    strings: tuple[str, ...]
    restriction_from_way: Int32
    restriction_via_node: Int32
    restriction_via_way: Int32
    restriction_to_way: Int32
    restriction_kind: Int8
    attribution: str = ""
    generated: bool = False
    skipped: dict[str, int] = field(default_factory=dict)

    @property
    def node_count(self) -> int:
        """Number of nodes, shape points included."""
        return int(self.node_ids.size)

    @property
    def way_count(self) -> int:
        """Number of ways."""
        return int(self.way_ids.size)

    def string_at(self, index: int) -> str:
        """The string of a `way_name` or `way_ref` entry; empty for -1."""
        return "" if index < 0 else self.strings[index]
