"""Timers: what has to happen when the house's clock shows a time, unless it is cancelled or moved before.

A timer runs like a duty of the outbox, in one transaction with its effect, and shares its rules for failures. Two
processes never run the same one: an advisory lock keeps the second away, and the mark is set by compare-and-set at
the end of the transaction. (The row itself is not locked while the handler runs: a service that holds an incident and
cancels its timer, and the timer's handler that wants the incident, would wait for each other.)
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from core import events, wake
from core.db.prepared import written
from core.jsontext import dumps
from core.outbox import ERROR_CHARACTERS, RETRY_AT_MOST_S, RETRY_FIRST_S, STUCK_AFTER, session_lost

logger = logging.getLogger(__name__)

ADVISORY_CLASS = 0x4C5A54  # "LZT"


@dataclass(frozen=True, slots=True)
class TimerData:
    """What a timer's handler gets."""

    id: int
    kind: str
    key: str
    due_at: dt.datetime
    subject: dict[str, Any]
    organisation_path: str


TimerHandler = Callable[[TimerData], None]


class TimerGone(Exception):
    """The timer was cancelled, moved or run by somebody else meanwhile; its transaction is rolled back."""


@dataclass(slots=True)
class _Running:
    timer: TimerData
    settled: bool = False


_handlers: dict[str, TimerHandler] = {}
_running: ContextVar[_Running | None] = ContextVar("running_timer", default=None)

_SET_SQL = """
INSERT INTO core_timer (key, kind, due_at, subject, organisation_path, attempts, last_error, stuck)
VALUES {values}
ON CONFLICT (key) DO UPDATE SET kind = EXCLUDED.kind, due_at = EXCLUDED.due_at, subject = EXCLUDED.subject,
    organisation_path = EXCLUDED.organisation_path, retry_at = NULL, attempts = 0, done_at = NULL, last_error = '',
    stuck = false
"""
_SET_ROW = "(%s, %s, %s, %s, %s, 0, '', false)"
_DUE_SQL = """
SELECT id, kind, key, due_at, subject::text, organisation_path FROM core_timer
WHERE done_at IS NULL AND due_at <= (SELECT core_now())
  AND (retry_at IS NULL OR retry_at <= statement_timestamp()) AND kind = ANY(%s)
ORDER BY due_at LIMIT %s
"""
_OPEN_SQL = "SELECT 1 FROM core_timer WHERE id = %s AND done_at IS NULL AND due_at = %s"
_DONE_SQL = "UPDATE core_timer SET done_at = core_now() WHERE id = %s AND done_at IS NULL AND due_at = %s"
_FAILED_SQL = """
UPDATE core_timer SET attempts = attempts + 1, last_error = %s, stuck = attempts + 1 >= %s,
    retry_at = statement_timestamp() + make_interval(secs => LEAST(%s, %s * power(2, LEAST(attempts, 16))))
WHERE id = %s AND done_at IS NULL
"""


def timer_set(
    kind: str, key: str, due_at: dt.datetime, subject: Mapping[str, Any], *, organisation_path: str = ""
) -> None:
    """Set (or move) the timer `key` in the caller's transaction; `due_at` is house time (core.clock)."""
    timers_set([(kind, key, due_at, subject)], organisation_path=organisation_path)


def timers_set(
    wanted: Sequence[tuple[str, str, dt.datetime, Mapping[str, Any]]], *, organisation_path: str = ""
) -> None:
    """As `timer_set` for several (kind, key, due_at, subject) in one statement; no key twice."""
    rows = []
    for kind, key, due_at, subject in wanted:
        _settle_own(key)
        rows.append((key, kind, due_at, dumps(subject), organisation_path))
    if not rows:
        return
    with connection.cursor() as cursor:
        values = ", ".join([_SET_ROW] * len(rows))
        written(cursor, _SET_SQL.format(values=values), [value for row in rows for value in row])


def timer_cancel(*keys: str) -> int:
    """Cancel timers by key in the caller's transaction. Returns how many were open; unknown keys are fine.

    If a handler of one of them is running just now, whoever commits first wins and the other is rolled back and finds
    it out.
    """
    for key in keys:
        _settle_own(key)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM core_timer WHERE key = ANY(%s) AND done_at IS NULL", [list(keys)])
        return int(cursor.rowcount)


def handles_timer(kind: str) -> Callable[[TimerHandler], TimerHandler]:
    """Register the handler of one kind of timer; the rules are those of event handlers."""

    def register(handler: TimerHandler) -> TimerHandler:
        known = _handlers.get(kind)
        if known is not None and (known.__module__, known.__qualname__) != (handler.__module__, handler.__qualname__):
            raise ValueError(f"two handlers for timers of kind {kind}")
        _handlers[kind] = handler
        return handler

    return register


def run_due(limit: int, worker_name: str = "") -> int:
    """Run up to `limit` timers due by core_now(). Returns how many were tried here. Raises as outbox.run_due."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE_SQL, [list(_handlers), limit])
        rows = cursor.fetchall()
    tried = 0
    with wake.held():
        for timer_id, kind, key, due_at, subject, path in rows:
            tried += _run(TimerData(timer_id, kind, key, due_at, events.loaded(subject), path), worker_name)
    return tried


def _settle_own(key: str) -> None:
    """A handler that cancels or moves its own timer takes its mark now instead of at the end."""
    running = _running.get()
    if running is None or running.settled or running.timer.key != key:
        return
    _mark_done(running.timer)
    running.settled = True


def _mark_done(timer: TimerData) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_DONE_SQL, [timer.id, timer.due_at])
        if cursor.rowcount != 1:
            raise TimerGone(timer.key)


def _run(timer: TimerData, worker_name: str) -> int:
    running = _Running(timer)
    token = _running.set(running)
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [ADVISORY_CLASS, timer.id % 2**31])
                if not cursor.fetchone()[0]:
                    return 0
                cursor.execute(_OPEN_SQL, [timer.id, timer.due_at])
                if cursor.fetchone() is None:
                    return 0
            _handlers[timer.kind](timer)
            if not running.settled:
                _mark_done(timer)
    except TimerGone:
        return 1
    except Exception as problem:
        if session_lost(problem):
            raise
        text = f"{type(problem).__name__}: {problem}"[:ERROR_CHARACTERS]
        with connection.cursor() as cursor:
            cursor.execute(_FAILED_SQL, [text, STUCK_AFTER, RETRY_AT_MOST_S, RETRY_FIRST_S, timer.id])
        logger.warning("%s: timer %s (%s) failed", worker_name or "timers", timer.key, timer.kind, exc_info=problem)
    finally:
        _running.reset(token)
    return 1
