"""Passages 过车 (partitioned by day, written by COPY and merge: their DDL is SQL), pictures, and how cameras do."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock


class Passage(models.Model):
    """One vehicle at one camera. `device_time` is what the camera said, `received_at` the server's clock, `passed_at`
    what is compared and shown: the camera's time, corrected where its clock is known to be wrong (`clock`), the time
    of receipt where it is impossible. `plate_text` is as sent, `plate` canonical ("" where none was read), `folded` its
    look-alike key. Unique by (device, the sender's key, UTC day).
    """

    pk = models.CompositePrimaryKey("device_id", "source_key", "day")
    device_id = models.BigIntegerField()
    source_key = models.CharField(max_length=64)
    day = models.DateField()
    passed_at = models.DateTimeField()
    device_time = models.DateTimeField()
    received_at = models.DateTimeField()
    clock = models.CharField(max_length=12)
    organisation_path = models.CharField(max_length=200)
    camera_code = models.CharField(max_length=64)
    camera_id = models.BigIntegerField(null=True)
    checkpoint_id = models.BigIntegerField(null=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    lane = models.SmallIntegerField(null=True)
    direction = models.CharField(max_length=40)
    speed_mps = models.FloatField(null=True)
    plate_text = models.CharField(max_length=64)
    plate = models.CharField(max_length=16)
    folded = models.CharField(max_length=16)
    reading = models.CharField(max_length=10)
    kind_code = models.CharField(max_length=2)
    colour = models.CharField(max_length=16)
    vehicle_class = models.CharField(max_length=40)
    vehicle_colour = models.CharField(max_length=40)
    reliability = models.FloatField(null=True)
    hints = models.CharField(max_length=60)
    pictures = models.JSONField(default=list)

    class Meta:
        managed = False
        db_table = "recognition_passage"
        verbose_name = _("过车")
        verbose_name_plural = _("过车")

    def __str__(self) -> str:
        return f"{self.camera_code} {self.passed_at:%H:%M:%S}"


class PassageBatch(models.Model):
    """The newly stored passages of one message that wait for the slower checks: written in the message's transaction,
    deleted in the one that checks them. `keys` and `days` name them together with the device. `problem`: why a check
    failed; such a batch waits for a person and holds nobody up.
    """

    device_id = models.BigIntegerField()
    keys = ArrayField(models.CharField(max_length=64))
    days = ArrayField(models.DateField())
    received_at = models.DateTimeField(default=clock.now)
    problem = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("待核查过车")
        verbose_name_plural = _("待核查过车")

    def __str__(self) -> str:
        return f"{self.device_id} {self.received_at:%H:%M:%S}"


class PassagePicture(models.Model):
    """A picture of a passage, kept beside the database as we drew it anew; `sha256` is of the kept file,
    `source_sha256` of the bytes that came in. Unique by (device, the sender's picture id).
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    device_id = models.BigIntegerField()
    image_id = models.CharField(max_length=64)
    kind = models.CharField(max_length=40, blank=True)
    organisation_path = models.CharField(max_length=200)
    day = models.DateField()
    passage_key = models.CharField(max_length=64, blank=True)
    path = models.CharField(max_length=200, unique=True)
    sha256 = models.CharField(max_length=64)
    source_sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveIntegerField()
    width_px = models.PositiveIntegerField()
    height_px = models.PositiveIntegerField()
    received_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("过车图片")
        verbose_name_plural = _("过车图片")
        constraints = [
            models.UniqueConstraint(fields=["device_id", "image_id", "day"], name="passage_picture_once_a_day")
        ]
        indexes = [
            models.Index(fields=["day"], name="passage_picture_day"),
            models.Index(fields=["device_id", "passage_key"], name="passage_picture_passage"),
        ]

    def __str__(self) -> str:
        return str(self.uid)


class CameraStanding(models.Model):
    """How a camera does, by what came in: last passage, how much of it was read, how its clock stands. `lag_s` is the
    least time from passage to receipt of the running window, `lag_before_s` that of the window before: two that agree
    are a clock, one alone is a network. Negative: the clock is ahead.
    """

    device_id = models.BigIntegerField()
    camera_code = models.CharField(max_length=64)
    organisation_path = models.CharField(max_length=200)
    last_passed_at = models.DateTimeField()
    last_received_at = models.DateTimeField()
    passages = models.BigIntegerField(default=0)
    read = models.BigIntegerField(default=0)
    lag_s = models.FloatField()
    lag_since = models.DateTimeField()
    lag_before_s = models.FloatField(null=True)

    class Meta:
        verbose_name = _("摄像机运行状况")
        verbose_name_plural = _("摄像机运行状况")
        constraints = [models.UniqueConstraint(fields=["device_id", "camera_code"], name="camera_standing_once")]

    def __str__(self) -> str:
        return self.camera_code
