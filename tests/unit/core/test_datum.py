"""Datums: known vectors, round trips, where nothing is shifted, and coordinates that can't be right."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from core.errors import InvalidInput
from core.geo import mainland
from core.geo.datum import Datum, datum_of, from_wgs84, place_check, to_wgs84

VECTORS = Path(__file__).resolve().parents[4] / "shared/data/datum_vectors.csv"
METRES_PER_DEGREE = 111_320.0

# Checked once against the published conversions of a map of each datum: Tiananmen.
TIANANMEN = (116.397, 39.909)
TIANANMEN_GCJ = (116.403243506, 39.910403397)
TIANANMEN_BD = (116.409615693, 39.916744222)


def _metres(lon: np.ndarray, lat: np.ndarray, other: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    return np.hypot((other[0] - lon) * np.cos(np.radians(lat)), other[1] - lat) * METRES_PER_DEGREE


def test_tiananmen() -> None:
    assert from_wgs84(*TIANANMEN, Datum.GCJ02) == pytest.approx(TIANANMEN_GCJ, abs=1e-7)
    assert from_wgs84(*TIANANMEN, Datum.BD09) == pytest.approx(TIANANMEN_BD, abs=1e-7)


@pytest.mark.skipif(not VECTORS.exists(), reason="shared datum vectors are not here")
@pytest.mark.parametrize("datum", [Datum.GCJ02, Datum.BD09])
def test_shared_vectors_within_a_millionth_of_a_degree(datum: Datum) -> None:
    with VECTORS.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    wgs = np.array([(float(row["lon_wgs84"]), float(row["lat_wgs84"])) for row in rows])
    shifted = np.array([(float(row[f"lon_{datum}"]), float(row[f"lat_{datum}"])) for row in rows])
    assert np.abs(np.column_stack(from_wgs84(wgs[:, 0], wgs[:, 1], datum)) - shifted).max() < 1e-6
    assert np.abs(np.column_stack(to_wgs84(shifted[:, 0], shifted[:, 1], datum)) - wgs).max() < 1e-6


@pytest.mark.parametrize("datum", list(Datum))
def test_round_trip_of_ten_thousand_points_below_a_millimetre(datum: Datum) -> None:
    rng = np.random.default_rng(20260301)
    lon, lat = rng.uniform(74, 134, 40_000), rng.uniform(18.5, 53, 40_000)
    inside = mainland.inside(lon, lat)
    lon, lat = lon[inside][:10_000], lat[inside][:10_000]
    assert lon.size == 10_000
    back = to_wgs84(*from_wgs84(lon, lat, datum), datum)
    assert _metres(lon, lat, back).max() < 0.001


def test_size_of_the_shift() -> None:
    rng = np.random.default_rng(7)
    lon, lat = rng.uniform(74, 134, 20_000), rng.uniform(18.5, 53, 20_000)
    inside = mainland.inside(lon, lat)
    shift_m = _metres(lon[inside], lat[inside], from_wgs84(lon[inside], lat[inside], "gcj02"))
    assert shift_m.min() > 20 and 500 < shift_m.max() < 750, (shift_m.min(), shift_m.max())


@pytest.mark.parametrize(
    ("name", "lon", "lat"),
    [
        ("Hong Kong Central", 114.158, 22.281), ("Sheung Shui", 114.12, 22.505), ("Tai O", 113.86, 22.254),
        ("Macao", 113.545, 22.195), ("Taipa", 113.56, 22.155), ("Coloane", 113.56, 22.12), ("Taipei", 121.56, 25.03),
        ("Kaohsiung", 120.30, 22.63), ("Penghu", 119.57, 23.57), ("Seoul", 126.97, 37.56), ("Hanoi", 105.85, 21.03),
        ("Singapore", 103.82, 1.35), ("Ulaanbaatar", 106.9, 47.9), ("Vladivostok", 131.9, 43.1),
        ("Almaty", 76.9, 43.25), ("Kathmandu", 85.3, 27.7), ("Porto", -8.61, 41.15), ("Pyongyang", 125.75, 39.03),
        ("Tokyo", 139.65, 35.68),
    ],
)  # fmt: skip
def test_outside_nothing_is_shifted(name: str, lon: float, lat: float) -> None:
    for datum in Datum:
        assert from_wgs84(lon, lat, datum) == (lon, lat), name
        if name != "Macao":  # within a shift's length of the border both readings are possible; see core.geo.datum
            assert to_wgs84(lon, lat, datum) == (lon, lat), name


@pytest.mark.parametrize(
    ("name", "lon", "lat"),
    [
        ("Luohu", 114.12, 22.545), ("Shekou", 113.91, 22.48), ("Gongbei", 113.549, 22.222), ("Hengqin", 113.52, 22.13),
        ("Yantian", 114.24, 22.56), ("Dandong", 124.38, 40.13), ("Xiamen", 118.09, 24.48), ("Hekou", 103.96, 22.53),
        ("Pingtan", 119.8, 25.5), ("Dongxing", 107.97, 21.55), ("Ruili", 97.85, 24.01), ("Manzhouli", 117.43, 49.6),
        ("Heihe", 127.49, 50.24), ("Horgos", 80.42, 44.21), ("Zhoushan", 122.2, 30.0), ("Erenhot", 111.98, 43.65),
        ("Suifenhe", 131.15, 44.4), ("Fuyuan", 134.3, 48.36), ("Mohan", 101.55, 21.2), ("Yadong", 88.9, 27.48),
        ("Sanya", 109.51, 18.25), ("Changbai", 128.2, 41.42), ("Qionghai", 110.4746, 19.2584),
    ],
)  # fmt: skip
def test_border_towns_are_shifted(name: str, lon: float, lat: float) -> None:
    assert from_wgs84(lon, lat, "gcj02") != (lon, lat), name


def test_shapes_are_kept() -> None:
    lon, lat = from_wgs84(np.full((2, 3), 110.47), np.full((2, 3), 19.25), Datum.GCJ02)
    assert lon.shape == lat.shape == (2, 3)
    with pytest.raises(ValueError, match="shape"):
        to_wgs84([1.0, 2.0], [1.0], Datum.GCJ02)


def test_spelling_of_datums() -> None:
    assert datum_of("GCJ-02") is Datum.GCJ02
    assert datum_of(" WGS_84 ") is Datum.WGS84
    for wrong in (None, "", "  ", "mars"):
        with pytest.raises(InvalidInput) as caught:
            datum_of(wrong)
        assert caught.value.field == "datum"
        assert "gcj02" in str(caught.value.cure)


BOUNDS = (110.1, 18.9, 110.8, 19.6)


@pytest.mark.parametrize(
    ("lon", "lat", "datum", "field", "word"),
    [
        (110.47, 19.25, None, "datum", "坐标系"),
        (110.47, 19.25, "", "datum", "坐标系"),
        (110.47, 19.25, "pz90", "datum", "坐标系"),
        (float("nan"), 19.25, "wgs84", "lon", "有限"),
        (110.47, float("inf"), "wgs84", "lat", "有限"),
        (0, 0, "wgs84", "lon,lat", "0, 0"),
        (19.25, 110.47, "wgs84", "lon,lat", "写反"),
        (500, 19.25, "wgs84", "lon", "超出"),
        (110.47, -95, "wgs84", "lat", "超出"),
        ("east", 19.25, "wgs84", "lon", "不是数字"),
        (None, 19.25, "wgs84", "lon", "缺少"),
        (True, 19.25, "wgs84", "lon", "缺少"),
    ],
)
def test_places_that_can_not_be_right(lon: object, lat: object, datum: object, field: str, word: str) -> None:
    for bounds in (None, BOUNDS):
        with pytest.raises(InvalidInput) as caught:
            place_check(lon, lat, datum, bounds)
        assert caught.value.field == field
        assert word in caught.value.message
        assert caught.value.cure


def test_swapped_place_says_what_to_write() -> None:
    with pytest.raises(InvalidInput) as caught:
        place_check("19.2584", "110.4746", "wgs84", BOUNDS)
    assert caught.value.cure == "lon=110.475, lat=19.2584"


def test_good_places_come_back_as_wgs84() -> None:
    assert place_check("110.4746", "19.2584", "wgs84", BOUNDS) == (110.4746, 19.2584)
    assert place_check(110.478949, 19.256752, "GCJ-02", BOUNDS) == pytest.approx((110.4746, 19.2584), abs=1e-6)
    # outside the deployment but not swapped: accepted here, flagged by the caller
    assert place_check(112.0, 23.0, "wgs84", BOUNDS) == (112.0, 23.0)
    # a deployment elsewhere is no reason to suspect anything
    assert place_check(-8.61, 41.15, "wgs84", (-8.7, 41.1, -8.5, 41.2)) == (-8.61, 41.15)
