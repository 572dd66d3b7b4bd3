"""Marks 标签: dated tags on a place, a plate or a caller, which the grade of what happens there next counts."""

from __future__ import annotations

import uuid

from django.contrib.gis.db import models as gis
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.db.fields import BlindIndexField, EncryptedTextField
from core.geo.srid import STORE_SRID

MAX_WEIGHT = 5


class Mark(models.Model):
    """One mark. A caller is known by the blind index only: nobody reads a number from a mark.

    In force from `valid_from` until `valid_until` (None: until somebody ends it) or `ended_at`.
    """

    class Target(models.TextChoices):
        PLACE = "place", _("地点")
        PLATE = "plate", _("号牌")
        CALLER = "caller", _("来电人")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey("stations.Organisation", models.PROTECT, related_name="+", verbose_name=_("机构"))
    organisation_path = models.CharField(max_length=200, editable=False)
    target = models.CharField(_("对象"), max_length=6, choices=Target)
    label = models.CharField(_("标签"), max_length=60)
    weight = models.PositiveSmallIntegerField(
        _("权重"), default=1, validators=[MinValueValidator(1), MaxValueValidator(MAX_WEIGHT)]
    )
    reason = models.CharField(_("理由"), max_length=300)
    geom = gis.PointField(_("位置"), srid=STORE_SRID, null=True, blank=True)
    radius_m = models.PositiveIntegerField(_("半径（米）"), null=True, blank=True)
    plate = EncryptedTextField(_("号牌"), purpose="incidents.mark.plate", blank=True, default="")
    plate_index = BlindIndexField(purpose="incidents.mark.plate", null=True, blank=True)
    caller_index = BlindIndexField(purpose="incidents.mark.caller", null=True, blank=True)
    incident = models.ForeignKey(
        "incidents.Incident", models.PROTECT, null=True, blank=True, related_name="marks_made", verbose_name=_("警情")
    )
    valid_from = models.DateTimeField(_("起"), default=clock.now)
    valid_until = models.DateTimeField(_("止"), null=True, blank=True)
    created_by_id = models.BigIntegerField(null=True, editable=False)
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    ended_by_id = models.BigIntegerField(null=True, editable=False)
    end_reason = models.CharField(_("结束原因"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("标签")
        verbose_name_plural = _("标签")
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(target="place", geom__isnull=False, radius_m__gte=1, plate_index=None, caller_index=None)
                    | Q(target="plate", geom=None, plate_index__isnull=False, caller_index=None)
                    | Q(target="caller", geom=None, plate_index=None, caller_index__isnull=False)
                ),
                name="mark_has_its_target",
            ),
            models.CheckConstraint(condition=Q(weight__gte=1, weight__lte=MAX_WEIGHT), name="mark_weight_in_range"),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from")), name="mark_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return self.label
