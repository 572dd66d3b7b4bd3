"""Inspections 巡查: what a chief saw on a segment, where and when; rows of a log, never edited."""

from __future__ import annotations

import uuid

from django.contrib.gis.db import models as gis
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock
from core.geo.srid import STORE_SRID


class Inspection(models.Model):
    """One entry of the log. Appended, never edited: the database refuses UPDATE and DELETE.

    `levels` are the ranks in whose duty it was made; `is_acting` when the person stood in for the chief. `inspected_at`
    is the server's time less what the phone says it kept the entry back, `received_at` when it came in, `device_at`
    what the phone's own clock showed.
    """

    class Finding(models.TextChoices):
        CLEAR = "clear", _("未发现问题")
        HAZARD = "hazard", _("道路隐患")
        FACILITY = "facility", _("设施损坏")

    class PlaceSource(models.TextChoices):
        GPS = "gps", _("定位")
        MAP = "map", _("地图点选")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    segment = models.ForeignKey("roads.Segment", models.PROTECT, related_name="inspections", verbose_name=_("路段"))
    organisation = models.ForeignKey("stations.Organisation", models.PROTECT, related_name="+", verbose_name=_("机构"))
    person = models.ForeignKey("stations.Person", models.PROTECT, related_name="+", verbose_name=_("巡查人"))
    levels = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("级别"))
    is_acting = models.BooleanField(_("代理"), default=False)
    finding = models.CharField(_("发现"), max_length=10, choices=Finding)
    text = models.CharField(_("情况"), max_length=1000, blank=True)
    geom = gis.PointField(_("位置"), srid=STORE_SRID)
    place_source = models.CharField(_("位置来源"), max_length=4, choices=PlaceSource)
    accuracy_m = models.FloatField(_("精度（米）"), null=True)
    distance_m = models.FloatField(_("距路段（米）"))
    axis_m = models.FloatField(null=True)
    chainage_text = models.CharField(_("桩号"), max_length=60, blank=True)
    inspected_at = models.DateTimeField(_("巡查时间"))
    inspected_on = models.DateField(_("巡查日期"))
    received_at = models.DateTimeField(_("收到时间"), default=clock.now)
    device_at = models.DateTimeField(_("设备时间"), null=True)
    client_scope = models.CharField(max_length=60, editable=False)
    client_key = models.CharField(max_length=100, editable=False)
    created_by_id = models.BigIntegerField(null=True, editable=False)
    generated = models.BooleanField(_("示例数据"), default=False)

    class Meta:
        verbose_name = _("巡查")
        verbose_name_plural = _("巡查")
        constraints = [
            models.UniqueConstraint(fields=["client_scope", "client_key"], name="inspection_client_key_unique"),
        ]
        indexes = [models.Index(fields=["segment", "-inspected_at"], name="inspection_segment_at")]

    def __str__(self) -> str:
        return f"{self.segment_id} {self.inspected_on} {self.finding}"


class InspectionPicture(models.Model):
    """One picture of an entry; the picture itself is `core.Attachment`."""

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="pictures", verbose_name=_("巡查"))
    attachment = models.OneToOneField("core.Attachment", models.PROTECT, related_name="+", verbose_name=_("附件"))

    class Meta:
        verbose_name = _("巡查图片")
        verbose_name_plural = _("巡查图片")

    def __str__(self) -> str:
        return f"{self.inspection_id} {self.attachment_id}"
