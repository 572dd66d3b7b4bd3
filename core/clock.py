"""The only clock of timers, staleness and deadlines (design invariant 9).

`now()` is the house's time: wall time moved by an anchor kept in the single row of `core_clock`, so that Python, SQL
(`core_now()`) and every process agree. Rate 1 and no offset outside a simulation. `wall_now()` is for audit only.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

REFRESH_S = 1.0


@dataclass(frozen=True)
class Anchor:
    """House time `time` was wall time `wall`, and runs `rate` times as fast since."""

    wall: dt.datetime
    time: dt.datetime
    rate: float

    def at(self, wall: dt.datetime) -> dt.datetime:
        """House time at a wall time."""
        if self.rate == 1.0:
            return wall + (self.time - self.wall)
        return self.time + (wall - self.wall) * self.rate


_EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
IDENTITY = Anchor(_EPOCH, _EPOCH, 1.0)


class _State(threading.local):
    """Pins are per thread (tests); the cached anchor is shared by the process."""

    fixed: dt.datetime | None = None


class _Cache:
    anchor = IDENTITY
    read_at = float("-inf")
    from_database = True


_state = _State()
_cache = _Cache()


def wall_now() -> dt.datetime:
    """Wall time, aware, UTC. For audit rows, seals and heartbeats; nothing that waits uses it."""
    return dt.datetime.now(dt.UTC)


def now() -> dt.datetime:
    """House time, aware, UTC. Reads the anchor from the database at most once a second.

    Inside an event loop the cached anchor is used as it is: a process that lives there calls `refresh` in a thread each
    second when it has to follow a simulated clock.
    """
    if _state.fixed is not None:
        return _state.fixed
    if time.monotonic() - _cache.read_at >= REFRESH_S and _cache.from_database and not _in_event_loop():
        refresh()
    return _cache.anchor.at(wall_now())


def anchor() -> Anchor:
    """The anchor in use, for those who must convert waits (`wait_s`) or show that time is simulated."""
    return _cache.anchor


def wait_s(until: dt.datetime) -> float:
    """Wall seconds until the house's clock shows `until`; 0 when it is past or never comes (rate 0)."""
    left_s = (until - now()).total_seconds()
    rate = _cache.anchor.rate
    return max(0.0, left_s / rate) if rate > 0 else 0.0


def refresh() -> Anchor:
    """Read the anchor now. Keeps the last one while the database can't be asked (broken transaction, lost session)."""
    from django.db import InterfaceError, OperationalError, connection

    _cache.read_at = time.monotonic()
    if connection.in_atomic_block and connection.needs_rollback:
        return _cache.anchor
    try:
        with connection.cursor() as cursor:
            # Before the first migration there is no table, and a failed look would break the migration's transaction.
            cursor.execute("SELECT to_regclass('core_clock') IS NOT NULL")
            row = None
            if cursor.fetchone()[0]:
                cursor.execute("SELECT anchor_wall, anchor_time, rate FROM core_clock WHERE id = 1")
                row = cursor.fetchone()
    except (OperationalError, InterfaceError):
        return _cache.anchor
    _cache.anchor = Anchor(*row) if row else IDENTITY
    return _cache.anchor


@contextmanager
def fixed(at: dt.datetime) -> Iterator[None]:
    """For tests: `now()` of this thread stands still at `at` (aware). SQL's `core_now()` is not touched."""
    if at.tzinfo is None:
        raise ValueError("a clock without a time zone is no clock")
    before, _state.fixed = _state.fixed, at
    try:
        yield
    finally:
        _state.fixed = before


def use_database(enabled: bool) -> None:
    """Whether `now()` may ask the database (unit tests, and programs that have none, say no)."""
    _cache.from_database = enabled
    _cache.anchor = IDENTITY
    _cache.read_at = float("-inf")


def forget() -> None:
    """Drop the cached anchor, so that the next `now()` reads it again."""
    _cache.read_at = float("-inf")


def _in_event_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
