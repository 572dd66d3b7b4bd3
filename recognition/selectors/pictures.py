"""Pictures of passages for who has looked the passage up: their addresses open for a while, to that person alone.

The look itself (`alarm_look`, `passages_search`) was checked and written down with its reason; the address it gives
out says who it is for and is signed, so that it works in no other hands and not tomorrow.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.core import signing
from django.utils.translation import gettext as _

from core.errors import NotFound
from recognition.models import PassagePicture
from stations.types import Actor

OPEN_FOR = timedelta(minutes=30)
_SALT = "recognition.picture"
# ImageType of GA/T 1400: the car, its plate, composed and close pictures, the scene. Faces of drivers and passengers
# (04, 05, 10, 11) and what only machines read are not shown.
PLATE_KINDS = frozenset({"02"})
SHOWN_KINDS = frozenset({"", "01", "02", "08", "09", "14", "100"})

PassageKey = tuple[int, str]


def pictures_of(actor: Actor, passages: Iterable[PassageKey]) -> dict[PassageKey, list[dict[str, Any]]]:
    """Pictures by (device, the sender's key), the plate's before the scene's; `is_plate` tells them apart. The caller
    has checked and written down that this actor may look at these passages.
    """
    wanted = set(passages)
    rows = PassagePicture.objects.filter(
        device_id__in={device for device, _key in wanted}, passage_key__in={key for _device, key in wanted}
    ).order_by("id")
    found: dict[PassageKey, list[dict[str, Any]]] = {}
    for row in rows:
        key = (row.device_id, row.passage_key)
        if key in wanted and row.kind in SHOWN_KINDS:
            found.setdefault(key, []).append(_shown(actor, row))
    for each in found.values():
        each.sort(key=lambda one: not one["is_plate"])
    return found


def picture_opened(actor: Actor, uid: uuid.UUID, key: str) -> PassagePicture:
    """The picture behind an address. Raises NotFound for a key that is not this person's, or too old."""
    try:
        told = signing.loads(key, salt=_SALT, max_age=OPEN_FOR)
    except signing.BadSignature:
        told = None
    row = PassagePicture.objects.filter(uid=uid).first() if told == [actor.user_id, str(uid)] else None
    if row is None:
        raise NotFound(_("没有这张图片，或查看时间已过"), field="picture", value=str(uid), cure=_("请重新查看该记录"))
    return row


def _shown(actor: Actor, row: PassagePicture) -> dict[str, Any]:
    key = signing.dumps([actor.user_id, str(row.uid)], salt=_SALT)
    return {
        "url": f"/api/v1/recognition/pictures/{row.uid}/?key={key}",
        "is_plate": row.kind in PLATE_KINDS,
        "width": row.width_px,
        "height": row.height_px,
    }
