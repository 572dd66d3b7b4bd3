"""督办: a late or weighty incident pressed upon a person, climbing the chain of chiefs."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock


class Supervision(models.Model):
    """One press: by the clock (overdue) or by a person (督办), upon the holder of one level of the chain.

    `deferred_until`: the chief asked for time, once; `handed_from`: a higher chief handed it down.
    """

    class Kind(models.TextChoices):
        OVERDUE = "overdue", _("超时")
        ORDERED = "ordered", _("督办")

    incident = models.ForeignKey("incidents.Incident", models.PROTECT, related_name="supervisions")
    organisation_path = models.CharField(max_length=200)
    kind = models.CharField(_("类别"), max_length=10, choices=Kind)
    stage = models.CharField(_("环节"), max_length=20)
    level_rank = models.PositiveSmallIntegerField(_("级别"), null=True)
    person_id = models.BigIntegerField(null=True)
    person_name = models.CharField(max_length=60, blank=True)
    raised_at = models.DateTimeField(default=clock.now)
    raised_by_id = models.BigIntegerField(null=True)
    reason = models.CharField(_("理由"), max_length=300, blank=True)
    deferred_until = models.DateTimeField(_("延期至"), null=True)
    handed_from = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", verbose_name=_("转交自"))
    settled_at = models.DateTimeField(null=True)
    settled_by_id = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("督办")
        verbose_name_plural = _("督办")
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "kind", "stage", "level_rank"],
                condition=Q(settled_at__isnull=True),
                nulls_distinct=False,
                name="supervision_open_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.stage}"
