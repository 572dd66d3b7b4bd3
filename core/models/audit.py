"""The audit trail: rows enter unchained in the caller's transaction; the sealer chains and signs them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock


class AuditRow(models.Model):
    """Who did what to whom, why. The database refuses DELETE, TRUNCATE and all UPDATE but the sealer's."""

    at = models.DateTimeField(default=clock.wall_now)
    day = models.DateField()
    actor_id = models.BigIntegerField(null=True)
    action = models.CharField(max_length=60)
    object_type = models.CharField(max_length=60)
    object_id = models.CharField(max_length=60)
    organisation_path = models.CharField(max_length=200)
    organisation_root = models.CharField(max_length=60)
    reason = models.TextField(default="")
    details = models.JSONField(default=dict)
    chain_seq = models.BigIntegerField(null=True)
    previous_hash = models.BinaryField(max_length=32, null=True)
    row_hash = models.BinaryField(max_length=32, null=True)

    class Meta:
        verbose_name = _("审计记录")
        verbose_name_plural = _("审计记录")
        indexes = [
            models.Index(fields=["id"], condition=Q(row_hash__isnull=True), name="audit_unsealed"),
            models.Index(fields=["organisation_root", "day", "chain_seq"], name="audit_chain"),
            models.Index(fields=["object_type", "object_id"], name="audit_object"),
            models.Index(fields=["actor_id", "at"], name="audit_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_type} {self.object_id}"


class AuditHead(models.Model):
    """Signed head of one chain (organisation root, local day): how many rows there are and the hash of the last."""

    organisation_root = models.CharField(max_length=60)
    day = models.DateField()
    chain_seq = models.BigIntegerField()
    row_hash = models.BinaryField(max_length=32)
    signed_at = models.DateTimeField()
    key_id = models.PositiveSmallIntegerField()
    signature = models.BinaryField(max_length=64)
    tombstone = models.CharField(max_length=200, default="")

    class Meta:
        verbose_name = _("审计链头")
        verbose_name_plural = _("审计链头")
        constraints = [
            models.UniqueConstraint(fields=["organisation_root", "day", "chain_seq"], name="audit_head_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_root} {self.day} #{self.chain_seq}"
