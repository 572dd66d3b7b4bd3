"""Smaller copies of kept pictures: made by a worker after commit, found again by a sweep.

The row in the database says which are there; the queue is only a reminder.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import PurePosixPath

from django.db import transaction
from django.db.models import F

from core import clock
from core.attachments.files import file_put
from core.attachments.scaling import PictureSize, Scaled, is_wanted, picture_scaled
from core.attachments.shown import attachment_bytes
from core.broker import send
from core.errors import LuzhangError
from core.models import Attachment, AttachmentThumbnail

logger = logging.getLogger(__name__)

# A picture that a worker can't get through is given up: the kept one is shown.
TRIES_AT_MOST = 5
WAITING_AFTER = timedelta(minutes=2)
BATCH = 500


def thumbnails_make(attachment_id: int) -> bool:
    """Make the smaller copies of a picture; what a worker does. Returns whether this call made them.

    May run twice, at once or after a death in the middle: the row is taken for as long as it takes, the files have
    fixed names and are put in place whole, and the rows enter with the mark in one transaction.
    """
    if not _try_begun(attachment_id):
        return False
    with transaction.atomic():
        attachment = _taken(attachment_id)
        if attachment is None:
            return False
        try:
            kept = attachment_bytes(attachment)
            made = {
                size: picture_scaled(kept, size)
                for size in PictureSize
                if is_wanted(attachment.width_px, attachment.height_px, size)
            }
        except (LuzhangError, OSError) as problem:
            logger.warning("no thumbnails of attachment %s: %s", attachment_id, problem)
            return False
        for size, scaled in made.items():
            _keep(attachment, size, scaled)
        attachment.thumbnails_at = clock.now()
        attachment.save(update_fields=["thumbnails_at"])
    return True


def _taken(attachment_id: int) -> Attachment | None:
    """The row under lock; None when the copies are there or another worker is at it."""
    rows = Attachment.objects.select_for_update(skip_locked=True, no_key=True)
    return rows.filter(pk=attachment_id, thumbnails_at=None).first()


def _try_begun(attachment_id: int) -> bool:
    """Count the try before it begins: a picture that kills its worker is not tried for ever."""
    with transaction.atomic():
        attachment = _taken(attachment_id)
        if attachment is None or attachment.thumbnail_tries >= TRIES_AT_MOST:
            return False
        Attachment.objects.filter(pk=attachment_id).update(thumbnail_tries=F("thumbnail_tries") + 1)
    return True


def _keep(attachment: Attachment, size: PictureSize, scaled: Scaled) -> None:
    path = thumbnail_path(attachment.path, size)
    file_put(path, scaled.jpeg)
    AttachmentThumbnail.objects.update_or_create(
        attachment=attachment,
        size=size.value,
        defaults={
            "path": path,
            "sha256": hashlib.sha256(scaled.jpeg).hexdigest(),
            "size_bytes": len(scaled.jpeg),
            "width_px": scaled.width_px,
            "height_px": scaled.height_px,
        },
    )


def thumbnail_path(path: str, size: PictureSize) -> str:
    """`…/<uid>.jpg` → `…/<uid>.small.jpg`: beside the kept picture."""
    kept = PurePosixPath(path)
    return str(kept.with_name(f"{kept.stem}.{size.value}{kept.suffix}"))


def thumbnails_sweep(enqueue: Callable[[int], object]) -> int:
    """Enqueue again what has no copies for longer than a worker should need: its message or its worker was lost.

    Returns how many were taken.
    """
    waiting = Attachment.objects.filter(
        thumbnails_at=None, thumbnail_tries__lt=TRIES_AT_MOST, created_at__lt=clock.now() - WAITING_AFTER
    ).order_by("id")
    taken = 0
    for attachment_id in waiting.values_list("pk", flat=True)[:BATCH]:
        if not send(partial(enqueue, attachment_id), what=f"thumbnails of attachment {attachment_id}"):
            break
        taken += 1
    return taken
