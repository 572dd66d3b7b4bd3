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

OUTBOX_CHANNEL = "luzhang_outbox"
FEED_CHANNEL = "luzhang_feed"
HELD_AT_MOST_S = 0.02


class _Held(threading.local):
    depth = 0
    wanted = False
    sent_at = 0.0


_held = _Held()


def outbox() -> None:
    """Wake the urgent processes once the current transaction (if any) has committed; many calls, one wake-up."""
    if not connection.in_atomic_block:
        _outbox_committed()
    elif not any(entry[1] is _outbox_committed for entry in connection.run_on_commit):
        transaction.on_commit(_outbox_committed, robust=True)


@contextmanager
def held() -> Iterator[None]:
    """Within the block send at most one wake-up each 20 ms, the last at its end: for loops of transactions."""
    _held.depth += 1
    try:
        yield
    finally:
        _held.depth -= 1
        wanted, _held.wanted = _held.wanted, False
    if wanted:
        _notify()


def _outbox_committed() -> None:
    if _held.depth and time.monotonic() - _held.sent_at < HELD_AT_MOST_S:
        _held.wanted = True
    else:
        _notify()


def _notify() -> None:
    _held.sent_at = time.monotonic()
    _held.wanted = False
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [OUTBOX_CHANNEL])
