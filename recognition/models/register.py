"""The vehicle register 机动车登记, as far as cameras compare with it: how vehicles look, what they are used for."""

from __future__ import annotations

import uuid

from django.contrib.gis.db import models as gis
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.db.fields import BlindIndexField, EncryptedTextField
from core.geo.srid import STORE_SRID

VEHICLE_PURPOSE = "recognition.vehicle.plate"


class VehicleRecord(models.Model):
    """One registered vehicle. No owner: what a camera is compared with needs none. `vehicle_class` is a code of
    GA 24.4 (K33), `colour` letters of GA 24.8 or words, "" where the table said nothing. `use` makes a key vehicle.
    """

    class Use(models.TextChoices):
        ORDINARY = "", _("一般")
        COACH = "coach", _("客运")
        HAZMAT = "hazmat", _("危险品运输")
        SCHOOL_BUS = "school_bus", _("校车")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        "stations.Organisation", models.PROTECT, related_name="vehicle_records", verbose_name=_("机构")
    )
    organisation_path = models.CharField(max_length=200, editable=False)
    plate = EncryptedTextField(_("号牌"), purpose=VEHICLE_PURPOSE)
    plate_index = BlindIndexField(purpose=VEHICLE_PURPOSE)
    kind_code = models.CharField(_("号牌种类"), max_length=2)
    vehicle_class = models.CharField(_("车辆类型"), max_length=40, blank=True)
    colour = models.CharField(_("车身颜色"), max_length=20, blank=True)
    use = models.CharField(_("重点车辆"), max_length=12, choices=Use, default=Use.ORDINARY, blank=True)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("车辆登记")
        verbose_name_plural = _("车辆登记")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "plate_index", "kind_code"], name="vehicle_record_once"),
            models.CheckConstraint(condition=~Q(kind_code=""), name="vehicle_record_has_kind"),
        ]

    def __str__(self) -> str:
        return str(self.uid)


class PassageRule(models.Model):
    """Where and when key vehicles may not be (`forbidden`), or what they may not leave (`route`). `uses` are those of
    the register. No area: everywhere. Hours are local and may run past midnight; equal ones are all day.
    """

    class Kind(models.TextChoices):
        FORBIDDEN = "forbidden", _("禁行")
        ROUTE = "route", _("限定路线")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        "stations.Organisation", models.PROTECT, related_name="passage_rules", verbose_name=_("机构")
    )
    organisation_path = models.CharField(max_length=200, editable=False)
    name = models.CharField(_("名称"), max_length=60)
    kind = models.CharField(_("规定"), max_length=10, choices=Kind, default=Kind.FORBIDDEN)
    uses = ArrayField(models.CharField(max_length=12), verbose_name=_("重点车辆"))
    area = gis.MultiPolygonField(_("范围"), srid=STORE_SRID, null=True, blank=True)
    days = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("星期"), default=list, blank=True)
    since = models.TimeField(_("每日起"))
    until = models.TimeField(_("每日止"))
    valid_from = models.DateField(_("生效日期"))
    valid_until = models.DateField(_("失效日期"), null=True, blank=True)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("通行规定")
        verbose_name_plural = _("通行规定")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="passage_rule_name_once"),
            models.CheckConstraint(condition=Q(uses__len__gt=0), name="passage_rule_has_uses"),
            models.CheckConstraint(
                condition=~Q(kind="route") | Q(area__isnull=False), name="passage_rule_route_has_area"
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=models.F("valid_from")),
                name="passage_rule_valid_span",
            ),
        ]

    def __str__(self) -> str:
        return self.name
