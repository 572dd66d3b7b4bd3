"""A table of kilometre posts: read whole, because which posts fit shows only beside the others of their road."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import shapely
from django.utils.translation import gettext as _

from core.errors import InvalidInput, LuzhangError
from core.geo.datum import place_check
from core.imports.journal import Journal
from core.imports.reading import ImportRow
from roads.axes.chainage import format_post, parse_chainage, road_code
from roads.axes.posts import NEAR_LINE_M, ONE_PLACE_M, Row, posts_on_line
from roads.imports.undo import posts_read
from roads.models import RoadAxis
from roads.selectors import axes_of_road
from roads.selectors.chainage import AxisShape, axis_shapes
from roads.services import posts_replace
from stations.types import Actor

COLUMNS: dict[str, tuple[str, ...]] = {
    "road": ("道路", "路线", "路线编号", "道路编号", "线路", "路名", "道路名称", "轴线"),
    "post": ("桩号", "里程桩", "里程", "公里桩", "公里数", "K值"),
    "side": ("方向", "上下行", "行车方向", "幅别"),
    "lon": ("经度", "longitude", "lng", "x"),
    "lat": ("纬度", "latitude", "y"),
    "datum": ("坐标系", "坐标系统", "基准"),
}

_SIDES = dict.fromkeys(("", "双向", "全幅", "both"), "") | dict.fromkeys(("上行", "左幅", "up"), "up")
_SIDES |= dict.fromkeys(("下行", "右幅", "down"), "down")
_KILOMETRES = re.compile(r"^-?\d+(\.\d+)?$")
# A post that was kept has its own number; the digits of a float do not matter.
_SAME_NUMBER_M = 0.5


@dataclass(frozen=True, slots=True)
class _Standing:
    """A post on one axis: where on its reference line (metre, WGS-84 degrees), and its number."""

    line: int
    axis_m: float
    lon: float
    lat: float
    chainage_m: float


@dataclass
class PostRows:
    """Takes the rows of one table. `read` them all first; then each row is stored or refused by itself.

    The posts of an axis are replaced as a whole, when the first of its rows comes: a table names all posts of a road.
    """

    actor: Actor
    datum: str
    source: str
    refused: dict[int, LuzhangError] = field(default_factory=dict)
    axes_of_line: dict[int, list[int]] = field(default_factory=dict)
    rows_of_axis: dict[int, list[Row]] = field(default_factory=dict)
    breaks: int = 0
    journal: Journal = field(default_factory=Journal)
    _stored: set[int] = field(default_factory=set)

    def read(self, rows: Iterable[ImportRow]) -> None:
        """Place every post on its road and find the calibration of each axis."""
        standing: dict[int, list[_Standing]] = defaultdict(list)
        for row in rows:
            try:
                for axis_id, post in self._stand(row):
                    standing[axis_id].append(post)
            except LuzhangError as error:
                self.refused[row.line] = error
        shapes = axis_shapes(standing)
        for axis_id, posts in standing.items():
            self._calibrate(shapes[axis_id], posts)
        for posts in standing.values():
            for post in posts:
                if post.line not in self.axes_of_line and post.line not in self.refused:
                    self.refused[post.line] = _misfit(post, posts)

    def __call__(self, row: ImportRow) -> object:
        """Store the posts of the axes that this row stands on. Raises what is wrong with the row."""
        if row.line in self.refused:
            raise self.refused[row.line]
        axes: list[RoadAxis] = []
        for axis_id in self.axes_of_line[row.line]:
            if axis_id not in self._stored:
                found = self.rows_of_axis[axis_id]
                axis = RoadAxis.objects.get(pk=axis_id)
                with self.journal.changing(axis, posts_read):
                    axes.append(posts_replace(actor=self.actor, axis_id=axis_id, rows=found, source=self.source))
                self._stored.add(axis_id)
        return axes

    def _stand(self, row: ImportRow) -> list[tuple[int, _Standing]]:
        """Where a row's post stands, on every part of its road that is near enough."""
        road, chainage_m, side = row.required("road"), _chainage(row), _side(row)
        lon, lat = _point(row, self.datum)
        axes = axes_of_road(road_code(road) or road)
        if not axes:
            raise InvalidInput(_("没有这条道路"), field="road", value=road, cure=_("填写道路编号或名称，例如 G98"))
        found, nearest = [], float("inf")
        for axis_id, shape in axis_shapes(axes).items():
            line = shape.line_up if side == "up" and shape.line_up is not None else shape.line
            projected = line.project(lon, lat)
            nearest = min(nearest, abs(projected.offset_m))
            if abs(projected.offset_m) <= NEAR_LINE_M:
                metre = projected.distance_m
                found.append((axis_id, _Standing(row.line, metre, *shape.line.point_at(metre), chainage_m)))
        if not found:
            raise InvalidInput(
                _("距这条道路 %(metres)s 米") % {"metres": f"{nearest:.0f}"},
                field="lon",
                value=f"{lon:.6f}, {lat:.6f}",
                cure=_("核对坐标与坐标系；应在 %(metres)s 米以内") % {"metres": f"{NEAR_LINE_M:.0f}"},
            )
        return found

    def _calibrate(self, shape: AxisShape, posts: list[_Standing]) -> None:
        lon, lat, chainage_m = (
            np.array([getattr(post, name) for post in posts], np.float64) for name in ("lon", "lat", "chainage_m")
        )
        rows = posts_on_line(shape.line, lon, lat, chainage_m)
        if not rows:
            return
        self.rows_of_axis[shape.axis_id] = rows
        self.breaks += sum(a[0] == b[0] for a, b in zip(rows, rows[1:], strict=False))
        for post in posts:
            if any(_same(post, metre, number) for metre, number in rows):
                self.axes_of_line.setdefault(post.line, []).append(shape.axis_id)


