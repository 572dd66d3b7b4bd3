"""What else is known of a call: that others reported the same thing, and where the recording of it lies."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock
from core.db.fields import BlindIndexField, EncryptedTextField
from incidents.models.incident import Incident


class AddedReport(models.Model):
    """One more report of an incident that is known already: who, when and what, beside the first report."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="added_reports", verbose_name=_("警情"))
    at = models.DateTimeField(_("时间"), default=clock.now)
    source = models.CharField(_("来源"), max_length=16, choices=Incident.Source)
    text = models.CharField(_("内容"), max_length=2000, blank=True)
    reporter_name = EncryptedTextField(_("报警人"), purpose="incidents.report.name", blank=True, default="")
    reporter_phone = EncryptedTextField(_("报警电话"), purpose="incidents.report.phone", blank=True, default="")
    reporter_phone_index = BlindIndexField(purpose="incidents.report.phone", null=True, blank=True)
    created_by_id = models.BigIntegerField(null=True, editable=False)

    class Meta:
        verbose_name = _("补充报警")
        verbose_name_plural = _("补充报警")

    def __str__(self) -> str:
        return f"{self.incident_id} {self.at:%H:%M}"


class CallRecording(models.Model):
    """A call recording: where another system keeps it, and the SHA-256 of its bytes. The bytes never come here, and
    whoever asks for the reference says why, which is written down.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="recordings", verbose_name=_("警情"))
    system = models.CharField(_("录音系统"), max_length=30)
    reference = models.CharField(_("录音编号"), max_length=300)
    sha256 = models.CharField("SHA-256", max_length=64)
    begun_at = models.DateTimeField(_("开始时间"), null=True, blank=True)
    duration_s = models.PositiveIntegerField(_("时长（秒）"), null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    created_by_id = models.BigIntegerField(null=True, editable=False)

    class Meta:
        verbose_name = _("通话录音")
        verbose_name_plural = _("通话录音")
        constraints = [
            models.UniqueConstraint(fields=["incident", "system", "reference"], name="call_recording_once"),
        ]

    def __str__(self) -> str:
        return f"{self.system} {self.reference}"
