"""People, the roles they hold from a date to a date, and the vehicles they use."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock
from core.db.choices import choices_spoken
from core.db.fields import BlindIndexField, EncryptedTextField
from stations.access.roles import Role


class Person(models.Model):
    """Somebody who works with the system. The personal number is encrypted and never public."""

    class Kind(models.TextChoices):
        OFFICER = "officer", _("民警")
        AUXILIARY = "auxiliary", _("辅警")
        WARDEN = "warden", _("路管员")
        PERSUADER = "persuader", _("劝导员")
        STAFF = "staff", _("工作人员")
        LEADER = "leader", _("领导干部")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="person",
        verbose_name=_("登录账号"),
    )
    organisation = models.ForeignKey(
        "stations.Organisation", models.PROTECT, related_name="people", verbose_name=_("机构")
    )
    kind = models.CharField(_("类别"), max_length=20, choices=Kind)
    name = models.CharField(_("姓名"), max_length=60)
    staff_number = models.CharField(_("警号／工号"), max_length=30, blank=True)
    post_title = models.CharField(_("职务"), max_length=60, blank=True)
    duty_phone = models.CharField(_("值班电话"), max_length=40, blank=True)
    personal_phone = EncryptedTextField(_("个人电话"), purpose="stations.person.personal_phone", blank=True, default="")
    personal_phone_index = BlindIndexField(purpose="stations.person.personal_phone", null=True, blank=True)
    supervising_officer = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="auxiliaries", verbose_name=_("带班民警")
    )
    generated = models.BooleanField(_("示例数据"), default=False)
    is_active = models.BooleanField(_("在职"), default=True)

    class Meta:
        verbose_name = _("人员")
        verbose_name_plural = _("人员")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "staff_number"],
                condition=~models.Q(staff_number=""),
                name="person_staff_number_unique",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RoleGrant(models.Model):
    """One role, for one person, over one organisation and everything below it, from a moment to a moment."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="role_grants", verbose_name=_("人员"))
    role = models.CharField(_("角色"), max_length=30, choices=choices_spoken((role.value, role.label) for role in Role))
    organisation = models.ForeignKey("stations.Organisation", models.PROTECT, related_name="+", verbose_name=_("范围"))
    valid = DateTimeRangeField(_("有效期"))
    granted_by_id = models.BigIntegerField(null=True, editable=False)
    granted_at = models.DateTimeField(default=clock.now, editable=False)
    note = models.CharField(_("说明"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("角色授权")
        verbose_name_plural = _("角色授权")
        constraints = [
            ExclusionConstraint(
                name="role_grant_no_overlap",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("organisation", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.role}"


class Vehicle(models.Model):
    """A police car, motorcycle or drone that devices are bound to and tours use."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        "stations.Organisation", models.PROTECT, related_name="vehicles", verbose_name=_("机构")
    )
    plate = models.CharField(_("号牌或编号"), max_length=20)
    kind = models.CharField(_("类别"), max_length=20)
    generated = models.BooleanField(_("示例数据"), default=False)
    is_active = models.BooleanField(_("在用"), default=True)

    class Meta:
        verbose_name = _("车辆")
        verbose_name_plural = _("车辆")
        constraints = [models.UniqueConstraint(fields=["organisation", "plate"], name="vehicle_plate_unique")]

    def __str__(self) -> str:
        return self.plate
