"""Numbering of the feed. `feed_seq` is given after commit, to what is visible, by one process at a time.

An id from a sequence is taken before commit, so a reader with "id > cursor" skips whatever commits late. Here the
number comes after: a late commit simply gets a later one, and a long transaction holds nobody up. A session-level
advisory lock chooses the process; the row lock on `core_feedhead` is the fence should there ever be two.
"""

from __future__ import annotations

from django.db import connection

from core.db.prepared import prepared
from core.wake import FEED_CHANNEL

ADVISORY_KEY = 0x4C5A46454544  # "LZFEED"
BATCH = 2000

# One statement, so one round trip and one commit: the fence, the numbers, the head. Nothing is locked for nothing.
_NUMBER_SQL = """
WITH head AS (
    SELECT last_seq FROM core_feedhead
    WHERE id = 1 AND EXISTS (SELECT 1 FROM core_event WHERE feed_seq IS NULL) FOR UPDATE
), fresh AS (
    SELECT id, row_number() OVER (ORDER BY id) AS place
    FROM (SELECT id FROM core_event WHERE feed_seq IS NULL ORDER BY id LIMIT %s) unnumbered
), numbered AS (
    UPDATE core_event event SET feed_seq = head.last_seq + fresh.place FROM fresh, head
    WHERE event.id = fresh.id AND event.feed_seq IS NULL RETURNING event.feed_seq
), moved AS (
    UPDATE core_feedhead SET last_seq = (SELECT max(feed_seq) FROM numbered)
    WHERE id = 1 AND EXISTS (SELECT 1 FROM numbered)
)
SELECT EXISTS (SELECT 1 FROM core_feedhead WHERE id = 1), max(feed_seq), count(*) FROM numbered
"""
_HEAD_SQL = """
INSERT INTO core_feedhead (id, last_seq, oldest_seq)
SELECT 1, COALESCE(max(feed_seq), 0), COALESCE(min(feed_seq), 1) FROM core_event ON CONFLICT DO NOTHING
"""


def lock_take() -> bool:
    """Try to become the sequencer with this database session; the lock lives as long as the session."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [ADVISORY_KEY])
        return bool(cursor.fetchone()[0])


def lock_release() -> None:
    """Let another process be the sequencer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [ADVISORY_KEY])


def number_visible(limit: int = BATCH) -> int:
    """Number what is committed and unnumbered, in order of id, and tell readers. Returns how many rows."""
    with connection.cursor() as cursor:
        prepared(cursor, _NUMBER_SQL, [limit])
        begun, last_seq, count = cursor.fetchone()
        if not begun:
            cursor.execute(_HEAD_SQL)
            return number_visible(limit)
        if count:
            cursor.execute("SELECT pg_notify(%s, %s)", [FEED_CHANNEL, str(last_seq)])
    return int(count)
