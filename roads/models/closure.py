"""Closures and speeds in force: what the weights writer turns into live weights within a second."""

from __future__ import annotations

import uuid

from django.contrib.gis.db import models as gis
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, IntegerRangeField
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.geo.srid import STORE_SRID


class Closure(models.Model):
    """A stretch that is blocked or slowed: on an axis (metres, sides), or on edges of the current build.

    A physical block stops everybody; works and controls cost police `penalty_s` seconds and stop the public. Where
    `who_may_pass` names somebody (`roads.network.profiles.PASSERS`), they stop all others too.
    """

    class Kind(models.TextChoices):
        BLOCK = "block", _("物理阻断")
        WORKS = "works", _("施工")
        CONTROL = "control", _("交通管制")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        "stations.Organisation", models.PROTECT, related_name="closures", verbose_name=_("机构")
    )
    kind = models.CharField(_("类别"), max_length=10, choices=Kind)
    reason = models.CharField(_("原因"), max_length=200)
    axis = models.ForeignKey("roads.RoadAxis", models.PROTECT, null=True, blank=True, related_name="closures")
    from_m = models.FloatField(_("起点（米）"), null=True, blank=True)
    to_m = models.FloatField(_("终点（米）"), null=True, blank=True)
    sides = IntegerRangeField(_("方向"), null=True, blank=True)
    build = models.ForeignKey("roads.NetworkBuild", models.SET_NULL, null=True, blank=True, related_name="closures")
    edge_nos = ArrayField(models.PositiveIntegerField(), default=list, blank=True)
    geom = gis.MultiLineStringField(_("几何"), srid=STORE_SRID, null=True, blank=True)
    who_may_pass = ArrayField(models.CharField(max_length=20), default=list, blank=True, verbose_name=_("可通行"))
    penalty_s = models.FloatField(_("通行代价（秒）"), default=60)
    valid = DateTimeRangeField(_("时段"))
    ended_at = models.DateTimeField(_("提前结束"), null=True, blank=True)
    created_by_id = models.BigIntegerField(null=True, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("封闭与管制")
        verbose_name_plural = _("封闭与管制")
        constraints = [
            models.CheckConstraint(
                condition=Q(axis__isnull=False, from_m__isnull=False, to_m__gt=F("from_m"), sides__isnull=False)
                | Q(axis__isnull=True, build__isnull=False),
                name="closure_on_axis_or_edges",
            ),
        ]
        indexes = [GistIndex(fields=["valid"], name="closure_valid")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.reason}"


class RoadSpeed(models.Model):
    """A measured or ordered speed on edges of a build, in force for a time; `factor` multiplies travel time."""

    build = models.ForeignKey("roads.NetworkBuild", models.CASCADE, related_name="speeds")
    edge_nos = ArrayField(models.PositiveIntegerField())
    factor = models.FloatField(_("时间系数"))
    source = models.CharField(_("来源"), max_length=60)
    valid = DateTimeRangeField(_("时段"))
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("路况")
        verbose_name_plural = _("路况")
        constraints = [
            models.CheckConstraint(condition=Q(factor__gt=0, factor__lte=100), name="road_speed_factor_sane")
        ]
        indexes = [GistIndex(fields=["valid"], name="road_speed_valid")]

    def __str__(self) -> str:
        return f"×{self.factor}"
