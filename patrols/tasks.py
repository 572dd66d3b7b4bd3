"""Celery tasks of the patrols room: what may be late."""

from __future__ import annotations

from celery import shared_task
from celery.schedules import crontab
from django.utils import timezone

from core import clock
from patrols.services import tasks_issue


@shared_task(name="patrols.issue_tasks")
def issue_tasks() -> int:
    """Issue the day's patrol tasks; plans change during the day, so it runs often and repeats harmlessly."""
    return tasks_issue(timezone.localdate(clock.now()))


SCHEDULE = {"patrols-issue-tasks": {"task": "patrols.issue_tasks", "schedule": crontab(minute="*/15")}}
