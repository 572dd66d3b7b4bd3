"""Stations of every kind, checkpoints and cameras. Geometry is WGS-84 lon-lat (EPSG:4326)."""

from __future__ import annotations

import uuid

from django.contrib.gis.db import models as gis
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.db.spelling import SpellingField
from core.geo.srid import STORE_SRID


class StationService(models.Model):
    """One kind of service a counter offers, e.g. 驾驶证换证; four classes in the reference city."""

    code = models.CharField(_("代码"), max_length=30, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    service_class = models.CharField(_("类别"), max_length=30)

    class Meta:
        verbose_name = _("服务事项")
        verbose_name_plural = _("服务事项")

    def __str__(self) -> str:
        return self.name


class Station(models.Model):
    """A place that people go to or units stand at."""

    class Kind(models.TextChoices):
        SERVICE = "service", _("公安执法服务站")
        PERSUASION = "persuasion", _("交通劝导站")
        POST = "post", _("警务岗亭")
        POLICE_STATION = "police_station", _("派出所")
        SETTLEMENT = "settlement", _("快处快赔中心")
        COMMAND = "command", _("指挥中心")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        "stations.Organisation", models.PROTECT, related_name="stations", verbose_name=_("机构")
    )
    kind = models.CharField(_("类别"), max_length=20, choices=Kind)
    code = models.CharField(_("编号"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=100)
    spelling = SpellingField(of="name")
    address = models.CharField(_("地址"), max_length=200, blank=True)
    duty_phone = models.CharField(_("值班电话"), max_length=40, blank=True)
    opening_hours = models.JSONField(_("开放时间"), default=dict, blank=True)
    services = models.ManyToManyField(StationService, blank=True, related_name="stations", verbose_name=_("服务事项"))
    geom = gis.PointField(_("位置"), srid=STORE_SRID)
    service_area = gis.MultiPolygonField(_("服务范围"), srid=STORE_SRID, null=True, blank=True)
    is_public = models.BooleanField(_("对外公布"), default=True)
    generated = models.BooleanField(_("示例数据"), default=False)
    is_active = models.BooleanField(_("启用"), default=True)

    class Meta:
        verbose_name = _("站点")
        verbose_name_plural = _("站点")

    def __str__(self) -> str:
        return self.name


class Checkpoint(models.Model):
    """A checkpoint 卡口 with its direction, lanes and ring (1 county border … 6 private)."""

    class State(models.TextChoices):
        ONLINE = "online", _("在线")
        OFFLINE = "offline", _("离线")
        REPAIR = "repair", _("维修")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        "stations.Organisation", models.PROTECT, related_name="checkpoints", verbose_name=_("机构")
    )
    code = models.CharField(_("编号"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=100)
    heading_deg = models.FloatField(_("方向"), null=True, blank=True)
    lanes = models.JSONField(_("车道"), default=list, blank=True)
    ring = models.PositiveSmallIntegerField(_("圈层"), default=3)
    owner = models.CharField(_("建设单位"), max_length=60, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.ONLINE)
    geom = gis.PointField(_("位置"), srid=STORE_SRID)
    generated = models.BooleanField(_("示例数据"), default=False)

    class Meta:
        verbose_name = _("卡口")
        verbose_name_plural = _("卡口")
        constraints = [
            models.CheckConstraint(condition=Q(ring__gte=1, ring__lte=6), name="checkpoint_ring_1_to_6"),
            models.CheckConstraint(
                condition=Q(heading_deg__isnull=True) | Q(heading_deg__gte=0, heading_deg__lt=360),
                name="checkpoint_heading_0_to_360",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Camera(models.Model):
    """A camera, at a checkpoint or alone."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        "stations.Organisation", models.PROTECT, related_name="cameras", verbose_name=_("机构")
    )
    checkpoint = models.ForeignKey(
        Checkpoint, models.SET_NULL, null=True, blank=True, related_name="cameras", verbose_name=_("卡口")
    )
    code = models.CharField(_("编号"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=100)
    heading_deg = models.FloatField(_("方向"), null=True, blank=True)
    lanes = models.JSONField(_("车道"), default=list, blank=True)
    ring = models.PositiveSmallIntegerField(_("圈层"), default=3)
    is_private = models.BooleanField(_("社会面"), default=False)
    geom = gis.PointField(_("位置"), srid=STORE_SRID)
    generated = models.BooleanField(_("示例数据"), default=False)

    class Meta:
        verbose_name = _("摄像机")
        verbose_name_plural = _("摄像机")
        constraints = [models.CheckConstraint(condition=Q(ring__gte=1, ring__lte=6), name="camera_ring_1_to_6")]

    def __str__(self) -> str:
        return self.name
