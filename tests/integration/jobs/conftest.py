"""Workers that are kept over the tests of a module: a start takes seconds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.broker import broker_forget
from core.models import Job
from tests.factories.workers import Workers, until


def over(job: Job) -> Job:
    """The job when it has ended."""

    def ended() -> Job | None:
        row = Job.objects.get(pk=job.pk)
        return row if row.finished_at is not None else None

    found: Job = until(ended, f"the end of {job}")
    return found


@pytest.fixture(scope="module")
def all_workers(django_db_setup: None, root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workers]:
    """The workers of the module."""
    made = Workers(root, tmp_path_factory.mktemp("celery"))
    yield made
    made.stop()
    made.redis.flushdb()


@pytest.fixture
def workers(all_workers: Workers, transactional_db: None) -> Iterator[Workers]:
    """The workers, an empty queue; whatever runs at the end of a test is ended with it."""
    broker_forget()
    yield all_workers
    if Job.objects.filter(finished_at=None).exists():
        all_workers.kill()
    all_workers.redis.flushdb()
