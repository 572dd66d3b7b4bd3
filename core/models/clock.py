"""The anchor of the house's time."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Clock(models.Model):
    """One row, id 1: house time `anchor_time` was wall time `anchor_wall` and runs `rate` times as fast since."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    anchor_wall = models.DateTimeField()
    anchor_time = models.DateTimeField()
    rate = models.FloatField(default=1.0)

    class Meta:
        verbose_name = _("时钟")
        verbose_name_plural = _("时钟")
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="clock_single_row"),
            models.CheckConstraint(condition=Q(rate__gte=0), name="clock_rate_not_negative"),
        ]

    def __str__(self) -> str:
        return f"×{self.rate:g}"
