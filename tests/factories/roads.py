"""A small invented network in the database: an expressway with two carriageways, a county road, a village road.

Everything lies around 110.40° E, 19.20° N. Metres below are east and north of that corner.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from roads.models import CalibrationPost, ChiefLevel, NetworkBuild, RoadAxis, Segment
from roads.network.source import RoadClass, SourceNetwork
from roads.services import chief_level_create, segment_create
from roads.services.axis_import import PostOnRoad, axes_import
from roads.services.network_import import graph_of, network_import, network_switch
from tests.factories.stations import SYSTEM

WEST, SOUTH = 110.40, 19.20
LAT_M = 110_660.0
LON_M = 111_320.0 * math.cos(math.radians(SOUTH))
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Way:
    """A way over numbers of nodes."""

    nodes: Sequence[int]
    ref: str = ""
    name: str = ""
    oneway: int = 0
    road_class: RoadClass = RoadClass.TERTIARY


# The expressway's carriageways run 40 m apart; X201 crosses both at grade, so that everything hangs together.
NODES: tuple[tuple[float, float], ...] = (
    *((1000.0 * i, 0.0) for i in range(7)),  # 0-6: G98 eastbound (下行)
    *((1000.0 * i, 40.0) for i in range(6, -1, -1)),  # 7-13: G98 westbound (上行)
    (2000.0, -3000.0),  # 14
    (2000.0, 1500.0),  # 15: X201 × 清湖路
    (2000.0, 3000.0),  # 16
    (4000.0, 1500.0),  # 17: a dead end
)
WAYS: tuple[Way, ...] = (
    Way((0, 1, 2, 3, 4, 5, 6), "G98", "环岛高速", 1, RoadClass.TRUNK),
    Way((7, 8, 9, 10, 11, 12, 13), "G98", "环岛高速", 1, RoadClass.TRUNK),
    Way((6, 7), road_class=RoadClass.TRUNK_LINK),
    Way((13, 0), road_class=RoadClass.TRUNK_LINK),
    Way((14, 2, 11, 15, 16), "X201", "那环北路", 0, RoadClass.SECONDARY),
    Way((15, 17), "", "清湖路", 0, RoadClass.RESIDENTIAL),
)


def lonlat(east_m: float, north_m: float) -> tuple[float, float]:
    """WGS-84 degrees of a place given in metres."""
    return WEST + east_m / LON_M, SOUTH + north_m / LAT_M


def a_source(
    nodes: Sequence[tuple[float, float]] = NODES, ways: Sequence[Way] = WAYS, name: str = "example"
) -> SourceNetwork:
    """The invented network, or another one."""
    places = np.array([lonlat(*node) for node in nodes])
    strings = tuple(sorted({text for way in ways for text in (way.name, way.ref) if text}))
    index = {text: number for number, text in enumerate(strings)}
    return SourceNetwork(
        name=name,
        node_ids=np.arange(len(nodes), dtype=np.int64),
        lon=places[:, 0].copy(),
        lat=places[:, 1].copy(),
        way_ids=np.arange(len(ways), dtype=np.int64) + 1000,
        way_ptr=np.r_[0, np.cumsum([len(way.nodes) for way in ways])].astype(np.int64),
        way_nodes=np.array([node for way in ways for node in way.nodes], np.int32),
        way_class=np.array([way.road_class for way in ways], np.int8),
        way_oneway=np.array([way.oneway for way in ways], np.int8),
        way_maxspeed_kmh=np.full(len(ways), np.nan, np.float32),
        way_flags=np.zeros(len(ways), np.uint8),
        way_name=np.array([index.get(way.name, -1) for way in ways], np.int32),
        way_ref=np.array([index.get(way.ref, -1) for way in ways], np.int32),
        strings=strings,
        restriction_from_way=np.zeros(0, np.int32),
        restriction_via_node=np.zeros(0, np.int32),
        restriction_via_way=np.zeros(0, np.int32),
        restriction_to_way=np.zeros(0, np.int32),
        restriction_kind=np.zeros(0, np.int8),
        attribution="invented",
        generated=True,
    )


def silent(_text: str) -> None:
    """Progress that nobody watches."""


def a_network(organisation: Any, source: SourceNetwork | None = None, posts: Sequence[PostOnRoad] = ()) -> NetworkBuild:
    """Import a network with its axes and put it in force."""
    source = source or a_source()
    build, graph = network_import(actor=SYSTEM, source=source, name=source.name, origin="tests", progress=silent)
    axes_import(
        actor=SYSTEM,
        organisation=organisation,
        build=build,
        graph=graph,
        directory=graph_of(build)[1],
        posts=posts,
        progress=silent,
    )
    return network_switch(actor=SYSTEM, build=build, progress=silent)


def the_axis(code_or_name: str) -> RoadAxis:
    """The axis with this code or name."""
    return RoadAxis.objects.get(**{"code" if code_or_name.isascii() else "name": code_or_name})


def set_posts(axis: RoadAxis, posts: Sequence[tuple[float, float]]) -> None:
    """Give an axis these (metre, chainage) posts; two at one metre are a break 断链."""
    CalibrationPost.objects.filter(axis=axis).delete()
    for order, (distance_m, chainage_m) in enumerate(posts):
        CalibrationPost.objects.create(axis=axis, order=order, distance_m=distance_m, chainage_m=chainage_m)
    axis.version += 1
    axis.save(update_fields=["version"])


def a_segment(
    organisation: Any, axis: RoadAxis, from_m: float, to_m: float, *, sides: str = "both", **fields: Any
) -> Segment:
    """A segment in force since long ago."""
    number = next(_numbers)
    values = {"code": f"SEG-{number:04d}", "name": f"测试路段{number}", "starts_at": LONG_AGO, **fields}
    return segment_create(
        actor=SYSTEM, organisation=organisation, axis=axis, from_m=from_m, to_m=to_m, sides=sides, **values
    )


def levels(organisation: Any) -> dict[int, ChiefLevel]:
    """Four levels of the scheme."""
    names = {1: "总路长", 2: "一级路长", 3: "二级路长", 4: "三级路长"}
    return {
        rank: chief_level_create(actor=SYSTEM, organisation=organisation, rank=rank, name=name)
        for rank, name in names.items()
    }
