"""What devices and other systems tell beside passages: kept as the last word, for people to act on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction

from core import clock, events
from core.jsontext import dumps
from recognition.gat1400.control import Subscription
from recognition.models import ViidInbox, ViidInventory, ViidSender, ViidSubscription
from stations.types import DataClass


def inventory_note(sender: ViidSender, kind: str, rows: Sequence[tuple[str, Any]]) -> None:
    """Cameras, checkpoints or lanes of a device, by their code."""
    path, now = _path(sender), clock.now()
    with transaction.atomic():
        for code, record in rows:
            ViidInventory.objects.update_or_create(
                device_id=sender.device_id,
                kind=kind,
                code=code[:64],
                defaults={"organisation_path": path, "content": _plain(asdict(record)), "received_at": now},
            )


def inbox_put(sender: ViidSender, kind: ViidInbox.Kind, external_id: str, record: Any) -> bool:
    """An order or alarm of another system. Returns whether it is new; a repetition changes nothing."""
    path = _path(sender)
    with transaction.atomic():
        known = ViidInbox.objects.filter(device_id=sender.device_id, kind=kind.value, external_id=external_id)
        if known.exists():
            return False
        content = asdict(record)
        content.pop("vehicle", None)
        ViidInbox.objects.create(
            device_id=sender.device_id,
            organisation_path=path,
            kind=kind.value,
            external_id=external_id,
            content=dumps(_plain(content)),
        )
        events.publish(
            "recognition.order_received",
            organisation_path=path,
            audience=DataClass.WATCHLIST.value,
            subject={"device": str(sender.device.uid)},
            payload={"kind": kind.value},
        )
    return True


def subscription_put(sender: ViidSender, wanted: Subscription) -> None:
    """A subscription as asked for, or its end. Whoever changes one has to be allowed anew."""
    with transaction.atomic():
        if wanted.cancels:
            ViidSubscription.objects.filter(
                device_id=sender.device_id, subscribe_id=wanted.id, cancelled_at=None
            ).update(cancelled_at=clock.now())
            return
        ViidSubscription.objects.update_or_create(
            device_id=sender.device_id,
            subscribe_id=wanted.id,
            defaults={
                "title": wanted.title[:200],
                "details": ",".join(wanted.details)[:200],
                "resources": ",".join(wanted.resources),
                "valid_from": wanted.from_at,
                "valid_until": wanted.until_at,
                "receive_url": wanted.receive_url[:300],
                "reason": wanted.reason[:300],
                "cancelled_at": None,
                "allowed_by_id": None,
                "received_at": clock.now(),
            },
        )


def _path(sender: ViidSender) -> str:
    return sender.device.organisation.path or ""


def _plain(value: Any) -> Any:
    """Times as text, tuples as lists: what JSON can hold."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, datetime) else value
