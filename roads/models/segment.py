"""Segments: dated ranges of metres of an axis (or an area, for a bundle of village roads) that people answer for."""

from __future__ import annotations

import uuid

from django.contrib.gis.db import models as gis
from django.contrib.postgres.fields import DateTimeRangeField, IntegerRangeField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.db.spelling import SpellingField
from core.geo.srid import STORE_SRID


class Segment(models.Model):
    """A stretch of an axis. The range of metres is half-open `[from_m, to_m)`.

    `sides` is an integer range so that the database can compare it: 下行 is `[0,1)`, 上行 `[1,2)`, both `[0,2)`.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        "stations.Organisation", models.PROTECT, related_name="segments", verbose_name=_("机构")
    )
    code = models.CharField(_("编号"), max_length=40)
    name = models.CharField(_("名称"), max_length=200)
    spelling = SpellingField(of="name")
    axis = models.ForeignKey(
        "roads.RoadAxis", models.PROTECT, null=True, blank=True, related_name="segments", verbose_name=_("轴线")
    )
    from_m = models.FloatField(_("起点（米）"), null=True, blank=True)
    to_m = models.FloatField(_("终点（米）"), null=True, blank=True)
    sides = IntegerRangeField(_("方向"), default=None, null=True, blank=True)
    area = gis.MultiPolygonField(_("范围"), srid=STORE_SRID, null=True, blank=True)
    geom = gis.MultiLineStringField(_("几何"), srid=STORE_SRID, null=True, blank=True, editable=False)
    road_class = models.PositiveSmallIntegerField(_("等级"), default=11)
    valid = DateTimeRangeField(_("有效期"))
    patrol_every_days = models.PositiveSmallIntegerField(_("巡查周期（天）"), default=7)
    generated = models.BooleanField(_("示例数据"), default=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("路段")
        verbose_name_plural = _("路段")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "code"], name="segment_code_unique"),
            models.CheckConstraint(
                condition=(
                    Q(
                        axis__isnull=False,
                        from_m__isnull=False,
                        to_m__isnull=False,
                        sides__isnull=False,
                        area__isnull=True,
                    )
                    | Q(axis__isnull=True, area__isnull=False)
                ),
                name="segment_axis_range_or_area",
            ),
            models.CheckConstraint(
                condition=Q(from_m__isnull=True) | Q(to_m__gt=F("from_m")), name="segment_range_forward"
            ),
            models.CheckConstraint(
                condition=Q(from_m__isnull=True) | Q(from_m__gte=0), name="segment_from_not_negative"
            ),
        ]
        indexes = [
            models.Index(fields=["axis", "from_m"], name="segment_axis_from"),
            GinIndex(OpClass(F("code"), name="gin_trgm_ops"), name="segment_code_trgm"),
            GinIndex(OpClass(F("name"), name="gin_trgm_ops"), name="segment_name_trgm"),
            GinIndex(OpClass(F("spelling"), name="gin_trgm_ops"), name="segment_spelling_trgm"),
        ]

    def __str__(self) -> str:
        return self.name


class SegmentLineage(models.Model):
    """Cutting and joining keep the past: which segment came out of which."""

    parent = models.ForeignKey(Segment, models.PROTECT, related_name="descendants")
    child = models.ForeignKey(Segment, models.PROTECT, related_name="ancestors")
    at = models.DateTimeField(default=clock.now)
    reason = models.CharField(_("原因"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("路段沿革")
        verbose_name_plural = _("路段沿革")
        constraints = [models.UniqueConstraint(fields=["parent", "child"], name="segment_lineage_unique")]

    def __str__(self) -> str:
        return f"{self.parent} → {self.child}"
