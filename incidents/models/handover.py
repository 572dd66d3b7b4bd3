"""交接班: what one shift hands to the next, frozen, with two signatures."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.db.choices import choices_spoken
from core.db.fields import EncryptedTextField
from incidents.states import HandoverState


class HandoverSheet(models.Model):
    """A hand-over sheet. `content` (JSON) is what was true when it was made and never changes; `digest` (SHA-256 of
    content and notes) is what both sign. It names people and their duty phones, so it is kept encrypted.

    Signatures are of two different persons; an organisation has one unfinished sheet at a time.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        "stations.Organisation", models.PROTECT, related_name="handover_sheets", verbose_name=_("机构")
    )
    organisation_path = models.CharField(max_length=200, editable=False)
    state = models.CharField(
        _("状态"), max_length=10, choices=choices_spoken(HandoverState.choices()), default=HandoverState.DRAFT.value
    )
    content = EncryptedTextField(_("内容"), purpose="incidents.handover.content")
    notes = EncryptedTextField(_("交班说明"), purpose="incidents.handover.notes", blank=True, default="")
    digest = models.CharField(_("摘要"), max_length=64, editable=False)
    made_at = models.DateTimeField(_("生成时间"), default=clock.now)
    made_by_id = models.BigIntegerField(null=True)
    made_by_name = models.CharField(_("生成人"), max_length=60, blank=True)
    signed_at = models.DateTimeField(_("交班签字"), null=True)
    signed_by_id = models.BigIntegerField(null=True)
    signed_by_name = models.CharField(_("交班人"), max_length=60, blank=True)
    accepted_at = models.DateTimeField(_("接班签字"), null=True)
    accepted_by_id = models.BigIntegerField(null=True)
    accepted_by_name = models.CharField(_("接班人"), max_length=60, blank=True)
    remark = models.CharField(_("接班意见"), max_length=300, blank=True)
    cancelled_at = models.DateTimeField(_("作废时间"), null=True)
    cancelled_by_id = models.BigIntegerField(null=True)
    cancel_reason = models.CharField(_("作废原因"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("交接班单")
        verbose_name_plural = _("交接班单")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(state__in=["draft", "signed"]), name="handover_one_open"
            ),
            models.CheckConstraint(
                condition=~Q(state="accepted") | ~Q(signed_by_id=models.F("accepted_by_id")),
                name="handover_by_two_people",
            ),
        ]
        indexes = [models.Index(fields=["organisation_path", "made_at"], name="handover_path_made")]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.made_at:%Y-%m-%d %H:%M}"
