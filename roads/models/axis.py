"""Road axes: our own copied geometry, versioned, with posts. Responsibility hangs on axes, never on imported edges."""

from __future__ import annotations

import uuid

from django.contrib.gis.db import models as gis
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.db.spelling import SpellingField
from core.geo.srid import STORE_SRID
from roads.types import road_label


class RoadAxis(models.Model):
    """A road as people name it: code or name, and part where it is not one piece.

    `geom` is the reference line; metres of an axis are measured along it on the WGS-84 spheroid, from its first vertex.
    The direction of the line is 下行 (down, growing metres); 上行 (up) runs against it, on `geom_up` where the
    carriageways are apart; `up_measures_m` gives the metre of the reference line at each of its vertices.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        "stations.Organisation", models.PROTECT, related_name="road_axes", verbose_name=_("机构")
    )
    code = models.CharField(_("编号"), max_length=30, blank=True)
    name = models.CharField(_("名称"), max_length=200, blank=True)
    spelling = SpellingField(of="name")
    part = models.PositiveSmallIntegerField(_("分段"), default=1)
    road_class = models.PositiveSmallIntegerField(_("等级"))
    version = models.PositiveIntegerField(_("版本"), default=1)
    length_m = models.FloatField(_("长度（米）"))
    geom = gis.LineStringField(_("下行中心线"), srid=STORE_SRID)
    geom_up = gis.LineStringField(_("上行中心线"), srid=STORE_SRID, null=True, blank=True)
    up_measures_m = ArrayField(models.FloatField(), null=True, blank=True, verbose_name=_("上行里程（米）"))
    generated = models.BooleanField(_("示例数据"), default=False)
    is_active = models.BooleanField(_("在用"), default=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("道路轴线")
        verbose_name_plural = _("道路轴线")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "code", "name", "part"], name="road_axis_identity"),
            models.CheckConstraint(condition=~Q(code="") | ~Q(name=""), name="road_axis_has_code_or_name"),
            models.CheckConstraint(condition=Q(length_m__gt=0), name="road_axis_length_positive"),
        ]
        indexes = [
            models.Index(fields=["code"], name="road_axis_code"),
            models.Index(fields=["name"], name="road_axis_name"),
            GinIndex(OpClass(F("code"), name="gin_trgm_ops"), name="road_axis_code_trgm"),
            GinIndex(OpClass(F("name"), name="gin_trgm_ops"), name="road_axis_name_trgm"),
            GinIndex(OpClass(F("spelling"), name="gin_trgm_ops"), name="road_axis_spelling_trgm"),
        ]

    def __str__(self) -> str:
        return road_label(self.code, self.name)


class RoadAxisVersion(models.Model):
    """What the geometry of an axis was, and when."""

    axis = models.ForeignKey(RoadAxis, models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    valid = DateTimeRangeField()
    length_m = models.FloatField()
    geom = gis.LineStringField(srid=STORE_SRID)
    geom_up = gis.LineStringField(srid=STORE_SRID, null=True)
    up_measures_m = ArrayField(models.FloatField(), null=True)
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("轴线版本")
        verbose_name_plural = _("轴线版本")
        constraints = [models.UniqueConstraint(fields=["axis", "version"], name="road_axis_version_unique")]

    def __str__(self) -> str:
        return f"{self.axis} v{self.version}"


class CalibrationPost(models.Model):
    """A kilometre post: metre of the axis ↔ chainage as painted. Two posts at one metre mark a break 断链."""

    axis = models.ForeignKey(RoadAxis, models.CASCADE, related_name="posts", verbose_name=_("轴线"))
    order = models.PositiveIntegerField(_("次序"))
    distance_m = models.FloatField(_("轴线里程（米）"))
    chainage_m = models.FloatField(_("桩号（米）"))

    class Meta:
        verbose_name = _("里程桩")
        verbose_name_plural = _("里程桩")
        ordering = ["axis", "order"]
        constraints = [models.UniqueConstraint(fields=["axis", "order"], name="calibration_post_order")]

    def __str__(self) -> str:
        return f"{self.axis} {self.chainage_m:.0f}"
