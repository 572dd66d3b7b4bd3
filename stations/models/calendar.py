"""Days that are not what their weekday says: public holidays, and the weekends that are worked in exchange 调休."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class CalendarDay(models.Model):
    """One local date of an organisation and the weekday as which it counts: a holiday as a Sunday, a weekend that is
    worked as the weekday whose work it makes up for.
    """

    class Weekday(models.IntegerChoices):
        """As Python counts: Monday is 0."""

        MONDAY = 0, _("周一")
        TUESDAY = 1, _("周二")
        WEDNESDAY = 2, _("周三")
        THURSDAY = 3, _("周四")
        FRIDAY = 4, _("周五")
        SATURDAY = 5, _("周六")
        SUNDAY = 6, _("周日")

    organisation = models.ForeignKey(
        "stations.Organisation", models.PROTECT, related_name="calendar_days", verbose_name=_("机构")
    )
    day = models.DateField(_("日期"))
    counts_as = models.PositiveSmallIntegerField(
        _("按周几算"), choices=Weekday, default=Weekday.SUNDAY, help_text=_("放假按周日算；调休上班按所补的工作日算")
    )
    name = models.CharField(_("名称"), max_length=40, help_text=_("例如：国庆节"))

    class Meta:
        verbose_name = _("节假日和调休")
        verbose_name_plural = _("节假日和调休")
        ordering = ["-day"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "day"], name="calendar_day_unique"),
            models.CheckConstraint(condition=models.Q(counts_as__lte=6), name="calendar_day_weekday"),
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.name}"
