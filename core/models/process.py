"""Heartbeats of the processes of a deployment."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock


class ProcessBeat(models.Model):
    """The last sign of life of a process, in wall time; /readyz reads it."""

    name = models.CharField(max_length=60)
    host = models.CharField(max_length=100)
    pid = models.PositiveIntegerField()
    started_at = models.DateTimeField(default=clock.wall_now)
    at = models.DateTimeField(default=clock.wall_now)
    details = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("进程心跳")
        verbose_name_plural = _("进程心跳")
        constraints = [models.UniqueConstraint(fields=["name", "host", "pid"], name="process_beat_unique")]

    def __str__(self) -> str:
        return f"{self.name} {self.pid}"
