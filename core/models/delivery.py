"""What the console gateway was asked to send."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock


class ConsoleMessage(models.Model):
    """A message that a real gateway would have sent (development, demo, tests). Unique by key, as receivers dedupe."""

    gateway = models.CharField(max_length=20)
    address = models.CharField(max_length=200)
    text = models.TextField()
    key = models.CharField(max_length=120, unique=True)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("模拟短信")
        verbose_name_plural = _("模拟短信")

    def __str__(self) -> str:
        return self.key
