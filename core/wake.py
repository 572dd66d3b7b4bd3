"""Wake-ups over PostgreSQL's NOTIFY. They are hints only: everybody who is woken also polls."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

OUTBOX_CHANNEL = "luzhang_outbox"
FEED_CHANNEL = "luzhang_feed"


class _Held(threading.local):
    depth = 0
    wanted = False


_held = _Held()


def outbox() -> None:
    """Wake the urgent processes when the current transaction commits."""
    if hold():
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [OUTBOX_CHANNEL])


def hold() -> bool:
    """Whether a wake-up has to be held back now; it is then remembered for the end of the block of `held`."""
    if _held.depth:
        _held.wanted = True
    return _held.depth > 0


@contextmanager
def held() -> Iterator[None]:
    """Hold wake-ups of this thread back until the outermost block ends, then send one if any was wanted.

    Committing transactions that notify wait for each other, so a process that works through a batch sends one at its end.
    """
    _held.depth += 1
    try:
        yield
    finally:
        _held.depth -= 1
    if _held.depth == 0 and _held.wanted:
        _held.wanted = False
        outbox()
