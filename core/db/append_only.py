"""A guard for tables whose rows are history: the database itself refuses UPDATE, DELETE and TRUNCATE.

Used by the migrations of every room:
`migrations.RunSQL(append_only_sql("incidents_history"), append_only_undo_sql("incidents_history"))`.
Retention of guarded tables goes through `append_only_lifted`, which only the owner of the table may do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

_NAME = re.compile(r"^[a-z_][a-z0-9_]{0,50}$")

APPEND_ONLY_FUNCTION_SQL = r"""
CREATE OR REPLACE FUNCTION core_append_only_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Test runners empty every table between tests; only in their own databases, and a test may ask for the refusal.
    IF TG_OP = 'TRUNCATE' AND current_database() LIKE 'test\_%'
       AND current_setting('luzhang.truncate', true) IS DISTINCT FROM 'refused' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'LZ001';
END $$;
"""


def append_only_sql(table: str) -> str:
    """SQL that makes `table` append-only (triggers for UPDATE and DELETE by row, TRUNCATE by statement).

    On a partitioned parent the row triggers reach every partition; TRUNCATE of one partition alone is not seen.
    """
    name = _checked(table)
    return f"""
CREATE TRIGGER {name}_append_only_row BEFORE UPDATE OR DELETE ON {name}
    FOR EACH ROW EXECUTE FUNCTION core_append_only_refuse();
CREATE TRIGGER {name}_append_only_all BEFORE TRUNCATE ON {name}
    FOR EACH STATEMENT EXECUTE FUNCTION core_append_only_refuse();
"""


def append_only_undo_sql(table: str) -> str:
    """The reverse of `append_only_sql`, for migrations."""
    name = _checked(table)
    return f"""
DROP TRIGGER IF EXISTS {name}_append_only_row ON {name};
DROP TRIGGER IF EXISTS {name}_append_only_all ON {name};
"""


@contextmanager
def append_only_lifted(table: str) -> Iterator[None]:
    """Switch the guard of `table` off for one transaction of retention, and on again before it commits."""
    name = _checked(table)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {name} DISABLE TRIGGER {name}_append_only_row")
        yield
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {name} ENABLE TRIGGER {name}_append_only_row")


def _checked(table: str) -> str:
    if not _NAME.match(table):
        raise ValueError(f"not a plain table name: {table!r}")
    return table
