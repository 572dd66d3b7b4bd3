"""One row of a table of stations, checkpoints or cameras."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.gis.geos import GEOSException, GEOSGeometry, MultiPolygon, Point, Polygon
from django.utils.translation import gettext as _

from core.db.choices import values_by_name
from core.errors import InvalidInput
from core.geo.datum import to_wgs84
from core.geo.srid import STORE_SRID
from core.imports.journal import Journal
from core.imports.reading import ImportRow
from stations.models import Camera, Checkpoint, Organisation, Station, StationService
from stations.services import (
    camera_change,
    camera_create,
    checkpoint_change,
    checkpoint_create,
    place_point,
    station_change,
    station_create,
)
from stations.services.places import service_area_of
from stations.types import Actor

COLUMNS: dict[str, tuple[str, ...]] = {
    "kind": ("类别", "类型", "站点类别", "设施类别"),
    "code": ("编号", "编码", "站点编号", "设备编号"),
    "name": ("名称", "站点名称", "点位名称"),
    "organisation": ("机构代码", "机构", "所属机构", "管理单位代码"),
    "lon": ("经度", "longitude", "lng", "x"),
    "lat": ("纬度", "latitude", "y"),
    "datum": ("坐标系", "坐标系统", "基准"),
    "address": ("地址", "详细地址"),
    "duty_phone": ("值班电话", "电话", "联系电话"),
    "services": ("服务事项", "业务"),
    "is_public": ("对外公布", "公开"),
    "opening_hours": ("开放时间", "营业时间", "办公时间"),
    "service_area": ("服务范围", "服务区"),
    "lanes": ("车道", "车道号"),
    "checkpoint": ("卡口编号", "所属卡口"),
    "is_private": ("社会面", "社会资源"),
    "heading_deg": ("方向", "朝向", "方位角"),
    "ring": ("圈层", "防控圈"),
    "owner": ("建设单位", "产权单位"),
}

_YES = {
    "": True,
    "是": True,
    "1": True,
    "true": True,
    "yes": True,
    "否": False,
    "0": False,
    "false": False,
    "no": False,
}
_AREAS = ("Polygon", "MultiPolygon")
_CHECKPOINT = {"checkpoint", "卡口"}
_CAMERA = {"camera", "摄像机", "监控", "摄像头"}


def place_row(
    row: ImportRow, *, actor: Actor, organisation_code: str, datum: str, journal: Journal | None = None
) -> object:
    """Create the place of a row, or change the one with its code. Raises InvalidInput naming field, value and cure.

    `organisation_code` and `datum` are for rows that name none themselves. `journal`: told what was done.
    """
    journal = journal or Journal()
    kind = row.text("kind", "service").lower()
    code, name = row.required("code"), row.required("name")
    if kind not in _CHECKPOINT | _CAMERA:
        return _station(row, actor, organisation_code, kind, datum, journal)
    point = _point(row, datum)
    if kind in _CHECKPOINT:
        fields = {**_facing(row), "owner": row.text("owner")}
        found: Any = Checkpoint.objects.filter(code=code).first()
        if found is not None:
            with journal.changing(found):
                return checkpoint_change(actor=actor, checkpoint_id=found.pk, name=name, geom=point, **fields)
        return journal.created(
            checkpoint_create(
                actor=actor, organisation=organisation_of_row(row, organisation_code), code=code, name=name,
                point=point, **fields,
            )
        )  # fmt: skip
    found = Camera.objects.filter(code=code).first()
    fields = {**_facing(row), **_owned(row)}
    if found is not None:
        with journal.changing(found):
            return camera_change(actor=actor, camera_id=found.pk, name=name, geom=point, **fields)
    return journal.created(
        camera_create(
            actor=actor, organisation=organisation_of_row(row, organisation_code), code=code, name=name, point=point,
            **fields,
        )
    )  # fmt: skip


def _station(row: ImportRow, actor: Actor, organisation_code: str, kind: str, datum: str, journal: Journal) -> Station:
    labels = values_by_name(Station.Kind.choices)
    services = _services(row)
    fields: dict[str, Any] = {
        "kind": labels.get(kind, kind),
        "address": row.text("address"),
        "duty_phone": row.text("duty_phone"),
        "is_public": _yes(row, "is_public"),
    }
    code, name = row.required("code"), row.required("name")
    found = Station.objects.filter(code=code).first()
    if row.text("opening_hours"):
        fields["opening_hours"] = {"text": row.text("opening_hours")}
    area = _area(row, datum)
    if area is not None:
        fields["service_area"] = service_area_of(area)
    point = _point_with_area(row, datum, found, area)
    if found is not None:
        with journal.changing(found):
            return station_change(actor=actor, station_id=found.pk, name=name, geom=point, services=services, **fields)
    return journal.created(
        station_create(
            actor=actor, organisation=organisation_of_row(row, organisation_code), code=code, name=name, point=point,
            services=services, **fields,
        )
    )  # fmt: skip


def organisation_of_row(row: ImportRow, default_code: str) -> Organisation:
    """The organisation that a row names by code (or by a name that only one has), else the default one."""
    wanted = row.text("organisation", default_code)
    if not wanted:
        raise InvalidInput(_("未注明所属机构"), field="organisation", cure="--organisation CODE")
    found = Organisation.objects.filter(code=wanted).first()
    if found is None:
        named = list(Organisation.objects.filter(name=wanted)[:2])
        found = named[0] if len(named) == 1 else None
    if found is None:
        raise InvalidInput(_("没有这个机构"), field="organisation", value=wanted, cure=_("填写机构代码"))
    return found


def _point(row: ImportRow, datum: str) -> Point:
    named = row.text("datum", datum)
    if row.wkb is None:
        return place_point(row.required("lon"), row.required("lat"), named)
    geometry = GEOSGeometry(memoryview(row.wkb))
    if not isinstance(geometry, Point) or geometry.empty:
        raise InvalidInput(_("应为点"), field="geometry", value=geometry.geom_type, cure=_("每个要素一个点"))
    # The file's coordinate system names the datum; a column or option tells when its numbers are really shifted ones.
    return place_point(geometry.x, geometry.y, named or "wgs84")


def _area(row: ImportRow, datum: str) -> MultiPolygon | None:
    """The service area of a row, in WGS-84: the feature's own polygon, or the column in WKT."""
    if row.wkb is not None:
        shape = GEOSGeometry(memoryview(row.wkb))
        if shape.geom_type in _AREAS:
            return _in_wgs84(shape, row.text("datum", datum) or "wgs84")
    text = row.text("service_area")
    if not text:
        return None
    try:
        shape = GEOSGeometry(text)
    except (GEOSException, ValueError) as error:
        raise InvalidInput(
            _("服务范围无法解析"), field="service_area", value=text[:100], cure="POLYGON((110.4 19.2, …))"
        ) from error
    if shape.geom_type not in _AREAS:
        raise InvalidInput(
            _("服务范围应为面"), field="service_area", value=shape.geom_type, cure="POLYGON((110.4 19.2, …))"
        )
    return _in_wgs84(shape, row.text("datum", datum))