def _same(post: _Standing, metre: float, number: float) -> bool:
    return abs(post.axis_m - metre) <= ONE_PLACE_M and abs(post.chainage_m - number) <= _SAME_NUMBER_M


def _misfit(post: _Standing, others: list[_Standing]) -> InvalidInput:
    """Why a post was left out, with the numbers beside it."""
    number = format_post(post.chainage_m)
    if len(others) < 2:
        return InvalidInput(
            _("一条道路至少要两根里程桩"), field="post", value=number, cure=_("补充该路其他里程桩后重新导入")
        )
    before = max((o for o in others if o.axis_m < post.axis_m), key=lambda o: o.axis_m, default=None)
    after = min((o for o in others if o.axis_m > post.axis_m), key=lambda o: o.axis_m, default=None)
    beside = "、".join(format_post(o.chainage_m) for o in (before, after) if o is not None)
    return InvalidInput(
        _("桩号与相邻里程桩（%(beside)s）不符") % {"beside": beside},
        field="post",
        value=number,
        cure=_("核对桩号；断链处在同一位置写前后两个桩号"),
    )


def _chainage(row: ImportRow) -> float:
    """`K12+300`, `12.3公里` or a plain number of kilometres, in metres."""
    text = row.required("post")
    if _KILOMETRES.match(text):
        return float(text) * 1000.0
    try:
        parsed = parse_chainage(text)
    except ValueError:
        parsed = None
    road = row.required("road")
    if parsed is None or parsed.road not in ("", road, road_code(road)):
        raise InvalidInput(_("看不懂的桩号"), field="post", value=text, cure=_("例如 K12+300，或公里数 12.3"))
    return parsed.chainage_m


def _side(row: ImportRow) -> str:
    text = row.text("side").lower()
    if text not in _SIDES:
        raise InvalidInput(_("方向应为上行、下行或双向"), field="side", value=text, cure=_("不清楚时留空"))
    return _SIDES[text]


def _point(row: ImportRow, datum: str) -> tuple[float, float]:
    """WGS-84 degrees of a row: its columns, or the point of its feature (of a file with a coordinate system)."""
    named = row.text("datum", datum)
    if row.wkb is None:
        return place_check(row.required("lon"), row.required("lat"), named)
    shape = shapely.from_wkb(row.wkb)
    if shape.geom_type != "Point" or shape.is_empty:
        raise InvalidInput(_("应为点"), field="geometry", value=shape.geom_type, cure=_("每个要素一个点"))
    return place_check(shape.x, shape.y, named or "wgs84")
