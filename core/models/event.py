"""Outbox and feed: what happened, who has still to act on it, and what has to happen later."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock


class Event(models.Model):
    """One thing that happened: written in the transaction of its cause, numbered for the feed after commit.

    `feed_seq` is null until the sequencer saw the committed row. `audience` says which kind of readers may see it,
    `organisation_path` of whom.
    """

    topic = models.CharField(max_length=60)
    key = models.CharField(max_length=100, default="")
    organisation_path = models.CharField(max_length=200)
    audience = models.CharField(max_length=40)
    subject = models.JSONField(default=dict)
    payload = models.JSONField(default=dict)
    at = models.DateTimeField(default=clock.now)
    feed_seq = models.BigIntegerField(null=True, unique=True)

    class Meta:
        verbose_name = _("事件")
        verbose_name_plural = _("事件")
        constraints = [
            models.UniqueConstraint(fields=["topic", "key"], condition=~Q(key=""), name="event_topic_key_unique"),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(feed_seq__isnull=True), name="event_unnumbered"),
            models.Index(fields=["at"], name="event_at"),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.pk}"


class FeedHead(models.Model):
    """One row, id 1: last number given and oldest number kept. Its row lock is the sequencer's fence."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    last_seq = models.BigIntegerField(default=0)
    oldest_seq = models.BigIntegerField(default=1)

    class Meta:
        verbose_name = _("事件序号")
        verbose_name_plural = _("事件序号")

    def __str__(self) -> str:
        return str(self.last_seq)


class OutboxTask(models.Model):
    """One handler's duty for one event. Done only in the transaction of the handler's effect; never given up."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="tasks", db_index=False)
    handler = models.CharField(max_length=120)
    due_at = models.DateTimeField(default=clock.wall_now)
    attempts = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    last_error = models.TextField(default="")
    stuck = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("待办事件")
        verbose_name_plural = _("待办事件")
        constraints = [models.UniqueConstraint(fields=["event", "handler"], name="outbox_task_once")]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(done_at__isnull=True), name="outbox_due"),
            models.Index(fields=["id"], condition=Q(done_at__isnull=True, stuck=True), name="outbox_stuck"),
        ]

    def __str__(self) -> str:
        return f"{self.handler} #{self.event_id}"


class Timer(models.Model):
    """Something that has to happen when the house's clock shows `due_at`, unless it is cancelled before."""

    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=60)
    due_at = models.DateTimeField()
    retry_at = models.DateTimeField(null=True)
    subject = models.JSONField(default=dict)
    organisation_path = models.CharField(max_length=200, default="")
    attempts = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    last_error = models.TextField(default="")
    stuck = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("定时器")
        verbose_name_plural = _("定时器")
        indexes = [models.Index(fields=["due_at"], condition=Q(done_at__isnull=True), name="timer_due")]

    def __str__(self) -> str:
        return self.key
