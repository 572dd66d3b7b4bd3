"""Positions. The tables are written by the tracker intake with COPY, so their DDL is SQL (patrols/intake/sql)."""

from __future__ import annotations

from django.contrib.gis.db import models as gis
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.geo.srid import STORE_SRID


class Fix(models.Model):
    """One position of one device at one moment; partitioned by day, unique by (device, fixed_at)."""

    pk = models.CompositePrimaryKey("device_id", "fixed_at")
    device_id = models.BigIntegerField()
    fixed_at = models.DateTimeField()
    received_at = models.DateTimeField()
    tour_id = models.BigIntegerField()
    lon = models.FloatField()
    lat = models.FloatField()
    speed_mps = models.FloatField(null=True)
    course_deg = models.FloatField(null=True)
    accuracy_m = models.FloatField(null=True)
    battery = models.FloatField(null=True)
    is_mock = models.BooleanField()
    source = models.CharField(max_length=20)

    class Meta:
        managed = False
        db_table = "patrols_fix"
        verbose_name = _("轨迹点")
        verbose_name_plural = _("轨迹点")

    def __str__(self) -> str:
        return f"{self.device_id} {self.fixed_at:%H:%M:%S}"


class DevicePosition(models.Model):
    """The last fix of a device."""

    device_id = models.BigIntegerField(primary_key=True)
    tour_id = models.BigIntegerField()
    fixed_at = models.DateTimeField()
    received_at = models.DateTimeField()
    lon = models.FloatField()
    lat = models.FloatField()
    speed_mps = models.FloatField(null=True)
    course_deg = models.FloatField(null=True)
    accuracy_m = models.FloatField(null=True)
    battery = models.FloatField(null=True)
    is_mock = models.BooleanField()
    source = models.CharField(max_length=20)

    class Meta:
        managed = False
        db_table = "patrols_deviceposition"
        verbose_name = _("设备位置")
        verbose_name_plural = _("设备位置")

    def __str__(self) -> str:
        return str(self.device_id)


class TourPosition(models.Model):
    """Where a tour is: the fix of its best device. `changed_seq` grows with every move, for the live stream."""

    tour = models.OneToOneField(
        "patrols.Tour", models.DO_NOTHING, primary_key=True, related_name="position", db_constraint=False
    )
    device_id = models.BigIntegerField()
    fixed_at = models.DateTimeField()
    received_at = models.DateTimeField()
    geom = gis.PointField(srid=STORE_SRID)
    speed_mps = models.FloatField(null=True)
    course_deg = models.FloatField(null=True)
    accuracy_m = models.FloatField(null=True)
    is_mock = models.BooleanField()
    source = models.CharField(max_length=20)
    changed_seq = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "patrols_tourposition"
        verbose_name = _("当前位置")
        verbose_name_plural = _("当前位置")

    def __str__(self) -> str:
        return str(self.tour_id)
