"""Real Celery workers on the test's own database; their Redis database is this process's own (tests/own_redis.py)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
import redis
from django.conf import settings
from django.db import connection

from core.broker import broker_forget
from core.models import Job

PATIENCE_S = 120.0


def until(found: Callable[[], Any], what: str = "it") -> Any:
    """Wait for a true answer and return it."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if answer := found():
            return answer
        time.sleep(0.02)
    raise AssertionError(f"{what} did not come within {PATIENCE_S:.0f} s")


def over(job: Job) -> Job:
    """The job when it has ended."""

    def ended() -> Job | None:
        row = Job.objects.get(pk=job.pk)
        return row if row.finished_at is not None else None

    return until(ended, f"the end of {job}")


class Workers:
    """Celery workers of the test: start, kill as a power cut does, stop."""

    def __init__(self, root: Path, log: Path, environment: dict[str, str]) -> None:
        self.root, self.log, self.environment = root, log, environment
        self.running: list[subprocess.Popen[bytes]] = []
        self.redis = redis.Redis.from_url(environment["REDIS_URL"])

    def start(self) -> None:
        """One worker with two children, ready when this returns."""
        words = [sys.executable, "-m", "celery", "-A", "config.celery", "worker", "-c", "2", "--loglevel", "INFO"]
        words += ["--without-mingle", "--without-gossip", "--without-heartbeat", "-n", f"w{time.monotonic_ns()}@test"]
        before = self._ready()
        with self.log.open("ab") as out:
            child = subprocess.Popen(
                words, cwd=self.root, env=self.environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                start_new_session=True,
            )  # fmt: skip
        self.running.append(child)
        until(lambda: self._ready() > before, "the worker")

    def one(self) -> None:
        """Exactly one worker lives."""
        if not self.running:
            self.start()

    def kill(self) -> None:
        """SIGKILL for the worker and its children at once."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End all."""
        self._end(signal.SIGTERM)

    def _end(self, how: int) -> None:
        for child in self.running:
            os.killpg(child.pid, how)
        for child in self.running:
            try:
                child.wait(timeout=15)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait(timeout=15)
        self.running.clear()

    def _ready(self) -> int:
        return self.log.read_bytes().count(b" ready.") if self.log.exists() else 0


@pytest.fixture(scope="module")
def all_workers(django_db_setup: None, root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workers]:
    """Kept over the tests of a module: a start takes seconds."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    environment = {
        **os.environ,
        "DATABASE_URL": urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}")),
        "LUZHANG_VAR": str(settings.LUZHANG_VAR),
        "MEDIA_ROOT": str(settings.MEDIA_ROOT),
    }
    made = Workers(root, tmp_path_factory.mktemp("celery") / "worker.log", environment)
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
