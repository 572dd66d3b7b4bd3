"""The tracker intake's SQL against the migrated tables: every table, column and type that it names is there."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import connection

from patrols.intake import statements
from patrols.intake.store import token_hash

AT = datetime(2026, 6, 10, tzinfo=UTC)


@pytest.mark.django_db
def test_the_statements_run_on_the_migrated_tables() -> None:
    with connection.cursor() as cursor:
        cursor.execute(statements.SESSION)
        try:
            for merge in (statements.EXECUTE_MERGE, statements.EXECUTE_MERGE_NEW):
                cursor.execute(merge)
                assert cursor.fetchone() == (None, 0)
            cursor.execute(statements.RESOLVE, {"ordinals": [0], "hashes": [token_hash("nobody")], "times": [AT]})
            assert cursor.fetchall() == []
            cursor.execute(statements.TOUCH_DEVICES, {"ids": [0], "times": [AT]})
            flags = {"ids": [0], "counts": [1], "times": [AT], "codes": ["future_time"]}
            cursor.execute(statements.FLAG_DEVICES, flags)
        finally:
            cursor.execute("deallocate intake_merge; deallocate intake_merge_new")


@pytest.mark.django_db
def test_partitions_are_made_by_the_migrated_function() -> None:
    with connection.cursor() as cursor:
        for _ in range(2):
            cursor.execute("select patrols_fix_partition(%s)", [date(2031, 5, 6)])
            assert cursor.fetchone() == ("patrols_fix_20310506",)
