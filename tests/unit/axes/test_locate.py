"""Linear referencing on lines made by hand."""

from __future__ import annotations

import numpy as np
import pytest
from pyproj import Geod

from roads.axes.locate import AxisLine, interpolate, metres_per_degree, project, substring

GEOD = Geod(ellps="WGS84")
LON = [110.40, 110.42, 110.43, 110.43]
LAT = [19.20, 19.20, 19.21, 19.25]
LINE = AxisLine(LON, LAT)


def test_length_is_that_of_the_spheroid() -> None:
    assert LINE.length_m == pytest.approx(GEOD.line_length(LON, LAT), abs=1e-6)


def test_a_degree_agrees_with_the_spheroid() -> None:
    kx, ky = metres_per_degree(19.2)
    assert float(kx) * 1e-3 == pytest.approx(GEOD.inv(110.0, 19.2, 110.001, 19.2)[2], rel=1e-6)
    assert float(ky) * 1e-3 == pytest.approx(GEOD.inv(110.0, 19.1995, 110.0, 19.2005)[2], rel=1e-6)


def test_metre_to_point_to_metre() -> None:
    at = np.linspace(0.0, LINE.length_m, 1001)
    distance_m, offset_m = LINE.project_many(*LINE.points_at(at))
    assert np.abs(distance_m - at).max() < 0.002
    assert np.abs(offset_m).max() < 0.001


def test_a_metre_is_a_metre_on_the_ground() -> None:
    lon, lat = LINE.points_at(np.array([500.0, 1500.0]))
    assert GEOD.inv(lon[0], lat[0], lon[1], lat[1])[2] == pytest.approx(1000.0, abs=0.01)


@pytest.mark.parametrize(("lat", "side", "sign"), [(19.199, "right", 1), (19.201, "left", -1), (19.2, "", 0)])
def test_side_and_offset(lat: float, side: str, sign: int) -> None:
    foot = LINE.project(110.41, lat)
    assert foot.side == side
    assert foot.offset_m == pytest.approx(sign * 110.69, abs=0.05)
    assert foot.distance_m == pytest.approx(GEOD.inv(110.40, 19.2, 110.41, 19.2)[2], abs=0.01)


def test_beyond_the_ends() -> None:
    foot = LINE.project(110.39, 19.2)
    assert foot.distance_m == 0.0
    assert LINE.point_at(-5.0) == (LON[0], LAT[0])
    assert LINE.point_at(1e9) == (LON[-1], LAT[-1])


def test_substring_keeps_the_vertices_between() -> None:
    lon, lat = LINE.substring(1000.0, LINE.length_m - 1000.0)
    assert lon.size == 4
    assert AxisLine(lon, lat).length_m == pytest.approx(LINE.length_m - 2000.0, abs=0.01)
    back_lon, _ = LINE.substring(LINE.length_m - 1000.0, 1000.0)
    assert back_lon.tolist() == lon[::-1].tolist()


def test_a_line_that_carries_the_falling_metres_of_another() -> None:
    back = AxisLine(LON[::-1], LAT[::-1], LINE.measures_m[::-1])
    assert back.point_at(700.0) == pytest.approx(LINE.point_at(700.0))
    assert back.project(110.41, 19.2).distance_m == pytest.approx(LINE.project(110.41, 19.2).distance_m)
    lon, _ = back.substring(100.0, 2500.0)
    assert lon[0] < lon[-1]


def test_functions_on_plain_vertices() -> None:
    assert interpolate(LON, LAT, 700.0) == LINE.point_at(700.0)
    assert project(LON, LAT, 110.41, 19.2) == LINE.project(110.41, 19.2)
    assert substring(LON, LAT, 100.0, 200.0)[0].tolist() == LINE.substring(100.0, 200.0)[0].tolist()


@pytest.mark.parametrize(
    ("lon", "lat", "measures"), [([1.0], [1.0], None), ([1.0, 2.0], [1.0], None), ([1, 2, 3], [1, 1, 1], [0, 2, 1])]
)
def test_refuses_what_is_no_line(lon: list[float], lat: list[float], measures: list[float] | None) -> None:
    with pytest.raises(ValueError, match="line"):
        AxisLine(lon, lat, measures)
