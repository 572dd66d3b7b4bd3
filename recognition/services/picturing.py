"""Pictures of passages: checked, drawn anew, and kept beside the database with their hashes."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from core.attachments.files import file_remove, file_write
from core.attachments.picture import picture_read
from core.errors import LuzhangError
from recognition import metrics
from recognition.gat1400.pictures import Picture
from recognition.intake.incoming import Sender
from recognition.models import PassagePicture


def pictures_keep(sender: Sender, pictures: Iterable[Picture], *, passage_key: str, at: datetime) -> int:
    """Keep those pictures of a passage that came with it. Returns how many are no pictures: they are counted, and the
    passage stands without them.
    """
    broken = 0
    for picture in pictures:
        if picture.data is not None:
            broken += bool(picture_keep(sender, picture, passage_key=passage_key, at=at))
    return broken


def picture_keep(sender: Sender, picture: Picture, *, passage_key: str, at: datetime) -> str:
    """Keep one picture; "" or why not. A picture that is there already stays. The file comes before the row, so that no
    row points to nothing.
    """
    if picture.data is None:
        return ""
    source = hashlib.sha256(picture.data).hexdigest()
    image_id = picture.id or f"{passage_key}:{source[:12]}"[:64]
    day = at.astimezone(UTC).date()
    known = PassagePicture.objects.filter(device_id=sender.device_id, image_id=image_id, day=day)
    if known.exists():
        return ""
    try:
        read = picture_read(picture.data, field="Data")
    except LuzhangError as why:
        metrics.count("broken_pictures")
        return f"not kept: {why.code}"
    uid = uuid.uuid4()
    path = f"passages/{day:%Y/%m/%d}/{uid}.jpg"
    file_write(path, read.jpeg)
    try:
        with transaction.atomic():
            PassagePicture.objects.create(
                uid=uid,
                device_id=sender.device_id,
                image_id=image_id,
                kind=picture.kind,
                organisation_path=sender.organisation_path,
                day=day,
                passage_key=passage_key,
                path=path,
                sha256=hashlib.sha256(read.jpeg).hexdigest(),
                source_sha256=source,
                size_bytes=len(read.jpeg),
                width_px=read.width_px,
                height_px=read.height_px,
            )
    except IntegrityError:
        file_remove(path)  # somebody else kept the same picture meanwhile
        return ""
    metrics.count("pictures")
    return ""


def day_pictures_remove(day: date) -> int:
    """Remove the pictures of one day, in the caller's transaction; the files go after its commit."""
    rows: Any = PassagePicture.objects.filter(day=day)
    paths = list(rows.values_list("path", flat=True))
    rows.delete()
    transaction.on_commit(lambda: _files_remove(paths))
    return len(paths)


def _files_remove(paths: list[str]) -> None:
    for path in paths:
        file_remove(path)
