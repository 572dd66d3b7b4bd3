"""Pictures that belong to something: always a fresh JPEG of ours, never the file that came in."""

from __future__ import annotations

import uuid

from django.contrib.gis.db import models as gis
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.geo.srid import STORE_SRID


class Attachment(models.Model):
    """A re-encoded picture under MEDIA_ROOT. `source_sha256` is of the bytes that came in, `sha256` of what is kept.

    Place and time are what the camera wrote (EXIF), null when it wrote none; the datum is the one stated on intake.
    `thumbnails_at` is null until its smaller copies are there; `thumbnail_tries` counts begun tries, also of a worker
    that died.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    purpose = models.CharField(max_length=40)
    kind = models.CharField(max_length=10, default="jpeg")
    path = models.CharField(max_length=200, unique=True)
    sha256 = models.CharField(max_length=64)
    source_sha256 = models.CharField(max_length=64, db_index=True)
    size_bytes = models.PositiveIntegerField()
    width_px = models.PositiveIntegerField()
    height_px = models.PositiveIntegerField()
    taken_at = models.DateTimeField(null=True)
    geom = gis.PointField(srid=STORE_SRID, null=True)
    datum = models.CharField(max_length=10, default="wgs84")
    organisation_path = models.CharField(max_length=200, db_index=True)
    created_by_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(default=clock.now)
    thumbnails_at = models.DateTimeField(null=True)
    thumbnail_tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("附件")
        verbose_name_plural = _("附件")
        indexes = [
            models.Index(fields=["id"], condition=Q(thumbnails_at__isnull=True), name="attachment_without_thumbnails"),
        ]

    def __str__(self) -> str:
        return str(self.uid)


class AttachmentThumbnail(models.Model):
    """A smaller copy of a picture, made late by a worker. A picture that is no larger than a size has no copy of it."""

    attachment = models.ForeignKey(Attachment, models.CASCADE, related_name="thumbnails")
    size = models.CharField(max_length=10)
    path = models.CharField(max_length=200, unique=True)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveIntegerField()
    width_px = models.PositiveIntegerField()
    height_px = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("附件缩略图")
        verbose_name_plural = _("附件缩略图")
        constraints = [models.UniqueConstraint(fields=["attachment", "size"], name="thumbnail_once_a_size")]

    def __str__(self) -> str:
        return f"{self.attachment_id} {self.size}"
