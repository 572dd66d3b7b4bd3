"""What ought to be out there (requirements), when (shifts), and what is to be done (duty tasks)."""

from __future__ import annotations

import uuid

from django.contrib.gis.db import models as gis
from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.geo.srid import STORE_SRID


class Shift(models.Model):
    """A named part of the day; it may cross midnight (ends_at <= starts_at)."""

    organisation = models.ForeignKey(
        "stations.Organisation", models.PROTECT, related_name="shifts", verbose_name=_("机构")
    )
    name = models.CharField(_("名称"), max_length=40)
    starts_at = models.TimeField(_("开始"))
    ends_at = models.TimeField(_("结束"))

    class Meta:
        verbose_name = _("班次")
        verbose_name_plural = _("班次")
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="shift_name_unique")]

    def __str__(self) -> str:
        return self.name


class Requirement(models.Model):
    """Place, kind, powers, count and a recurring window. A gap is a requirement minus the tours planned for it."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        "stations.Organisation", models.PROTECT, related_name="requirements", verbose_name=_("机构")
    )
    name = models.CharField(_("名称"), max_length=100)
    station = models.ForeignKey("stations.Station", models.CASCADE, null=True, blank=True, related_name="+")
    segment = models.ForeignKey("roads.Segment", models.CASCADE, null=True, blank=True, related_name="+")
    place = gis.PointField(_("位置"), srid=STORE_SRID, null=True, blank=True)
    kinds = ArrayField(models.CharField(max_length=12), default=list, blank=True, verbose_name=_("单元类别"))
    powers = ArrayField(models.CharField(max_length=30), default=list, blank=True, verbose_name=_("权限"))
    count = models.PositiveSmallIntegerField(_("数量"), default=1)
    weekdays = ArrayField(models.PositiveSmallIntegerField(), default=list, verbose_name=_("星期"))
    starts_at = models.TimeField(_("开始"))
    ends_at = models.TimeField(_("结束"))
    dates = DateRangeField(_("日期"))

    class Meta:
        verbose_name = _("勤务需求")
        verbose_name_plural = _("勤务需求")
        constraints = [models.CheckConstraint(condition=Q(count__gte=1), name="requirement_count_positive")]

    def __str__(self) -> str:
        return self.name


class DutyTask(models.Model):
    """A task of the day, told on the phone."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        "stations.Organisation", models.PROTECT, related_name="duty_tasks", verbose_name=_("机构")
    )
    tour = models.ForeignKey("patrols.Tour", models.CASCADE, related_name="tasks", verbose_name=_("出勤"))
    title = models.CharField(_("任务"), max_length=120)
    text = models.CharField(_("说明"), max_length=500, blank=True)
    segment = models.ForeignKey("roads.Segment", models.SET_NULL, null=True, blank=True, related_name="duty_tasks")
    due_at = models.DateTimeField(_("时限"), null=True, blank=True)
    done_at = models.DateTimeField(_("完成时间"), null=True, blank=True)
    done_by_id = models.BigIntegerField(null=True, editable=False)
    done_text = models.CharField(_("完成情况"), max_length=500, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    # What the house issues by itself says for what; a tour gets it once.
    auto_key = models.CharField(max_length=60, blank=True, default="", editable=False)

    class Meta:
        verbose_name = _("勤务任务")
        verbose_name_plural = _("勤务任务")
        constraints = [
            models.UniqueConstraint(
                fields=["tour", "auto_key"], condition=~Q(auto_key=""), name="duty_task_issued_once"
            )
        ]

    def __str__(self) -> str:
        return self.title
