"""Point ↔ metre of an axis ↔ chainage as painted, with the axis geometry kept in the process.

Axes change by version only, so a cached line is right as long as its version is.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db.models import Q

from core.errors import InvalidInput, NotFound
from roads.axes.chainage import Calibration, Direction, format_chainage, parse_chainage, plain_text
from roads.axes.locate import SPHEROID, AxisLine
from roads.models import CalibrationPost, RoadAxis

CACHE_SIZE = 4096
_SIDES = {"down": Direction.DOWN, "up": Direction.UP, "": Direction.BOTH, "both": Direction.BOTH}


@dataclass(frozen=True, slots=True)
class AxisShape:
    """An axis ready to measure on."""

    axis_id: int
    version: int
    code: str
    name: str
    length_m: float
    line: AxisLine
    line_up: AxisLine | None
    calibration: Calibration


@dataclass(frozen=True, slots=True)
class ProjectedPoint:
    """A point on an axis: metres along it and beside it (right of the line positive)."""

    code: str
    name: str
    axis_m: float
    offset_m: float


_lock = threading.Lock()
_shapes: dict[int, AxisShape] = {}


def _line(coordinates: Any, measures_m: list[float] | None = None) -> AxisLine:
    points: npt.NDArray[np.float64] = np.asarray(coordinates, dtype=np.float64)
    return AxisLine(points[:, 0], points[:, 1], measures_m)


def axis_shape(axis_id: int) -> AxisShape:
    """The axis as measured on; raises NotFound."""
    row = RoadAxis.objects.filter(pk=axis_id).values_list("version", flat=True).first()
    if row is None:
        raise NotFound("没有这条道路轴线", field="axis", value=axis_id)
    known = _shapes.get(axis_id)
    if known is not None and known.version == row:
        return known
    axis = RoadAxis.objects.get(pk=axis_id)
    posts = list(CalibrationPost.objects.filter(axis=axis).order_by("order").values_list("distance_m", "chainage_m"))
    calibration = Calibration.from_posts(posts) if posts else Calibration.even(axis.length_m)
    shape = AxisShape(
        axis_id=axis_id,
        version=axis.version,
        code=axis.code,
        name=axis.name,
        length_m=axis.length_m,
        line=_line(axis.geom.coords),
        line_up=_line(axis.geom_up.coords, axis.up_measures_m) if axis.geom_up is not None else None,
        calibration=calibration,
    )
    with _lock:
        if len(_shapes) >= CACHE_SIZE:
            _shapes.pop(next(iter(_shapes)))
        _shapes[axis_id] = shape
    return shape


def axis_project(axis_id: int, lon: float, lat: float, *, side: str = "") -> ProjectedPoint:
    """Project a WGS-84 point onto the carriageway of a side. Metres are always those of the reference line."""
    shape = axis_shape(axis_id)
    line = shape.line_up if side == "up" and shape.line_up is not None else shape.line
    projected = line.project(lon, lat)
    return ProjectedPoint(shape.code, shape.name, projected.distance_m, projected.offset_m)


def axis_chainage_text(axis_id: int, axis_m: float, side: str) -> str:
    """`G98 K12+300 下行`; the road's name where it has no code."""
    shape = axis_shape(axis_id)
    return format_chainage(
        shape.code or shape.name, shape.calibration.chainage_at(axis_m), _SIDES.get(side, Direction.BOTH)
    )


@dataclass(frozen=True, slots=True)
class ChainagePoint:
    """One reading of a chainage: where it is. A chainage that occurs twice on a road has two."""

    axis_id: int
    axis_m: float
    side: str
    lon: float
    lat: float
    text: str
    course_deg: float | None = None


def points_of_chainage(text: str) -> list[ChainagePoint]:
    """`K12+300 G98`, `G98 K12+300 下行` → points. Both directions are given where none is named and carriageways part.

    Raises InvalidInput for text that is no chainage, NotFound when no such road or kilometre exists.
    """
    try:
        parsed = parse_chainage(text)
    except ValueError as error:
        raise InvalidInput("看不懂的桩号", field="chainage", value=text, cure="例如 G98 K12+300 下行") from error
    axes = _axes_of_road(parsed.road)
    if not axes:
        raise NotFound("没有这条道路", field="chainage", value=text, cure="请填写道路编号或名称，例如 G98")
    points: list[ChainagePoint] = []
    for axis_id in axes:
        shape = axis_shape(axis_id)
        for axis_m in shape.calibration.distances_at(parsed.chainage_m, shape.length_m):
            for side in _sides(parsed.direction, shape):
                line = shape.line_up if side == "up" and shape.line_up is not None else shape.line
                lon, lat = line.point_at(axis_m)
                text_of = axis_chainage_text(axis_id, axis_m, side)
                points.append(ChainagePoint(axis_id, axis_m, side, lon, lat, text_of, _course(line, axis_m, side)))
    if not points:
        raise NotFound("该道路没有这个桩号", field="chainage", value=text)
    return points


def _axes_of_road(road: str) -> list[int]:
    """Axes in use with this code or name, all parts of it; letters of either case. Where none has it to the letter,
    brackets, spaces and full-width forms count for nothing: `复兴东路隧道(上层)`.
    """
    if not road:
        return []
    rows = RoadAxis.objects.filter(is_active=True).order_by("code", "name", "part")
    exact = list(rows.filter(Q(code__iexact=road) | Q(name__iexact=road)).values_list("pk", flat=True))
    if exact:
        return exact
    wanted = _letters(road)
    known = rows.values_list("pk", "code", "name")
    return [axis_id for axis_id, *names in known if wanted and wanted in map(_letters, names)]


def _letters(text: str) -> str:
    return "".join(each for each in plain_text(text) if each.isalnum())


def _sides(direction: Direction, shape: AxisShape) -> tuple[str, ...]:
    if direction is Direction.DOWN:
        return ("down",)
    if direction is Direction.UP:
        return ("up",)
    return ("down", "up") if shape.line_up is not None else ("",)


def _course(line: AxisLine, axis_m: float, side: str) -> float | None:
    """Direction of traffic there, degrees clockwise from north; None where the side is not known."""
    if not side:
        return None
    behind, ahead = line.point_at(axis_m - 5.0), line.point_at(axis_m + 5.0)
    azimuth = float(SPHEROID.inv(*behind, *ahead)[0]) % 360.0
    return azimuth if side == "down" else (azimuth + 180.0) % 360.0


def axes_by_weight(*, at_least_m: float, limit: int) -> list[RoadAxis]:
    """Axes in use of at least a length, weightiest class first, then longest."""
    return list(
        RoadAxis.objects.filter(is_active=True, length_m__gte=at_least_m).order_by("road_class", "-length_m", "id")[
            :limit
        ]
    )
