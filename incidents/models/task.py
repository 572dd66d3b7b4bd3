"""Work inside an incident that several roles do side by side: kinds are data, tasks have a lifecycle of their own."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.db.choices import choices_spoken
from incidents.desk_states import IncidentTaskState


class IncidentTaskKind(models.Model):
    """A kind of work: mediation, enforcement, clearing … `role` is who does it when nobody else is named."""

    code = models.CharField(_("代码"), max_length=30, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    order = models.PositiveSmallIntegerField(_("次序"), default=100)
    role = models.CharField(_("默认角色"), max_length=30, blank=True)
    is_active = models.BooleanField(_("启用"), default=True)

    class Meta:
        verbose_name = _("警情任务类别")
        verbose_name_plural = _("警情任务类别")
        ordering = ["order", "code"]

    def __str__(self) -> str:
        return self.name


class IncidentTask(models.Model):
    """One task of an incident. It is a person's, a unit's or (neither named) a role's; every step of it is a row of the
    incident's history. `version` is the compare-and-set counter.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    incident = models.ForeignKey("incidents.Incident", models.PROTECT, related_name="tasks", verbose_name=_("警情"))
    organisation_path = models.CharField(max_length=200, editable=False)
    kind = models.ForeignKey(IncidentTaskKind, models.PROTECT, related_name="+", verbose_name=_("类别"))
    title = models.CharField(_("标题"), max_length=120)
    state = models.CharField(
        _("状态"),
        max_length=8,
        choices=choices_spoken(IncidentTaskState.choices()),
        default=IncidentTaskState.OPEN.value,
    )
    version = models.PositiveIntegerField(default=0, editable=False)
    role = models.CharField(_("角色"), max_length=30, blank=True)
    unit = models.ForeignKey(
        "patrols.Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("单元")
    )
    person = models.ForeignKey(
        "stations.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("人员")
    )
    text = models.CharField(_("说明"), max_length=1000, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    created_by_id = models.BigIntegerField(null=True, editable=False)
    taken_at = models.DateTimeField(null=True)
    taken_by_id = models.BigIntegerField(null=True, editable=False)
    settled_at = models.DateTimeField(null=True)
    settled_by_id = models.BigIntegerField(null=True, editable=False)

    class Meta:
        verbose_name = _("警情任务")
        verbose_name_plural = _("警情任务")
        constraints = [
            models.CheckConstraint(
                condition=~Q(role="") | Q(unit__isnull=False) | Q(person__isnull=False), name="incident_task_has_owner"
            ),
        ]
        indexes = [
            models.Index(fields=["incident"], condition=Q(state__in=["open", "taken"]), name="incident_task_still_open")
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.title}"
