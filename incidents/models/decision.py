"""What the engine knew and what it said, kept so that it can be replayed outside the product (invariant 12)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock


class DutyRoster(models.Model):
    """The units on duty as they were at one moment, shared by the decisions of one reading; see dispatch.compact.

    The key is the SHA-256 of the content, so the same text is stored once.
    """

    sha256 = models.CharField(max_length=64, primary_key=True)
    at = models.DateTimeField(default=clock.now)
    content = models.TextField()

    class Meta:
        verbose_name = _("在勤名册")
        verbose_name_plural = _("在勤名册")

    def __str__(self) -> str:
        return self.sha256[:12]


class Decision(models.Model):
    """One decision: input snapshot (graph and weight version, positions, eligibility) and plan with reasons.

    `snapshot` is the text of `incidents.dispatch.compact`, over the units of `roster`; `selectors.plans.decision_text`
    gives it whole, and `decision_plan` puts the plan in words.
    """

    class Origin(models.TextChoices):
        ENGINE = "engine", _("自动")
        SOLVER = "solver", _("统筹")
        MANUAL = "manual", _("人工")

    incident = models.ForeignKey("incidents.Incident", models.PROTECT, related_name="decisions")
    organisation_path = models.CharField(max_length=200)
    at = models.DateTimeField(default=clock.now)
    origin = models.CharField(max_length=8, choices=Origin)
    network_version = models.CharField(max_length=60, blank=True)
    weights_generation = models.BigIntegerField(default=0)
    policy_version = models.PositiveIntegerField(default=0)
    roster = models.ForeignKey(DutyRoster, models.PROTECT, related_name="decisions", null=True)
    snapshot = models.TextField()
    snapshot_sha256 = models.CharField(max_length=64)
    settled_count = models.PositiveIntegerField(default=0)
    over_budget = models.BooleanField(default=False)
    engine_ms = models.FloatField(default=0)
    shortfall = models.CharField(max_length=30, blank=True)

    class Meta:
        verbose_name = _("派警决策")
        verbose_name_plural = _("派警决策")
        indexes = [
            models.Index(fields=["incident", "id"], name="decision_incident"),
            # Few rows: counted at every look of the monitoring (`incidents.metrics`).
            models.Index(fields=["at"], name="decision_over_budget", condition=models.Q(over_budget=True)),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.origin}"
