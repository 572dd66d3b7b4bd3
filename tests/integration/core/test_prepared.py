"""Statements planned once a session answer as the plain ones do, also after an error and after a lost session."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import DataError

from core.db.prepared import prepared

pytestmark = pytest.mark.django_db(transaction=True)


def _answer(sql: str, params: Any) -> Any:
    with connection.cursor() as cursor:
        prepared(cursor, sql, params)
        return cursor.fetchall()


def _plans() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'luzhang%%'")
        return int(cursor.fetchone()[0])


def test_places_by_order_and_by_name() -> None:
    at = dt.datetime(2026, 5, 1, 8, tzinfo=dt.UTC)
    assert _answer("SELECT %s::int + %s::int, '5 %%'", [1, 2]) == [(3, "5 %")]
    named = "SELECT %(a)s::text, %(b)s::timestamptz, %(a)s || '!'"
    assert _answer(named, {"b": at, "a": "长'); --", "unused": 1}) == [("长'); --", at, "长'); --!")]
    assert _answer("SELECT unnest(%s::bigint[])", [[3, 4]]) == [(3,), (4,)]


def test_planned_once_a_session_and_anew_in_the_next() -> None:
    sql = "SELECT %s::int"
    connection.close()
    assert [_answer(sql, [n]) for n in range(3)] == [[(0,)], [(1,)], [(2,)]]
    assert _plans() == 1
    connection.close()
    assert _answer(sql, [7]) == [(7,)]


def test_an_error_leaves_the_plan_usable() -> None:
    sql = "SELECT 1 / %s::int"
    with pytest.raises(DataError), transaction.atomic():
        _answer(sql, [0])
    assert _answer(sql, [1]) == [(1,)]
