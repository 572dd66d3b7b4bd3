"""Cases that another system (110, 122) hands over, and what it is told about them afterwards."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.db.choices import choices_spoken
from core.db.fields import EncryptedTextField
from incidents.desk_states import StatusReturnState
from incidents.states import IncidentState


class TransferSystem(models.Model):
    """A system that hands cases over. `gateway` is the name under which the settings know how it is told of them;
    `secret` is the key that both sides hold, with which messages to it are signed.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(_("代码"), max_length=20, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    gateway = models.CharField(_("回传网关"), max_length=30, default="status")
    address = models.CharField(_("回传地址"), max_length=200, blank=True)
    secret = EncryptedTextField(_("签名密钥"), purpose="incidents.transfer.secret", blank=True, default="")
    is_active = models.BooleanField(_("启用"), default=True)

    class Meta:
        verbose_name = _("转警系统")
        verbose_name_plural = _("转警系统")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class TransferKind(models.Model):
    """What a kind code of another system is called here. An empty `code` is for everything that has no row."""

    system = models.ForeignKey(TransferSystem, models.CASCADE, related_name="kinds", verbose_name=_("转警系统"))
    code = models.CharField(_("对方类别代码"), max_length=40, blank=True)
    name = models.CharField(_("对方类别名称"), max_length=100, blank=True)
    kind = models.CharField(_("本系统类别"), max_length=40)

    class Meta:
        verbose_name = _("转警类别对照")
        verbose_name_plural = _("转警类别对照")
        constraints = [models.UniqueConstraint(fields=["system", "code"], name="transfer_kind_once")]

    def __str__(self) -> str:
        return f"{self.system_id} {self.code} → {self.kind}"


class TransferCase(models.Model):
    """One case handed over: their number and code beside our incident. The same number comes in once."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    system = models.ForeignKey(TransferSystem, models.PROTECT, related_name="cases", verbose_name=_("转警系统"))
    number = models.CharField(_("对方编号"), max_length=60)
    kind_code = models.CharField(_("对方类别代码"), max_length=40, blank=True)
    incident = models.OneToOneField(
        "incidents.Incident", models.PROTECT, related_name="transfer", verbose_name=_("警情")
    )
    received_at = models.DateTimeField(_("接收时间"), default=clock.now)

    class Meta:
        verbose_name = _("转入警情")
        verbose_name_plural = _("转入警情")
        constraints = [models.UniqueConstraint(fields=["system", "number"], name="transfer_case_once")]

    def __str__(self) -> str:
        return f"{self.system_id} {self.number}"


class StatusReturn(models.Model):
    """One status told to the system that handed the case over: tried until taken, in the order of what happened.

    One that was given up is a card at the desk, until somebody has it sent again or says how the other side was told.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(TransferCase, models.PROTECT, related_name="returns", verbose_name=_("转入警情"))
    at = models.DateTimeField(_("时间"), default=clock.now)
    incident_state = models.CharField(_("警情状态"), max_length=12, choices=choices_spoken(IncidentState.choices()))
    body = models.JSONField(_("内容"))
    state = models.CharField(
        _("发送状态"),
        max_length=9,
        choices=choices_spoken(StatusReturnState.choices()),
        default=StatusReturnState.WAITING.value,
    )
    version = models.PositiveIntegerField(default=0, editable=False)
    tries = models.PositiveSmallIntegerField(_("次数"), default=0)
    next_try_at = models.DateTimeField(_("下次发送"), null=True, blank=True, default=clock.now)
    sent_at = models.DateTimeField(_("发送时间"), null=True, blank=True)
    detail = models.CharField(_("结果"), max_length=300, blank=True)
    settled_by_id = models.BigIntegerField(null=True, editable=False)

    class Meta:
        verbose_name = _("状态回传")
        verbose_name_plural = _("状态回传")
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(state="waiting"), name="status_return_waiting"),
            models.Index(fields=["case"], condition=Q(state="failed"), name="status_return_failed"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.incident_state} {self.state}"
