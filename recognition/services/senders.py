"""Senders by GA/T 1400: credentials, signing in by Digest, sessions, and who has gone quiet."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from core import audit, clock, events
from core.errors import InvalidInput, NotFound
from recognition.gat1400 import digest
from recognition.intake.incoming import Sender
from recognition.models import DigestNonce, ViidSender
from recognition.plates.codes import ColourInterface
from stations.selectors import devices_visible_to
from stations.services import checkpoints_reachable_set, require
from stations.types import Actor, DataClass, Verb, system_actor

REALM = "viid"
MISSED = 3
_NONCES_KEPT = 2 * digest.NONCE_LIFE

_SPEND = """
INSERT INTO recognition_digestnonce AS n (nonce, count, at) VALUES (%s, %s, %s)
ON CONFLICT (nonce) DO UPDATE SET count = excluded.count, at = excluded.at WHERE n.count < excluded.count
RETURNING 1
"""


def sender_enrol(
    *, actor: Actor, device_uid: object, username: str, colours: str = "checkpoint", without_qop: bool = False
) -> tuple[ViidSender, str]:
    """Let a device speak GA/T 1400. Returns it and its password, which is shown this once: only HA1 is kept."""
    device = devices_visible_to(actor).filter(uid=str(device_uid)).select_related("organisation").first()
    if device is None:
        raise NotFound(_("没有这台设备"), field="device", value=str(device_uid))
    path = device.organisation.path or ""
    require(actor, Verb.CHANGE, DataClass.DEVICE, path)
    known = {each.value for each in ColourInterface}
    if colours not in known:
        raise InvalidInput(_("未知的颜色编码"), field="colours", value=colours, cure="、".join(sorted(known)))
    if not username.strip() or '"' in username:
        raise InvalidInput(_("用户名无效"), field="username", value=username, cure=_("不含引号的非空用户名"))
    password = secrets.token_urlsafe(18)
    with transaction.atomic():
        sender = ViidSender.objects.select_for_update().filter(device=device).first() or ViidSender(device=device)
        sender.username, sender.secret = username.strip(), digest.ha1(username.strip(), REALM, password)
        sender.colours, sender.without_qop, sender.online = colours, without_qop, False
        sender.save()
        audit.record(
            actor_id=actor.user_id,
            action="recognition.sender_enrol",
            object_type="device",
            object_id=device.uid,
            organisation_path=path,
            details={"username": sender.username},
        )
    return sender, password


def sender_of(identifier: str) -> ViidSender | None:
    """The sender with this device number, its device and organisation loaded; locked ones included."""
    return (
        ViidSender.objects.select_related("device", "device__organisation")
        .filter(device__identifier=identifier)
        .first()
    )


def gate_of(sender: ViidSender | None) -> digest.Gate:
    """The gate before a sender. Its key is the same in every process."""
    key = hmac.digest(settings.SECRET_KEY.encode(), b"luzhang-viid-digest", hashlib.sha256)
    return digest.Gate(key, realm=REALM, allow_without_qop=sender is not None and sender.without_qop)


def digest_check(sender: ViidSender | None, header: str, *, method: str, path: str) -> None:
    """Raises DigestRefused unless the answer signs this sender in. A right answer is good once."""

    def secret_of(username: str) -> str | None:
        return str(sender.secret) if sender is not None and sender.username == username else None

    gate_of(sender).check(header, method=method, path=path, now=clock.wall_now(), secret_of=secret_of, spend=_spend)


def session_holds(sender: ViidSender, address: str) -> bool:
    """Whether this sender is signed in from that address and has been heard lately."""
    heard = sender.last_keepalive_at or sender.registered_at
    return sender.online and sender.address == address and heard is not None and heard > clock.now() - quiet_after()


def sender_registered(sender: ViidSender, address: str) -> None:
    """It has signed in."""
    now = clock.now()
    with transaction.atomic():
        ViidSender.objects.filter(pk=sender.pk).update(
            registered_at=now, last_keepalive_at=now, address=address, online=True
        )
        _seen(sender)
        if not sender.online:
            _published(sender, online=True)


def sender_alive(sender: ViidSender) -> None:
    """It has been heard."""
    with transaction.atomic():
        ViidSender.objects.filter(pk=sender.pk).update(last_keepalive_at=clock.now())
        _seen(sender)


def sender_left(sender: ViidSender) -> None:
    """It has signed off."""
    with transaction.atomic():
        if ViidSender.objects.filter(pk=sender.pk, online=True).update(online=False):
            _published(sender, online=False)


def quirks_note(sender: ViidSender, quirks: Iterable[str]) -> None:
    """Remember how this device deviates, each deviation once, for its page."""
    new = {quirk for quirk in quirks if quirk not in sender.quirks}
    if not new:
        return
    now = clock.now().isoformat()
    with transaction.atomic():
        row = ViidSender.objects.select_for_update().get(pk=sender.pk)
        row.quirks = {**dict.fromkeys(sorted(new), now), **row.quirks}
        row.save(update_fields=["quirks"])
    sender.quirks = row.quirks


def senders_quiet() -> int:
    """Mark who has missed three keepalives as offline; also on the map. Returns how many."""
    now = clock.now()
    DigestNonce.objects.filter(at__lt=clock.wall_now() - _NONCES_KEPT).delete()
    quiet = 0
    late = ViidSender.objects.filter(online=True, last_keepalive_at__lte=now - quiet_after())
    for pk in list(late.values_list("pk", flat=True)):
        with transaction.atomic():
            sender = (
                ViidSender.objects.select_for_update(of=("self",)).select_related("device__organisation").get(pk=pk)
            )
            heard = sender.last_keepalive_at
            if not sender.online or heard is None or heard > now - quiet_after():
                continue
            ViidSender.objects.filter(pk=pk).update(online=False)
            _published(sender, online=False)
            quiet += 1
    return quiet


def quiet_after() -> timedelta:
    """How long nothing may be heard."""
    return timedelta(seconds=MISSED * int(settings.LUZHANG_VIID_KEEPALIVE_S))


def plain_sender(sender: ViidSender) -> Sender:
    """The sender as storing wants it."""
    device: Any = sender.device
    return Sender(device.pk, device.organisation_id, device.organisation.path or "?", device.datum)


def _spend(nonce: str, count: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_SPEND, [nonce, count, clock.wall_now()])
        return cursor.fetchone() is not None


_SEEN = """
UPDATE stations_device SET last_seen_at = %s WHERE id = %s AND (last_seen_at IS NULL OR last_seen_at < %s)
"""


def _seen(sender: ViidSender) -> None:
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(_SEEN, [now, sender.device_id, now])


_ITS_CHECKPOINTS = """
SELECT id FROM stations_checkpoint WHERE code = %(identifier)s
 UNION
SELECT c.checkpoint_id FROM stations_camera c
 WHERE c.checkpoint_id IS NOT NULL AND (c.code = %(identifier)s OR c.code IN (
       SELECT camera_code FROM recognition_camerastanding WHERE device_id = %(device)s))
"""


def _published(sender: ViidSender, *, online: bool) -> None:
    """The map and the desk hear of it."""
    device = sender.device
    with connection.cursor() as cursor:
        cursor.execute(_ITS_CHECKPOINTS, {"identifier": device.identifier, "device": device.pk})
        ids = [row[0] for row in cursor.fetchall()]
    checkpoints_reachable_set(actor=system_actor("viid"), checkpoint_ids=ids, reachable=online)
    events.publish(
        "recognition.device_online" if online else "recognition.device_offline",
        organisation_path=device.organisation.path or "",
        audience=DataClass.DEVICE.value,
        subject={"device": str(device.uid)},
        payload={"identifier": device.identifier},
    )
