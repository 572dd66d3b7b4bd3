"""Passages lie in one partition a UTC day; made before their day begins, dropped whole with its pictures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial

from django.db import connection, transaction

from core.retention import Removal
from recognition.services.picturing import day_pictures_remove

AHEAD_DAYS = 3


def passage_partitions_make(first: date, days_ahead: int = AHEAD_DAYS) -> list[str]:
    """Make the partitions of `first` (a UTC day) and the days after it; returns their names. Repeating is harmless."""
    names: list[str] = []
    for ahead in range(days_ahead + 1):
        # One short transaction a day: the function locks the default partition for its length.
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT recognition_passage_partition(%s)", [first + timedelta(days=ahead)])
            names.append(str(cursor.fetchone()[0]))
    return names


def passages_past_term(before: datetime) -> Iterator[Removal]:
    """Retention class `passages`: whole days with their pictures. The audit row of each is the tombstone."""
    day = before.astimezone(UTC).date()
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                WHERE i.inhparent = 'recognition_passage'::regclass AND c.relname ~ '^recognition_passage_[0-9]{8}$'
                ORDER BY c.relname"""
        )
        names = [row[0] for row in cursor.fetchall()]
    for name in names:
        of_day = datetime.strptime(name[-8:], "%Y%m%d").replace(tzinfo=UTC).date()
        if of_day < day:
            yield Removal(name, _rows(name), partial(_drop, name, of_day))
    stray = _strays(day, "SELECT count(*)")
    if stray:
        yield Removal("recognition_passage_default", stray, partial(_strays, day, "DELETE"))


def _rows(name: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(name)}")  # noqa: S608  a catalogue name
        return int(cursor.fetchone()[0])


def _drop(name: str, day: date) -> int:
    """Drop one day. Returns how many rows went. Waits two seconds for the intake at most, then raises."""
    quoted = connection.ops.quote_name(name)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '2s'")
        count = _rows(name)
        cursor.execute(f"ALTER TABLE recognition_passage DETACH PARTITION {quoted}")
        cursor.execute(f"DROP TABLE {quoted}")
        day_pictures_remove(day)
    return count


def _strays(before: date, verb: str) -> int:
    """Passages of days that never had a partition of their own: count or delete them."""
    with connection.cursor() as cursor:
        cursor.execute(f"{verb} FROM recognition_passage_default WHERE day < %s", [before])
        return int(cursor.fetchone()[0]) if cursor.description else int(cursor.rowcount)
