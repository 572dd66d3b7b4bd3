"""Slow work: what was asked for, how far it is, what came of it. The row is the truth, a worker only carries it."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core import clock
from core.db.choices import choices_spoken
from core.states import JobState


class Job(models.Model):
    """One piece of slow work, done by one worker at a time.

    `attempt` is the fence: it grows with every claim, and a worker whose attempt is not the row's any more writes
    nothing. `heartbeat_at` and `sent_at` are the database's own time, the others the house's.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("种类"), max_length=60)
    lane = models.CharField(max_length=20, default="slow")
    organisation_path = models.CharField(max_length=200)
    actor_id = models.BigIntegerField(null=True)
    language = models.CharField(max_length=10, default="zh-hans")
    params = models.JSONField(default=dict)
    dry_run = models.BooleanField(_("试运行"), default=False)
    file_name = models.CharField(_("文件"), max_length=255, default="")
    file_path = models.CharField(max_length=200, default="")
    file_sha256 = models.CharField(max_length=64, default="")
    file_bytes = models.PositiveBigIntegerField(default=0)
    state = models.CharField(
        _("状态"), max_length=10, choices=choices_spoken(JobState.choices()), default=JobState.QUEUED.value
    )
    attempt = models.PositiveSmallIntegerField(default=0)
    done = models.PositiveBigIntegerField(_("已处理"), default=0)
    total = models.PositiveBigIntegerField(_("总数"), default=0)
    word = models.CharField(_("步骤"), max_length=200, default="")
    result = models.JSONField(_("结果"), default=dict)
    error = models.JSONField(_("错误"), null=True)
    import_run = models.OneToOneField("core.ImportRun", models.SET_NULL, null=True, related_name="job")
    # The job whose import this one takes back.
    undoes = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="undone_by")
    created_at = models.DateTimeField(default=clock.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(default=Now())

    class Meta:
        verbose_name = _("后台任务")
        verbose_name_plural = _("后台任务")
        ordering = ["-id"]
        constraints = [
            # One at a time in each lane: the database decides who begins.
            models.UniqueConstraint(
                fields=["lane"], condition=models.Q(state=JobState.RUNNING.value), name="job_one_running_a_lane"
            ),
            # An import is taken back once, however many tabs ask.
            models.UniqueConstraint(
                fields=["undoes"],
                condition=models.Q(
                    undoes__isnull=False,
                    state__in=[JobState.QUEUED.value, JobState.RUNNING.value, JobState.DONE.value],
                ),
                name="job_one_undo",
            ),
        ]
        indexes = [
            models.Index(
                fields=["lane", "id"],
                condition=models.Q(state__in=[JobState.QUEUED.value, JobState.RUNNING.value]),
                name="job_open",
            ),
            models.Index(fields=["organisation_path", "id"], name="job_organisation"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.file_name}".strip()
