"""What a runner holds in its hands while it works: the job, its file, ways to say how far it is, and signs of life."""

from __future__ import annotations

import logging
import re
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import DatabaseError, connection
from django.db.models.functions import Now

from core.imports.runner import ImportStopped
from core.jobs.files import file_of
from core.models import ImportRun, Job
from core.states import JobState

logger = logging.getLogger(__name__)

BEAT_EVERY_S = 2.0
LOG_LINES = 100
_COUNT = re.compile(r"(\d+)/(\d+)$")


class JobStopped(ImportStopped):
    """The job was cancelled, or given to another worker: stop here and write nothing more."""


class Work:
    """One attempt at a job. Its methods may raise JobStopped; a runner lets that pass."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.log: deque[str] = deque(maxlen=LOG_LINES)
        self._file: Path | None = None
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._progress: dict[str, Any] = {"done": job.done, "total": job.total, "word": job.word}

    @property
    def dry_run(self) -> bool:
        """Check everything, save nothing."""
        return self.job.dry_run

    @property
    def file(self) -> Path:
        """The uploaded file, checked once. Raises InvalidInput when it is gone."""
        if self._file is None:
            self._file = file_of(self.job)
        return self._file

    def option(self, name: str) -> str:
        """A parameter that came with the job, or ''."""
        return str(self.job.params.get(name, ""))

    def step(self, word: str, done: int = 0, total: int = 0) -> None:
        """What is being done now, and how far; shown at once."""
        self._set(word=word[:200], done=done, total=total)
        self.beat()
        self.check()

    def say(self, text: str) -> None:
        """A line of a service's own progress, as the management command prints it; kept in the job's log. Where it ends
        in a count (`edges 50000/81000`), that is how far the job is.
        """
        self.log.append(text)
        count = _COUNT.search(text)
        self._set(done=int(count[1]) if count else 0, total=int(count[2]) if count else 0)
        self.check()

    def check(self) -> None:
        """Raise JobStopped when somebody cancelled the job or another worker has it."""
        if self._stopped.is_set():
            raise JobStopped(f"job {self.job.uid} was stopped")

    def watch(self, run: ImportRun) -> None:
        """After each chunk of a table, inside its transaction: a worker that lost the job saves no chunk."""
        self._set(done=run.done, total=run.total)
        if not self.job.dry_run:
            self.beat()
        self.check()

    def beat(self) -> None:
        """Write progress and a sign of life under the fence; notes when the job is not ours any more."""
        with self._lock:
            progress = dict(self._progress)
        mine = Job.objects.filter(pk=self.job.pk, state=JobState.RUNNING, attempt=self.job.attempt)
        if not mine.update(heartbeat_at=Now(), **progress):
            self._stopped.set()

    def _set(self, **progress: Any) -> None:
        with self._lock:
            self._progress.update(progress)


@contextmanager
def beating(work: Work, every_s: float = BEAT_EVERY_S) -> Iterator[None]:
    """Signs of life from a thread with a database session of its own, whatever the runner is calculating."""
    over = threading.Event()

    def run() -> None:
        try:
            while not over.wait(every_s):
                try:
                    work.beat()
                except DatabaseError as problem:
                    logger.warning("job %s: no sign of life this time: %s", work.job.uid, problem)
                    connection.close()
        finally:
            connection.close()

    thread = threading.Thread(target=run, name=f"job-{work.job.uid}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
