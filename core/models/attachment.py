"""Pictures that belong to something: always a fresh JPEG of ours, never the file that came in."""

from __future__ import annotations

import uuid

from django.contrib.gis.db import models as gis
from django.db import models

from core import clock
from core.geo.srid import STORE_SRID


class Attachment(models.Model):
    """A re-encoded picture under MEDIA_ROOT. `source_sha256` is of the bytes that came in, `sha256` of what is kept.

    Place and time are what the camera wrote (EXIF), null when it wrote none; the datum is the one stated on intake.
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

    class Meta:
        verbose_name = "附件"
        verbose_name_plural = "附件"

    def __str__(self) -> str:
        return str(self.uid)
