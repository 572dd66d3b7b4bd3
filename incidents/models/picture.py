"""Pictures of an incident."""

from __future__ import annotations

from django.db import models


class IncidentPicture(models.Model):
    """One picture that somebody added to an incident; the picture itself is `core.Attachment`."""

    incident = models.ForeignKey("incidents.Incident", models.PROTECT, related_name="pictures", verbose_name="警情")
    attachment = models.OneToOneField("core.Attachment", models.PROTECT, related_name="+", verbose_name="附件")

    class Meta:
        verbose_name = "警情图片"
        verbose_name_plural = "警情图片"

    def __str__(self) -> str:
        return f"{self.incident_id} {self.attachment_id}"
