"""One urgent process: a thread for outbox and timers, one for the sequencer, one for each lane of periodic jobs."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections import defaultdict

from django.db import connection

from core import clock, outbox, timers
from core.feed import sequencer
from core.urgent.registry import Job, jobs
from core.urgent.session import Session
from core.wake import EVENTS_CHANNEL, OUTBOX_CHANNEL

logger = logging.getLogger(__name__)

POLL_S = 0.1
BATCH = 20
TIMERS_EVERY_S = 0.05
SEQUENCE_EVERY_S = 0.015
BEAT_EVERY_S = 2.0


class UrgentProcess:
    """Two or more may run on any hosts. `stop` ends all threads within about POLL_S plus the work in hand."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._sequencing = False
        self._timers_at = float("-inf")
        self._lock_asked_at = float("-inf")

    def run(self) -> None:
        """Run until `stop` is set; the calling thread works on the outbox and timers."""
        lanes: dict[str, list[Job]] = defaultdict(list)
        for job in [*jobs(), Job("beat", BEAT_EVERY_S, self._beat, False, "house")]:
            lanes[job.lane].append(job)
        self._start("sequencer", self._sequence_for_ever)
        for lane, lane_jobs in lanes.items():
            self._start(lane, _Lane(f"{self.name}/{lane}", self.stop, lane_jobs).run)
        Session(f"{self.name}/outbox", self.stop, listen=OUTBOX_CHANNEL).run(self._work)
        for thread in self._threads:
            thread.join(timeout=5)

    def _start(self, name: str, target: object) -> None:
        thread = threading.Thread(target=target, name=name, daemon=True)  # type: ignore[arg-type]
        thread.start()
        self._threads.append(thread)

    def _work(self) -> float:
        done = outbox.run_due(BATCH, self.name)
        # In a flood of duties timers are asked for less often than duties, never later than the poll would.
        if not done or time.monotonic() - self._timers_at >= TIMERS_EVERY_S:
            self._timers_at = time.monotonic()
            done += timers.run_due(BATCH, self.name)
        return 0.0 if done else POLL_S

    def _sequence_for_ever(self) -> None:
        session = Session(f"{self.name}/sequencer", self.stop, listen=EVENTS_CHANNEL)
        session.on_connect(self._forget_lock)
        session.run(self._sequence)

    def _forget_lock(self) -> None:
        self._sequencing = False
        self._lock_asked_at = float("-inf")

    def _sequence(self) -> float:
        if not self._sequencing:
            # A second process is woken by every event, too: it asks for the lock no oftener than it polls.
            wait_s = self._lock_asked_at + POLL_S - time.monotonic()
            if wait_s > 0:
                return wait_s
            self._lock_asked_at = time.monotonic()
            self._sequencing = sequencer.lock_take()
            if not self._sequencing:
                return POLL_S
        count = sequencer.number_visible()
        if count:
            # A breath between two runs makes one transaction of many events, well within the 20 ms promised.
            self.stop.wait(SEQUENCE_EVERY_S)
            return 0.0
        return POLL_S

    def _beat(self) -> None:
        beat(self.name)


class _Lane:
    """Jobs that take turns in one thread."""

    def __init__(self, name: str, stop: threading.Event, lane_jobs: list[Job]) -> None:
        self.name = name
        self.stop = stop
        self._next_at = {job.name: 0.0 for job in lane_jobs}
        self._jobs = lane_jobs
        self._owned: set[str] = set()

    def run(self) -> None:
        session = Session(self.name, self.stop)
        session.on_connect(self._owned.clear)
        session.run(self._step)

    def _step(self) -> float:
        for job in self._jobs:
            if self.stop.is_set():
                break
            if time.monotonic() >= self._next_at[job.name]:
                self._next_at[job.name] = time.monotonic() + job.every_s
                if not job.exclusive or self._own(job):
                    self._run(job)
        return max(0.001, min(self._next_at.values()) - time.monotonic())

    def _own(self, job: Job) -> bool:
        """An exclusive job belongs to the session that holds its advisory lock."""
        if job.name not in self._owned:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [f"luzhang-job:{job.name}"])
                if cursor.fetchone()[0]:
                    self._owned.add(job.name)
        return job.name in self._owned

    def _run(self, job: Job) -> None:
        try:
            job.fn()
        except Exception as problem:
            if outbox.session_lost(problem):
                raise
            logger.exception("%s: job %s failed", self.name, job.name)


def beat(name: str, details: str = "{}") -> None:
    """Write this process's sign of life (wall time), and drop signs of processes silent for an hour."""
    at = clock.wall_now()
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO core_processbeat (name, host, pid, started_at, at, details) VALUES (%s, %s, %s, %s, %s, %s)
               ON CONFLICT (name, host, pid) DO UPDATE SET at = EXCLUDED.at, details = EXCLUDED.details""",
            [name, socket.gethostname(), os.getpid(), at, at, details],
        )
        cursor.execute("DELETE FROM core_processbeat WHERE at < statement_timestamp() - interval '1 hour'")


def beat_end(name: str) -> None:
    """Take this process's sign of life away at a clean end."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM core_processbeat WHERE name = %s AND host = %s AND pid = %s",
            [name, socket.gethostname(), os.getpid()],
        )
