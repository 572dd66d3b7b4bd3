"""Kilometre posts put on a line: breaks in either order of the list, wrong posts, posts of other parts."""

from __future__ import annotations

import numpy as np
import pytest

from roads.axes.chainage import Calibration
from roads.axes.locate import AxisLine, metres_per_degree
from roads.axes.posts import posts_on_line

LON0, LAT0 = 110.46, 19.25
KX, KY = (float(k) for k in metres_per_degree(LAT0))
LINE = AxisLine(LON0 + np.array([0.0, 3000.0, 6000.0]) / KX, np.full(3, LAT0))


def _rows(*posts: tuple[float, float], north_m: float = 8.0) -> list[tuple[float, float]]:
    """(metre, chainage) posts beside the line → calibration rows, metres rounded."""
    metre, chainage = np.array(posts, np.float64).reshape(-1, 2).T
    found = posts_on_line(LINE, LON0 + metre / KX, np.full(metre.size, LAT0 + north_m / KY), chainage)
    return [(round(at), round(number)) for at, number in found]


@pytest.mark.parametrize("turned", [False, True])
def test_long_chain(turned: bool) -> None:
    """The number falls back by 400 m: numbers occur twice."""
    pair = [(3000, 12_900), (3002, 12_500)] if not turned else [(3000, 12_500), (3002, 12_900)]
    rows = _rows((0, 9_900), (1000, 10_900), *pair, (3500, 13_000), (5500, 15_000))
    assert rows == [(0, 9_900), (1000, 10_900), (3000, 12_900), (3000, 12_500), (3500, 13_000), (5500, 15_000)]
    calibration = Calibration.from_posts(rows)
    assert len(calibration.breaks) == 1
    assert [round(m) for m in calibration.distances_at(12_700.0)] == [2800, 3200]


@pytest.mark.parametrize("turned", [False, True])
def test_short_chain(turned: bool) -> None:
    """The number jumps ahead by 600 m: numbers that do not exist."""
    pair = [(4500, 14_000), (4500, 14_600)][:: -1 if turned else 1]
    rows = _rows(*pair, (500, 10_000), (5500, 15_600))
    assert rows == [(500, 10_000), (4500, 14_000), (4500, 14_600), (5500, 15_600)]
    assert Calibration.from_posts(rows).distances_at(14_300.0) == []


def test_two_breaks_and_a_break_at_the_end() -> None:
    rows = _rows((1000, 5000), (2000, 6000), (2000, 5500), (4000, 7500), (4000, 8000), (6000, 10_000), (6000, 9000))
    assert rows == [(1000, 5000), (2000, 6000), (2000, 5500), (4000, 7500), (4000, 8000), (6000, 10_000), (6000, 9000)]
    assert len(Calibration.from_posts(rows).breaks) == 3


def test_a_break_alone() -> None:
    assert sorted(_rows((3000, 7000), (3000, 7400))) == [(3000, 7000), (3000, 7400)]


def test_a_post_on_each_side_of_the_road_is_one_post() -> None:
    assert _rows((1000, 1000), (1003, 1000), (2000, 2000)) == [(1000, 1000), (2000, 2000)]


def test_wrong_posts_are_left_out_wherever_they_stand() -> None:
    good = [(1000.0, 1000.0), (2000.0, 2000.0), (3000.0, 3000.0), (4000.0, 4000.0)]
    assert _rows((0, 90_000), *good) == good
    assert _rows(*good, (2500, 70)) == good
    assert _rows(*good, (5000, 40)) == good


def test_posts_of_another_part_and_too_few_posts() -> None:
    assert _rows((1000, 1000), (2000, 2000), north_m=300.0) == []
    assert _rows((1000, 1000)) == []
    assert _rows() == []
