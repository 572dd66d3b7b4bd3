"""Celery tasks of the kernel: what may be late."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from celery.schedules import crontab

from core import retention
from core.attachments import thumbnails
from core.attachments.sweeping import attachments_sweep
from core.broker import send


@shared_task(name="core.retention")
def retention_run() -> int:
    """Remove what is past its term; how many steps that took."""
    return len(retention.run())


@shared_task(name="core.thumbnails")
def thumbnails_make(attachment_id: int) -> bool:
    """Make the smaller copies of one picture."""
    return thumbnails.thumbnails_make(attachment_id)


@shared_task(name="core.thumbnails_sweep")
def thumbnails_sweep() -> int:
    """Enqueue the pictures whose message or worker was lost; how many."""
    return thumbnails.thumbnails_sweep(thumbnails_make.delay)


@shared_task(name="core.attachments_sweep")
def files_sweep() -> int:
    """Remove picture files that no row points to; how many."""
    return attachments_sweep()


def thumbnails_enqueue(attachment_id: int) -> bool:
    """After commit: ask a worker for the smaller copies of a picture. False when the broker is gone."""
    return send(lambda: thumbnails_make.delay(attachment_id), what=f"thumbnails of attachment {attachment_id}")


# By night in China; beat counts in UTC.
SCHEDULE = {
    "core-retention": {"task": "core.retention", "schedule": crontab(hour="19", minute="20")},
    "core-thumbnails": {"task": "core.thumbnails_sweep", "schedule": timedelta(minutes=2)},
    "core-attachments": {"task": "core.attachments_sweep", "schedule": crontab(hour="18", minute="40")},
}
