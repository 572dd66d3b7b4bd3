"""Places known by name, and where facilities of the lower room lie on a road."""

from __future__ import annotations

from django.contrib.gis.db import models as gis
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.geo.srid import STORE_SRID


class GazetteerPlace(models.Model):
    """A bus station, school, village or junction that callers name. `pinyin` and `initials` serve the search."""

    organisation = models.ForeignKey("stations.Organisation", models.CASCADE, related_name="+", verbose_name=_("机构"))
    name = models.CharField(_("地名"), max_length=120)
    kind = models.CharField(_("类别"), max_length=30)
    pinyin = models.CharField(max_length=300, blank=True, editable=False)
    initials = models.CharField(max_length=60, blank=True, editable=False)
    geom = gis.PointField(_("位置"), srid=STORE_SRID)
    generated = models.BooleanField(_("示例数据"), default=False)

    class Meta:
        verbose_name = _("地名")
        verbose_name_plural = _("地名")
        indexes = [
            GinIndex(OpClass(F("name"), name="gin_trgm_ops"), name="gazetteer_name_trgm"),
            models.Index(OpClass(F("initials"), name="text_pattern_ops"), name="gazetteer_initials"),
            models.Index(OpClass(F("pinyin"), name="text_pattern_ops"), name="gazetteer_pinyin"),
            GinIndex(OpClass(F("initials"), name="gin_trgm_ops"), name="gazetteer_initials_trgm"),
        ]

    def __str__(self) -> str:
        return self.name


class FacilityOnRoad(models.Model):
    """A station, checkpoint or camera on a road: axis, metre, side and offset. The tie lives in the higher room."""

    # Derived from the place: taking the place away takes it along (`core.imports.undo`).
    follows_its_place = True

    station = models.OneToOneField("stations.Station", models.CASCADE, null=True, blank=True, related_name="+")
    checkpoint = models.OneToOneField("stations.Checkpoint", models.CASCADE, null=True, blank=True, related_name="+")
    camera = models.OneToOneField("stations.Camera", models.CASCADE, null=True, blank=True, related_name="+")
    axis = models.ForeignKey("roads.RoadAxis", models.CASCADE, related_name="facilities")
    distance_m = models.FloatField()
    offset_m = models.FloatField(default=0)
    side = models.CharField(max_length=4, blank=True)

    class Meta:
        verbose_name = _("沿线设施")
        verbose_name_plural = _("沿线设施")
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(station__isnull=False, checkpoint__isnull=True, camera__isnull=True)
                    | Q(station__isnull=True, checkpoint__isnull=False, camera__isnull=True)
                    | Q(station__isnull=True, checkpoint__isnull=True, camera__isnull=False)
                ),
                name="facility_on_road_exactly_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.axis} {self.distance_m:.0f}"
