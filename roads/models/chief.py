"""Road chiefs: levels as data, dated holders, deputies and leave."""

from __future__ import annotations

import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import (
    DateTimeRangeField,
    DecimalRangeField,
    IntegerRangeField,
    RangeOperators,
)
from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock
from core.db.choices import choices_spoken
from roads.due import Every


class ChiefLevel(models.Model):
    """A level of the scheme, 1 is the highest (总路长). Four to six of them, as the county decides.

    `inspect_every`: how often a holder inspects each segment. `sees_districts`: its page begins with the districts and
    may sign off a month.
    """

    organisation = models.ForeignKey(
        "stations.Organisation", models.PROTECT, related_name="chief_levels", verbose_name=_("机构")
    )
    rank = models.PositiveSmallIntegerField(_("级别"))
    name = models.CharField(_("名称"), max_length=40)
    colour = models.CharField(_("颜色"), max_length=20, blank=True)
    escalation_s = models.PositiveIntegerField(_("上报时限（秒）"), default=1800)
    is_public = models.BooleanField(_("对外公布"), default=True)
    inspect_every = models.CharField(
        _("巡查频次"), max_length=5, choices=choices_spoken([(each.value, each.label) for each in Every]), blank=True
    )
    sees_districts = models.BooleanField(_("按辖区汇总"), default=False)

    class Meta:
        verbose_name = _("路长级别")
        verbose_name_plural = _("路长级别")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "rank"], name="chief_level_rank_unique"),
            models.CheckConstraint(condition=models.Q(rank__gte=1, rank__lte=6), name="chief_level_rank_1_to_6"),
        ]

    def __str__(self) -> str:
        return self.name


class ChiefAssignment(models.Model):
    """Who answers for a segment at one level, from when to when.

    `axis`, `metres` and `sides` repeat the segment's range so that the database itself can refuse a second holder of a
    metre (invariant 5): an exclusion constraint cannot look into another table.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    segment = models.ForeignKey(
        "roads.Segment", models.PROTECT, related_name="chief_assignments", verbose_name=_("路段")
    )
    level = models.ForeignKey(ChiefLevel, models.PROTECT, related_name="assignments", verbose_name=_("级别"))
    person = models.ForeignKey(
        "stations.Person", models.PROTECT, related_name="chief_assignments", verbose_name=_("路长")
    )
    organisation = models.ForeignKey("stations.Organisation", models.PROTECT, related_name="+", verbose_name=_("机构"))
    duty_phone = models.CharField(_("值班电话"), max_length=40, blank=True)
    # As counties write them, read by stations.opening; empty: at all hours.
    duty_hours = models.CharField(_("值守时间"), max_length=100, blank=True, default="", db_default="")
    duties = models.CharField(_("职责"), max_length=300, blank=True)
    valid = DateTimeRangeField(_("任期"))
    axis = models.ForeignKey("roads.RoadAxis", models.PROTECT, null=True, editable=False, related_name="+")
    metres = DecimalRangeField(null=True, editable=False)
    sides = IntegerRangeField(null=True, editable=False)
    created_by_id = models.BigIntegerField(null=True, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("路长任命")
        verbose_name_plural = _("路长任命")
        constraints = [
            ExclusionConstraint(
                name="chief_one_holder_per_metre",
                expressions=[
                    ("axis", RangeOperators.EQUAL),
                    ("level", RangeOperators.EQUAL),
                    ("metres", RangeOperators.OVERLAPS),
                    ("sides", RangeOperators.OVERLAPS),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
            ExclusionConstraint(
                name="chief_one_holder_per_segment",
                expressions=[
                    ("segment", RangeOperators.EQUAL),
                    ("level", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.segment}"


class ChiefDeputy(models.Model):
    """A deputy 副职 of an assignment; gets everything while the chief is on leave."""

    assignment = models.ForeignKey(ChiefAssignment, models.CASCADE, related_name="deputies", verbose_name=_("任命"))
    person = models.ForeignKey(
        "stations.Person", models.PROTECT, related_name="deputy_assignments", verbose_name=_("副职")
    )
    order = models.PositiveSmallIntegerField(_("次序"), default=1)
    duty_phone = models.CharField(_("值班电话"), max_length=40, blank=True)
    valid = DateTimeRangeField(_("任期"))

    class Meta:
        verbose_name = _("副路长")
        verbose_name_plural = _("副路长")
        constraints = [
            ExclusionConstraint(
                name="chief_deputy_no_overlap",
                expressions=[
                    ("assignment", RangeOperators.EQUAL),
                    ("order", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}"


class ChiefLeave(models.Model):
    """Leave of a chief, from and to a moment; the first deputy whose term covers it stands in."""

    person = models.ForeignKey("stations.Person", models.CASCADE, related_name="chief_leaves", verbose_name=_("路长"))
    deputy = models.ForeignKey(
        "stations.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("指定代理人")
    )
    valid = DateTimeRangeField(_("期间"))
    reason = models.CharField(_("事由"), max_length=200, blank=True)
    created_by_id = models.BigIntegerField(null=True, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("路长请假")
        verbose_name_plural = _("路长请假")
        constraints = [
            ExclusionConstraint(
                name="chief_leave_no_overlap",
                expressions=[("person", RangeOperators.EQUAL), ("valid", RangeOperators.OVERLAPS)],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}"
