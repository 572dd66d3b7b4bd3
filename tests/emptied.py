"""What a test committed is deleted row by row where there are any, instead of truncating every table and filling anew.

Truncating all tables and making permissions and content types again takes longer than most tests themselves. The rows
that Django makes for permissions and content types stay; sequences go on, as they do in Django's own way.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.test import TransactionTestCase

# Made after every migration run, not by tests.
STAY = {Permission._meta.db_table, ContentType._meta.db_table}


def emptied_by_rows(otherwise: Callable[[Any], None]) -> Callable[[Any], None]:
    """In place of a test case's own emptying (`otherwise`), which is taken where the database forbids this one."""

    def empty(case: TransactionTestCase) -> None:
        if case.serialized_rollback or case.available_apps is not None or not _may():
            otherwise(case)
            return
        with connection.cursor() as cursor:
            cursor.execute(_question())
            (tables,) = cursor.fetchone()
        if not tables:
            return
        # As a replica, the database checks no references and asks no guards of history.
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = 'replica'")
            cursor.execute("; ".join(f'DELETE FROM "{table}"' for table in tables))

    return empty


@cache
def _may() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        return bool(cursor.fetchone()[0])


def _question() -> str:
    """Asks for the names of the tables that have rows."""
    names = sorted(set(connection.introspection.django_table_names(only_existing=True)) - STAY)
    parts = ", ".join(f"CASE WHEN EXISTS (SELECT 1 FROM \"{name}\") THEN '{name}' END" for name in names)
    return f"SELECT array_remove(ARRAY[{parts}], NULL)"
