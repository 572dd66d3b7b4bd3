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

PATIENCE_S = 120.0
STOPS_WITHIN_S = 15.0


def until(found: Callable[[], Any], what: str) -> Any:
    """Wait for a true answer of another process and return it."""
    end = time.monotonic() + PATIENCE_S
    while not (answer := found()):
        assert time.monotonic() < end, f"{what} did not come within {PATIENCE_S:.0f} s"
        time.sleep(0.02)
    return answer


class Workers:
    """Celery workers of a test: start, kill as a power cut does, stop."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.held = folder / "held"
        self.redis = redis.Redis.from_url(os.environ["REDIS_URL"])
        self._root, self._log = root, folder / "worker.log"
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self, held_by: str = "") -> subprocess.Popen[bytes]:
        """One worker with two children, ready when this returns. `held_by`: a module that it takes in first, to stop in
        the middle of something; that creates the file `HELD_FILE` (`self.held`) when it is there.
        """
        database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
        values = {
            **os.environ,
            "DATABASE_URL": urlunsplit(database),
            "LUZHANG_VAR": str(settings.LUZHANG_VAR),
            "MEDIA_ROOT": str(settings.MEDIA_ROOT),
            "HELD_FILE": str(self.held),
        }
        words = [sys.executable, "-m", "celery", "-A", "config.celery", "worker", "-c", "2", "--loglevel", "INFO"]
        words += ["--without-mingle", "--without-gossip", "--without-heartbeat", "-n", f"w{time.monotonic_ns()}@test"]
        before = self._ready()
        with self._log.open("ab") as log:
            process = subprocess.Popen(
                [*words, *(("-I", held_by) if held_by else ())],
                cwd=self._root,
                env=values,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._running.append(process)
        until(lambda: self._ready() > before, "the worker")
        return process

    def one(self) -> None:
        """At least one worker lives."""
        if not self._running:
            self.start()

    def kill(self) -> None:
        """SIGKILL for the workers and their children at once."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End all, and wait until each has gone."""
        self._end(signal.SIGTERM)

    def _end(self, how: int) -> None:
        for process in self._running:
            os.killpg(process.pid, how)
        for process in self._running:
            try:
                process.wait(timeout=STOPS_WITHIN_S)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(timeout=STOPS_WITHIN_S)
        self._running.clear()

    def _ready(self) -> int:
        return self._log.read_bytes().count(b" ready.") if self._log.exists() else 0


@pytest.fixture
def workers(tmp_path: Path, root: Path) -> Iterator[Workers]:
    """No worker yet, and an empty queue."""
    made = Workers(root, tmp_path)
    made.redis.flushdb()
    yield made
    made.kill()
    made.redis.flushdb()
