"""Devices: credentials, what they are bound to, and locking them out from afar."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext as _

from core import clock
from core.errors import Conflict, InvalidInput, NotFound
from core.geo.datum import Datum
from stations.models import Device, DeviceBinding, Organisation, Person, Station, Vehicle
from stations.selectors.actors import token_digest
from stations.services.record import record
from stations.services.require import require
from stations.types import Actor, DataClass, Verb


def _secret() -> str:
    return secrets.token_urlsafe(32)


def device_create(
    *,
    actor: Actor,
    organisation: Organisation,
    identifier: str,
    protocol: str,
    datum: str = "wgs84",
    generated: bool = False,
) -> tuple[Device, str]:
    """Enter a device. Returns it and its token, which is shown this once: only its SHA-256 is kept."""
    require(actor, Verb.CREATE, DataClass.DEVICE, organisation.path)
    if not identifier.strip():
        raise InvalidInput(_("设备号不能为空"), field="identifier", cure=_("补全后再提交"))
    if datum not in {each.value for each in Datum}:
        raise InvalidInput(_("未知的坐标系"), field="datum", value=datum, cure="、".join(each.value for each in Datum))
    token = _secret()
    try:
        with transaction.atomic():
            device = Device.objects.create(
                organisation=organisation,
                identifier=identifier,
                protocol=protocol,
                datum=datum,
                token_hash=token_digest(token),
                generated=generated,
            )
            _record(actor, device, "device_created", {"protocol": protocol, "datum": datum})
    except IntegrityError as error:
        raise Conflict(
            _("设备号已存在"), field="identifier", value=identifier, cure=_("请核对设备号，或启用原设备")
        ) from error
    return device, token


def device_rotate_token(*, actor: Actor, device_id: int) -> tuple[Device, str]:
    """Give a device a new token; the old one is worth nothing from this commit on."""
    token = _secret()
    with transaction.atomic():
        device = _locked_row(actor, device_id)
        device.token_hash = token_digest(token)
        device.save(update_fields=["token_hash"])
        _record(actor, device, "device_token_rotated", {})
    return device, token


def device_lock(*, actor: Actor, device_id: int, reason: str) -> Device:
    """Lock a lost or misused device out at once. Locking twice keeps the first time and reason."""
    if not reason.strip():
        raise InvalidInput(_("请写明锁定原因"), field="reason", cure=_("填写一句话原因后再提交"))
    with transaction.atomic():
        device = _locked_row(actor, device_id)
        if device.locked_at is None:
            device.locked_at, device.locked_reason = clock.now(), reason
            device.save(update_fields=["locked_at", "locked_reason"])
            _record(actor, device, "device_locked", {}, reason=reason)
    return device


def device_unlock(*, actor: Actor, device_id: int, reason: str) -> Device:
    """Let a locked device in again."""
    with transaction.atomic():
        device = _locked_row(actor, device_id)
        if device.locked_at is not None:
            device.locked_at, device.locked_reason = None, ""
            device.save(update_fields=["locked_at", "locked_reason"])
            _record(actor, device, "device_unlocked", {}, reason=reason)
    return device


def device_bind(
    *,
    actor: Actor,
    device_id: int,
    person: Person | None = None,
    vehicle: Vehicle | None = None,
    station: Station | None = None,
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
) -> DeviceBinding:
    """Bind a device to exactly one person, vehicle or station. A binding still open at `valid_from` ends there."""
    bound = [each for each in (person, vehicle, station) if each is not None]
    if len(bound) != 1:
        raise InvalidInput(
            _("设备须且只能绑定人员、车辆或站点之一"),
            field="person",
            value=len(bound),
            cure=_("请只填写其中一项"),
        )
    start = valid_from or clock.now()
    if valid_until is not None and valid_until <= start:
        raise InvalidInput(
            _("结束时间必须晚于开始时间"),
            field="valid_until",
            value=valid_until.isoformat(),
            cure=_("把结束时间改到开始时间之后"),
        )
    try:
        with transaction.atomic():
            device = _locked_row(actor, device_id)
            require(actor, Verb.CHANGE, DataClass.DEVICE, bound[0].organisation.path)
            before = DeviceBinding.objects.filter(device=device, valid__contains=start, valid__upper_inf=True).first()
            if before is not None and before.valid.lower is not None and before.valid.lower >= start:
                before.delete()
            elif before is not None:
                before.valid = DateTimeTZRange(before.valid.lower, start, "[)")
                before.save(update_fields=["valid"])
            binding = DeviceBinding.objects.create(
                device=device,
                person=person,
                vehicle=vehicle,
                station=station,
                valid=DateTimeTZRange(start, valid_until, "[)"),
            )
            payload = {"to": type(bound[0]).__name__.lower(), "to_id": bound[0].pk}
            _record(actor, device, "device_bound", payload)
    except IntegrityError as error:
        if "device_binding_no_overlap" in str(error):
            raise Conflict(
                _("该时段设备已绑定"),
                field="valid_from",
                value=start.isoformat(),
                cure=_("请先结束原有的一条，或调整起止时间"),
            ) from error
        raise
    return binding


def device_unbind(*, actor: Actor, device_id: int) -> Device:
    """End the binding in force now, if there is one."""
    with transaction.atomic():
        device = _locked_row(actor, device_id)
        now = clock.now()
        for binding in DeviceBinding.objects.filter(device=device, valid__contains=now):
            binding.valid = DateTimeTZRange(binding.valid.lower, now, "[)")
            binding.save(update_fields=["valid"])
            _record(actor, device, "device_unbound", {})
    return device


def _locked_row(actor: Actor, device_id: int) -> Device:
    device = Device.objects.select_for_update(of=("self",)).select_related("organisation").filter(pk=device_id).first()
    if device is None:
        raise NotFound(_("没有这台设备"), field="device", value=device_id)
    require(actor, Verb.CHANGE, DataClass.DEVICE, device.organisation.path)
    return device


def _record(actor: Actor, device: Device, action: str, payload: dict[str, Any], reason: str = "") -> None:
    record(
        actor,
        action,
        audience=DataClass.DEVICE,
        object_id=device.uid,
        organisation_path=device.organisation.path or "",
        reason=reason,
        subject={"device_id": device.pk},
        payload={"identifier": device.identifier, **payload},
    )
