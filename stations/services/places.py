"""Stations, checkpoints and cameras."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.gis.geos import GEOSGeometry, MultiPolygon, Point, Polygon
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from core.errors import Conflict, InvalidInput, NotFound
from core.geo.datum import place_check
from core.geo.srid import STORE_SRID
from stations.models import Camera, Checkpoint, Organisation, Station, StationService
from stations.services.record import record
from stations.services.require import require
from stations.types import Actor, DataClass, Verb


def place_point(lon: object, lat: object, datum: object) -> Point:
    """A WGS-84 point (EPSG:4326) from lon, lat in degrees of a named datum. Raises InvalidInput, naming the field."""
    x, y = place_check(lon, lat, datum)
    return Point(x, y, srid=STORE_SRID)


def service_area_of(geometry: GEOSGeometry | None) -> MultiPolygon | None:
    """A valid multi-polygon in EPSG:4326, or None. Raises InvalidInput for anything else."""
    if geometry is None:
        return None
    area = MultiPolygon(geometry, srid=STORE_SRID) if isinstance(geometry, Polygon) else geometry
    if not isinstance(area, MultiPolygon):
        raise InvalidInput(
            _("服务范围应为面"),
            field="service_area",
            value=geometry.geom_type,
            cure=_("请提供不自交的面（Polygon 或 MultiPolygon，WGS-84）"),
        )
    if area.srid not in (None, STORE_SRID):
        raise InvalidInput(
            _("服务范围应为 EPSG:4326"), field="service_area", value=area.srid, cure=_("请先转换为 WGS-84 经纬度")
        )
    area.srid = STORE_SRID
    if not area.valid:
        raise InvalidInput(
            _("服务范围的图形无效"),
            field="service_area",
            value=area.valid_reason,
            cure=_("请提供不自交的面（Polygon 或 MultiPolygon，WGS-84）"),
        )
    return area


def station_create(
    *,
    actor: Actor,
    organisation: Organisation,
    kind: str,
    code: str,
    name: str,
    point: Point,
    services: Sequence[StationService] = (),
    **fields: Any,
) -> Station:
    """Enter a station; `point` from `place_point`. Raises Conflict when the code is taken."""
    require(actor, Verb.CREATE, DataClass.STATION, organisation.path)
    _check_kind(Station, kind)
    fields["service_area"] = service_area_of(fields.get("service_area"))
    row = _create(
        actor, Station, DataClass.STATION, organisation, code, name, point, {"kind": kind, **fields}, services
    )
    assert isinstance(row, Station)
    return row


def checkpoint_create(
    *, actor: Actor, organisation: Organisation, code: str, name: str, point: Point, **fields: Any
) -> Checkpoint:
    """Enter a checkpoint 卡口. `heading_deg` in [0, 360), `ring` 1 to 6."""
    require(actor, Verb.CREATE, DataClass.CHECKPOINT, organisation.path)
    row = _create(actor, Checkpoint, DataClass.CHECKPOINT, organisation, code, name, point, fields)
    assert isinstance(row, Checkpoint)
    return row


def camera_create(
    *, actor: Actor, organisation: Organisation, code: str, name: str, point: Point, **fields: Any
) -> Camera:
    """Enter a camera, at a checkpoint or alone."""
    require(actor, Verb.CREATE, DataClass.CAMERA, organisation.path)
    row = _create(actor, Camera, DataClass.CAMERA, organisation, code, name, point, fields)
    assert isinstance(row, Camera)
    return row


def station_change(*, actor: Actor, station_id: int, **fields: Any) -> Station:
    """Change a station. Everything but its code and organisation may change."""
    if "kind" in fields:
        _check_kind(Station, fields["kind"])
    if "service_area" in fields:
        fields["service_area"] = service_area_of(fields["service_area"])
    row = _change(actor, Station, DataClass.STATION, station_id, fields)
    assert isinstance(row, Station)
    return row


def checkpoint_change(*, actor: Actor, checkpoint_id: int, **fields: Any) -> Checkpoint:
    """Change a checkpoint, its state included."""
    row = _change(actor, Checkpoint, DataClass.CHECKPOINT, checkpoint_id, fields)
    assert isinstance(row, Checkpoint)
    return row


def checkpoints_reachable_set(*, actor: Actor, checkpoint_ids: Sequence[int], reachable: bool) -> int:
    """What its devices tell of a checkpoint: on line or off; one under repair stays so. Returns how many changed."""
    new = Checkpoint.State.ONLINE if reachable else Checkpoint.State.OFFLINE
    old = Checkpoint.State.OFFLINE if reachable else Checkpoint.State.ONLINE
    changed = list(
        Checkpoint.objects.filter(pk__in=checkpoint_ids, state=old).order_by("pk").values_list("pk", flat=True)
    )
    for checkpoint_id in changed:
        checkpoint_change(actor=actor, checkpoint_id=checkpoint_id, state=new.value)
    return len(changed)


def camera_change(*, actor: Actor, camera_id: int, **fields: Any) -> Camera:
    """Change a camera."""
    row = _change(actor, Camera, DataClass.CAMERA, camera_id, fields)
    assert isinstance(row, Camera)
    return row


def _check_kind(model: type[Station], kind: str) -> None:
    if kind not in model.Kind.values:
        raise InvalidInput(_("未知的站点类别"), field="kind", value=kind, cure="、".join(model.Kind.values))


def _check_fields(model: type[models.Model], fields: dict[str, Any]) -> None:
    known = {field.name for field in model._meta.concrete_fields} - {"id", "uid", "code", "organisation", "spelling"}
    unknown = set(fields) - known
    if unknown:
        raise InvalidInput(_("不能修改的字段"), field=min(unknown), cure="、".join(sorted(known)))
    heading = fields.get("heading_deg")
    if heading is not None and not 0 <= heading < 360:
        raise InvalidInput(
            _("方向应在 0 至 360 度之间"), field="heading_deg", value=heading, cure=_("正北为 0，顺时针，小于 360")
        )
    if "ring" in fields and not 1 <= fields["ring"] <= 6:
        raise InvalidInput(_("圈层应为 1 至 6"), field="ring", value=fields["ring"], cure=_("请填写 1 至 6 的整数"))
    if "state" in fields and fields["state"] not in Checkpoint.State.values:
        raise InvalidInput(
            _("未知的状态"), field="state", value=fields["state"], cure="、".join(Checkpoint.State.values)
        )


def _create(
    actor: Actor,
    model: type[models.Model],
    data_class: DataClass,
    organisation: Organisation,
    code: str,
    name: str,
    point: Point,
    fields: dict[str, Any],
    services: Sequence[StationService] = (),
) -> models.Model:
    _check_fields(model, fields)
    if not code.strip() or not name.strip():
        raise InvalidInput(
            _("编号和名称不能为空"), field="code" if not code.strip() else "name", cure=_("补全后再提交")
        )
    try:
        with transaction.atomic():
            row = model._default_manager.create(organisation=organisation, code=code, name=name, geom=point, **fields)
            if services:
                row.services.set(services)  # type: ignore[attr-defined]
            _record(actor, data_class, row, "created", {"code": code, "name": name})
    except IntegrityError as error:
        raise Conflict(_("编号已存在"), field="code", value=code, cure=_("请换一个编号")) from error
    return row


def _change(
    actor: Actor, model: type[models.Model], data_class: DataClass, row_id: int, fields: dict[str, Any]
) -> models.Model:
    services = fields.pop("services", None)
    _check_fields(model, fields)
    with transaction.atomic():
        row = (
            model._default_manager.select_for_update(of=("self",))
            .select_related("organisation")
            .filter(pk=row_id)
            .first()
        )
        if row is None:
            raise NotFound(_("没有找到"), field=data_class.value, value=row_id)
        require(actor, Verb.CHANGE, data_class, row.organisation.path)  # type: ignore[attr-defined]
        for field, value in fields.items():
            setattr(row, field, value)
        # A name brings its spelling along.
        spelled = ["spelling"] if "name" in fields and isinstance(row, Station) else []
        row.save(update_fields=[*fields, *spelled] or None)
        if services is not None:
            row.services.set(services)  # type: ignore[attr-defined]
        _record(actor, data_class, row, "changed", {"fields": sorted(fields)})
    return row


def _record(actor: Actor, data_class: DataClass, row: Any, what: str, payload: dict[str, Any]) -> None:
    record(
        actor,
        f"{data_class.value}_{what}",
        audience=data_class,
        object_id=row.uid,
        organisation_path=row.organisation.path or "",
        payload=payload,
    )
