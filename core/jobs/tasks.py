"""Celery tasks of jobs: an id in, one call. A message is only a hint; the row is found again without it."""

from __future__ import annotations

from celery import shared_task

from core import broker
from core.jobs import running, services


@shared_task(name="core.job_run")
def job_run(uid: str) -> str:
    """Run one job, if it still waits."""
    return running.job_run(uid)


@shared_task(name="core.jobs_recover")
def jobs_recover() -> int:
    """Find jobs that lost their message or their worker."""
    return services.jobs_recover()


def job_send(uid: str) -> bool:
    """After commit: tell the workers that a job waits. False when the broker is gone."""
    return broker.send(lambda: job_run.delay(uid), what=f"job {uid}")


# A look that comes late is no use: the next one is there by then.
SCHEDULE = {"core-jobs-recover": {"task": "core.jobs_recover", "schedule": 10.0, "options": {"expire_seconds": 10}}}
