"""What one person asks for and another decides."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.db.choices import choices_spoken
from core.states import ApprovalState

OPEN = (ApprovalState.ASKED.value, ApprovalState.CHECKED.value)
DECIDED = (ApprovalState.APPROVED.value, ApprovalState.REFUSED.value)


class Approval(models.Model):
    """A request that needs another person. `object_id` is the uid of what it is about, in the room that asks; `terms`
    are what would hold once it is approved and contain nothing personal. An object has one open request of a kind.

    The database itself refuses that whoever asked checks or decides.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("事项"), max_length=60)
    object_id = models.CharField(max_length=60)
    organisation_path = models.CharField(max_length=200)
    state = models.CharField(
        _("状态"), max_length=10, choices=choices_spoken(ApprovalState.choices()), default=ApprovalState.ASKED.value
    )
    terms = models.JSONField(_("内容"), default=dict)
    reason = models.CharField(_("理由"), max_length=300)
    asked_by_id = models.BigIntegerField(_("申请人"))
    asked_at = models.DateTimeField(_("申请时间"), default=clock.now)
    due_at = models.DateTimeField(_("时限"), null=True)
    checked_by_id = models.BigIntegerField(_("审核人"), null=True)
    checked_at = models.DateTimeField(_("审核时间"), null=True)
    decided_by_id = models.BigIntegerField(_("审批人"), null=True)
    decided_at = models.DateTimeField(_("审批时间"), null=True)
    words = models.CharField(_("意见"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("审批")
        verbose_name_plural = _("审批")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "object_id"], condition=Q(state__in=OPEN), name="approval_one_open"
            ),
            models.CheckConstraint(
                condition=Q(checked_by_id=None) | ~Q(checked_by_id=F("asked_by_id")), name="approval_checked_by_another"
            ),
            models.CheckConstraint(
                condition=Q(decided_by_id=None) | ~Q(decided_by_id=F("asked_by_id")), name="approval_decided_by_another"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=DECIDED) | Q(decided_by_id__isnull=False, decided_at__isnull=False),
                name="approval_decided_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["organisation_path", "state"], name="approval_path_state")]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"
