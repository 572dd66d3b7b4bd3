"""Statements planned once a session answer as the plain ones do, also after an error and after a lost session."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import DataError, IntegrityError

from core.db.prepared import is_waiting, prepared, together, written
from core.models import ConsoleMessage

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


_WRITE = """
INSERT INTO core_consolemessage (gateway, address, text, key, at) VALUES ('test', 'a', %s, %s, core_now()) RETURNING key
"""


def _write(key: str, text: str = "t") -> None:
    with connection.cursor() as cursor:
        written(cursor, _WRITE, [text, key])


def _keys() -> list[str]:
    return sorted(ConsoleMessage.objects.values_list("key", flat=True))


def _messages(work: Callable[[], None]) -> list[str]:
    sent: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        sent.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        work()
    return [sql for sql in sent if "EXECUTE" in sql]


def test_writes_of_a_block_are_one_message_with_the_next_question() -> None:
    count = "SELECT count(*) FROM core_consolemessage WHERE %s::bool"
    _write("known")
    _answer(count, [True])  # both statements are prepared

    def work() -> None:
        with transaction.atomic(), together():
            _write("a", "100 % 长'); --")
            _write("b")
            assert _answer(count, [True]) == [(3,)]
            _write("c")
            _write("d")

    messages = _messages(work)
    assert [sql.count("EXECUTE") for sql in messages] == [3, 2]
    assert _keys() == ["a", "b", "c", "d", "known"] and not is_waiting()
    assert ConsoleMessage.objects.get(key="a").text == "100 % 长'); --"


def test_a_statement_met_for_the_first_time_loses_no_write_that_waits() -> None:
    other = _WRITE.replace("'a', %s", "'b', %s")
    _write("known")
    connection.close()  # a session that has prepared nothing
    with transaction.atomic(), together():
        _write("a")
        with connection.cursor() as cursor:
            written(cursor, other, ["t", "b"])
            written(cursor, other, ["t", "c"])
        _write("d")
    assert _keys() == ["a", "b", "c", "d", "known"]


def test_nobody_reads_past_a_write_that_waits() -> None:
    with transaction.atomic(), together():
        _write("a")
        assert _keys() == ["a"]
        _write("b")
        with transaction.atomic():
            _write("c")
            assert _keys() == ["a", "b", "c"]
    assert _keys() == ["a", "b", "c"]


def test_what_waits_shares_the_fate_of_its_savepoint() -> None:
    with transaction.atomic(), together():
        _write("stays")
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            _write("goes")
            _keys()
            _write("goes, too")
            raise ZeroDivisionError
        _write("also stays")
    assert _keys() == ["also stays", "stays"]


def test_a_write_that_fails_says_so_and_leaves_nothing() -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), together():
        _write("twice")
        _write("twice")
    assert _keys() == [] and not is_waiting()
    with transaction.atomic(), together():
        _write("again")
    assert _keys() == ["again"]


def test_an_exception_in_the_block_sends_nothing_more() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic(), together():
        _write("a")
        raise ZeroDivisionError
    assert _keys() == [] and not is_waiting()


def test_without_a_transaction_nothing_waits() -> None:
    with pytest.raises(RuntimeError), together():
        _write("a")
    _write("b")
    assert _keys() == ["b"]