def _in_wgs84(shape: GEOSGeometry, datum: str) -> MultiPolygon:
    """The same area with every corner moved from its datum to WGS-84. Raises InvalidInput for an impossible corner."""
    west, south, east, north = shape.extent
    place_point(west, south, datum)
    place_point(east, north, datum)
    parts = [shape] if isinstance(shape, Polygon) else list(shape)  # type: ignore[call-overload]
    rings = [[[to_wgs84(x, y, datum) for x, y in ring] for ring in part.coords] for part in parts]
    return MultiPolygon(*(Polygon(*part) for part in rings), srid=STORE_SRID)


def _point_with_area(row: ImportRow, datum: str, found: Station | None, area: MultiPolygon | None) -> Point:
    """Where a station stands. A row whose geometry is its area may say so in lon and lat; else it stays where it is, or
    stands within the area.
    """
    if area is None or not _is_area(row):
        return _point(row, datum)
    if row.text("lon") or row.text("lat"):
        return place_point(row.required("lon"), row.required("lat"), row.text("datum", datum) or "wgs84")
    if found is not None:
        return found.geom
    inside = area.point_on_surface
    return Point(inside.x, inside.y, srid=STORE_SRID)


def _is_area(row: ImportRow) -> bool:
    return row.wkb is not None and GEOSGeometry(memoryview(row.wkb)).geom_type in _AREAS


def _owned(row: ImportRow) -> dict[str, Any]:
    """What only a camera has: its checkpoint, and whether it is somebody's own. Empty cells change nothing."""
    fields: dict[str, Any] = {}
    if row.text("is_private"):
        fields["is_private"] = _yes(row, "is_private")
    code = row.text("checkpoint")
    if code:
        checkpoint = Checkpoint.objects.filter(code=code).first()
        if checkpoint is None:
            raise InvalidInput(_("没有这个卡口"), field="checkpoint", value=code, cure=_("先导入卡口，再导入摄像机"))
        fields["checkpoint"] = checkpoint
    return fields


def _lanes(row: ImportRow) -> list[int]:
    """Lane numbers: `1;2;3`, `1、2` or `1-3`."""
    text = row.text("lanes")
    found: list[int] = []
    for part in re.split(r"[;；,，、\s]+", text):
        ends = re.fullmatch(r"(\d{1,2})(?:-(\d{1,2}))?", part)
        if ends is None or int(ends[1]) < 1 or int(ends[2] or ends[1]) < int(ends[1]):
            raise InvalidInput(_("车道应为车道号"), field="lanes", value=text, cure="1;2;3")
        found.extend(range(int(ends[1]), int(ends[2] or ends[1]) + 1))
    return sorted(set(found))


def _facing(row: ImportRow) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if row.text("heading_deg"):
        fields["heading_deg"] = row.number("heading_deg")
    if row.text("lanes"):
        fields["lanes"] = _lanes(row)
    if row.text("ring"):
        ring = row.number("ring")
        if not ring.is_integer():
            raise InvalidInput(_("圈层应为 1 至 6"), field="ring", value=ring, cure=_("请填写 1 至 6 的整数"))
        fields["ring"] = int(ring)
    return fields


def _services(row: ImportRow) -> list[StationService]:
    wanted = [part.strip() for part in row.text("services").replace("；", ";").replace("、", ";").split(";")]
    found = []
    for each in filter(None, wanted):
        service = StationService.objects.filter(code=each).first() or StationService.objects.filter(name=each).first()
        if service is None:
            raise InvalidInput(_("未知的服务事项"), field="services", value=each, cure=_("先在后台登记服务事项"))
        found.append(service)
    return found


def _yes(row: ImportRow, column: str) -> bool:
    text = row.text(column).lower()
    if text not in _YES:
        raise InvalidInput(_("应为是或否"), field=column, value=text, cure=_("填写：是或否"))
    return _YES[text]
