"""The flat working plane of the generator, and the lines that part the county (river, expressway, railway).

Plane: metres east and north of the county's centre (equirectangular). The county keeps its real size up to
`DENSEST_NODES` junctions; beyond that everything is stretched about the centre, so that streets keep their spacing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from roads.network.source import Float64

from . import facts

Bool = npt.NDArray[np.bool_]

DENSEST_NODES = 70_000
CANALS_FROM_NODES = 25_000
METRES_PER_DEGREE_LAT = 110_700.0
METRES_PER_DEGREE_LON = 111_320.0 * math.cos(math.radians(facts.CENTRE_LAT))


@dataclass(frozen=True, slots=True)
class Frame:
    """Conversion between degrees and the plane; `stretch` >= 1 enlarges the modelled county."""

    stretch: float

    def plane(self, points: tuple[tuple[float, float], ...]) -> Float64:
        """Modelled lon-lat points as an array (n, 2) of plane metres, stretched."""
        degrees = np.asarray(points, np.float64)
        offset = degrees - np.array([facts.CENTRE_LON, facts.CENTRE_LAT])
        return np.asarray(offset * np.array([METRES_PER_DEGREE_LON, METRES_PER_DEGREE_LAT]) * self.stretch)

    def degrees(self, x: Float64, y: Float64) -> tuple[Float64, Float64]:
        """Longitude and latitude of plane points, rounded to 1e-7 degrees."""
        lon = facts.CENTRE_LON + x / METRES_PER_DEGREE_LON
        lat = facts.CENTRE_LAT + y / METRES_PER_DEGREE_LAT
        return np.round(lon, 7), np.round(lat, 7)

    def ring(self, points: Float64) -> tuple[tuple[float, float], ...]:
        """Plane points as lon-lat pairs."""
        lon, lat = self.degrees(points[:, 0], points[:, 1])
        return tuple(zip(lon.tolist(), lat.tolist(), strict=True))


def frame_for(nodes: int) -> Frame:
    """The frame of a county of about `nodes` junctions."""
    return Frame(max(1.0, math.sqrt(nodes / DENSEST_NODES)))


@dataclass(frozen=True, slots=True)
class Divide:
    """A line that few roads cross, monotone in coordinate `along` (0 x, 1 y): sides are told by interpolation."""

    name: str
    line: Float64
    along: int

    def offset(self, x: Float64, y: Float64) -> Float64:
        """Signed distance across the line, in metres along the other coordinate (not perpendicular)."""
        run, across = (x, y) if self.along == 0 else (y, x)
        return np.asarray(across - np.interp(run, self.line[:, self.along], self.line[:, 1 - self.along]))

    def side(self, x: Float64, y: Float64) -> Bool:
        """True above (river) or right (expressway, railway) of the line."""
        return self.offset(x, y) > 0

    def run(self, x: Float64, y: Float64) -> Float64:
        """The coordinate along the line."""
        return x if self.along == 0 else y


@dataclass(frozen=True, slots=True)
class Terrain:
    """Outline and dividing lines in plane metres."""

    frame: Frame
    outline: shapely.Polygon
    river: Divide
    expressway: Divide
    railway: Divide
    canals: tuple[Divide, ...] = ()

    @property
    def divides(self) -> tuple[Divide, ...]:
        """All dividing lines."""
        return (self.river, *self.strips)

    @property
    def strips(self) -> tuple[Divide, ...]:
        """All narrow dividing lines: those but the river."""
        return (self.expressway, self.railway, *self.canals)

    def inside(self, x: Float64, y: Float64) -> Bool:
        """True within the county."""
        return np.asarray(shapely.contains_xy(self.outline, x, y))


def smooth(line: Float64, rounds: int = 3) -> Float64:
    """Corner cutting (Chaikin): each round replaces a corner by two points at a quarter from it; ends stay."""
    for _ in range(rounds):
        a, b = line[:-1], line[1:]
        cut = np.stack([a * 0.75 + b * 0.25, a * 0.25 + b * 0.75], axis=1).reshape(-1, 2)
        line = np.vstack([line[:1], cut, line[-1:]])
    return line


def resample(line: Float64, step_m: float) -> Float64:
    """Points every `step_m` metres (nearly) along a line, both ends kept."""
    along = np.r_[0.0, np.cumsum(np.hypot(*np.diff(line, axis=0).T))]
    count = max(2, round(float(along[-1]) / step_m) + 1)
    at = np.linspace(0.0, along[-1], count)
    return np.column_stack([np.interp(at, along, line[:, 0]), np.interp(at, along, line[:, 1])])


def _canals(outline: shapely.Polygon, nodes: int) -> tuple[Divide, ...]:
    """Winding canals across larger counties, where one river parts too little: 3 at 100,000, 10 at a million."""
    if nodes < CANALS_FROM_NODES:
        return ()
    count = round(math.sqrt(nodes / 10_000))
    low, high = np.array(outline.bounds[:2]), np.array(outline.bounds[2:])
    canals = []
    for number in range(count):
        way = number % 2
        lines = (count + 1 - way) // 2
        run = np.arange(low[way] - 5000.0, high[way] + 5000.0, 200.0)
        middle = low[1 - way] + (high - low)[1 - way] * (number // 2 + 0.6) / (lines + 0.2)
        across = middle + 900.0 * np.sin(run / 3700.0 + number) + 350.0 * np.sin(run / 1300.0 + 2.0 * number)
        line = np.column_stack([run, across] if way == 0 else [across, run])
        canals.append(Divide("canal", line, way))
    return tuple(canals)


def terrain_for(nodes: int) -> Terrain:
    """Outline, river, expressway and railway of a county of about `nodes` junctions."""
    frame = frame_for(nodes)
    outline = shapely.Polygon(frame.plane(facts.OUTLINE))
    expressway = frame.plane(facts.EXPRESSWAY)[::-1]
    first, last = expressway[0], expressway[-1]
    ends = np.array([[first[0] + (first[1] - expressway[1][1]) * -0.2, outline.bounds[1] - 4000.0]])
    north = np.array([[last[0] + 2500.0 * frame.stretch, outline.bounds[3] + 4000.0]])
    line = smooth(np.vstack([ends, expressway, north]))
    return Terrain(
        frame,
        outline,
        Divide("river", smooth(frame.plane(facts.RIVER)), 0),
        Divide("expressway", line, 1),
        Divide("railway", smooth(frame.plane(facts.RAILWAY)), 1),
        _canals(outline, nodes),
    )
