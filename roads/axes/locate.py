"""Linear referencing on one line: point ↔ metre, and the line between two metres.

Metres are lengths on the WGS-84 spheroid along the line; between two vertices both degrees grow evenly with the
metres, so that point → metre → point returns to the point. Feet of perpendiculars are found in a plane around the
point whose scale is that of the spheroid at its latitude: exact to a millimetre within some kilometres of the line.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pyproj import Geod

from roads.network.source import Float64, Int64

SPHEROID = Geod(ellps="WGS84")
_SEMI_MAJOR_M = SPHEROID.a
_ECCENTRICITY_2 = SPHEROID.es
_CELLS_AT_ONCE = 2_000_000
_SAME_FOOT_M = 0.001


def metres_per_degree(lat: float | Float64) -> tuple[Float64, Float64]:
    """Metres of a degree of longitude and of latitude at a latitude, from the radii of curvature of the WGS-84
    spheroid."""
    phi = np.radians(np.asarray(lat, np.float64))
    w = 1.0 - _ECCENTRICITY_2 * np.sin(phi) ** 2
    prime_vertical = _SEMI_MAJOR_M / np.sqrt(w)
    meridian = _SEMI_MAJOR_M * (1.0 - _ECCENTRICITY_2) / w**1.5
    return np.radians(prime_vertical * np.cos(phi)), np.radians(meridian)


def lengths_m(lon: Float64, lat: Float64) -> Float64:
    """Lengths on the spheroid of the pieces between successive points (size - 1)."""
    if lon.size < 2:
        return np.zeros(0)
    return np.asarray(SPHEROID.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])[2], np.float64)


@dataclass(frozen=True, slots=True)
class AxisProjection:
    """Foot of a point on a line. `offset_m` is positive right of the line (in the order of its vertices), negative
    left of it."""

    distance_m: float
    offset_m: float
    lon: float
    lat: float

    @property
    def side(self) -> str:
        """`right`, `left`, or empty on the line itself."""
        return "right" if self.offset_m > 0.01 else "left" if self.offset_m < -0.01 else ""


class AxisLine:
    """A line with a metre at each vertex.

    Without `measures_m` they are the lengths along the line. With them (an opposite carriageway that carries the
    metres of its reference line) they must only grow or only fall. `bounds`: west, south, east, north in degrees.
    """

    __slots__ = ("_descending", "bounds", "lat", "lon", "measures_m")

    def __init__(self, lon: npt.ArrayLike, lat: npt.ArrayLike, measures_m: npt.ArrayLike | None = None) -> None:
        self.lon: Float64 = np.asarray(lon, np.float64)
        self.lat: Float64 = np.asarray(lat, np.float64)
        if self.lon.ndim != 1 or self.lon.shape != self.lat.shape or self.lon.size < 2:
            raise ValueError("a line needs two points, longitudes and latitudes alike")
        if measures_m is None:
            self.measures_m: Float64 = np.r_[0.0, np.cumsum(lengths_m(self.lon, self.lat))]
        else:
            self.measures_m = np.asarray(measures_m, np.float64)
        steps = np.diff(self.measures_m)
        self._descending = bool(self.measures_m[-1] < self.measures_m[0])
        if self.measures_m.shape != self.lon.shape or bool(((steps > 0) if self._descending else (steps < 0)).any()):
            raise ValueError("metres of a line must only grow or only fall")

        self.bounds = (float(self.lon.min()), float(self.lat.min()), float(self.lon.max()), float(self.lat.max()))

    def may_run_within(self, lon: Float64, lat: Float64, within_m: float) -> bool:
        """False where some of the points are surely further than `within_m` from the line; cheap, by boxes."""
        kx, ky = metres_per_degree(self.bounds[1])
        dx, dy = 1.01 * within_m / float(kx), 1.01 * within_m / float(ky)
        west, south, east, north = self.bounds
        return bool(
            lon.min() >= west - dx and lon.max() <= east + dx and lat.min() >= south - dy and lat.max() <= north + dy
        )

    def may_meet(self, lon: Float64, lat: Float64, within_m: float) -> bool:
        """False where all of the points are surely further than `within_m` from the line; cheap, by boxes."""
        kx, ky = metres_per_degree(self.bounds[1])
        dx, dy = 1.01 * within_m / float(kx), 1.01 * within_m / float(ky)
        west, south, east, north = self.bounds
        return bool(((lon >= west - dx) & (lon <= east + dx) & (lat >= south - dy) & (lat <= north + dy)).any())

    @property
    def length_m(self) -> float:
        """Metres between its ends."""
        return abs(float(self.measures_m[-1] - self.measures_m[0]))

    def points_at(self, distances_m: npt.ArrayLike) -> tuple[Float64, Float64]:
        """Longitudes and latitudes at metres; beyond an end, the end."""
        at = np.asarray(distances_m, np.float64)
        if self._descending:
            measures, lon, lat = self.measures_m[::-1], self.lon[::-1], self.lat[::-1]
        else:
            measures, lon, lat = self.measures_m, self.lon, self.lat
        return np.interp(at, measures, lon), np.interp(at, measures, lat)

    def point_at(self, distance_m: float) -> tuple[float, float]:
        """Longitude and latitude at a metre; beyond an end, the end."""
        lon, lat = self.points_at(np.array([distance_m]))
        return float(lon[0]), float(lat[0])

    def project_many(self, lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Float64, Float64]:
        """(distance_m, offset_m) of the nearest foot of each point; of equally near feet the one with the first
        vertex."""
        x, y = np.atleast_1d(np.asarray(lon, np.float64)), np.atleast_1d(np.asarray(lat, np.float64))
        distance, offset = np.empty(x.size), np.empty(x.size)
        chunk = max(1, _CELLS_AT_ONCE // (self.lon.size - 1))
        for start in range(0, x.size, chunk):
            part = slice(start, start + chunk)
            distance[part], offset[part] = self._project(x[part], y[part])
        return distance, offset

    def project(self, lon: float, lat: float) -> AxisProjection:
        """Nearest foot of one point."""
        distance, offset = self.project_many(np.array([lon]), np.array([lat]))
        foot = self.point_at(float(distance[0]))
        return AxisProjection(float(distance[0]), float(offset[0]), *foot)

    def substring(self, from_m: float, to_m: float) -> tuple[Float64, Float64]:
        """Longitudes and latitudes of the part between two metres, in the order from → to (reversed when to < from)."""
        low, high = min(from_m, to_m), max(from_m, to_m)
        ends_lon, ends_lat = self.points_at(np.array([low, high]))
        inside = np.flatnonzero((self.measures_m > low) & (self.measures_m < high))
        if self._descending:
            inside = inside[::-1]
        lon = np.r_[ends_lon[0], self.lon[inside], ends_lon[1]]
        lat = np.r_[ends_lat[0], self.lat[inside], ends_lat[1]]
        return (lon, lat) if from_m <= to_m else (lon[::-1], lat[::-1])

    def _project(self, x: Float64, y: Float64) -> tuple[Float64, Float64]:
        kx, ky = metres_per_degree(y)
        ax = (self.lon[None, :-1] - x[:, None]) * kx[:, None]
        ay = (self.lat[None, :-1] - y[:, None]) * ky[:, None]
        dx = np.diff(self.lon)[None, :] * kx[:, None]
        dy = np.diff(self.lat)[None, :] * ky[:, None]
        square = dx * dx + dy * dy
        share = np.clip(-(ax * dx + ay * dy) / np.where(square == 0.0, 1.0, square), 0.0, 1.0)
        fx, fy = ax + share * dx, ay + share * dy
        away = np.hypot(fx, fy)
        piece: Int64 = np.argmax(away <= away.min(axis=1, keepdims=True) + _SAME_FOOT_M, axis=1)
        rows = np.arange(x.size)
        t = share[rows, piece]
        distance = self.measures_m[piece] + t * (self.measures_m[piece + 1] - self.measures_m[piece])
        cross = dx[rows, piece] * ay[rows, piece] - dy[rows, piece] * ax[rows, piece]
        return distance, np.where(cross >= 0.0, 1.0, -1.0) * away[rows, piece]


def project(lon_line: npt.ArrayLike, lat_line: npt.ArrayLike, lon: float, lat: float) -> AxisProjection:
    """Project one point onto a line given by its vertices."""
    return AxisLine(lon_line, lat_line).project(lon, lat)


def interpolate(lon_line: npt.ArrayLike, lat_line: npt.ArrayLike, distance_m: float) -> tuple[float, float]:
    """Point at a metre of a line given by its vertices."""
    return AxisLine(lon_line, lat_line).point_at(distance_m)


def substring(lon_line: npt.ArrayLike, lat_line: npt.ArrayLike, from_m: float, to_m: float) -> tuple[Float64, Float64]:
    """Part of a line given by its vertices, between two metres."""
    return AxisLine(lon_line, lat_line).substring(from_m, to_m)
