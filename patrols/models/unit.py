"""A unit is a call sign: it stays the same while crews, cars and days change."""

from __future__ import annotations

import uuid

from django.contrib.gis.db import models as gis
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.geo.srid import STORE_SRID


class Unit(models.Model):
    """A call sign with kind and agency. What it may do is decided by who is on its tour, not here."""

    class Kind(models.TextChoices):
        CAR = "car", _("警车")
        MOTORCYCLE = "motorcycle", _("摩托")
        FOOT = "foot", _("步巡")
        STATION = "station", _("站点")
        DRONE = "drone", _("无人机")

    class Agency(models.TextChoices):
        TRAFFIC = "traffic", _("交警")
        POLICE_STATION = "police_station", _("派出所")
        SPECIAL = "special", _("特警")
        WARDEN = "warden", _("路管")
        JOINT = "joint", _("联勤")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        "stations.Organisation", models.PROTECT, related_name="units", verbose_name=_("机构")
    )
    call_sign = models.CharField(_("呼号"), max_length=40)
    kind = models.CharField(_("类别"), max_length=12, choices=Kind)
    agency = models.CharField(_("警种"), max_length=16, choices=Agency)
    home_station = models.ForeignKey(
        "stations.Station", models.SET_NULL, null=True, blank=True, related_name="units", verbose_name=_("驻地")
    )
    post = gis.PointField(_("岗点"), srid=STORE_SRID, null=True, blank=True)
    radio = models.CharField(_("电台号"), max_length=40, blank=True)
    generated = models.BooleanField(_("示例数据"), default=False)
    is_active = models.BooleanField(_("在编"), default=True)

    class Meta:
        verbose_name = _("勤务单元")
        verbose_name_plural = _("勤务单元")
        constraints = [models.UniqueConstraint(fields=["organisation", "call_sign"], name="unit_call_sign_unique")]

    def __str__(self) -> str:
        return self.call_sign
