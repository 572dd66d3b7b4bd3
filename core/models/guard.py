"""Idempotency keys of writes from outside, and rate counters."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock


class IdempotencyKey(models.Model):
    """The first answer to a write, so that repeating it is harmless."""

    scope = models.CharField(max_length=100)
    key = models.CharField(max_length=100)
    request_hash = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.JSONField(null=True)
    created_at = models.DateTimeField(default=clock.wall_now, db_index=True)

    class Meta:
        verbose_name = _("幂等键")
        verbose_name_plural = _("幂等键")
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="idempotency_scope_key_unique")]

    def __str__(self) -> str:
        return f"{self.scope} {self.key}"


class RateCounter(models.Model):
    """Hits of one key in one fixed window. In PostgreSQL: a limit must hold with Redis gone."""

    name = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    window_start = models.DateTimeField(db_index=True)
    hits = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("限流计数")
        verbose_name_plural = _("限流计数")
        constraints = [models.UniqueConstraint(fields=["name", "key", "window_start"], name="rate_counter_unique")]

    def __str__(self) -> str:
        return f"{self.name} {self.key}"
