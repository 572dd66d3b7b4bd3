"""Figures of a day, counted from the rows; they may be thrown away and counted anew at any time."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class CountedDay(models.Model):
    """That, and when, the local day of an organisation was counted: a day without incidents has no other row."""

    organisation = models.ForeignKey("stations.Organisation", models.CASCADE, related_name="+", verbose_name=_("机构"))
    day = models.DateField(_("日期"))
    computed_at = models.DateTimeField(_("统计时间"))

    class Meta:
        verbose_name = _("已统计日")
        verbose_name_plural = _("已统计日")
        constraints = [models.UniqueConstraint(fields=["organisation", "day"], name="counted_day_once")]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.day}"


class IncidentDay(models.Model):
    """What became of the incidents of one kind and grade that an organisation received on one of its local days.

    Everything is said of the incidents *received* that day, whenever it happened: a late closing changes an earlier
    day. Exercises are left out. The times are kept one by one beside their sums, ascending, so that medians over
    several days, kinds or organisations are exact.
    """

    organisation = models.ForeignKey("stations.Organisation", models.CASCADE, related_name="+", verbose_name=_("机构"))
    day = models.DateField(_("日期"))
    kind = models.CharField(_("类别"), max_length=40)
    grade = models.CharField(_("等级"), max_length=8, blank=True)

    received = models.PositiveIntegerField(_("接警"))
    closed = models.PositiveIntegerField(_("办结"))
    false_alarms = models.PositiveIntegerField(_("误报"))
    merged = models.PositiveIntegerField(_("合并"))
    handed_over = models.PositiveIntegerField(_("转办"))
    by_engine = models.PositiveIntegerField(_("自动派警"))
    by_solver = models.PositiveIntegerField(_("统筹派警"))
    by_hand = models.PositiveIntegerField(_("人工派警"))
    overdue = models.PositiveIntegerField(_("超时"))
    shortfalls = models.PositiveIntegerField(_("缺口"))

    sign_count = models.PositiveIntegerField(_("签收数"))
    sign_sum_s = models.FloatField(_("签收用时合计"))
    sign_p50_s = models.FloatField(_("签收用时中位数"), null=True)
    sign_p95_s = models.FloatField(_("签收用时 P95"), null=True)
    sign_s = ArrayField(models.FloatField(), default=list, verbose_name=_("签收用时"))
    arrival_count = models.PositiveIntegerField(_("到场数"))
    arrival_sum_s = models.FloatField(_("到场用时合计"))
    arrival_p50_s = models.FloatField(_("到场用时中位数"), null=True)
    arrival_p95_s = models.FloatField(_("到场用时 P95"), null=True)
    arrival_s = ArrayField(models.FloatField(), default=list, verbose_name=_("到场用时"))
    closing_count = models.PositiveIntegerField(_("办结数"))
    closing_sum_s = models.FloatField(_("办结用时合计"))
    closing_p50_s = models.FloatField(_("办结用时中位数"), null=True)
    closing_p95_s = models.FloatField(_("办结用时 P95"), null=True)
    closing_s = ArrayField(models.FloatField(), default=list, verbose_name=_("办结用时"))

    class Meta:
        verbose_name = _("警情日统计")
        verbose_name_plural = _("警情日统计")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "day", "kind", "grade"], name="incident_day_once")
        ]
        indexes = [models.Index(fields=["day"], name="incident_day_day")]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.day} {self.kind} {self.grade}"
