"""协查通报: a look-out notice to the tours of an area, and which of them have read it."""

from __future__ import annotations

import uuid

from django.contrib.gis.db import models as gis
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.db.fields import EncryptedTextField
from core.geo.srid import STORE_SRID


class Broadcast(models.Model):
    """A look-out notice. It goes to the tours of `organisation` that are within `area` (all of them without one), also
    to those that come on duty or drive in while it is in force: from `made_at` to `valid_until` or `withdrawn_at`.

    Such a text names cars and people: it is kept encrypted and no event of the feed carries it.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        "stations.Organisation", models.PROTECT, related_name="broadcasts", verbose_name=_("机构")
    )
    organisation_path = models.CharField(max_length=200, editable=False)
    text = EncryptedTextField(_("内容"), purpose="incidents.broadcast.text")
    area = gis.PolygonField(_("范围"), srid=STORE_SRID, null=True)
    # A circle as it was given, for people: (lon, lat) is the middle of `area`.
    radius_m = models.PositiveIntegerField(_("半径（米）"), null=True)
    made_at = models.DateTimeField(_("发布时间"), default=clock.now)
    made_by_id = models.BigIntegerField(null=True)
    made_by_name = models.CharField(_("发布人"), max_length=60, blank=True)
    valid_until = models.DateTimeField(_("有效至"))
    withdrawn_at = models.DateTimeField(_("撤销时间"), null=True)
    withdrawn_by_id = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("协查通报")
        verbose_name_plural = _("协查通报")
        constraints = [
            models.CheckConstraint(condition=Q(valid_until__gt=F("made_at")), name="broadcast_valid_after_made"),
        ]
        indexes = [
            models.Index(fields=["valid_until"], condition=Q(withdrawn_at__isnull=True), name="broadcast_standing"),
            models.Index(fields=["organisation_path"], name="broadcast_organisation_path"),
        ]

    def __str__(self) -> str:
        return str(self.uid)


class BroadcastReceipt(models.Model):
    """One tour to which a notice went, and when its crew had it before their eyes."""

    broadcast = models.ForeignKey(Broadcast, models.CASCADE, related_name="receipts")
    tour = models.ForeignKey("patrols.Tour", models.CASCADE, related_name="broadcast_receipts")
    sent_at = models.DateTimeField(default=clock.now)
    seen_at = models.DateTimeField(null=True)
    seen_by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["broadcast", "tour"], name="broadcast_once_per_tour")]

    def __str__(self) -> str:
        return f"{self.broadcast_id} {self.tour_id}"
