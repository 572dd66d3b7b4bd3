"""Keeping pictures."""

from __future__ import annotations

import hashlib
import uuid

from django.contrib.gis.geos import Point
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit, clock
from core.attachments.files import file_remove, file_write
from core.attachments.picture import picture_read
from core.errors import InvalidInput
from core.geo.srid import STORE_SRID
from core.models import Attachment
from core.tasks import thumbnails_enqueue


def attachment_create(
    *, actor_id: int | None, organisation_path: str, data: bytes, purpose: str, field: str = "file"
) -> Attachment:
    """Check a picture, re-encode it without EXIF, keep it under MEDIA_ROOT and record it, in one transaction.

    `purpose` is a short word of the caller (`incident`, `round`). Raises BrokenPicture (400) or PictureTooLarge (413)
    before anything is written. The file is written first and synced, so a row never points to nothing; a file without
    a row (crash in between) is removed by `attachments_sweep`.
    """
    if not purpose.isidentifier() or len(purpose) > 40:
        raise InvalidInput(
            _("附件用途无效"), field="purpose", value=purpose, cure=_("用途应为不超过 40 个字符的英文标识")
        )
    picture = picture_read(data, zone=timezone.get_current_timezone(), field=field)
    uid = uuid.uuid4()
    day = timezone.localdate(clock.now())
    path = f"attachments/{purpose}/{day:%Y/%m/%d}/{uid}.jpg"
    file_write(path, picture.jpeg)
    with transaction.atomic():
        attachment = Attachment.objects.create(
            uid=uid,
            purpose=purpose,
            path=path,
            sha256=hashlib.sha256(picture.jpeg).hexdigest(),
            source_sha256=hashlib.sha256(data).hexdigest(),
            size_bytes=len(picture.jpeg),
            width_px=picture.width_px,
            height_px=picture.height_px,
            taken_at=picture.taken_at,
            geom=Point(picture.lon, picture.lat, srid=STORE_SRID) if picture.lon is not None else None,
            organisation_path=organisation_path,
            created_by_id=actor_id,
        )
        audit.record(
            actor_id=actor_id,
            action="attachment.create",
            object_type="attachment",
            object_id=uid,
            organisation_path=organisation_path,
            details={"sha256": attachment.sha256, "source_sha256": attachment.source_sha256, "purpose": purpose},
        )
        transaction.on_commit(lambda: thumbnails_enqueue(attachment.pk), robust=True)
    return attachment


def attachment_remove(attachment: Attachment) -> int:
    """Remove a picture with its smaller copies, inside the caller's transaction; the files go after its commit.

    Returns how many files go. The caller records why (retention does). Raises ProtectedError while something still
    belongs to it.
    """
    # A worker that is making copies right now is waited for: its rows go too.
    Attachment.objects.select_for_update().get(pk=attachment.pk)
    paths = [attachment.path, *attachment.thumbnails.values_list("path", flat=True)]
    attachment.delete()
    # A process that dies right after the commit leaves files without rows: `attachments_sweep` removes them.
    transaction.on_commit(lambda: _files_remove(paths))
    return len(paths)


def _files_remove(paths: list[str]) -> None:
    for path in paths:
        file_remove(path)
