"""A tour is one outing of a unit: dated members, vehicle, post, segments, shift."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.contrib.gis.db import models as gis
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.db.choices import choices_spoken
from core.geo.srid import STORE_SRID
from patrols.states import TourState


class Tour(models.Model):
    """Planned, then open from check-in to check-out.

    A joint tour names its agencies in `agencies`, that of the unit first; `partners` are the other organisations from
    which its members come: they see it too.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    unit = models.ForeignKey("patrols.Unit", models.PROTECT, related_name="tours", verbose_name=_("勤务单元"))
    organisation = models.ForeignKey(
        "stations.Organisation", models.PROTECT, related_name="tours", verbose_name=_("机构")
    )
    organisation_path = models.CharField(max_length=200, editable=False)
    state = models.CharField(
        _("状态"), max_length=10, choices=choices_spoken(TourState.choices()), default=TourState.PLANNED.value
    )
    shift = models.ForeignKey(
        "patrols.Shift", models.SET_NULL, null=True, blank=True, related_name="tours", verbose_name=_("班次")
    )
    planned = DateTimeRangeField(_("计划时段"))
    opened_at = models.DateTimeField(_("签到时间"), null=True, blank=True)
    closed_at = models.DateTimeField(_("签退时间"), null=True, blank=True)
    on_break_since = models.DateTimeField(_("休息开始"), null=True, blank=True)
    vehicle = models.ForeignKey("stations.Vehicle", models.SET_NULL, null=True, blank=True, related_name="tours")
    post = gis.PointField(_("岗点"), srid=STORE_SRID, null=True, blank=True)
    post_station = models.ForeignKey("stations.Station", models.SET_NULL, null=True, blank=True, related_name="+")
    segments = models.ManyToManyField("roads.Segment", blank=True, related_name="tours", verbose_name=_("巡逻路段"))
    agencies = ArrayField(models.CharField(max_length=16), default=list, blank=True, verbose_name=_("联勤警种"))
    partners = models.ManyToManyField(
        "stations.Organisation", blank=True, related_name="joint_tours", verbose_name=_("联勤机构")
    )
    note = models.CharField(_("备注"), max_length=200, blank=True)
    # Rehearses: what is real never gets it (engine, claim), and it stops no gap.
    exercise = models.BooleanField(_("演练"), default=False)
    generated = models.BooleanField(_("示例数据"), default=False)

    class Meta:
        verbose_name = _("出勤")
        verbose_name_plural = _("出勤")
        constraints = [
            models.UniqueConstraint(fields=["unit"], condition=Q(state="open"), name="tour_one_open_per_unit"),
            models.UniqueConstraint(
                fields=["vehicle"], condition=Q(state="open", vehicle__isnull=False), name="tour_one_open_per_vehicle"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("opened_at")), name="tour_closes_after_opening"
            ),
        ]
        indexes = [
            models.Index(fields=["state"], condition=Q(state="open"), name="tour_open"),
            models.Index(fields=["organisation_path"], name="tour_organisation_path"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.state}"


class TourMember(models.Model):
    """A person on a tour. `present` is empty until check-in and ends at check-out; nobody is on two tours at once."""

    class Role(models.TextChoices):
        LEAD = "lead", _("带班")
        MEMBER = "member", _("队员")

    tour = models.ForeignKey(Tour, models.CASCADE, related_name="members", verbose_name=_("出勤"))
    person = models.ForeignKey(
        "stations.Person", models.PROTECT, related_name="tour_memberships", verbose_name=_("人员")
    )
    role = models.CharField(_("角色"), max_length=10, choices=Role, default=Role.MEMBER)
    present = DateTimeRangeField(_("在岗时段"), null=True, blank=True)

    class Meta:
        verbose_name = _("出勤人员")
        verbose_name_plural = _("出勤人员")
        constraints = [
            models.UniqueConstraint(fields=["tour", "person"], name="tour_member_once"),
            ExclusionConstraint(
                name="tour_member_one_open_tour",
                expressions=[("person", RangeOperators.EQUAL), ("present", RangeOperators.OVERLAPS)],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}"


class TourStep(models.Model):
    """One row of what a crew did on a tour, appended only: check-in, breaks, tasks, check-out.

    `geom`, `accuracy_m`: where its phone said that it was; `post_m`: metres from there to the post, where it has one.
    Somebody far away may check in: the distance is on record, and the centre can ask.
    """

    class Kind(models.TextChoices):
        OPENED = "opened", _("签到")
        BREAK_STARTED = "break_started", _("开始休息")
        BREAK_ENDED = "break_ended", _("结束休息")
        CLOSED = "closed", _("签退")
        TASK_DONE = "task_done", _("完成任务")

    tour = models.ForeignKey(Tour, models.PROTECT, related_name="steps")
    at = models.DateTimeField(default=clock.now)
    kind = models.CharField(max_length=14, choices=Kind)
    actor_id = models.BigIntegerField(null=True)
    device_time = models.DateTimeField(null=True)
    client_key = models.CharField(max_length=100, blank=True)
    geom = gis.PointField(srid=STORE_SRID, null=True)
    accuracy_m = models.FloatField(null=True)
    post_m = models.FloatField(null=True)
    details = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("出勤过程")
        verbose_name_plural = _("出勤过程")
        constraints = [
            models.UniqueConstraint(
                fields=["tour", "client_key"], condition=~Q(client_key=""), name="tour_step_client_key"
            ),
        ]
        indexes = [models.Index(fields=["actor_id", "at"], name="tour_step_actor_at")]

    def __str__(self) -> str:
        return f"{self.tour_id} {self.kind}"

    @property
    def acted_at(self) -> datetime | None:
        """When it was done by the server's clock, as the phone's clocks tell; None where they do not."""
        text = self.details.get("device", {}).get("acted_at")
        return datetime.fromisoformat(text) if text else None
