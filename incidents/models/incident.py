"""The thing that happened: place, grade, state, and its append-only history."""

from __future__ import annotations

import uuid

from django.contrib.gis.db import models as gis
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.db.choices import choices_spoken
from core.db.fields import BlindIndexField, EncryptedTextField
from core.geo.srid import STORE_SRID
from incidents.states import Grade, IncidentState


class Incident(models.Model):
    """One incident 警情. Place is a point and, where a road axis is near, (axis, metre, side); the chain of chiefs is
    kept as it was at `happened_at`. `version` is the compare-and-set counter of its lifecycle.
    """

    class Source(models.TextChoices):
        PHONE = "phone", _("电话")
        WALK_IN = "walk_in", _("来访")
        SELF_FOUND = "self_found", _("自主发现")
        SUPERIOR = "superior", _("上级交办")
        BOARD_CALL = "board_call", _("公示牌来电")
        CITIZEN = "citizen", _("群众上报")
        CAMERA = "camera", _("卡口预警")
        DRONE = "drone", _("无人机")
        DEVICE_SOS = "device_sos", _("设备求助")
        COMMUNITY = "community", _("社区巡逻")
        API = "api", _("接口")
        TRANSFER = "transfer", _("转警")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(_("警情编号"), max_length=24, unique=True)
    organisation = models.ForeignKey(
        "stations.Organisation", models.PROTECT, related_name="incidents", verbose_name=_("机构")
    )
    organisation_path = models.CharField(max_length=200, editable=False)
    source = models.CharField(_("来源"), max_length=16, choices=Source)
    client_scope = models.CharField(max_length=60, editable=False)
    client_key = models.CharField(max_length=100, editable=False)
    kind = models.CharField(_("类别"), max_length=40)
    state = models.CharField(
        _("状态"), max_length=12, choices=choices_spoken(IncidentState.choices()), default=IncidentState.RECEIVED.value
    )
    version = models.PositiveIntegerField(default=0, editable=False)
    grade = models.CharField(_("等级"), max_length=8, choices=choices_spoken(Grade.choices()), blank=True)
    grade_reasons = models.JSONField(_("定级理由"), default=list)
    grade_table_version = models.PositiveIntegerField(null=True, editable=False)
    risk = models.JSONField(_("风险要素"), default=dict)
    zone = models.CharField(_("地带"), max_length=10, default="town")
    deadline_reasons = models.JSONField(_("时限依据"), default=list)
    title = models.CharField(_("标题"), max_length=200)
    text = models.TextField(_("内容"), blank=True)

    geom = gis.PointField(_("位置"), srid=STORE_SRID)
    place_text = models.CharField(_("地点"), max_length=300, blank=True)
    place_flags = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    axis = models.ForeignKey("roads.RoadAxis", models.SET_NULL, null=True, blank=True, related_name="+")
    axis_m = models.FloatField(null=True, blank=True)
    side = models.CharField(max_length=4, blank=True)
    chainage_text = models.CharField(_("桩号"), max_length=60, blank=True)
    segment = models.ForeignKey("roads.Segment", models.SET_NULL, null=True, blank=True, related_name="incidents")
    chain = models.JSONField(_("路长链"), default=list)
    # On a border of two segments: which chief was the first to sign for it.
    owner_signed_at = models.DateTimeField(_("签认时间"), null=True, blank=True)
    owner_name = models.CharField(_("签认路长"), max_length=60, blank=True)
    course_deg = models.FloatField(_("方向"), null=True, blank=True)

    reporter_name = EncryptedTextField(_("报警人"), purpose="incidents.incident.reporter_name", blank=True, default="")
    reporter_phone = EncryptedTextField(
        _("报警电话"), purpose="incidents.incident.reporter_phone", blank=True, default=""
    )
    reporter_phone_index = BlindIndexField(purpose="incidents.incident.reporter_phone", null=True, blank=True)
    plate = EncryptedTextField(_("号牌"), purpose="incidents.incident.plate", blank=True, default="")
    plate_index = BlindIndexField(purpose="incidents.incident.plate", null=True, blank=True)

    required_powers = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    units_needed = models.PositiveSmallIntegerField(_("所需单元"), default=1)
    automatic = models.BooleanField(_("自动派警"), default=True)
    exercise = models.BooleanField(_("演练"), default=False)
    generated = models.BooleanField(_("示例数据"), default=False)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged_incidents")
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("上级警情")
    )
    mark_ids = ArrayField(models.BigIntegerField(), default=list, blank=True, editable=False)
    shortfall = models.CharField(_("缺口"), max_length=30, blank=True)
    waiting_until = models.DateTimeField(null=True, blank=True)

    happened_at = models.DateTimeField(_("发生时间"))
    received_at = models.DateTimeField(_("接警时间"), default=clock.now)
    graded_at = models.DateTimeField(null=True, blank=True)
    assigned_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    arrived_at = models.DateTimeField(null=True, blank=True)
    cleared_at = models.DateTimeField(null=True, blank=True)
    reported_at = models.DateTimeField(null=True, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    arrive_by = models.DateTimeField(_("到场时限"), null=True, blank=True)
    close_by = models.DateTimeField(_("办结时限"), null=True, blank=True)
    overdue_since = models.DateTimeField(_("超时起"), null=True, blank=True)
    created_by_id = models.BigIntegerField(null=True, editable=False)

    class Meta:
        verbose_name = _("警情")
        verbose_name_plural = _("警情")
        constraints = [
            models.UniqueConstraint(fields=["client_scope", "client_key"], name="incident_client_key_unique"),
            models.CheckConstraint(condition=Q(units_needed__gte=1), name="incident_units_needed_positive"),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")), name="incident_not_merged_into_itself"
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")), name="incident_not_its_own_parent"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "received_at"], name="incident_state_received"),
            models.Index(fields=["organisation_path", "received_at"], name="incident_path_received"),
            models.Index(fields=["received_at"], name="incident_received"),
        ]

    def __str__(self) -> str:
        return self.number


class IncidentStep(models.Model):
    """One row of an incident's history. Appended, never edited: the database refuses UPDATE and DELETE."""

    class Kind(models.TextChoices):
        TRANSITION = "transition", _("状态")
        NOTE = "note", _("记录")
        GRADE = "grade", _("定级")
        DISPATCH = "dispatch", _("派警")
        SUPERVISION = "supervision", _("督办")
        LINK = "link", _("关联")
        TASK = "task", _("任务")
        MARK = "mark", _("标签")
        CALL = "call", _("来电")

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="steps")
    at = models.DateTimeField(default=clock.now)
    kind = models.CharField(max_length=12, choices=Kind)
    from_state = models.CharField(max_length=12, blank=True)
    to_state = models.CharField(max_length=12, blank=True)
    actor_id = models.BigIntegerField(null=True)
    on_behalf_of_id = models.BigIntegerField(null=True)
    by_radio = models.BooleanField(default=False)
    device = models.CharField(max_length=60, blank=True)
    device_time = models.DateTimeField(null=True)
    text = models.CharField(max_length=2000, blank=True)
    details = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("警情过程")
        verbose_name_plural = _("警情过程")
        indexes = [models.Index(fields=["incident", "id"], name="incident_step_incident")]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.kind} {self.to_state}"


class IncidentLink(models.Model):
    """Merge and un-merge, duplicates, parent and child: both histories survive."""

    class Kind(models.TextChoices):
        MERGED = "merged", _("合并")
        UNMERGED = "unmerged", _("撤销合并")
        PARENT = "parent", _("上级警情")
        DETACHED = "detached", _("解除上级警情")

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="links")
    other = models.ForeignKey(Incident, models.PROTECT, related_name="links_from")
    kind = models.CharField(max_length=10, choices=Kind)
    at = models.DateTimeField(default=clock.now)
    actor_id = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    previous_state = models.CharField(max_length=12, choices=choices_spoken(IncidentState.choices()), blank=True)

    class Meta:
        verbose_name = _("警情关联")
        verbose_name_plural = _("警情关联")

    def __str__(self) -> str:
        return f"{self.incident_id} {self.kind} {self.other_id}"
