"""Reading the feed from a cursor, and letting old events go."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import connection, transaction

from core import events
from core.events import EventData

_COLUMNS = "feed_seq, id, topic, organisation_path, audience, subject::text, payload::text, at, key"


@dataclass(frozen=True, slots=True)
class FeedRow:
    """One numbered event."""

    seq: int
    event: EventData


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Rows after a cursor, in order. `reset`: the cursor is older than what is kept, or of another database."""

    rows: list[FeedRow]
    last_seq: int
    reset: bool


def head() -> tuple[int, int]:
    """(oldest number kept, last number given); oldest is last + 1 when nothing is kept."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT oldest_seq, last_seq FROM core_feedhead WHERE id = 1")
        row = cursor.fetchone()
    return (int(row[0]), int(row[1])) if row else (1, 0)


def events_after(seq: int, limit: int = 500) -> FeedPage:
    """Events with a number above `seq`, at most `limit`, in order. `last_seq` is the cursor to go on with."""
    oldest, last = head()
    if seq > last or seq < oldest - 1:
        return FeedPage([], last, reset=True)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_COLUMNS} FROM core_event WHERE feed_seq > %s ORDER BY feed_seq LIMIT %s",  # noqa: S608
            [seq, limit],
        )
        rows = [_row(values) for values in cursor.fetchall()]
    return FeedPage(rows, rows[-1].seq if rows else seq, reset=False)


def forget_before(moment: dt.datetime, limit: int = 5000) -> int:
    """Retention: delete up to `limit` numbered events older than `moment` (house time) with no open duty, oldest first.

    Stops at the first event that still has work to do, so that the numbers kept stay without a hole. Returns how many
    went.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT oldest_seq FROM core_feedhead WHERE id = 1 FOR UPDATE")
        cursor.execute(
            """WITH old AS (
                   SELECT id, feed_seq, at < %s AND NOT EXISTS (
                       SELECT 1 FROM core_outboxtask task WHERE task.event_id = event.id AND task.done_at IS NULL) AS
                       may_go
                   FROM core_event event WHERE feed_seq IS NOT NULL ORDER BY feed_seq LIMIT %s
               ), stop AS (SELECT min(feed_seq) AS seq FROM old WHERE NOT may_go)
               SELECT id, feed_seq FROM old, stop WHERE stop.seq IS NULL OR feed_seq < stop.seq""",
            [moment, limit],
        )
        rows = cursor.fetchall()
        if not rows:
            return 0
        ids = [row[0] for row in rows]
        cursor.execute("DELETE FROM core_outboxtask WHERE event_id = ANY(%s)", [ids])
        cursor.execute("DELETE FROM core_event WHERE id = ANY(%s)", [ids])
        cursor.execute("UPDATE core_feedhead SET oldest_seq = %s WHERE id = 1", [max(row[1] for row in rows) + 1])
    return len(rows)


def _row(values: tuple) -> FeedRow:
    seq, event_id, topic, path, audience, subject, payload, at, key = values
    event = EventData(event_id, topic, path, audience, events.loaded(subject), events.loaded(payload), at, key)
    return FeedRow(seq, event)
