"""Devices with credentials of their own, what they are bound to and when, and API tokens of people."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock


class Device(models.Model):
    """A tracker phone, vehicle terminal, body camera or plate camera. Its record fixes the datum of what it sends."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        "stations.Organisation", models.PROTECT, related_name="devices", verbose_name=_("机构")
    )
    identifier = models.CharField(_("设备号"), max_length=60, unique=True)
    protocol = models.CharField(_("协议"), max_length=20)
    token_hash = models.BinaryField(_("凭证摘要"), max_length=32, unique=True, null=True, editable=False)
    datum = models.CharField(_("坐标系"), max_length=10, default="wgs84")
    last_seen_at = models.DateTimeField(_("最近上线"), null=True, blank=True, editable=False)
    rejected_count = models.PositiveIntegerField(_("无效定位数"), default=0, db_default=0, editable=False)
    last_rejected_at = models.DateTimeField(_("最近无效定位"), null=True, blank=True, editable=False)
    last_rejected_code = models.CharField(
        _("无效原因"), max_length=40, blank=True, default="", db_default="", editable=False
    )
    locked_at = models.DateTimeField(_("锁定时间"), null=True, blank=True)
    locked_reason = models.CharField(_("锁定原因"), max_length=200, blank=True)
    generated = models.BooleanField(_("示例数据"), default=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("设备")
        verbose_name_plural = _("设备")

    def __str__(self) -> str:
        return self.identifier


class DeviceBinding(models.Model):
    """A device belongs to one person, vehicle or station at a time."""

    device = models.ForeignKey(Device, models.CASCADE, related_name="bindings", verbose_name=_("设备"))
    person = models.ForeignKey("stations.Person", models.CASCADE, null=True, blank=True, related_name="device_bindings")
    vehicle = models.ForeignKey(
        "stations.Vehicle", models.CASCADE, null=True, blank=True, related_name="device_bindings"
    )
    station = models.ForeignKey(
        "stations.Station", models.CASCADE, null=True, blank=True, related_name="device_bindings"
    )
    valid = DateTimeRangeField(_("有效期"))

    class Meta:
        verbose_name = _("设备绑定")
        verbose_name_plural = _("设备绑定")
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(person__isnull=False, vehicle__isnull=True, station__isnull=True)
                    | Q(person__isnull=True, vehicle__isnull=False, station__isnull=True)
                    | Q(person__isnull=True, vehicle__isnull=True, station__isnull=False)
                ),
                name="device_binding_exactly_one",
            ),
            ExclusionConstraint(
                name="device_binding_no_overlap",
                expressions=[("device", RangeOperators.EQUAL), ("valid", RangeOperators.OVERLAPS)],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.device}"


class ApiToken(models.Model):
    """A bearer token of a user; only its SHA-256 is stored (tokens are 256 random bits)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens")
    token_hash = models.BinaryField(max_length=32, unique=True, editable=False)
    label = models.CharField(_("用途"), max_length=60, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    expires_at = models.DateTimeField(_("失效时间"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("吊销时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("接口令牌")
        verbose_name_plural = _("接口令牌")

    def __str__(self) -> str:
        return self.label or str(self.pk)
