"""What lies near what: boxes in chains of steps, and the nearest of many lines, against plain loops."""

from __future__ import annotations

import numpy as np
import pytest

from roads.axes.locate import AxisLine, metres_per_degree
from roads.axes.neighbourhood import NearestLine, neighbourhoods

LON0, LAT0 = 110.46, 19.25
KX, KY = (float(k) for k in metres_per_degree(LAT0))


def _box(x: float, y: float, size: float = 50.0) -> tuple[float, float, float, float]:
    return LON0 + x / KX, LAT0 + y / KY, LON0 + (x + size) / KX, LAT0 + (y + size) / KY


def test_boxes_in_a_chain_are_one_neighbourhood() -> None:
    boxes = [_box(0, 0), _box(5000, 0), _box(190, 0), _box(380, 0), _box(5000, 195)]
    numbers = neighbourhoods(np.array(boxes), 150.0)
    assert numbers[0] == numbers[2] == numbers[3]
    assert numbers[1] == numbers[4] != numbers[0]


@pytest.mark.parametrize("gap_m", [140.0, 149.9])
def test_what_is_within_reach_is_never_parted(gap_m: float) -> None:
    for dx, dy in ((1, 0), (0, 1)):
        pair = np.array([_box(0, 0), _box(dx * (50 + gap_m), dy * (50 + gap_m))])
        assert np.unique(neighbourhoods(pair, 150.0)).size == 1


def test_no_boxes_and_one() -> None:
    assert neighbourhoods(np.empty((0, 4)), 150.0).size == 0
    assert neighbourhoods(np.array([_box(0, 0)]), 150.0).tolist() == [0]


def test_nearest_line_is_the_nearest_of_all() -> None:
    rng = np.random.default_rng(5)
    nearest, lines = NearestLine(), []
    here = np.array([LON0, LON0 + 800.0 / KX]), np.array([LAT0, LAT0])
    assert nearest.distance_m(*here) == float("inf")
    for _ in range(60):
        x, y = (rng.uniform(-20_000, 20_000, 1) + np.cumsum(rng.normal(0, 900, 6)) for _axis in "xy")
        lines.append(AxisLine(LON0 + x / KX, LAT0 + y / KY))
        nearest.add(lines[-1])
        brute = min(float(np.abs(line.project_many(*here)[1]).min()) for line in lines)
        assert nearest.distance_m(*here) == pytest.approx(brute, abs=1e-9)
