"""Real Celery workers on a test's own database, with messages through the real Redis."""

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
from django.conf import settings
from django.db import connection
from kombu import Connection

from config.celery import broker_url

# The tests that start workers run in one process (xdist_group).
GROUP = "celery-workers"


def until(true: Callable[[], bool], what: str, limit_s: float = 120.0) -> None:
    """Wait for another process."""
    end = time.monotonic() + limit_s
    while not true():
        assert time.monotonic() < end, f"{what} did not happen"
        time.sleep(0.05)


class Workers:
    """Starts workers, sends them tasks, kills them."""

    def __init__(self, folder: Path, root: Path, way: Connection) -> None:
        self.held = folder / "held"
        self._log = folder / "worker.log"
        self._root = root
        self._way = way
        self._running: list[subprocess.Popen[bytes]] = []

    def send(self, task: Any, *arguments: Any) -> None:
        """As `task.delay`, into the Redis database of these workers."""
        task.apply_async(arguments, connection=self._way)

    def start(self, held_by: str = "") -> subprocess.Popen[bytes]:
        """One worker with one child. `held_by`: a module that it takes in first, to stop in the middle of something;
        that creates the file `HELD_FILE` (`self.held`) when it is there.
        """
        database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
        values = {
            **os.environ,
            "DATABASE_URL": urlunsplit(database),
            "MEDIA_ROOT": str(settings.MEDIA_ROOT),
            "HELD_FILE": str(self.held),
        }
        command = [sys.executable, "-m", "celery", "-A", "config.celery", "worker", "-c", "1"]
        quiet = ["--without-mingle", "--without-gossip", "--without-heartbeat"]
        with self._log.open("ab") as log:
            process = subprocess.Popen(
                [*command, *quiet, *(("-I", held_by) if held_by else ())],
                cwd=self._root,
                env=values,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._running.append(process)
        return process

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """The worker and its children, as a power cut would."""
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def kill_all(self) -> None:
        """Leave none behind."""
        for process in self._running:
            self.kill(process)


@pytest.fixture
def workers(tmp_path: Path, root: Path) -> Iterator[Workers]:
    """No worker yet, and an empty queue."""
    with Connection(broker_url(os.environ["REDIS_URL"])) as way:
        way.default_channel.client.flushdb()
        made = Workers(tmp_path, root, way)
        yield made
        made.kill_all()
        way.default_channel.client.flushdb()
