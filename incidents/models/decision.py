"""What the engine knew and what it said, kept so that it can be replayed outside the product (invariant 12)."""

from __future__ import annotations

from django.db import models

from core import clock


class Decision(models.Model):
    """One decision: input snapshot (graph and weight version, positions, eligibility) and plan with reasons.

    `snapshot` is the canonical JSON of `incidents.dispatch.snapshot`, compressed by the database; the plan with its
    reasons is part of it (`selectors.plans.decision_plan` puts it in words).
    """

    class Origin(models.TextChoices):
        ENGINE = "engine", "自动"
        SOLVER = "solver", "统筹"
        MANUAL = "manual", "人工"

    incident = models.ForeignKey("incidents.Incident", models.PROTECT, related_name="decisions")
    organisation_path = models.CharField(max_length=200)
    at = models.DateTimeField(default=clock.now)
    origin = models.CharField(max_length=8, choices=Origin)
    network_version = models.CharField(max_length=60, blank=True)
    weights_generation = models.BigIntegerField(default=0)
    policy_version = models.PositiveIntegerField(default=0)
    snapshot = models.TextField()
    snapshot_sha256 = models.CharField(max_length=64)
    settled_count = models.PositiveIntegerField(default=0)
    over_budget = models.BooleanField(default=False)
    engine_ms = models.FloatField(default=0)
    shortfall = models.CharField(max_length=30, blank=True)

    class Meta:
        verbose_name = "派警决策"
        verbose_name_plural = "派警决策"
        indexes = [models.Index(fields=["incident", "id"], name="decision_incident")]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.origin}"
