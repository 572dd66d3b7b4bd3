"""Celery tasks of the kernel: what may be late."""

from __future__ import annotations

from celery import shared_task
from celery.schedules import crontab

from core import retention


@shared_task(name="core.retention")
def retention_run() -> int:
    """Remove what is past its term; how many steps that took."""
    return len(retention.run())


# By night in China; beat counts in UTC.
SCHEDULE = {"core-retention": {"task": "core.retention", "schedule": crontab(hour="19", minute="20")}}
