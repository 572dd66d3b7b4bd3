"""增援请求: a crew's call for help as a card of its own at the desk, which lies there until it is answered."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.db.choices import choices_spoken
from incidents.desk_states import BackupState


class BackupRequest(models.Model):
    """One call for help of one assignment. Asking again while it stands counts up `times` and calls again.

    `taken_*` is who at the desk answers for it, by name. `outcome` is how it was answered: help is on scene, the desk
    said how, or the crew is through. What is answered before anybody took it stays on the desk until somebody did.
    """

    class Outcome(models.TextChoices):
        UNIT = "unit", _("增援到场")
        DESK = "desk", _("指挥员答复")
        OVER = "over", _("求助单元已结束")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    assignment = models.ForeignKey(
        "incidents.Assignment", models.PROTECT, related_name="backups", verbose_name=_("派警")
    )
    organisation_path = models.CharField(max_length=200, editable=False)
    state = models.CharField(
        _("状态"), max_length=8, choices=choices_spoken(BackupState.choices()), default=BackupState.ASKED.value
    )
    version = models.PositiveIntegerField(default=0, editable=False)
    reason = models.CharField(_("原因"), max_length=20)
    text = models.CharField(_("说明"), max_length=300, blank=True)
    times = models.PositiveSmallIntegerField(_("次数"), default=1)
    asked_at = models.DateTimeField(_("请求时间"), default=clock.now)
    asked_by_id = models.BigIntegerField(null=True, editable=False)
    called_at = models.DateTimeField(_("最后一次请求"), default=clock.now)
    taken_at = models.DateTimeField(_("接应时间"), null=True)
    taken_by_id = models.BigIntegerField(null=True, editable=False)
    taken_by_name = models.CharField(_("接应人"), max_length=60, blank=True)
    outcome = models.CharField(_("结果"), max_length=8, choices=Outcome, blank=True)
    outcome_at = models.DateTimeField(_("答复时间"), null=True)
    outcome_text = models.CharField(_("答复"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("增援请求")
        verbose_name_plural = _("增援请求")
        constraints = [
            models.UniqueConstraint(
                fields=["assignment"], condition=~Q(state=BackupState.ANSWERED.value), name="backup_one_standing"
            ),
            models.CheckConstraint(
                condition=Q(state=BackupState.ASKED.value) | Q(taken_at__isnull=False), name="backup_taken_by_somebody"
            ),
            models.CheckConstraint(
                condition=~Q(state=BackupState.ANSWERED.value) | ~Q(outcome=""), name="backup_answered_by_something"
            ),
        ]
        indexes = [
            models.Index(
                fields=["organisation_path"], condition=~Q(state=BackupState.ANSWERED.value), name="backup_standing"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assignment_id} {self.state}"
