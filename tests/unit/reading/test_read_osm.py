"""OSM files into a SourceNetwork: a file written by hand, nodes after the ways; the real ones where they are."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from roads.network.source import RestrictionKind, RoadClass, SourceNetwork, WayFlag
from roads.reading.errors import SourceUnreadable, SourceWithoutRoads
from roads.reading.osm import read_osm
from roads.reading.tags import parse_maxspeed_kmh, read_traits

HERE = Path(__file__).parent
REAL = Path(__file__).resolve().parents[4] / "shared" / "data" / "roads"


@pytest.fixture(scope="module")
def crossing() -> SourceNetwork:
    return read_osm(HERE / "crossing.osm")


def way(source: SourceNetwork, way_id: int) -> int:
    (index,) = np.flatnonzero(source.way_ids == way_id)
    return int(index)


def node_ids(source: SourceNetwork, way_id: int) -> list[int]:
    w = way(source, way_id)
    return [int(i) for i in source.node_ids[source.way_nodes[source.way_ptr[w] : source.way_ptr[w + 1]]]]


def test_keeps_what_the_tags_say(crossing: SourceNetwork) -> None:
    w = way(crossing, 100)
    assert crossing.name == "crossing"
    assert node_ids(crossing, 100) == [1, 2, 3]
    assert crossing.way_class[w] == RoadClass.PRIMARY
    assert crossing.string_at(int(crossing.way_name[w])) == "海榆东线"
    assert crossing.string_at(int(crossing.way_ref[w])) == "G223;S201"
    assert crossing.way_maxspeed_kmh[w] == pytest.approx(48.28, abs=0.01)
    assert crossing.way_oneway[w] == 0


def test_direction_bridges_tunnels_and_access(crossing: SourceNetwork) -> None:
    assert crossing.way_oneway[way(crossing, 101)] == -1
    assert crossing.way_flags[way(crossing, 101)] == WayFlag.BRIDGE
    assert crossing.way_oneway[way(crossing, 104)] == 1
    assert crossing.way_flags[way(crossing, 104)] == WayFlag.ROUNDABOUT
    assert crossing.way_flags[way(crossing, 103)] == WayFlag.NO_MOTOR
    assert crossing.way_oneway[way(crossing, 113)] == 0
    assert crossing.way_flags[way(crossing, 113)] == WayFlag.TUNNEL


def test_clips_at_the_bounds(crossing: SourceNetwork) -> None:
    assert node_ids(crossing, 105) == [4, -1]
    assert crossing.lon.max() == pytest.approx(110.02)
    assert 106 not in crossing.way_ids


def test_cuts_where_nodes_are_missing(crossing: SourceNetwork) -> None:
    assert node_ids(crossing, 107) == [8, 7]


def test_counts_what_it_left_out(crossing: SourceNetwork) -> None:
    assert crossing.skipped == {
        "area": 1,
        "bad_maxspeed": 1,
        "clipped_at_bounds": 1,
        "maxspeed_zone": 1,
        "missing_nodes": 1,
        "no_access": 1,
        "not_a_road": 1,
        "outside_bounds": 1,
        "restriction_conditional": 1,
        "restriction_incomplete": 2,
        "restriction_not_for_cars": 2,
        "too_few_nodes": 1,
    }


def test_turn_restrictions(crossing: SourceNetwork) -> None:
    rows = [
        tuple(int(crossing.way_ids[i]) for i in (f, t)) + (int(crossing.node_ids[v]) if v >= 0 else None, k)
        for f, v, t, k in zip(
            crossing.restriction_from_way,
            crossing.restriction_via_node,
            crossing.restriction_to_way,
            crossing.restriction_kind,
            strict=True,
        )
    ]
    assert rows == [
        (102, 100, 3, RestrictionKind.FORBIDDEN),
        (100, 103, 3, RestrictionKind.MANDATORY),
        (102, 105, None, RestrictionKind.FORBIDDEN),
    ]
    assert crossing.way_ids[crossing.restriction_via_way[2]] == 101


def test_a_box_cuts_a_line_that_leaves_and_returns(tmp_path: Path) -> None:
    file = tmp_path / "zigzag.osm"
    file.write_text(
        '<osm version="0.6"><bounds minlat="0" minlon="0" maxlat="1" maxlon="1"/>'
        '<node id="1" lat="0.5" lon="0.5"/><node id="2" lat="0.5" lon="1.5"/><node id="3" lat="0.7" lon="0.9"/>'
        '<node id="4" lat="0.5" lon="-1"/><node id="5" lat="0.5" lon="2"/>'
        '<way id="7"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="primary"/></way>'
        '<way id="8"><nd ref="4"/><nd ref="5"/><tag k="highway" v="primary"/></way></osm>',
        encoding="utf-8",
    )
    source = read_osm(file)
    assert source.way_ids.tolist() == [7, 7, 8]
    assert source.skipped == {"clipped_at_bounds": 2}
    through = source.way_nodes[source.way_ptr[2] :]
    assert source.lon[through].tolist() == [0.0, 1.0]


@pytest.mark.parametrize(
    ("text", "kmh", "reason"),
    [
        ("50", 50.0, None),
        ("５０", 50.0, None),
        ("50 km/h", 50.0, None),
        ("20 mph", 32.19, None),
        ("none", None, None),
        ("CN:urban", None, "maxspeed_zone"),
        ("RU:rural", None, "maxspeed_zone"),
        ("slow", None, "bad_maxspeed"),
        ("900", None, "bad_maxspeed"),
        ("-5", None, "bad_maxspeed"),
    ],
)
def test_maxspeed(text: str, kmh: float | None, reason: str | None) -> None:
    skipped: Counter[str] = Counter()
    speed = parse_maxspeed_kmh(text, skipped)
    assert math.isnan(speed) if kmh is None else speed == pytest.approx(kmh, abs=0.01)
    assert dict(skipped) == ({} if reason is None else {reason: 1})


@pytest.mark.parametrize(
    ("tags", "oneway"),
    [
        ({"highway": "motorway"}, 1),
        ({"highway": "motorway", "oneway": "no"}, 0),
        ({"highway": "trunk"}, 0),
        ({"highway": "primary", "oneway": "yes", "oneway:psv": "no"}, 1),
        ({"highway": "primary", "oneway": "yes", "oneway:motor_vehicle": "no"}, 0),
        ({"highway": "primary", "oneway": "reverse"}, -1),
        ({"highway": "primary", "oneway": "reversible"}, 0),
    ],
)
def test_oneway(tags: dict[str, str], oneway: int) -> None:
    traits = read_traits(tags, Counter())
    assert traits is not None
    assert traits.oneway == oneway


def test_lowest_of_several_speeds() -> None:
    traits = read_traits({"highway": "primary", "maxspeed:forward": "60", "maxspeed:backward": "40"}, Counter())
    assert traits is not None
    assert traits.maxspeed_kmh == 40.0


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("cut.osm", (HERE / "crossing.osm").read_bytes()[:3000]),
        ("page.osm", b"<html></html>"),
        ("noise.osm.pbf", b"not a pbf at all"),
        ("noise.osm.bz2", b"not bzip2"),
        ("empty.osm", b""),
        ("roads.shp", b"x"),
    ],
)
def test_refuses_what_it_cannot_read(tmp_path: Path, name: str, content: bytes) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(SourceUnreadable) as caught:
        read_osm(file)
    assert caught.value.field == "osm"
    assert caught.value.cure


def test_refuses_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreadable, match="找不到"):
        read_osm(tmp_path / "none.osm")


@pytest.mark.parametrize(
    "body",
    [
        '<node id="1" lat="1" lon="1"/>',
        '<way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/></way>',
        '<way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="construction"/></way>',
    ],
)
def test_refuses_a_file_without_roads(tmp_path: Path, body: str) -> None:
    file = tmp_path / "houses.osm"
    file.write_text(f'<osm version="0.6">{body}</osm>', encoding="utf-8")
    with pytest.raises(SourceWithoutRoads):
        read_osm(file)


@pytest.mark.parametrize(
    ("name", "ways", "nodes", "restrictions"),
    [
        ("shanghai_center.osm.bz2", 4697, 21764, 0),
        ("guixi_mapofgx.osm.bz2", 172, 1214, 0),
        ("porto_portugal.osm.pbf", 49472, 324967, 341),
    ],
)
def test_real_files(name: str, ways: int, nodes: int, restrictions: int) -> None:
    if not (REAL / name).is_file():
        pytest.skip("the shared road files are not here")
    source = read_osm(REAL / name)
    assert (source.way_count, source.node_count, source.restriction_kind.size) == (ways, nodes, restrictions)
    assert np.diff(source.way_ptr).min() >= 2
    assert source.way_nodes.max() == source.node_count - 1
