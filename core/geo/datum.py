"""Datums of coordinates and their conversion, vectorised (Django-free).

WGS-84 is what is stored (CGCS2000 equals it within decimetres and is not converted). GCJ-02 is the shifted grid of most
Chinese maps, BD-09 Baidu's second shift on top of it. The shift is the published polynomial-and-sine form on the
Krasovsky ellipsoid; there is no closed inverse, so it is found by six fixed-point steps, which leaves less than a
micrometre. Outside mainland China nothing is shifted (`core.geo.mainland`, a coarse outline with its stated error).
"""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.errors import InvalidInput
from core.geo import mainland
from core.messages import gettext_noop as _

Floats = NDArray[np.float64]
Bounds = tuple[float, float, float, float]

KRASOVSKY_AXIS_M = 6378245.0
KRASOVSKY_ECCENTRICITY_SQUARED = 0.00669342162296594323
BD_ANGLE = math.pi * 3000.0 / 180.0
BD_LON_DEG = 0.0065
BD_LAT_DEG = 0.006
FIXED_POINT_STEPS = 6


class Datum(StrEnum):
    """What a pair of degrees means. Every input names one; nothing is guessed."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"
    CGCS2000 = "cgcs2000"


def to_wgs84(lon: ArrayLike, lat: ArrayLike, datum: Datum | str) -> tuple[Any, Any]:
    """Degrees in `datum` to WGS-84 degrees; arrays of one shape give arrays, numbers give floats."""
    return _applied(lon, lat, _INVERSE[datum_of(datum)])


def from_wgs84(lon: ArrayLike, lat: ArrayLike, datum: Datum | str) -> tuple[Any, Any]:
    """WGS-84 degrees to degrees in `datum`; arrays of one shape give arrays, numbers give floats."""
    return _applied(lon, lat, _FORWARD[datum_of(datum)])


def datum_of(value: object, *, field: str = "datum") -> Datum:
    """The datum of an input. Raises InvalidInput when it is missing or unknown."""
    known = ", ".join(each.value for each in Datum)
    if value is None or str(value).strip() == "":
        raise InvalidInput(_("坐标没有注明坐标系"), field=field, cure=known)
    text = str(value).strip().lower().replace("-", "").replace("_", "")
    try:
        return Datum(text)
    except ValueError:
        raise InvalidInput(_("不认识的坐标系"), field=field, value=value, cure=known) from None


def place_check(
    lon: object,
    lat: object,
    datum: object,
    bounds: Bounds | None = None,
    *,
    lon_field: str = "lon",
    lat_field: str = "lat",
) -> tuple[float, float]:
    """Check a place that comes from outside and return it as WGS-84 (lon, lat) degrees.

    `bounds` is (west, south, east, north) of the deployment in WGS-84. A place outside of them is accepted (the
    caller flags it) unless swapping longitude and latitude would put it inside. Raises InvalidInput naming field,
    value and cure for a missing or unknown datum, no number, NaN, 0/0, out of range, and swapped coordinates.
    """
    found = datum_of(datum)
    x, y = _number(lon, lon_field), _number(lat, lat_field)
    both = f"{lon_field},{lat_field}"
    if x == 0.0 and y == 0.0:
        raise InvalidInput(_("0, 0 不是有效位置（设备没有定位）"), field=both, value=[x, y], cure=_("等待定位后再上报"))
    box = bounds or (mainland.WEST, mainland.SOUTH, mainland.EAST, mainland.NORTH)
    if not _in_box(x, y, box) and _in_box(y, x, box):
        raise InvalidInput(
            _("经度和纬度写反了"), field=both, value=[x, y], cure=f"{lon_field}={y:g}, {lat_field}={x:g}"
        )
    if not -180.0 <= x <= 180.0:
        raise InvalidInput(_("经度超出范围"), field=lon_field, value=x, cure="-180…180")
    if not -90.0 <= y <= 90.0:
        raise InvalidInput(_("纬度超出范围"), field=lat_field, value=y, cure="-90…90")
    wgs_lon, wgs_lat = to_wgs84(x, y, found)
    return float(wgs_lon), float(wgs_lat)


def _number(value: object, field: str) -> float:
    if value is None or value == "" or isinstance(value, bool):
        raise InvalidInput(_("缺少坐标"), field=field, value=value, cure=_("十进制度，如 110.4746"))
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise InvalidInput(_("坐标不是数字"), field=field, value=value, cure=_("十进制度，如 110.4746")) from None
    if not math.isfinite(number):
        raise InvalidInput(_("坐标不是有限的数"), field=field, value=number, cure=_("十进制度，如 110.4746"))
    return number


def _in_box(lon: float, lat: float, box: Bounds) -> bool:
    west, south, east, north = box
    return west <= lon <= east and south <= lat <= north


def _applied(lon: ArrayLike, lat: ArrayLike, convert: Any) -> tuple[Any, Any]:
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    if x.shape != y.shape:
        raise ValueError(f"lon has shape {x.shape}, lat {y.shape}")
    if convert is None:
        return (float(x), float(y)) if x.ndim == 0 else (x.copy(), y.copy())
    out_x, out_y = convert(x.ravel(), y.ravel())
    if x.ndim == 0:
        return float(out_x[0]), float(out_y[0])
    return out_x.reshape(x.shape), out_y.reshape(y.shape)


def _shifted(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """WGS-84 to GCJ-02 without asking where: degrees plus the shift."""
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    wave = 20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += (wave + 20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    north += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += (wave + 20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    east += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    radians = np.radians(lat)
    square = 1.0 - KRASOVSKY_ECCENTRICITY_SQUARED * np.sin(radians) ** 2
    meridian_m = KRASOVSKY_AXIS_M * (1.0 - KRASOVSKY_ECCENTRICITY_SQUARED) / (square * np.sqrt(square))
    parallel_m = KRASOVSKY_AXIS_M / np.sqrt(square) * np.cos(radians)
    return lon + np.degrees(east / parallel_m), lat + np.degrees(north / meridian_m)


def _baidu(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """GCJ-02 to BD-09: polar coordinates, slightly waved, then moved."""
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * BD_ANGLE)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * BD_ANGLE)
    return radius * np.cos(angle) + BD_LON_DEG, radius * np.sin(angle) + BD_LAT_DEG


def _both(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    return _baidu(*_shifted(lon, lat))


def _forward(shift: Any) -> Any:
    def convert(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        """Degrees in, shifted degrees out; outside the mainland unchanged."""
        inside = mainland.inside(lon, lat)
        out_lon, out_lat = lon.copy(), lat.copy()
        out_lon[inside], out_lat[inside] = shift(lon[inside], lat[inside])
        return out_lon, out_lat

    return convert


def _inverse(shift: Any) -> Any:
    def convert(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        """Shifted degrees in, degrees out, by fixed-point steps."""
        x, y = lon.copy(), lat.copy()
        for _step in range(FIXED_POINT_STEPS):
            again_x, again_y = shift(x, y)
            x, y = x + (lon - again_x), y + (lat - again_y)
        # Shifted only if the place it comes from is inside; asking about the shifted place would err near the border.
        # (Within a shift's length of a border both readings can be possible; the mainland's is taken.)
        inside = mainland.inside(x, y)
        return np.where(inside, x, lon), np.where(inside, y, lat)

    return convert


_FORWARD = {
    Datum.WGS84: None,
    Datum.CGCS2000: None,
    Datum.GCJ02: _forward(_shifted),
    Datum.BD09: _forward(_both),
}
_INVERSE = {
    Datum.WGS84: None,
    Datum.CGCS2000: None,
    Datum.GCJ02: _inverse(_shifted),
    Datum.BD09: _inverse(_both),
}
