"""Working off the outbox: one transaction for each duty, which does the handler's work and marks the duty done, or
neither; for handlers that take several events at once, one transaction for all of those.

Any number of processes may run this at once. A duty is never given up: what fails is tried again, at most 5 s later,
and flagged `stuck` for people after 20 tries.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.utils import DatabaseError, InterfaceError

from core import events, wake
from core.db.prepared import prepared
from core.events import EventData, Handler, Together

logger = logging.getLogger(__name__)

STUCK_AFTER = 20
RETRY_FIRST_S = 0.1
RETRY_AT_MOST_S = 5.0
NOT_NOW_S = 0.05
ERROR_CHARACTERS = 2000

_DUE_SQL = """
SELECT task.id, task.handler, event.id, event.topic, event.organisation_path, event.audience,
       event.subject::text, event.payload::text, event.at, event.key
FROM core_outboxtask task JOIN core_event event ON event.id = task.event_id
WHERE task.done_at IS NULL AND task.due_at <= statement_timestamp() AND task.handler = ANY(%s)
ORDER BY task.due_at, task.id LIMIT %s
"""
# Claim and mark in one statement; the row lock and the mark live as long as the handler's transaction.
_CLAIM_SQL = """
UPDATE core_outboxtask SET done_at = statement_timestamp()
WHERE id = (SELECT id FROM core_outboxtask WHERE id = %s AND done_at IS NULL FOR UPDATE SKIP LOCKED)
"""
_CLAIM_SOME_SQL = """
UPDATE core_outboxtask SET done_at = statement_timestamp()
WHERE id IN (SELECT id FROM core_outboxtask WHERE id = ANY(%s) AND done_at IS NULL ORDER BY id FOR UPDATE SKIP LOCKED)
RETURNING id
"""
_ANSWERED_SQL = """
UPDATE core_outboxtask SET done_at = statement_timestamp()
WHERE id IN (SELECT id FROM core_outboxtask WHERE done_at IS NULL AND handler = ANY(%s) FOR UPDATE SKIP LOCKED)
RETURNING handler
"""
_NOT_NOW_SQL = """
UPDATE core_outboxtask SET due_at = statement_timestamp() + make_interval(secs => %s)
WHERE id = ANY(%s) AND done_at IS NULL
"""
# Within the transaction that has claimed (marked) them, only.
_UNCLAIM_SQL = """
UPDATE core_outboxtask SET done_at = NULL, due_at = statement_timestamp() + make_interval(secs => %s)
WHERE id = ANY(%s)
"""
_FAILED_SQL = """
UPDATE core_outboxtask SET attempts = attempts + 1, last_error = %s, stuck = attempts + 1 >= %s,
    due_at = statement_timestamp() + make_interval(secs => LEAST(%s, %s * power(2, LEAST(attempts, 16))))
WHERE id = %s AND done_at IS NULL RETURNING attempts
"""


@dataclass(frozen=True, slots=True)
class _Task:
    id: int
    handler: Handler | Together
    event: EventData


class NotNow(Exception):
    """Raised by a handler whose work somebody else is doing at this moment: its duty comes again shortly, uncounted."""


def answered(handlers: Sequence[str]) -> list[str]:
    """Mark all open duties of these handlers done, in the caller's transaction; those being run just now are left.

    For work that answers many events at once: call it before reading what the work depends on, so that whatever the
    marked events told of is seen. Returns the handlers' names, one a duty.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ANSWERED_SQL, [list(handlers)])
        return [row[0] for row in cursor.fetchall()]


def run_due(limit: int, worker_name: str = "") -> int:
    """Run up to `limit` due duties of handlers known to this process. Returns how many were done or tried here.

    Raises OperationalError or InterfaceError only when the database session is gone; then the caller reconnects and
    nothing is lost. A handler's own exception is written to the duty and logged.
    """
    tried = 0
    with wake.held():
        for tasks in _grouped(_due(limit)):
            tried += _run(tasks, worker_name)
    return tried


