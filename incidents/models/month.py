"""What a general chief signs, and the figures of years in which the house was not there yet."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock


class MonthSignOff(models.Model):
    """A chief has read a month: who, when, and the figures as they were then. Appended, never edited.

    A month that is still running may be signed again on another day.
    """

    person_id = models.BigIntegerField()
    person_name = models.CharField(_("签阅人"), max_length=60)
    level_name = models.CharField(_("级别"), max_length=40)
    organisation_path = models.CharField(max_length=200)
    month = models.DateField(_("月份"))
    signed_at = models.DateTimeField(_("签阅时间"), default=clock.now)
    signed_on = models.DateField(_("签阅日期"))
    note = models.CharField(_("批示"), max_length=500, blank=True)
    figures = models.JSONField(_("当时数据"), default=dict)
    created_by_id = models.BigIntegerField(null=True, editable=False)

    class Meta:
        verbose_name = _("月度签阅")
        verbose_name_plural = _("月度签阅")
        constraints = [
            models.UniqueConstraint(fields=["person_id", "month", "signed_on"], name="month_signed_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.person_name} {self.month:%Y-%m}"


class PastIncidentDay(models.Model):
    """Incidents of a kind that a segment had on a day before the house counted itself; taken over from elsewhere."""

    segment = models.ForeignKey("roads.Segment", models.PROTECT, related_name="+", verbose_name=_("路段"))
    day = models.DateField(_("日期"))
    kind = models.CharField(_("类别"), max_length=40)
    received = models.PositiveIntegerField(_("接警"))
    origin = models.CharField(_("来源"), max_length=100)
    generated = models.BooleanField(_("示例数据"), default=False)

    class Meta:
        verbose_name = _("往年警情")
        verbose_name_plural = _("往年警情")
        constraints = [models.UniqueConstraint(fields=["segment", "day", "kind"], name="past_incident_day_once")]

    def __str__(self) -> str:
        return f"{self.segment_id} {self.day} {self.kind}"
