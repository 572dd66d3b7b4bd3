"""Fixes lie in one partition a UTC day; they are made before their day begins."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import connection, transaction


def fix_partitions_make(first: date, days_ahead: int) -> list[str]:
    """Make the partitions of `first` (a UTC day) and the days after it; returns their names. Repeating is harmless."""
    names: list[str] = []
    for ahead in range(days_ahead + 1):
        # One short transaction a day: the function locks the default partition for its length.
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT patrols_fix_partition(%s)", [first + timedelta(days=ahead)])
            names.append(str(cursor.fetchone()[0]))
    return names
