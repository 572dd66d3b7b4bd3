"""Axes, posts, towns and places of the generated county."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import shapely
from pyproj import Geod

from demo.county import County
from demo.county.axes import posts_along
from roads.network.source import RoadClass


def _allowed_steps(county: County) -> set[tuple[int, int]]:
    source = county.source
    steps: set[tuple[int, int]] = set()
    for way, (a, b) in enumerate(pairwise(source.way_ptr.tolist())):
        for u, v in pairwise(source.way_nodes[a:b].tolist()):
            if source.way_oneway[way] >= 0:
                steps.add((u, v))
            if source.way_oneway[way] <= 0:
                steps.add((v, u))
    return steps


def test_axes_run_along_roads_in_driving_direction(county: County) -> None:
    steps = _allowed_steps(county)
    numbered = [axis for axis in county.axes if axis.road_class <= RoadClass.SECONDARY]
    assert len(numbered) >= 12
    for axis in numbered:
        for line in (axis.nodes, axis.up_nodes or ()):
            assert all(step in steps for step in pairwise(line)), axis.code


def test_local_axes_run_along_roads(county: County) -> None:
    steps = _allowed_steps(county)
    for axis in county.axes:
        for u, v in pairwise(axis.nodes):
            assert (u, v) in steps or (v, u) in steps, axis.name


def test_named_roads_are_there(county: County) -> None:
    codes = [axis.code for axis in county.axes]
    for code in ("G98", "G223", "S213", "X324"):
        assert codes.count(code) == 1
    assert sum(code.startswith("Y") for code in codes) > 20
    assert sum(code.startswith("C") for code in codes) > 20
    streets = [axis for axis in county.axes if not axis.code]
    assert len(streets) >= 10
    identities = [(axis.code, axis.name) for axis in county.axes]
    assert len(set(identities)) == len(identities)


def test_carriageways_are_apart(county: County) -> None:
    by_code = {axis.code: axis for axis in county.axes}
    expressway = by_code["G98"]
    assert expressway.up_nodes is not None
    assert not set(expressway.nodes) & set(expressway.up_nodes)
    trunk = by_code["G223"]
    assert trunk.up_nodes is not None
    shared = set(trunk.nodes) & set(trunk.up_nodes)
    assert shared
    assert len(shared) < len(trunk.nodes)


def test_axis_length_is_that_of_its_line(county: County) -> None:
    geod = Geod(ellps="WGS84")
    for axis in county.axes[:20]:
        index = np.asarray(axis.nodes)
        assert geod.line_length(county.source.lon[index], county.source.lat[index]) == pytest.approx(
            axis.length_m, abs=0.01
        )


def test_posts_grow_with_long_and_short_kilometres(county: County) -> None:
    long_ones = short_ones = 0
    for axis in county.axes:
        distance = [post.distance_m for post in axis.posts]
        chainage = [post.chainage_m for post in axis.posts]
        assert distance[0] == 0.0
        assert distance[-1] == pytest.approx(axis.length_m, abs=0.01)
        assert chainage[0] == axis.chainage_start_m
        assert (np.diff(distance) > 0).all(), axis.code
        assert (np.diff(chainage) > 0).all(), axis.code
        assert all(value % 1000 == 0 for value in chainage[1:-1])
        inner = np.diff(distance[1:-1])
        long_ones += int((inner > 1100).sum())
        short_ones += int((inner < 900).sum())
    assert long_ones >= 1
    assert short_ones >= 1


@pytest.mark.parametrize("length_m", [3.0, 40.0, 999.0, 1000.0, 1001.0, 6000.0, 6999.9, 12_345.6])
def test_posts_of_any_length(length_m: float) -> None:
    posts = posts_along(length_m, 31_250.0, np.random.default_rng(1))
    distance = [post.distance_m for post in posts]
    assert (np.diff(distance) > 0).all()
    assert distance[-1] == pytest.approx(length_m, abs=0.001)


def test_districts_share_out_the_county(county: County) -> None:
    outline = shapely.Polygon(county.outline)
    districts = [shapely.Polygon(town.district) for town in county.towns]
    assert all(district.is_valid for district in districts)
    assert sum(district.area for district in districts) >= 0.97 * outline.area
    for town, district in zip(county.towns, districts, strict=True):
        assert district.contains(shapely.Point(town.lon, town.lat)), town.name


def test_gazetteer_names_what_callers_name(county: County) -> None:
    kinds = {place.kind for place in county.places}
    assert kinds >= {"bus_station", "school", "hospital", "market", "government", "village", "bridge", "interchange"}
    names = [place.name for place in county.places]
    assert len(set(names)) >= 0.97 * len(names)
    west, south, east, north = county.bounds
    for place in county.places:
        assert west - 0.02 < place.lon < east + 0.02
        assert south - 0.02 < place.lat < north + 0.02


def test_the_county_says_that_it_is_generated(county: County) -> None:
    assert "示例" in county.name
    assert "示例" in county.source.attribution
