"""What is shown of a kept picture: a smaller copy where it is there and whole, else the kept one."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass

from django.utils.translation import gettext as _

from core.attachments.files import file_path
from core.attachments.scaling import PictureSize, is_wanted
from core.errors import InvalidInput, NotFound
from core.models import Attachment, AttachmentThumbnail

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """What is answered. `is_final`: it will be the same tomorrow; false while a smaller copy is still to come."""

    jpeg: bytes
    sha256: str
    is_final: bool


def attachment_bytes(attachment: Attachment) -> bytes:
    """The kept JPEG. Raises NotFound(code="attachment_lost") when the file is gone, InvalidInput(
    code="attachment_changed") when it is not what was recorded.
    """
    try:
        data = file_path(attachment.path).read_bytes()
    except FileNotFoundError as problem:
        raise NotFound(
            _("附件文件缺失"),
            code="attachment_lost",
            field="attachment",
            value=str(attachment.uid),
            cure=_("请从备份恢复该文件"),
        ) from problem
    if hashlib.sha256(data).hexdigest() != attachment.sha256:
        raise InvalidInput(
            _("附件文件与记录不符"),
            code="attachment_changed",
            field="attachment",
            value=attachment.uid,
            cure=_("请从备份恢复该文件"),
        )
    return data


def attachment_shown(attachment: Attachment, size: PictureSize | None = None) -> ShownPicture:
    """The picture in a size, or the kept one where that copy isn't there (yet). Raises what `attachment_bytes` does."""
    if size is None or not is_wanted(attachment.width_px, attachment.height_px, size):
        return ShownPicture(attachment_bytes(attachment), attachment.sha256, is_final=True)
    copy = attachment.thumbnails.filter(size=size.value).first()
    data = _copy_bytes(copy) if copy is not None else None
    if copy is not None and data is not None:
        return ShownPicture(data, copy.sha256, is_final=True)
    return ShownPicture(attachment_bytes(attachment), attachment.sha256, is_final=False)


def _copy_bytes(copy: AttachmentThumbnail) -> bytes | None:
    """The smaller copy, None (and a line in the log) when its file is gone or another."""
    try:
        data = file_path(copy.path).read_bytes()
    except FileNotFoundError:
        data = b""
    if hashlib.sha256(data).hexdigest() == copy.sha256:
        return data
    logger.warning("thumbnail %s of attachment %s is not what was recorded", copy.size, copy.attachment_id)
    return None
