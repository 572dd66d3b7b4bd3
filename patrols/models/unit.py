"""A unit is a call sign: it stays the same while crews, cars and days change."""

from __future__ import annotations

import uuid

from django.contrib.gis.db import models as gis
from django.db import models

from core.geo.srid import STORE_SRID


class Unit(models.Model):
    """A call sign with kind and agency. What it may do is decided by who is on its tour, not here."""

    class Kind(models.TextChoices):
        CAR = "car", "警车"
        MOTORCYCLE = "motorcycle", "摩托"
        FOOT = "foot", "步巡"
        STATION = "station", "站点"
        DRONE = "drone", "无人机"

    class Agency(models.TextChoices):
        TRAFFIC = "traffic", "交警"
        POLICE_STATION = "police_station", "派出所"
        SPECIAL = "special", "特警"
        WARDEN = "warden", "路管"
        JOINT = "joint", "联勤"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey("stations.Organisation", models.PROTECT, related_name="units", verbose_name="机构")
    call_sign = models.CharField("呼号", max_length=40)
    kind = models.CharField("类别", max_length=12, choices=Kind)
    agency = models.CharField("警种", max_length=16, choices=Agency)
    home_station = models.ForeignKey(
        "stations.Station", models.SET_NULL, null=True, blank=True, related_name="units", verbose_name="驻地"
    )
    post = gis.PointField("岗点", srid=STORE_SRID, null=True, blank=True)
    radio = models.CharField("电台号", max_length=40, blank=True)
    generated = models.BooleanField("示例数据", default=False)
    is_active = models.BooleanField("在编", default=True)

    class Meta:
        verbose_name = "勤务单元"
        verbose_name_plural = "勤务单元"
        constraints = [models.UniqueConstraint(fields=["organisation", "call_sign"], name="unit_call_sign_unique")]

    def __str__(self) -> str:
        return self.call_sign
