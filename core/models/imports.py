"""Runs of imports and the rows they refused."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock
from core.db.fields import EncryptedTextField


class ImportRun(models.Model):
    """One import of one file."""

    class State(models.TextChoices):
        RUNNING = "running", _("进行中")
        DONE = "done", _("完成")
        FAILED = "failed", _("失败")

    kind = models.CharField(_("种类"), max_length=40)
    file_name = models.CharField(_("文件"), max_length=255)
    dry_run = models.BooleanField(_("试运行"), default=False)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.RUNNING)
    total = models.PositiveIntegerField(_("总行数"), default=0)
    done = models.PositiveIntegerField(_("已处理"), default=0)
    accepted = models.PositiveIntegerField(_("通过"), default=0)
    rejected = models.PositiveIntegerField(_("拒绝"), default=0)
    report = models.JSONField(_("报告"), default=dict)
    organisation_path = models.CharField(max_length=200, default="")
    actor_id = models.BigIntegerField(null=True)
    started_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True)
    # Taken back as a whole, and by whom.
    undone_at = models.DateTimeField(null=True)
    undone_by_id = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("导入")
        verbose_name_plural = _("导入")

    def __str__(self) -> str:
        return f"{self.kind} {self.file_name}"


class ImportRowError(models.Model):
    """One refused row: where, what, and what to do about it."""

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="errors")
    line = models.PositiveIntegerField(_("行"))
    field = models.CharField(_("字段"), max_length=60, default="")
    value = models.CharField(_("值"), max_length=200, default="")
    message = models.TextField(_("问题"))
    cure = models.TextField(_("办法"), default="")

    class Meta:
        verbose_name = _("导入错误")
        verbose_name_plural = _("导入错误")
        ordering = ["line", "id"]

    def __str__(self) -> str:
        return f"{self.line}: {self.message}"


class ImportChange(models.Model):
    """What one row of an import did to one row of a table, so that the import can be taken back.

    `former` and `left` are the values before and after as JSON (`core.imports.journal`), encrypted; `former` is empty
    where the import created the row. Kept for weeks, and no longer than the import stands.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="changes")
    line = models.PositiveIntegerField(_("行"))
    kind = models.CharField(max_length=60)
    object_id = models.BigIntegerField()
    former = EncryptedTextField(purpose="core.import_change.former", default="")
    left = EncryptedTextField(purpose="core.import_change.left", default="")

    class Meta:
        verbose_name = _("导入改动")
        verbose_name_plural = _("导入改动")
        indexes = [models.Index(fields=["kind", "object_id", "id"], name="import_change_object")]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"
