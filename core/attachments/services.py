"""Keeping pictures."""

from __future__ import annotations

import hashlib
import os
import uuid
from pathlib import Path

from django.conf import settings
from django.contrib.gis.geos import Point
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit, clock
from core.attachments.picture import picture_read
from core.errors import InvalidInput
from core.geo.srid import STORE_SRID
from core.models import Attachment


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
    _write(Path(settings.MEDIA_ROOT) / path, picture.jpeg)
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
    return attachment


def attachment_bytes(attachment: Attachment) -> bytes:
    """The kept JPEG. Raises InvalidInput(code="attachment_changed") when the file is not what was recorded."""
    data = (Path(settings.MEDIA_ROOT) / attachment.path).read_bytes()
    if hashlib.sha256(data).hexdigest() != attachment.sha256:
        raise InvalidInput(
            _("附件文件与记录不符"),
            code="attachment_changed",
            field="attachment",
            value=attachment.uid,
            cure=_("请从备份恢复该文件"),
        )
    return data


def attachments_sweep(*, older_than_s: float = 3600.0) -> int:
    """Remove files that no row points to (a crash between file and row). Returns how many."""
    root = Path(settings.MEDIA_ROOT)
    limit = clock.wall_now().timestamp() - older_than_s
    removed = 0
    for path in (root / "attachments").rglob("*.jpg"):
        relative = path.relative_to(root).as_posix()
        if path.stat().st_mtime < limit and not Attachment.objects.filter(path=relative).exists():
            path.unlink(missing_ok=True)
            removed += 1
    return removed


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
