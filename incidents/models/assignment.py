"""One unit's part in an incident: the claim, its deliveries, its append-only history."""

from __future__ import annotations

import uuid

from django.contrib.gis.db import models as gis
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.db.choices import choices_spoken
from core.geo.srid import STORE_SRID
from incidents.states import HOLDING, STANDING, AssignmentState

_HOLDING = sorted(HOLDING)
_STANDING = sorted(STANDING)


class Assignment(models.Model):
    """An assignment 派警. `fence` grows with every offer of an incident; an offline action names the fence it knew.

    `ended_at` is set when an assignment comes to nothing, and when its incident is taken up again after it reported: it
    then no longer counts as one of the units that the incident has. A recall counts as seen when the unit's phone says
    so (`recall_seen_at`); when it does not in time, the desk is told to call by radio (`recall_radio_at`). One alone on
    scene for long is asked whether all is well (`welfare_*_at`: the last question, its answer, its radio card).

    The two unique constraints are invariant 4: a tour has at most one assignment that needs it on scene, an incident
    has at most one lead. They decide between two dispatchers who press in the same second.
    """

    class Origin(models.TextChoices):
        ENGINE = "engine", _("自动")
        SOLVER = "solver", _("统筹")
        MANUAL = "manual", _("人工")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    incident = models.ForeignKey(
        "incidents.Incident", models.PROTECT, related_name="assignments", verbose_name=_("警情")
    )
    tour = models.ForeignKey("patrols.Tour", models.PROTECT, related_name="assignments", verbose_name=_("出勤"))
    unit = models.ForeignKey("patrols.Unit", models.PROTECT, related_name="assignments", verbose_name=_("单元"))
    organisation_path = models.CharField(max_length=200, editable=False)
    state = models.CharField(
        _("状态"),
        max_length=14,
        choices=choices_spoken(AssignmentState.choices()),
        default=AssignmentState.PROPOSED.value,
    )
    version = models.PositiveIntegerField(default=0, editable=False)
    fence = models.PositiveIntegerField(editable=False)
    is_lead = models.BooleanField(_("主办"), default=True)
    origin = models.CharField(_("产生方式"), max_length=8, choices=Origin)
    decision = models.ForeignKey("incidents.Decision", models.PROTECT, null=True, related_name="assignments")
    reasons = models.JSONField(_("理由"), default=list)
    warnings = models.JSONField(_("提醒"), default=list)
    predicted_travel_s = models.FloatField(null=True)
    predicted_road_m = models.FloatField(null=True)
    route = gis.LineStringField(srid=STORE_SRID, null=True)
    directions = models.JSONField(default=list)
    created_by_id = models.BigIntegerField(null=True, editable=False)
    reason = models.CharField(_("说明"), max_length=300, blank=True)

    created_at = models.DateTimeField(default=clock.now)
    offered_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    en_route_at = models.DateTimeField(null=True)
    on_scene_at = models.DateTimeField(null=True)
    cleared_at = models.DateTimeField(null=True)
    reported_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    recall_seen_at = models.DateTimeField(_("撤回已确认"), null=True)
    recall_radio_at = models.DateTimeField(_("撤回转电台"), null=True)
    welfare_asked_at = models.DateTimeField(_("询问平安"), null=True)
    welfare_safe_at = models.DateTimeField(_("已报平安"), null=True)
    welfare_radio_at = models.DateTimeField(_("平安确认转电台"), null=True)
    report_text = models.TextField(blank=True)
    report_outcome = models.CharField(max_length=30, blank=True)

    class Meta:
        verbose_name = _("派警")
        verbose_name_plural = _("派警")
        constraints = [
            models.UniqueConstraint(fields=["tour"], condition=Q(state__in=_HOLDING), name="assignment_one_per_tour"),
            models.UniqueConstraint(
                fields=["incident"], condition=Q(state__in=_STANDING, is_lead=True), name="assignment_one_lead"
            ),
            models.UniqueConstraint(
                fields=["incident", "tour"],
                condition=Q(state__in=_STANDING, ended_at__isnull=True),
                name="assignment_once_per_tour",
            ),
            models.UniqueConstraint(fields=["incident", "fence"], name="assignment_fence_unique"),
        ]
        indexes = [
            models.Index(fields=["state", "offered_at"], name="assignment_state_offered"),
            models.Index(fields=["tour", "created_at"], name="assignment_tour_created"),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id}→{self.unit_id} {self.state}"


class AssignmentStep(models.Model):
    """One row of an assignment's history, appended only."""

    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="steps")
    at = models.DateTimeField(default=clock.now)
    from_state = models.CharField(max_length=14, blank=True)
    to_state = models.CharField(max_length=14, blank=True)
    actor_id = models.BigIntegerField(null=True)
    on_behalf_of_id = models.BigIntegerField(null=True)
    by_radio = models.BooleanField(default=False)
    device = models.CharField(max_length=60, blank=True)
    device_time = models.DateTimeField(null=True)
    client_key = models.CharField(max_length=100, blank=True)
    stale_fence = models.BooleanField(default=False)
    text = models.CharField(max_length=2000, blank=True)
    geom = gis.PointField(srid=STORE_SRID, null=True)
    details = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("派警过程")
        verbose_name_plural = _("派警过程")
        constraints = [
            models.UniqueConstraint(
                fields=["assignment", "client_key"], condition=~Q(client_key=""), name="assignment_step_client_key"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assignment_id} {self.to_state}"


class Delivery(models.Model):
    """One try to reach a unit over one channel. Receipt is a step of its own, timed from sending."""

    class Channel(models.TextChoices):
        PAGE = "page", _("页面")
        TERMINAL = "terminal", _("车载终端")
        GATEWAY = "gateway", _("短信／语音")
        RADIO_CARD = "radio_card", _("电台呼叫")

    class State(models.TextChoices):
        WAITING = "waiting", _("待发")
        SENT = "sent", _("已发")
        RECEIVED = "received", _("已收")
        FAILED = "failed", _("失败")
        SUPERSEDED = "superseded", _("已换通道")

    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="deliveries")
    channel = models.CharField(max_length=12, choices=Channel)
    order = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    key = models.CharField(max_length=60, unique=True)
    created_at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    detail = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("送达")
        verbose_name_plural = _("送达")
        constraints = [models.UniqueConstraint(fields=["assignment", "channel"], name="delivery_channel_once")]

    def __str__(self) -> str:
        return f"{self.assignment_id} {self.channel} {self.state}"
