"""The organisation tree: city → districts → brigades and police stations. It is the data scope of everything."""

from __future__ import annotations

import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock


class Organisation(models.Model):
    """One node of the tree. `path` is the dotted chain of ids from the root, with a trailing dot: `1.4.9.`.

    A row belongs to an organisation and everything above it exactly when its path starts with theirs.
    """

    class Kind(models.TextChoices):
        PROVINCE = "province", _("省")
        CITY = "city", _("市")
        DISTRICT = "district", _("区县")
        TOWN = "town", _("镇街")
        BRIGADE = "brigade", _("大队")
        SQUADRON = "squadron", _("中队")
        POLICE_STATION = "police_station", _("派出所")
        AGENCY = "agency", _("单位")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("上级")
    )
    kind = models.CharField(_("类别"), max_length=20, choices=Kind)
    code = models.CharField(_("机构代码"), max_length=20, unique=True)
    name = models.CharField(_("名称"), max_length=100)
    path = models.CharField(_("路径"), max_length=200, unique=True, null=True, editable=False)  # noqa: DJ001  known after insert
    features = models.JSONField(_("功能开关"), default=dict, blank=True)
    time_zone = models.CharField(_("时区"), max_length=40, default="Asia/Shanghai")
    duty_phone = models.CharField(_("值班电话"), max_length=40, blank=True)
    supervision_phone = models.CharField(_("监督电话"), max_length=40, blank=True)
    generated = models.BooleanField(_("示例数据"), default=False)
    is_active = models.BooleanField(_("启用"), default=True)

    class Meta:
        verbose_name = _("机构")
        verbose_name_plural = _("机构")
        indexes = [models.Index(OpClass(F("path"), name="text_pattern_ops"), name="organisation_path_prefix")]
        constraints = [
            models.CheckConstraint(condition=~Q(parent=F("id")), name="organisation_not_own_parent"),
        ]

    def __str__(self) -> str:
        return self.name


class SendGrant(models.Model):
    """Who may *send* units that are not its own: lent units and neighbours that agreed (invariant 7)."""

    owner = models.ForeignKey(
        Organisation, models.CASCADE, related_name="send_grants_given", verbose_name=_("出借机构")
    )
    receiver = models.ForeignKey(
        Organisation, models.CASCADE, related_name="send_grants_received", verbose_name=_("可调用机构")
    )
    valid = DateTimeRangeField(_("有效期"))
    reason = models.CharField(_("依据"), max_length=200)
    created_by_id = models.BigIntegerField(null=True, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("跨机构调警授权")
        verbose_name_plural = _("跨机构调警授权")
        constraints = [
            models.CheckConstraint(condition=~Q(owner=F("receiver")), name="send_grant_two_parties"),
            ExclusionConstraint(
                name="send_grant_no_overlap",
                expressions=[
                    ("owner", RangeOperators.EQUAL),
                    ("receiver", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.owner} → {self.receiver}"
