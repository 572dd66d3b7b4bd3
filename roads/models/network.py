"""One build of the routing network, and its edges as the map and linear referencing need them."""

from __future__ import annotations

from django.contrib.gis.db import models as gis
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.geo.srid import STORE_SRID


class NetworkBuild(models.Model):
    """A build of the network. `version` names its folder of graph files; at most one build is current."""

    class State(models.TextChoices):
        IMPORTING = "importing", _("导入中")
        BUILDING = "building", _("构建中")
        READY = "ready", _("就绪")
        FAILED = "failed", _("失败")
        RETIRED = "retired", _("停用")

    version = models.CharField(_("版本"), max_length=60, unique=True)
    name = models.CharField(_("名称"), max_length=100)
    state = models.CharField(_("状态"), max_length=12, choices=State, default=State.IMPORTING)
    is_current = models.BooleanField(_("当前版本"), default=False)
    source = models.CharField(_("来源"), max_length=300)
    source_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    attribution = models.CharField(_("数据来源声明"), max_length=200, blank=True)
    generated = models.BooleanField(_("示例数据"), default=False)
    junction_count = models.PositiveIntegerField(_("路口数"), default=0)
    arc_count = models.PositiveIntegerField(_("有向边数"), default=0)
    edge_count = models.PositiveIntegerField(_("路段边数"), default=0)
    length_km = models.FloatField(_("里程（公里）"), default=0)
    metric_srid = models.PositiveIntegerField(_("米制坐标系"), default=0)
    bounds = gis.PolygonField(_("范围"), srid=STORE_SRID, null=True)
    report = models.JSONField(_("导入报告"), default=dict)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    built_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("路网版本")
        verbose_name_plural = _("路网版本")
        constraints = [
            models.UniqueConstraint(
                fields=["is_current"], condition=Q(is_current=True), name="network_build_one_current"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class RoadEdge(models.Model):
    """An undirected piece of road between two junctions, numbered as in the graph files of its build.

    `axis`, `axis_from_m` and `axis_to_m` are derived: `axis_from_m` belongs to the first vertex of `geom`.
    """

    build = models.ForeignKey(NetworkBuild, models.CASCADE, related_name="edges")
    edge_no = models.PositiveIntegerField()
    source_way_id = models.BigIntegerField()
    name = models.CharField(_("路名"), max_length=200, blank=True)
    ref = models.CharField(_("编号"), max_length=100, blank=True)
    road_class = models.PositiveSmallIntegerField(_("等级"))
    oneway = models.SmallIntegerField(_("单行"), default=0)
    flags = models.PositiveSmallIntegerField(default=0)
    is_island = models.BooleanField(_("孤立路网"), default=False)
    length_m = models.FloatField(_("长度（米）"))
    axis = models.ForeignKey("roads.RoadAxis", models.SET_NULL, null=True, related_name="edges")
    axis_from_m = models.FloatField(null=True)
    axis_to_m = models.FloatField(null=True)
    geom = gis.LineStringField(srid=STORE_SRID, spatial_index=False)

    class Meta:
        verbose_name = _("路网边")
        verbose_name_plural = _("路网边")
        indexes = [
            models.Index(fields=["build", "road_class"], name="road_edge_build_class"),
            models.Index(fields=["axis", "axis_from_m"], name="road_edge_axis"),
            models.Index(fields=["build", "name"], name="road_edge_name"),
            GistIndex(fields=["geom"], name="road_edge_geom"),
        ]
        constraints = [models.UniqueConstraint(fields=["build", "edge_no"], name="road_edge_number_unique")]

    def __str__(self) -> str:
        return f"{self.ref or self.name or self.source_way_id} #{self.edge_no}"