def backlog() -> dict[str, float]:
    """Open duties: `waiting` (due now), `stuck`, and the age of the oldest due one in seconds."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*), count(*) FILTER (WHERE stuck),
                      COALESCE(extract(epoch FROM statement_timestamp() - min(due_at)), 0)
               FROM core_outboxtask WHERE done_at IS NULL AND due_at <= statement_timestamp()"""
        )
        waiting, stuck, oldest_s = cursor.fetchone()
    return {"waiting": int(waiting), "stuck": int(stuck), "oldest_s": float(oldest_s)}


def session_lost(problem: Exception) -> bool:
    """Whether an exception means that the database session is gone (and not only that one statement failed).

    Where Django has reconnected by itself meanwhile, the failure counts as the statement's.
    """
    # psycopg2 reports a server that died in mid-statement as a plain DatabaseError.
    if not isinstance(problem, (DatabaseError, InterfaceError)):
        return False
    raw = connection.connection
    return raw is None or bool(raw.closed) or not connection.is_usable()


def _due(limit: int) -> list[_Task]:
    with connection.cursor() as cursor:
        prepared(cursor, _DUE_SQL, [events.handler_names(), limit])
        rows = cursor.fetchall()
    tasks = []
    for task_id, name, event_id, topic, path, audience, subject, payload, at, key in rows:
        handler = events.handler_named(name)
        if handler is not None:
            event = EventData(event_id, topic, path, audience, events.loaded(subject), events.loaded(payload), at, key)
            tasks.append(_Task(task_id, handler, event))
    return tasks


def _grouped(tasks: Sequence[_Task]) -> list[list[_Task]]:
    """Duties in their order; those of a handler that takes several stand with its first one."""
    groups: list[list[_Task]] = []
    open_group: dict[int, list[_Task]] = {}
    for task in tasks:
        group = open_group.get(id(task.handler))
        if isinstance(task.handler, Together) and group is not None and len(group) < task.handler.at_most:
            group.append(task)
        else:
            groups.append([task])
            open_group[id(task.handler)] = groups[-1]
    return groups


def _run(tasks: Sequence[_Task], worker_name: str) -> int:
    """Run the duties of one group in one transaction. Returns how many were done or tried here."""
    claimed: list[_Task] = []
    try:
        with transaction.atomic():
            claimed = _claim(tasks)
            if claimed and (later := _handle(claimed)):
                _put_off(_UNCLAIM_SQL, later)
    except NotNow:
        _put_off(_NOT_NOW_SQL, claimed)
    except Exception as problem:
        if session_lost(problem):
            raise
        if len(claimed) > 1:
            return sum(_run([task], worker_name) for task in claimed)
        _failed(claimed[0], problem, worker_name)
    return len(claimed)


def _claim(tasks: Sequence[_Task]) -> list[_Task]:
    with connection.cursor() as cursor:
        if len(tasks) == 1:
            prepared(cursor, _CLAIM_SQL, [tasks[0].id])
            return list(tasks) if cursor.rowcount == 1 else []
        prepared(cursor, _CLAIM_SOME_SQL, [[task.id for task in tasks]])
        mine = {row[0] for row in cursor.fetchall()}
    return [task for task in tasks if task.id in mine]


def _handle(tasks: Sequence[_Task]) -> list[_Task]:
    """Call the handler of these duties. Returns those that it leaves for later."""
    handler = tasks[0].handler
    if not isinstance(handler, Together):
        handler(tasks[0].event)
        return []
    later = set(handler.run([task.event for task in tasks]))
    return [task for task in tasks if task.event.id in later]


def _put_off(statement: str, tasks: Sequence[_Task]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [NOT_NOW_S, [task.id for task in tasks]])


def _failed(task: _Task, problem: Exception, worker_name: str) -> None:
    text = f"{type(problem).__name__}: {problem}"[:ERROR_CHARACTERS]
    with connection.cursor() as cursor:
        cursor.execute(_FAILED_SQL, [text, STUCK_AFTER, RETRY_AT_MOST_S, RETRY_FIRST_S, task.id])
        row = cursor.fetchone()
    function = task.handler.run if isinstance(task.handler, Together) else task.handler
    logger.warning(
        "%s: %s failed on event %s (%s), try %s",
        worker_name or "outbox", function.__qualname__, task.event.id, task.event.topic, row[0] if row else "?",
        exc_info=problem,
    )  # fmt: skip
