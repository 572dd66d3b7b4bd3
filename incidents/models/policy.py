"""Kinds of incident and the dispatch policy, both data that administrators change; policies are versioned."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock


class IncidentKind(models.Model):
    """A kind of incident: what it needs, and how grave it is before anything else is known."""

    code = models.CharField(_("代码"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    order = models.PositiveSmallIntegerField(_("次序"), default=100)
    required_powers = ArrayField(models.CharField(max_length=30), default=list, blank=True, verbose_name=_("所需权限"))
    wanted_kinds = ArrayField(models.CharField(max_length=12), default=list, blank=True, verbose_name=_("优先单元"))
    units_needed = models.PositiveSmallIntegerField(_("所需单元"), default=1)
    umbrella = models.BooleanField(
        _("可作上级警情"), default=False, help_text=_("大雾、台风、警卫车队等，可挂接多条警情")
    )
    dedupe_radius_m = models.PositiveIntegerField(_("查重半径（米）"), default=200)
    dedupe_window_s = models.PositiveIntegerField(_("查重时窗（秒）"), default=1800)
    is_active = models.BooleanField(_("启用"), default=True)

    class Meta:
        verbose_name = _("警情类别")
        verbose_name_plural = _("警情类别")
        ordering = ["order", "code"]

    def __str__(self) -> str:
        return self.name


class DispatchPolicyVersion(models.Model):
    """One version of the dispatch policy: turn-out times, freshness, timers, automatic or propose-then-confirm."""

    version = models.PositiveIntegerField(_("版本"), unique=True)
    content = models.JSONField(_("内容"))
    valid_from = models.DateTimeField(_("生效时间"), default=clock.now)
    note = models.CharField(_("说明"), max_length=200, blank=True)
    created_by_id = models.BigIntegerField(null=True, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("派警策略")
        verbose_name_plural = _("派警策略")
        ordering = ["-version"]

    def __str__(self) -> str:
        return f"v{self.version}"
