"""The watch-list 布控: categories, entries with their lifecycle, and their append-only history."""

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
from recognition.models.fields import FoldedIndexField
from recognition.states import BEFORE_APPROVAL, IN_FORCE, WatchState

PLATE_PURPOSE = "recognition.watch.plate"
FOLDED_PURPOSE = "recognition.watch.folded"


class WatchCategory(models.Model):
    """Why vehicles are watched, as data: how grave it is, what a stop needs, who is told, and whether a person looks
    before anybody is sent. `look_alikes`: also readings that differ by one look-alike are shown to a person.
    """

    code = models.SlugField(_("代码"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    grade = models.PositiveSmallIntegerField(_("级别"), default=2, help_text=_("1 最高，3 最低"))
    powers = ArrayField(models.CharField(max_length=30), verbose_name=_("拦截所需职权"), default=list, blank=True)
    told = ArrayField(models.CharField(max_length=30), verbose_name=_("通知对象"), default=list, blank=True)
    auto = models.BooleanField(_("自动派警"), default=False)
    look_alikes = models.BooleanField(_("比对形近号牌"), default=False)
    longest_days = models.PositiveIntegerField(_("最长布控天数"), default=90)
    is_active = models.BooleanField(_("启用"), default=True)

    class Meta:
        verbose_name = _("布控类别")
        verbose_name_plural = _("布控类别")
        constraints = [
            models.CheckConstraint(condition=Q(grade__gte=1, grade__lte=3), name="watch_category_grade_1_to_3"),
            models.CheckConstraint(condition=Q(longest_days__gte=1), name="watch_category_longest_positive"),
        ]

    def __str__(self) -> str:
        return self.name


class WatchEntry(models.Model):
    """One vehicle on the watch-list. The plate is encrypted; passages are compared with the keyed `plate_index` and
    with `folded_index`, the key that a plate shares with its look-alikes. `kind_code` is the plate-kind code, "" where
    nobody knows it: then a hit asks a person. `in_force` follows the state; an urgent entry counts before its approval
    until `urgent_until`. No `area`, `rings` or `checkpoints`: everywhere.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(_("布控编号"), max_length=24, unique=True)
    organisation = models.ForeignKey(
        "stations.Organisation", models.PROTECT, related_name="watch_entries", verbose_name=_("机构")
    )
    organisation_path = models.CharField(max_length=200, editable=False)
    category = models.ForeignKey(WatchCategory, models.PROTECT, related_name="entries", verbose_name=_("类别"))
    plate = EncryptedTextField(_("号牌"), purpose=PLATE_PURPOSE)
    plate_index = BlindIndexField(purpose=PLATE_PURPOSE, db_index=False)
    folded_index = FoldedIndexField(purpose=FOLDED_PURPOSE, db_index=False)
    kind_code = models.CharField(_("号牌种类"), max_length=2, blank=True)
    vehicle = models.CharField(_("车辆特征"), max_length=200, blank=True)
    reason = models.CharField(_("布控理由"), max_length=300)
    case_number = models.CharField(_("案件编号"), max_length=60)
    area = gis.MultiPolygonField(_("布控范围"), srid=STORE_SRID, null=True, blank=True)
    rings = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("圈层"), default=list, blank=True)
    checkpoints = ArrayField(models.CharField(max_length=40), verbose_name=_("卡口"), default=list, blank=True)
    valid_from = models.DateTimeField(_("布控起"))
    valid_until = models.DateTimeField(_("布控止"))
    state = models.CharField(
        _("状态"), max_length=20, choices=choices_spoken(WatchState.choices()), default=WatchState.APPLIED.value
    )
    version = models.PositiveIntegerField(default=0, editable=False)
    urgent_until = models.DateTimeField(_("紧急布控至"), null=True, blank=True)
    in_force = models.GeneratedField(
        expression=Q(state__in=[state.value for state in IN_FORCE])  # type: ignore[arg-type]  # conditions are taken
        | Q(state__in=[state.value for state in BEFORE_APPROVAL], urgent_until__isnull=False),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    applied_by_id = models.BigIntegerField(_("申请人"), null=True)
    applied_at = models.DateTimeField(_("申请时间"), default=clock.now)
    approved_by_id = models.BigIntegerField(_("审批人"), null=True)
    approved_at = models.DateTimeField(_("审批时间"), null=True)
    ended_at = models.DateTimeField(_("撤控时间"), null=True)
    external_id = models.CharField(_("外部编号"), max_length=64, blank=True)
    generated = models.BooleanField(_("示例数据"), default=False)

    class Meta:
        verbose_name = _("布控")
        verbose_name_plural = _("布控")
        constraints = [
            models.CheckConstraint(condition=Q(valid_until__gt=F("valid_from")), name="watch_valid_span"),
            models.CheckConstraint(
                condition=Q(approved_by_id=None) | ~Q(approved_by_id=F("applied_by_id")),
                name="watch_approved_by_another",
            ),
            # Whatever code does: nothing is in force for good without somebody who approved it.
            models.CheckConstraint(
                condition=~Q(state__in=[state.value for state in IN_FORCE]) | Q(approved_by_id__isnull=False),
                name="watch_in_force_is_approved",
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(case_number="") & Q(applied_by_id__isnull=False),
                name="watch_has_reason_case_applicant",
            ),
            models.UniqueConstraint(
                fields=["organisation", "external_id"], condition=~Q(external_id=""), name="watch_external_once"
            ),
        ]
        indexes = [
            models.Index(fields=["plate_index"], condition=Q(in_force=True), name="watch_plate_in_force"),
            models.Index(fields=["folded_index"], condition=Q(in_force=True), name="watch_folded_in_force"),
            models.Index(fields=["plate_index"], name="watch_plate"),
            models.Index(fields=["organisation_path", "state"], name="watch_path_state"),
            models.Index(fields=["valid_until"], condition=Q(ended_at=None), name="watch_expiring"),
        ]

    def __str__(self) -> str:
        return self.number


class WatchStep(models.Model):
    """One row of an entry's history. Appended, never edited: the database refuses UPDATE and DELETE."""

    entry = models.ForeignKey(WatchEntry, models.PROTECT, related_name="steps")
    at = models.DateTimeField(default=clock.now)
    from_state = models.CharField(max_length=20, blank=True)
    to_state = models.CharField(max_length=20)
    code = models.CharField(max_length=2, blank=True)
    actor_id = models.BigIntegerField(null=True)
    text = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("布控记录")
        verbose_name_plural = _("布控记录")
        indexes = [models.Index(fields=["entry", "at"], name="watch_step_entry_at")]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.to_state}"
