"""Pictures of an incident."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class IncidentPicture(models.Model):
    """One picture that somebody added to an incident; the picture itself is `core.Attachment`."""

    incident = models.ForeignKey("incidents.Incident", models.PROTECT, related_name="pictures", verbose_name=_("警情"))
    attachment = models.OneToOneField("core.Attachment", models.PROTECT, related_name="+", verbose_name=_("附件"))

    class Meta:
        verbose_name = _("警情图片")
        verbose_name_plural = _("警情图片")

    def __str__(self) -> str:
        return f"{self.incident_id} {self.attachment_id}"
