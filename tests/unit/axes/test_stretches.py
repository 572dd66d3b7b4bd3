"""Rows of a county's spreadsheet matched to metres of axes drawn by hand."""

from __future__ import annotations

import numpy as np
import pytest

from roads.axes.chainage import Calibration
from roads.axes.locate import AxisLine, metres_per_degree
from roads.axes.stretches import KnownAxis, NamedPlace, crossings_m, match_road, propose_stretch

LON0, LAT0 = 110.46, 19.25
KX, KY = (float(k) for k in metres_per_degree(LAT0))


def line(*points: tuple[float, float]) -> AxisLine:
    xy = np.array(points, np.float64)
    return AxisLine(LON0 + xy[:, 0] / KX, LAT0 + xy[:, 1] / KY)


def axis(key: int, code: str, name: str, *points: tuple[float, float]) -> KnownAxis:
    shape = line(*points)
    return KnownAxis(key, code, name, shape, Calibration.even(shape.length_m))


def place(name: str, x: float, y: float) -> NamedPlace:
    return NamedPlace(name, LON0 + x / KX, LAT0 + y / KY)


MAIN = axis(1, "G223", "海榆东线", (0, 0), (10_000, 0))
AXES = [
    MAIN,
    axis(2, "", "兴海路", (2_000, -500), (2_000, 500)),
    axis(3, "X301", "博鳌公路", (7_000, 20), (7_000, 3_000)),
    axis(4, "", "弯弯路", (3_000, -100), (3_000, 100), (4_000, 100), (4_000, -100)),
    axis(5, "", "人民路", (0, 900), (800, 900)),
    axis(6, "", "人民路", (0, 5_000), (900, 5_000)),
    axis(7, "", "兴海街", (9_000, -500), (9_000, 500)),
]
PLACES = [place("美景村委会", 5_000, 120), place("嘉祥社区居委会", 8_000, -900), place("远山村", 5_000, 9_000)]


@pytest.mark.parametrize(
    ("road", "start", "stop", "from_m", "to_m"),
    [
        ("G223", "K1+200", "K3+400", 1_200, 3_400),
        ("海榆东线", "K3+400", "K1+200", 1_200, 3_400),
        ("国道223线", "兴海路口", "X301路口", 2_000, 7_000),
        ("G223海榆东线", "与兴海路交叉口", "终点", 2_000, 10_000),
        ("海榆东线", "海榆东线与兴海路交汇处", "美景村", 2_000, 5_000),
        ("海榆东线", "起点", "博鳌公路交叉口", 0, 7_000),
    ],
)
def test_finds_what_is_clear(road: str, start: str, stop: str, from_m: float, to_m: float) -> None:
    found = propose_stretch(road, start, stop, AXES, PLACES)
    assert found.axis == 1
    assert found.doubts == ()
    assert found.is_sure
    assert (found.from_m, found.to_m) == pytest.approx((from_m, to_m), abs=1.0)


@pytest.mark.parametrize(
    ("road", "start", "stop", "doubt"),
    [
        ("没有的路", "K1+000", "K2+000", "road_unknown"),
        ("海榆东段", "K1+000", "K2+000", "road_alike"),
        ("人民路", "起点", "终点", "road_several"),
        ("海榆东线", "", "", "whole_road"),
        ("海榆东线", "K1+000", "K99+000", "post_missing"),
        ("海榆东线", "人民路口", "K2+000", "crossing_none"),
        ("海榆东线", "弯弯路口", "K9+000", "crossing_several"),
        ("海榆东线", "远山村", "K2+000", "place_far"),
        ("海榆东线", "嘉祥社区", "K2+000", "place_off_road"),
        ("海榆东线", "老榕树", "K2+000", "end_unknown"),
        ("海榆东线", "K2+000", "K2+005", "too_short"),
    ],
)
def test_says_what_is_doubtful(road: str, start: str, stop: str, doubt: str) -> None:
    found = propose_stretch(road, start, stop, AXES, PLACES)
    assert doubt in {d.code for d in found.doubts}
    assert not found.is_sure
    assert all(d.text for d in found.doubts)


def test_a_number_that_occurs_twice() -> None:
    posts = Calibration.from_posts([(0, 0), (5_000, 5_000), (5_000, 4_000), (10_000, 9_000)])
    twice = KnownAxis(1, "G223", "海榆东线", MAIN.line, posts)
    found = propose_stretch("G223", "K4+500", "K6+000", [twice])
    assert [d.code for d in found.doubts] == ["post_twice"]
    assert (found.from_m, found.to_m) == pytest.approx((5_500, 7_000))


def test_crossings_of_two_carriageways_are_one() -> None:
    assert crossings_m(MAIN.line, line((500, -90), (500, 90))) == pytest.approx([500], abs=0.5)
    assert crossings_m(MAIN.line, line((500, -90), (500, 90), (530, 90), (530, -90))) == pytest.approx([515], abs=0.5)
    assert crossings_m(MAIN.line, line((500, 30), (500, 90))) == pytest.approx([500], abs=0.5)
    assert crossings_m(MAIN.line, line((500, 60), (500, 90))) == []


def test_road_names() -> None:
    assert [(a.key, score) for a, score in match_road("x301", AXES)] == [(3, 1.0)]
    assert [a.key for a, _ in match_road("兴海", AXES)] == [2, 7]
    assert [a.key for a, _ in match_road("兴海街", AXES)] == [7]
    assert match_road("", AXES) == []
