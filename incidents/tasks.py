"""Celery tasks of this room: what may be late. An id in, one service call."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from celery.schedules import crontab

from incidents.services import gateways, status_returns
from incidents.statistics import counting

# Late closings and reviews of so many days back change their figures.
LATE_DAYS = 4


@shared_task(name="incidents.delivery_send", acks_late=True)
def delivery_send(delivery_id: int) -> bool:
    """Send one delivery through its gateway."""
    return gateways.delivery_send(delivery_id)


@shared_task(name="incidents.status_return_send", acks_late=True)
def status_return_send(return_id: int) -> bool:
    """Tell one status to the system that handed the case over."""
    return status_returns.status_return_send(return_id)


@shared_task(name="incidents.statistics_today")
def statistics_today() -> int:
    """Count the running day of every organisation."""
    return counting.statistics_recent()


@shared_task(name="incidents.statistics_late")
def statistics_late() -> int:
    """Count the running day and the three before it."""
    return counting.statistics_recent(days=LATE_DAYS)


# Ten past midnight in China for the days that are over; beat counts in UTC.
SCHEDULE = {
    "incidents-statistics-today": {"task": "incidents.statistics_today", "schedule": timedelta(minutes=10)},
    "incidents-statistics-late": {"task": "incidents.statistics_late", "schedule": crontab(hour="16", minute="10")},
}
