"""`/VIID/…`: GA/T 1400 devices sign in, keep alive, push passages and pictures, and tell what they have.

A list message is answered 200 with a status for each record, whatever became of them; 400 is for a body that is no
such message, 401 for whoever is not signed in, 403 for a locked device. Digest signs in; afterwards a device is known
by its number and the address it signed in from, as long as it keeps alive (ADR 0028).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.conf import settings

from core import clock, limits
from recognition.gat1400 import building, control, digest, inventory, pictures, system, vehicles
from recognition.gat1400.dialect import Dialect
from recognition.gat1400.outcomes import Batch, MessageRejected, StatusCode
from recognition.models import ViidSender
from recognition.plates.codes import ColourInterface
from recognition.services import senders
from recognition.views import lists
from recognition.views.message import Message, Reply, said

PREFIX = "/VIID"
TRIES = 60
UNAUTHORISED = "sign in by Digest first"


@dataclass(frozen=True, slots=True)
class _List:
    """A list message: how it is read, and what takes what was read; `take` gives failures by index."""

    read: Callable[[Message, Dialect], Batch[Any]]
    take: Callable[[ViidSender, Message, Batch[Any]], lists.Failures]


def answer(message: Message) -> Reply:
    """The answer to one request; raises what the database raises."""
    path = message.path.rstrip("/")
    name = path.removeprefix(f"{PREFIX}/")
    if name == "System/Time":
        return _time(message) if message.method == "GET" else _wrong_method(message, "GET")
    if name not in _SYSTEM and name not in _LISTS:
        return said(message, StatusCode.INVALID_OPERATION, "no such address", status=404)
    if message.method not in ("POST", "PUT"):
        return _wrong_method(message, "POST")
    try:
        if name == "System/Register":
            return _register(message)
        sender = senders.sender_of(message.headers.get("user-identify", "").strip())
        refusal = _stopped(message, sender)
        if refusal is not None or sender is None:
            return refusal or _challenge(message, sender)
        return _SYSTEM[name](message, sender) if name in _SYSTEM else _listed(message, sender, _LISTS[name])
    except MessageRejected as why:
        return said(message, why.status, f"{why.message}; {why.cure}", status=400)


def _stopped(message: Message, sender: ViidSender | None) -> Reply | None:
    """The refusal of whoever is not signed in; None for who is. A Digest answer is good for any message."""
    if sender is not None and sender.device.locked_at is not None:
        return said(message, StatusCode.INVALID_OPERATION, "this device is locked", status=403)
    header = message.headers.get("authorization")
    if header:
        try:
            senders.digest_check(sender, header, method=message.method, path=message.path)
        except digest.DigestRefused as why:
            return _challenge(message, sender, why)
        return None
    if sender is None or not senders.session_holds(sender, message.address):
        return _challenge(message, sender)
    return None


def _register(message: Message) -> Reply:
    """Sign in. Which of number, user and secret is wrong is never said."""
    limits.hit("viid_register", message.address, limit=TRIES, window=lists.MINUTE)
    said_by = system.greeting(message.body, system.REGISTER)
    sender = senders.sender_of(said_by.device_id)
    header = message.headers.get("authorization")
    if not header:
        return _challenge(message, sender)
    try:
        senders.digest_check(sender, header, method=message.method, path=message.path)
    except digest.DigestRefused as why:
        return _challenge(message, sender, why)
    if sender is None:
        return _challenge(message, sender)
    if sender.device.locked_at is not None:
        return said(message, StatusCode.INVALID_OPERATION, "this device is locked", status=403)
    senders.sender_registered(sender, message.address)
    senders.quirks_note(sender, said_by.quirks)
    return said(message, id_=said_by.device_id)


def _challenge(message: Message, sender: ViidSender | None, why: digest.DigestRefused | None = None) -> Reply:
    stale = why is not None and why.stale
    header = senders.gate_of(sender).challenge(clock.wall_now(), stale=stale)
    text = UNAUTHORISED if why is None else str(why)
    return said(message, StatusCode.INVALID_OPERATION, text, status=401, headers=(("www-authenticate", header),))


def _keepalive(message: Message, sender: ViidSender) -> Reply:
    told = system.greeting(message.body, system.KEEPALIVE)
    if told.device_id != sender.device.identifier:
        return _other(message, told.device_id)
    senders.sender_alive(sender)
    return said(message, id_=told.device_id)


def _unregister(message: Message, sender: ViidSender) -> Reply:
    told = system.greeting(message.body, system.UNREGISTER)
    if told.device_id != sender.device.identifier:
        return _other(message, told.device_id)
    senders.sender_left(sender)
    return said(message, id_=told.device_id)


def _other(message: Message, device_id: str) -> Reply:
    return said(
        message, StatusCode.INVALID_OPERATION, "another device than User-Identify names", id_=device_id, status=400
    )


def _time(message: Message) -> Reply:
    """Our clock: a device sets its own by it."""
    told = system.SystemTime(settings.LUZHANG_VIID_SERVER_ID, message.at)
    return Reply(200, building.system_time_message(told))


def _wrong_method(message: Message, allowed: str) -> Reply:
    return said(message, StatusCode.INVALID_OPERATION, f"send {allowed}", status=405, headers=(("allow", allowed),))


def _listed(message: Message, sender: ViidSender, kind: _List) -> Reply:
    batch = kind.read(message, Dialect(colours=ColourInterface(sender.colours)))
    failed = kind.take(sender, message, batch)
    quirks = set(batch.quirks).union(*(one.quirks for one in batch.in_order()))
    senders.quirks_note(sender, quirks)
    if sender.last_keepalive_at is None or message.at - sender.last_keepalive_at > lists.MINUTE / 6:
        senders.sender_alive(sender)
    statuses = building.answers(batch, url=message.path, at=message.at, failed=failed)
    return Reply(200, building.response_list_message(statuses))


def _counted(kind: str) -> _List:
    return _List(lambda message, _dialect: system.counted(message.body, kind), lists.count)


_SYSTEM: MappingProxyType[str, Callable[[Message, ViidSender], Reply]] = MappingProxyType(
    {"System/Keepalive": _keepalive, "System/UnRegister": _unregister, "System/Register": _keepalive}
)
_LISTS: MappingProxyType[str, _List] = MappingProxyType(
    {
        "MotorVehicles": _List(
            lambda m, d: vehicles.motor_vehicles(m.body, received_at=m.at, dialect=d), lists.take_passages
        ),
        "Images": _List(lambda m, d: pictures.images(m.body, dialect=d), lists.take_images),
        "APEs": _List(lambda m, _d: inventory.cameras(m.body), lists.take_cameras),
        "Tollgates": _List(lambda m, d: inventory.tollgates(m.body, dialect=d), lists.take_tollgates),
        "Lanes": _List(lambda m, _d: inventory.lanes(m.body), lists.take_lanes),
        "Dispositions": _List(lambda m, d: control.dispositions(m.body, dialect=d), lists.take_orders),
        "DispositionNotifications": _List(
            lambda m, d: control.disposition_notifications(m.body, received_at=m.at, dialect=d), lists.take_alarms
        ),
        "Subscribes": _List(lambda m, d: control.subscriptions(m.body, dialect=d), lists.take_subscriptions),
        "SubscribeNotifications": _List(
            lambda m, d: control.subscription_notifications(m.body, received_at=m.at, dialect=d), lists.take_notified
        ),
        **{kind: _counted(kind) for kind in system.COUNTED},
    }
)
