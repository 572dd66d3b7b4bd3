"""Point ↔ metre of an axis ↔ chainage as painted, with the axis geometry kept in the process.

Axes change by version only, so a cached line is right as long as its version is.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from core.errors import InvalidInput, NotFound
from roads.axes.chainage import Calibration, Direction, format_chainage, parse_chainage, plain_text
from roads.axes.locate import SPHEROID, AxisLine
from roads.models import RoadAxis

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


# Points as WKB and posts as arrays, in one statement: places name another axis nearly every time a process is young.
_SHAPES_SQL = """
    SELECT x.id, x.version, x.code, x.name, x.length_m, ST_AsBinary(x.geom, 'NDR'), ST_AsBinary(x.geom_up, 'NDR'),
           x.up_measures_m, posts.distances_m, posts.chainages_m
      FROM roads_roadaxis x,
           LATERAL (SELECT array_agg(c.distance_m ORDER BY c."order") AS distances_m,
                           array_agg(c.chainage_m ORDER BY c."order") AS chainages_m
                      FROM roads_calibrationpost c WHERE c.axis_id = x.id) posts
     WHERE x.id = ANY(%s)
"""
_WKB_HEAD_BYTES = 9

_lock = threading.Lock()
_shapes: OrderedDict[int, AxisShape] = OrderedDict()


def axis_shape(axis_id: int, version: int | None = None) -> AxisShape:
    """The axis as measured on; raises NotFound. `version`: the one that the caller has just read, else it is asked."""
    if version is None:
        return axis_shapes([axis_id])[axis_id]
    return _known(axis_id, version) or _read([axis_id])[axis_id]


def axis_shapes(axis_ids: Iterable[int]) -> dict[int, AxisShape]:
    """Axes as measured on, by their number, looked at together; raises NotFound."""
    ids = list(axis_ids)
    if not ids:
        return {}
    versions = dict(RoadAxis.objects.filter(pk__in=ids).values_list("pk", "version"))
    known = {axis_id: _known(axis_id, version) for axis_id, version in versions.items()}
    found = {axis_id: shape for axis_id, shape in known.items() if shape is not None}
    missing = [axis_id for axis_id in ids if axis_id not in found]
    return found | _read(missing) if missing else found


def shapes_forget() -> None:
    """Drop the geometry that this process keeps (tests: another test's axis may have the same number)."""
    with _lock:
        _shapes.clear()


def _known(axis_id: int, version: int) -> AxisShape | None:
    with _lock:
        known = _shapes.get(axis_id)
        if known is None or known.version != version:
            return None
        _shapes.move_to_end(axis_id)
        return known


def _read(axis_ids: list[int]) -> dict[int, AxisShape]:
    with connection.cursor() as cursor:
        cursor.execute(_SHAPES_SQL, [axis_ids])
        found = {row[0]: _shape(*row) for row in cursor.fetchall()}
    lacking = [axis_id for axis_id in axis_ids if axis_id not in found]
    if lacking:
        raise NotFound(_("没有这条道路轴线"), field="axis", value=lacking[0])
    with _lock:
        for axis_id, shape in found.items():
            _shapes[axis_id] = shape
            _shapes.move_to_end(axis_id)
        while len(_shapes) > CACHE_SIZE:
            _shapes.popitem(last=False)
    return found


def _shape(
    axis_id: int,
    version: int,
    code: str,
    name: str,
    length_m: float,
    wkb: memoryview,
    wkb_up: memoryview | None,
    up_measures_m: list[float] | None,
    distances_m: list[float] | None,
    chainages_m: list[float] | None,
) -> AxisShape:
    return AxisShape(
        axis_id=axis_id,
        version=version,
        code=code,
        name=name,
        length_m=length_m,
        line=_line(wkb),
        line_up=_line(wkb_up, up_measures_m) if wkb_up is not None else None,
        calibration=(
            Calibration.from_posts(zip(distances_m, chainages_m, strict=True))
            if distances_m and chainages_m
            else Calibration.even(length_m)
        ),
    )


def _line(wkb: memoryview, measures_m: list[float] | None = None) -> AxisLine:
    """A little-endian WKB line string: byte order, type, number of points, then pairs of doubles."""
    points = np.frombuffer(wkb, np.dtype("<f8"), offset=_WKB_HEAD_BYTES).reshape(-1, 2)
    return AxisLine(points[:, 0].copy(), points[:, 1].copy(), measures_m)


def shape_project(shape: AxisShape, lon: float, lat: float, *, side: str = "") -> ProjectedPoint:
    """Project a WGS-84 point onto the carriageway of a side. Metres are always those of the reference line."""
    line = shape.line_up if side == "up" and shape.line_up is not None else shape.line
    projected = line.project(lon, lat)
    return ProjectedPoint(shape.code, shape.name, projected.distance_m, projected.offset_m)


def shape_chainage_text(shape: AxisShape, axis_m: float, side: str) -> str:
    """`G98 K12+300 下行`; the road's name where it has no code."""
    return format_chainage(
        shape.code or shape.name, shape.calibration.chainage_at(axis_m), _SIDES.get(side, Direction.BOTH)
    )


def axis_project(axis_id: int, lon: float, lat: float, *, side: str = "") -> ProjectedPoint:
    """As `shape_project`, by the axis' number. Raises NotFound."""
    return shape_project(axis_shape(axis_id), lon, lat, side=side)


def axis_chainage_text(axis_id: int, axis_m: float, side: str) -> str:
    """As `shape_chainage_text`, by the axis' number. Raises NotFound."""
    return shape_chainage_text(axis_shape(axis_id), axis_m, side)


def axis_places(places: Sequence[tuple[int, float, str]]) -> list[tuple[float, float, str]]:
    """Longitude and latitude (WGS-84) of metres of axes, and how one says the place: for each `(axis, metre, side)`.
    Raises NotFound.
    """
    shapes = axis_shapes({axis_id for axis_id, _metre, _side in places})
    found = []
    for axis_id, metre, side in places:
        shape = shapes[axis_id]
        lon, lat = shape.line.point_at(metre)
        found.append((lon, lat, shape_chainage_text(shape, metre, side)))
    return found


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
        raise InvalidInput(_("看不懂的桩号"), field="chainage", value=text, cure=_("例如 G98 K12+300 下行")) from error
    axes = axes_of_road(parsed.road)
    if not axes:
        raise NotFound(_("没有这条道路"), field="chainage", value=text, cure=_("请填写道路编号或名称，例如 G98"))
    points: list[ChainagePoint] = []
    for axis_id in axes:
        shape = axis_shape(axis_id)
        for axis_m in shape.calibration.distances_at(parsed.chainage_m, shape.length_m):
            for side in _sides(parsed.direction, shape):
                line = shape.line_up if side == "up" and shape.line_up is not None else shape.line
                lon, lat = line.point_at(axis_m)
                text_of = shape_chainage_text(shape, axis_m, side)
                points.append(ChainagePoint(axis_id, axis_m, side, lon, lat, text_of, _course(line, axis_m, side)))
    if not points:
        raise NotFound(_("该道路没有这个桩号"), field="chainage", value=text, cure=_("请检查该道路的起止桩号"))
    return points


def axes_of_road(road: str) -> list[int]:
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
