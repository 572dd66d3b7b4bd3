"""Decision tables that administrators change, by version."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock


class DecisionTable(models.Model):
    """One version of a decision table (JDM JSON of the zen engine). Versions are never edited; a new one replaces."""

    key = models.CharField(_("名称"), max_length=60)
    version = models.PositiveIntegerField(_("版本"))
    content = models.JSONField(_("内容"))
    valid_from = models.DateTimeField(_("生效时间"), default=clock.now)
    created_by_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(default=clock.wall_now)
    note = models.CharField(_("说明"), max_length=200, default="", blank=True)

    class Meta:
        verbose_name = _("决策表")
        verbose_name_plural = _("决策表")
        constraints = [models.UniqueConstraint(fields=["key", "version"], name="decision_table_version_unique")]
        indexes = [models.Index(fields=["key", "valid_from"], name="decision_table_valid")]

    def __str__(self) -> str:
        return f"{self.key} v{self.version}"
