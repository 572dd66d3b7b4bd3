"""Wake-ups over PostgreSQL's NOTIFY. They are hints only: everybody who is woken also polls.

They are sent after the commit, as a statement of their own. A transaction that notifies holds a lock of the whole
cluster while its commit is flushed to disk, so that all such commits would queue; a notification alone flushes
nothing. A process that dies in between costs one poll interval (100 ms), nothing else.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

# Somebody has duties; there are events to number; numbered events may be read.
OUTBOX_CHANNEL = "luzhang_outbox"
EVENTS_CHANNEL = "luzhang_events"
FEED_CHANNEL = "luzhang_feed"
HELD_AT_MOST_S = 0.02


class _Held(threading.local):
    depth = 0
    wanted: frozenset[str] = frozenset()
    sent_at = 0.0


_held = _Held()


def published(duties: bool) -> None:
    """Wake whoever numbers events, and with `duties` whoever works them off, once the current transaction (if any)
    has committed; many calls, one wake-up.
    """
    committed = _duties_committed if duties else _events_committed
    if not connection.in_atomic_block:
        committed()
    elif not any(entry[1] in (committed, _duties_committed) for entry in connection.run_on_commit):
        transaction.on_commit(committed, robust=True)


@contextmanager
def held() -> Iterator[None]:
    """Within the block send at most one wake-up each 20 ms, the last at its end: for loops of transactions."""
    _held.depth += 1
    try:
        yield
    finally:
        _held.depth -= 1
        wanted, _held.wanted = _held.wanted, frozenset()
    if wanted:
        _notify(wanted)


def _duties_committed() -> None:
    _committed(frozenset({OUTBOX_CHANNEL, EVENTS_CHANNEL}))


def _events_committed() -> None:
    _committed(frozenset({EVENTS_CHANNEL}))


def _committed(channels: frozenset[str]) -> None:
    if _held.depth and time.monotonic() - _held.sent_at < HELD_AT_MOST_S:
        _held.wanted |= channels
    else:
        _notify(channels | _held.wanted)


def _notify(channels: frozenset[str]) -> None:
    _held.sent_at = time.monotonic()
    _held.wanted = frozenset()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(channel, '') FROM unnest(%s) AS channel", [sorted(channels)])
