"""Celery tasks of this room: what may be late."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from celery.schedules import crontab

from roads.services import board_bulk, boards


@shared_task(name="roads.boards_compare")
def boards_compare() -> int:
    """Mark printed boards that are not right any more, and those that are right again."""
    return boards.boards_compare()


@shared_task(name="roads.prints_sweep")
def prints_sweep() -> int:
    """Remove archives of printed boards past their days."""
    return board_bulk.prints_sweep()


# By night in China; beat counts in UTC.
SCHEDULE = {
    "roads-boards-compare": {"task": "roads.boards_compare", "schedule": timedelta(minutes=10)},
    "roads-prints-sweep": {"task": "roads.prints_sweep", "schedule": crontab(hour="18", minute="50")},
}
