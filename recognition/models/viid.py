"""Senders by GA/T 1400: their credential, whether they are signed in, what they subscribe to."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock
from core.db.fields import EncryptedTextField


class ViidSender(models.Model):
    """What GA/T 1400 needs of a device: user and HA1 (as good as the password, so encrypted), its dialect, and its
    session: registered from which address, last keepalive, online or not.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    device = models.OneToOneField("stations.Device", models.CASCADE, related_name="viid_sender", verbose_name=_("设备"))
    username = models.CharField(_("用户名"), max_length=60)
    secret = EncryptedTextField(_("口令摘要"), purpose="recognition.viid.ha1")
    colours = models.CharField(_("颜色编码"), max_length=12, default="checkpoint")
    without_qop = models.BooleanField(_("允许旧式摘要"), default=False)
    registered_at = models.DateTimeField(_("注册时间"), null=True)
    address = models.CharField(_("注册地址"), max_length=60, blank=True)
    last_keepalive_at = models.DateTimeField(_("最近保活"), null=True)
    online = models.BooleanField(_("在线"), default=False)
    quirks = models.JSONField(_("方言"), default=dict)

    class Meta:
        verbose_name = _("视图库设备")
        verbose_name_plural = _("视图库设备")
        constraints = [models.UniqueConstraint(fields=["username", "device"], name="viid_username_device")]

    def __str__(self) -> str:
        return str(self.device_id)


class DigestNonce(models.Model):
    """The highest count of a nonce that was used; gone soon after the nonce is old."""

    nonce = models.CharField(max_length=64, primary_key=True)
    count = models.BigIntegerField()
    at = models.DateTimeField(default=clock.wall_now, db_index=True)

    class Meta:
        verbose_name = _("摘要随机数")
        verbose_name_plural = _("摘要随机数")

    def __str__(self) -> str:
        return self.nonce


class ViidSubscription(models.Model):
    """What another system asked to be sent: kept as asked, in force when somebody here allows it."""

    device = models.ForeignKey("stations.Device", models.CASCADE, related_name="viid_subscriptions")
    subscribe_id = models.CharField(max_length=64)
    title = models.CharField(max_length=200, blank=True)
    details = models.CharField(max_length=200)
    resources = models.TextField(blank=True)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()
    receive_url = models.CharField(max_length=300, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    cancelled_at = models.DateTimeField(null=True)
    allowed_by_id = models.BigIntegerField(null=True)
    received_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("订阅")
        verbose_name_plural = _("订阅")
        constraints = [models.UniqueConstraint(fields=["device", "subscribe_id"], name="viid_subscription_once")]

    def __str__(self) -> str:
        return self.subscribe_id


class ViidInbox(models.Model):
    """What another system sent and a person has to take over: control orders, withdrawals, alarms of its own. The
    content may name a vehicle, so it is encrypted.
    """

    class Kind(models.TextChoices):
        ORDER = "order", _("布控")
        WITHDRAWAL = "withdrawal", _("撤控")
        ALARM = "alarm", _("告警通知")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    device = models.ForeignKey("stations.Device", models.CASCADE, related_name="viid_inbox")
    organisation_path = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=Kind)
    external_id = models.CharField(max_length=64)
    content = EncryptedTextField(purpose="recognition.viid.content")
    received_at = models.DateTimeField(default=clock.now)
    taken_by_id = models.BigIntegerField(null=True)
    taken_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("外部布控")
        verbose_name_plural = _("外部布控")
        constraints = [models.UniqueConstraint(fields=["device", "kind", "external_id"], name="viid_inbox_once")]
        indexes = [models.Index(fields=["organisation_path", "taken_at"], name="viid_inbox_path")]

    def __str__(self) -> str:
        return f"{self.kind} {self.external_id}"


class ViidInventory(models.Model):
    """What a device says about cameras, checkpoints and lanes, last word only. Our own places are entered by people:
    this is what they compare with.
    """

    device = models.ForeignKey("stations.Device", models.CASCADE, related_name="viid_inventory")
    organisation_path = models.CharField(max_length=200)
    kind = models.CharField(max_length=12)
    code = models.CharField(max_length=64)
    content = models.JSONField(default=dict)
    received_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("上报的资源")
        verbose_name_plural = _("上报的资源")
        constraints = [models.UniqueConstraint(fields=["device", "kind", "code"], name="viid_inventory_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.code}"
