"""Alarms 预警 of watched vehicles, their append-only history, and sightings without a camera."""

from __future__ import annotations

import uuid

from django.contrib.gis.db import models as gis
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.db.choices import choices_spoken
from core.db.fields import BlindIndexField, EncryptedTextField
from core.geo.srid import STORE_SRID
from recognition.models.watch import WatchEntry
from recognition.states import AlarmState

ALARM_PLATE_PURPOSE = "recognition.alarm.plate"


class Alarm(models.Model):
    """A watched vehicle was seen: one for a vehicle, a camera and a while (`during`; the database refuses a second),
    however often it passes meanwhile (`count`). `plate` is the watched one, `read` what the camera read. `chain` is the
    first alarm of this vehicle's way, None in that one itself. `ask`: a person looks before anybody is sent. An alarm
    without an entry was concluded from passages and always asks: `cause`, `cause_key` (which rule) and `grounds`, the
    reasoning as it was (no plates). Of those there is one for a vehicle, a cause and a while, whatever the camera.
    """

    class Match(models.TextChoices):
        EXACT = "exact", _("号牌与种类一致")
        PLATE = "plate", _("号牌一致，种类不明或不符")
        PARTIAL = "partial", _("部分识别")
        ALIKE = "alike", _("疑似（形近）")
        FOUND = "found", _("推断")

    class Cause(models.TextChoices):
        WATCHED = "watched", _("布控比中")
        TRAVEL = "travel", _("行程不可能")
        REGISTER = "register", _("与登记不符")
        RULE = "rule", _("违反通行规定")

    class Outcome(models.TextChoices):
        STOPPED = "stopped", _("已拦截")
        NOT_FOUND = "not_found", _("未发现")
        WRONG_READ = "wrong_read", _("识别错误")
        HANDED_OVER = "handed_over", _("已移交")

    class FalseReason(models.TextChoices):
        MISREAD = "misread", _("识别错误")
        DIFFERS = "differs", _("车与布控不符")
        LIST_WRONG = "list_wrong", _("布控信息有误")
        HANDLED = "handled", _("已处置或重复")
        TEST = "test", _("测试、调试")
        OTHER = "other", _("其他")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(_("预警编号"), max_length=24, unique=True)
    organisation = models.ForeignKey(
        "stations.Organisation", models.PROTECT, related_name="alarms", verbose_name=_("机构")
    )
    organisation_path = models.CharField(max_length=200, editable=False)
    entry = models.ForeignKey(
        WatchEntry, models.PROTECT, null=True, blank=True, related_name="alarms", verbose_name=_("布控")
    )
    cause = models.CharField(_("起因"), max_length=8, choices=Cause, default=Cause.WATCHED)
    cause_key = models.CharField(max_length=60, blank=True)
    grounds = models.JSONField(_("依据"), default=dict, blank=True)
    other_entries = ArrayField(models.BigIntegerField(), default=list, blank=True)
    category = models.CharField(_("类别"), max_length=40)
    grade = models.PositiveSmallIntegerField(_("级别"))
    match = models.CharField(_("比中"), max_length=8, choices=Match)
    ask = models.BooleanField(_("先人工确认"))
    doubts = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    plate = EncryptedTextField(_("号牌"), purpose=ALARM_PLATE_PURPOSE)
    plate_index = BlindIndexField(purpose=ALARM_PLATE_PURPOSE)
    read = EncryptedTextField(_("识别号牌"), purpose="recognition.alarm.read")
    kind_code = models.CharField(max_length=2, blank=True)
    reliability = models.FloatField(null=True)
    camera_code = models.CharField(_("摄像机"), max_length=64)
    camera = models.ForeignKey("stations.Camera", models.SET_NULL, null=True, related_name="+")
    checkpoint = models.ForeignKey("stations.Checkpoint", models.SET_NULL, null=True, related_name="+")
    heading_deg = models.FloatField(null=True)
    geom = gis.PointField(_("位置"), srid=STORE_SRID, null=True)
    passage_device_id = models.BigIntegerField()
    passage_key = models.CharField(max_length=64)
    passage_day = models.DateField()
    passed_at = models.DateTimeField(_("经过时间"))
    last_at = models.DateTimeField(_("最近经过"))
    during = DateTimeRangeField()
    count = models.PositiveIntegerField(_("次数"), default=1)
    chain = models.ForeignKey("self", models.PROTECT, null=True, related_name="chained")
    raised_at = models.DateTimeField(_("预警时间"), default=clock.now)
    state = models.CharField(
        _("状态"), max_length=12, choices=choices_spoken(AlarmState.choices()), default=AlarmState.RAISED.value
    )
    version = models.PositiveIntegerField(default=0, editable=False)
    incident_uid = models.UUIDField(null=True, editable=False)
    # Nobody has answered in time: since when, how many levels it has climbed, and to whose queue (a path).
    overdue_since = models.DateTimeField(_("超时未确认"), null=True)
    climbed = models.PositiveSmallIntegerField(default=0)
    climbed_to = models.CharField(max_length=200, blank=True)
    confirmed_at = models.DateTimeField(null=True)
    ordered_at = models.DateTimeField(null=True)
    reported_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(_("结果"), max_length=12, choices=Outcome, blank=True)
    false_reason = models.CharField(_("误报原因"), max_length=12, choices=FalseReason, blank=True)
    generated = models.BooleanField(_("示例数据"), default=False)

    class Meta:
        verbose_name = _("预警")
        verbose_name_plural = _("预警")
        constraints = [
            ExclusionConstraint(
                name="alarm_once_a_window",
                expressions=[
                    ("plate_index", RangeOperators.EQUAL),
                    ("kind_code", RangeOperators.EQUAL),
                    ("camera_code", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
                condition=Q(cause="watched"),
            ),
            ExclusionConstraint(
                name="alarm_concluded_once_a_window",
                expressions=[
                    ("plate_index", RangeOperators.EQUAL),
                    ("kind_code", RangeOperators.EQUAL),
                    ("cause", RangeOperators.EQUAL),
                    ("cause_key", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
                condition=~Q(cause="watched"),
            ),
            models.CheckConstraint(
                condition=Q(cause="watched", entry__isnull=False) | (~Q(cause="watched") & Q(entry=None, ask=True)),
                name="alarm_watched_or_concluded",
            ),
            models.CheckConstraint(condition=Q(match="exact") | Q(ask=True), name="alarm_possible_asks_a_person"),
            models.CheckConstraint(
                condition=Q(climbed=0, climbed_to="") | Q(climbed__gt=0, overdue_since__isnull=False),
                name="alarm_climbed_is_overdue",
            ),
            models.CheckConstraint(condition=Q(last_at__gte=F("passed_at")), name="alarm_last_after_first"),
            models.CheckConstraint(
                condition=~Q(state__in=["reported", "closed"]) | ~Q(outcome=""), name="alarm_reported_with_outcome"
            ),
        ]
        indexes = [
            models.Index(fields=["organisation_path", "state", "raised_at"], name="alarm_path_state"),
            models.Index(fields=["plate_index", "last_at"], name="alarm_plate_last"),
            models.Index(fields=["incident_uid"], name="alarm_incident"),
        ]

    def __str__(self) -> str:
        return self.number


class AlarmStep(models.Model):
    """One row of an alarm's history. Appended, never edited: the database refuses UPDATE and DELETE."""

    alarm = models.ForeignKey(Alarm, models.PROTECT, related_name="steps")
    at = models.DateTimeField(default=clock.now)
    from_state = models.CharField(max_length=12, blank=True)
    to_state = models.CharField(max_length=12)
    code = models.CharField(max_length=2, blank=True)
    actor_id = models.BigIntegerField(null=True)
    text = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("预警记录")
        verbose_name_plural = _("预警记录")
        indexes = [models.Index(fields=["alarm", "at"], name="alarm_step_alarm_at")]

    def __str__(self) -> str:
        return f"{self.alarm_id} {self.to_state}"


class Sighting(models.Model):
    """Somebody without a camera saw a vehicle that has to be stopped: where, whereto, what it looked like."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        "stations.Organisation", models.PROTECT, related_name="sightings", verbose_name=_("机构")
    )
    organisation_path = models.CharField(max_length=200, editable=False)
    client_key = models.CharField(max_length=100, editable=False)
    reported_by_id = models.BigIntegerField()
    seen_at = models.DateTimeField(_("发现时间"))
    received_at = models.DateTimeField(default=clock.now)
    geom = gis.PointField(_("位置"), srid=STORE_SRID)
    heading_deg = models.FloatField(_("去向"), null=True)
    description = models.CharField(_("特征"), max_length=300)
    plate = EncryptedTextField(_("号牌"), purpose="recognition.sighting.plate", blank=True, default="")
    plate_index = BlindIndexField(purpose="recognition.sighting.plate", null=True, blank=True)
    incident_uid = models.UUIDField(null=True, editable=False)

    class Meta:
        verbose_name = _("目击")
        verbose_name_plural = _("目击")
        constraints = [
            models.UniqueConstraint(fields=["reported_by_id", "client_key"], name="sighting_client_key_unique"),
            models.CheckConstraint(
                condition=Q(heading_deg=None) | Q(heading_deg__gte=0, heading_deg__lt=360), name="sighting_heading"
            ),
        ]

    def __str__(self) -> str:
        return str(self.uid)
