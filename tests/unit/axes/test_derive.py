"""Axes derived from small road layouts drawn by hand, in metres around Qionghai, and from the real files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from roads.axes.carriageways import opposite_line
from roads.axes.derive import AxisDraft, DerivedAxes, derive_axes
from roads.axes.edges import AxisEdges, edges_of_graph, edges_of_source
from roads.axes.grouping import road_codes
from roads.axes.locate import SPHEROID, AxisLine, metres_per_degree
from roads.network.source import Float64, Int8, Int32, Int64, RoadClass, UInt8, WayFlag
from roads.reading.osm import read_osm

LON0, LAT0 = 110.46, 19.25
KX, KY = (float(k) for k in metres_per_degree(LAT0))
REAL = Path(__file__).resolve().parents[4] / "shared" / "data" / "roads"
Metres = tuple[float, float]


@dataclass(frozen=True)
class Layout:
    """What edges_of_graph reads, from plain lists."""

    strings: tuple[str, ...]
    shape_ptr: Int64
    shape_lon: Float64
    shape_lat: Float64
    edge_class: Int8
    edge_flags: UInt8
    edge_oneway: Int8
    edge_name: Int32
    edge_ref: Int32


@dataclass(frozen=True)
class Road:
    """An edge in metres east and north of the origin."""

    points: Sequence[Metres]
    oneway: int = 0
    name: str = "海榆东线"
    ref: str = ""
    road_class: RoadClass = RoadClass.SECONDARY
    flags: int = 0


def edges_of(roads: list[Road]) -> AxisEdges:
    strings = tuple(sorted({text for road in roads for text in (road.name, road.ref) if text}))
    xy = np.array([point for road in roads for point in road.points], np.float64)
    layout = Layout(
        strings,
        np.cumsum([0, *(len(road.points) for road in roads)]).astype(np.int64),
        LON0 + xy[:, 0] / KX,
        LAT0 + xy[:, 1] / KY,
        np.array([road.road_class for road in roads], np.int8),
        np.array([road.flags for road in roads], np.uint8),
        np.array([road.oneway for road in roads], np.int8),
        np.array([strings.index(road.name) if road.name else -1 for road in roads], np.int32),
        np.array([strings.index(road.ref) if road.ref else -1 for road in roads], np.int32),
    )
    return edges_of_graph(layout)


def worst_round_trip_m(draft: AxisDraft) -> float:
    """Point → metre (to the millimetre) → point every 2 m of the reference line and of the opposite carriageway, and
    metre → point → metre; where a road meets itself, the place is what counts."""
    lines = [AxisLine(draft.line_lon, draft.line_lat)]
    if draft.opposite_lon is not None and draft.opposite_lat is not None:
        assert draft.opposite_m is not None
        lines.append(AxisLine(draft.opposite_lon, draft.opposite_lat, draft.opposite_m))
    worst = 0.0
    for one in lines:
        drawn = AxisLine(one.lon, one.lat)
        along = np.r_[np.arange(0.0, drawn.length_m, 2.0), drawn.length_m]
        by_metre = np.linspace(one.measures_m.min(), one.measures_m.max(), 101)
        for lon, lat in (drawn.points_at(along), one.points_at(by_metre)):
            back = one.points_at(np.round(one.project_many(lon, lat)[0], 3))
            worst = max(worst, float(np.max(SPHEROID.inv(lon, lat, *back)[2])))
    return worst


DUAL = [
    Road([(0, 0), (500, 0)]),
    Road([(500, 0), (540, -10), (1000, -10)], oneway=1),
    Road([(1000, -10), (1460, -10), (1500, 0)], oneway=1),
    Road([(1500, 0), (1460, 10), (1000, 10)], oneway=1),
    Road([(500, 0), (540, 10), (1000, 10)], oneway=-1),
    Road([(1500, 0), (2000, 0)]),
    Road([(1000, -10), (1000, 10)]),
]


def only(axes: DerivedAxes) -> AxisDraft:
    (draft,) = axes.axes
    return draft


def test_a_dual_road_becomes_one_axis_with_two_carriageways() -> None:
    draft = only(derive_axes(edges_of(DUAL)))
    assert (draft.name, draft.part, draft.road_class) == ("海榆东线", 1, RoadClass.SECONDARY)
    assert draft.length_m == pytest.approx(2005, abs=3)
    assert draft.line_lon[0] < draft.line_lon[-1]
    assert draft.line_lat.min() == pytest.approx(LAT0 - 10 / KY)
    assert draft.opposite_lon is not None and draft.opposite_lat is not None
    assert draft.opposite_lon[0] > draft.opposite_lon[-1]
    assert draft.opposite_lat.max() == pytest.approx(LAT0 + 10 / KY)
    assert draft.edge_no.tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert draft.direction.tolist() == [0, 1, 1, -1, -1, 0, 0]
    assert draft.warnings == ()
    assert worst_round_trip_m(draft) <= 0.5


def test_members_carry_their_metres_in_the_order_of_their_geometry() -> None:
    draft = only(derive_axes(edges_of(DUAL)))
    assert draft.from_m[:3].tolist() == pytest.approx([0, 500, 1001], abs=1)
    assert draft.to_m[:3].tolist() == pytest.approx([500, 1001, 1503], abs=1)
    assert draft.from_m[3] > draft.to_m[3]
    assert draft.from_m[4] < draft.to_m[4]


def test_the_result_does_not_depend_on_the_drawing_direction() -> None:
    turned = [Road(road.points[::-1], -road.oneway) for road in DUAL]
    a, b = only(derive_axes(edges_of(DUAL))), only(derive_axes(edges_of(turned)))
    assert a.line_lon.tolist() == b.line_lon.tolist()
    assert a.direction.tolist() == b.direction.tolist()
    assert a.from_m == pytest.approx(b.to_m)


def test_separate_carriageways_without_a_common_junction() -> None:
    roads = [Road([(0, 0), (900, 50)], oneway=1, ref="G98"), Road([(900, 80), (0, 30)], oneway=1, ref="G98")]
    draft = only(derive_axes(edges_of(roads)))
    assert draft.code == "G98"
    assert draft.direction.tolist() == [1, -1]
    assert worst_round_trip_m(draft) <= 0.5


def test_a_turning_place_at_the_end_does_not_join_the_carriageways() -> None:
    loop = [
        Road([(0, 0), (900, 0)], oneway=1),
        Road([(900, 0), (920, 8), (900, 16)], oneway=1),
        Road([(900, 16), (0, 16)], oneway=1),
    ]
    draft = derive_axes(edges_of(loop)).axes[0]
    assert draft.length_m == pytest.approx(920, abs=30)
    assert draft.opposite_lon is not None


def test_gaps_at_junctions_and_roundabouts_are_bridged() -> None:
    ring = [(400, 0), (430, -30), (460, 0), (430, 30), (400, 0)]
    roads = [
        Road([(0, 0), (200, 0)]),
        Road([(225, 1), (400, 0)]),
        Road(ring, oneway=1, flags=WayFlag.ROUNDABOUT),
        Road([(460, 0), (800, 0)]),
    ]
    draft = only(derive_axes(edges_of(roads)))
    assert draft.length_m == pytest.approx(800, abs=1)
    assert draft.warnings == ("gap_bridged 85 m",)
    assert draft.edge_no.tolist() == [0, 1, 3]


def test_branches_and_far_pieces_are_parts_of_their_own() -> None:
    roads = [
        Road([(0, 0), (1000, 0)]),
        Road([(1000, 0), (2000, 0)]),
        Road([(1000, 0), (1000, 400)]),
        Road([(5000, 0), (5000, 300)]),
    ]
    parts = derive_axes(edges_of(roads)).axes
    assert [(p.part, round(p.length_m, -1)) for p in parts] == [(1, 2000), (2, 400), (3, 300)]
    assert [p.warnings for p in parts] == [(), ("branch",), ("disconnected 3000 m",)]
    assert parts[2].line_lat[0] < parts[2].line_lat[-1]


def test_a_one_way_road_is_drawn_as_it_is_driven() -> None:
    draft = only(derive_axes(edges_of([Road([(0, 0), (500, 0)], oneway=-1)])))
    assert draft.line_lon[0] > draft.line_lon[-1]
    assert draft.direction.tolist() == [1]
    assert draft.warnings == ("one_way",)


def test_the_code_comes_before_the_name_and_ramps_are_left_out() -> None:
    roads = [
        Road([(0, 0), (500, 0)], name="东线", ref="S201;G223"),
        Road([(500, 0), (1000, 0)], name="西线", ref="国道223"),
        Road([(500, 0), (700, 200)], name="", ref="G223", road_class=RoadClass.PRIMARY_LINK),
        Road([(0, 900), (300, 900)], name="兴海路", road_class=RoadClass.RESIDENTIAL),
        Road([(0, 950), (300, 950)], name="", road_class=RoadClass.RESIDENTIAL),
    ]
    axes = derive_axes(edges_of(roads)).axes
    assert [(a.code, a.name, a.edge_no.tolist()) for a in axes] == [("G223", "东线", [0, 1]), ("", "兴海路", [3])]
    assert axes[0].warnings == ("concurrent S201",)


def test_a_line_never_returns_to_its_own_middle() -> None:
    roads = [
        Road([(0, 0), (500, 0)]),
        Road([(500, 0), (800, 0), (800, 200)]),
        Road([(800, 200), (500, 200), (500, 0)]),
    ]
    axes = derive_axes(edges_of(roads)).axes
    assert all(worst_round_trip_m(draft) <= 0.5 for draft in axes)
    assert sum(draft.edge_no.size for draft in axes) == 3


def test_posts_every_kilometre() -> None:
    draft = only(derive_axes(edges_of([Road([(0, 0), (2500, 0)])])))
    assert [post.chainage_m for post in draft.calibration.posts[:3]] == [0.0, 1000.0, 2000.0]
    assert draft.calibration.chainage_at(1234.5) == pytest.approx(1234.5)


@pytest.mark.parametrize(
    ("ref", "codes"),
    [("G98", ["G98"]), ("S201;G223", ["G223", "S201"]), ("x301，Y012", ["X301", "Y012"]), ("N 14", ["N14"]), ("", [])],
)
def test_codes_in_a_ref(ref: str, codes: list[str]) -> None:
    assert road_codes(ref) == codes


@pytest.mark.parametrize(
    ("name", "least_axes", "coverage"), [("shanghai_center.osm.bz2", 800, 0.99), ("guixi_mapofgx.osm.bz2", 25, 0.99)]
)
def test_real_files(name: str, least_axes: int, coverage: float) -> None:
    if not (REAL / name).is_file():
        pytest.skip("the shared road files are not here")
    edges = edges_of_source(read_osm(REAL / name))
    derived = derive_axes(edges)
    assert len(derived.axes) >= least_axes
    assert derived.covered_m >= coverage * derived.named_m
    assert max(worst_round_trip_m(draft) for draft in derived.axes) <= 0.5
    identities = [(a.code, a.name if not a.code else "", a.part) for a in derived.axes]
    assert len(set(identities)) == len(identities)
    members = np.concatenate([a.edge_no for a in derived.axes])
    assert np.unique(members).size == members.size
    axis, from_m, to_m = derived.edge_places(edges.count)
    assert (axis >= 0).sum() == members.size
    assert np.isfinite(from_m).all() and np.isfinite(to_m).all()


def test_an_opposite_carriageway_beyond_the_end_of_its_reference_has_a_metre_for_every_place() -> None:
    """Its last 40 m lie beyond metre 0, and its first 30 m beyond the other end: they do not share one metre."""
    reference = AxisLine(LON0 + np.array([0.0, 1000.0]) / KX, np.full(2, LAT0))
    x = np.array([1030.0, 1015.0, 1000.0, 600.0, 20.0, 0.0, -20.0, -40.0])
    opposite = opposite_line(reference, LON0 + x / KX, np.full(x.size, LAT0 + 10.0 / KY))
    slope = -np.diff(opposite.measures_m) / -np.diff(x)
    assert slope.min() >= 0.19 and opposite.measures_m.min() == pytest.approx(0.0, abs=0.01)
    assert opposite.measures_m[3] == pytest.approx(600.0, abs=0.5), "what lies beside the reference has its metres"
