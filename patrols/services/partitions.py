"""Fixes lie in one partition a UTC day; they are made before their day begins."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial

from django.db import connection, transaction

from core.retention import Removal


def fix_partitions_past(before: date) -> list[tuple[str, date, int]]:
    """(name, day, rows) of the partitions whose UTC day lies before a day, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                WHERE i.inhparent = 'patrols_fix'::regclass AND c.relname ~ '^patrols_fix_[0-9]{8}$'
                ORDER BY c.relname"""
        )
        days = [(name, datetime.strptime(name[-8:], "%Y%m%d").replace(tzinfo=UTC).date()) for (name,) in cursor]
        past = [(name, day) for name, day in days if day < before]
        found = []
        for name, day in past:
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(name)}")  # noqa: S608  a catalogue name
            found.append((name, day, int(cursor.fetchone()[0])))
    return found


def fix_partition_drop(name: str) -> int:
    """Drop one day of tracks. Returns how many rows went. Waits two seconds for the intake at most, then raises."""
    quoted = connection.ops.quote_name(name)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '2s'")
        cursor.execute(f"SELECT count(*) FROM {quoted}")  # noqa: S608  a catalogue name
        count = int(cursor.fetchone()[0])
        cursor.execute(f"ALTER TABLE patrols_fix DETACH PARTITION {quoted}")
        cursor.execute(f"DROP TABLE {quoted}")
    return count


def fixes_past_term(before: datetime) -> Iterator[Removal]:
    """Retention class `fixes`: whole days of tracks."""
    for name, _day, rows in fix_partitions_past(before.astimezone(UTC).date()):
        yield Removal(name, rows, partial(fix_partition_drop, name))
    stray = _strays(before, "SELECT count(*)")
    if stray:
        yield Removal("patrols_fix_default", stray, partial(_strays, before, "DELETE"))


def _strays(before: datetime, verb: str) -> int:
    """Fixes of days that never had a partition of their own: count or delete them."""
    with connection.cursor() as cursor:
        cursor.execute(f"{verb} FROM patrols_fix_default WHERE fixed_at < %s", [before])
        return int(cursor.fetchone()[0]) if cursor.description else int(cursor.rowcount)


def fix_partitions_make(first: date, days_ahead: int) -> list[str]:
    """Make the partitions of `first` (a UTC day) and the days after it; returns their names. Repeating is harmless."""
    names: list[str] = []
    for ahead in range(days_ahead + 1):
        # One short transaction a day: the function locks the default partition for its length.
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT patrols_fix_partition(%s)", [first + timedelta(days=ahead)])
            names.append(str(cursor.fetchone()[0]))
    return names
