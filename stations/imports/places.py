"""One row of a table of stations, checkpoints or cameras."""

from __future__ import annotations

from typing import Any

from django.contrib.gis.geos import GEOSGeometry, Point
from django.utils.translation import gettext as _

from core.errors import InvalidInput
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
_CHECKPOINT = {"checkpoint", "卡口"}
_CAMERA = {"camera", "摄像机", "监控", "摄像头"}


def place_row(row: ImportRow, *, actor: Actor, organisation_code: str, datum: str) -> object:
    """Create the place of a row, or change the one with its code. Raises InvalidInput naming field, value and cure.

    `organisation_code` and `datum` are for rows that name none themselves.
    """
    kind = row.text("kind", "service").lower()
    code, name = row.required("code"), row.required("name")
    point = _point(row, datum)
    if kind in _CHECKPOINT:
        fields = {**_facing(row), "owner": row.text("owner")}
        found: Any = Checkpoint.objects.filter(code=code).first()
        if found is not None:
            return checkpoint_change(actor=actor, checkpoint_id=found.pk, name=name, geom=point, **fields)
        return checkpoint_create(
            actor=actor, organisation=organisation_of_row(row, organisation_code), code=code, name=name, point=point,
            **fields,
        )  # fmt: skip
    if kind in _CAMERA:
        found = Camera.objects.filter(code=code).first()
        if found is not None:
            return camera_change(actor=actor, camera_id=found.pk, name=name, geom=point, **_facing(row))
        return camera_create(
            actor=actor, organisation=organisation_of_row(row, organisation_code), code=code, name=name, point=point,
            **_facing(row),
        )  # fmt: skip
    return _station(row, actor, organisation_code, kind, point)


def _station(row: ImportRow, actor: Actor, organisation_code: str, kind: str, point: Point) -> Station:
    labels = {label: value for value, label in Station.Kind.choices}
    services = _services(row)
    fields: dict[str, Any] = {
        "kind": labels.get(kind, kind),
        "address": row.text("address"),
        "duty_phone": row.text("duty_phone"),
        "is_public": _yes(row, "is_public"),
    }
    code, name = row.required("code"), row.required("name")
    found = Station.objects.filter(code=code).first()
    if found is not None:
        return station_change(actor=actor, station_id=found.pk, name=name, geom=point, services=services, **fields)
    return station_create(
        actor=actor, organisation=organisation_of_row(row, organisation_code), code=code, name=name, point=point,
        services=services, **fields,
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


def _facing(row: ImportRow) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if row.text("heading_deg"):
        fields["heading_deg"] = row.number("heading_deg")
    if row.text("ring"):
        ring = row.number("ring")
        if not ring.is_integer():
            raise InvalidInput(_("圈层应为 1 至 6"), field="ring", value=ring)
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
        raise InvalidInput(_("应为是或否"), field=column, value=text)
    return _YES[text]
