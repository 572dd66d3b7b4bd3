"""One clock in Python and SQL; tables that only grow."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, connection, models, transaction
from django.test.utils import isolate_apps

from core import clock
from core.db.append_only import append_only_lifted, append_only_sql, append_only_undo_sql
from core.db.functions import CoreNow
from core.errors import Forbidden, InvalidInput
from core.models import AuditRow, Clock
from core.services import clock_reset, clock_set

pytestmark = pytest.mark.django_db

A_MOMENT = dt.timedelta(seconds=5)


def _sql_now() -> dt.datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT core_now()")
        return cursor.fetchone()[0]


def test_without_simulation_all_clocks_agree() -> None:
    assert abs(clock.now() - clock.wall_now()) < A_MOMENT
    assert abs(_sql_now() - clock.wall_now()) < A_MOMENT
    assert clock.now().utcoffset() == dt.timedelta(0)


def test_a_simulated_clock_is_the_same_in_sql_and_python(settings) -> None:
    settings.LUZHANG_SIMULATION = True
    there = dt.datetime(2027, 2, 1, 8, tzinfo=dt.UTC)
    clock_set(actor_id=5, at=there, rate=60.0)
    assert dt.timedelta(0) <= clock.now() - there < dt.timedelta(minutes=5)
    assert abs(_sql_now() - clock.now()) < dt.timedelta(minutes=5)
    moved = Clock.objects.annotate(sql=CoreNow()).get().sql
    assert abs(moved - clock.now()) < dt.timedelta(minutes=5)
    assert clock.wait_s(clock.now() + dt.timedelta(minutes=1)) < 1.1
    clock_set(actor_id=5, offset=dt.timedelta(days=1), rate=0.0)
    assert clock.now() == clock.now(), "at rate 0 time stands still"
    assert clock.now() - there >= dt.timedelta(days=1)
    clock_reset(actor_id=5)
    assert abs(clock.now() - clock.wall_now()) < A_MOMENT
    assert AuditRow.objects.filter(action="clock.set", actor_id=5).count() == 3


def test_the_clock_is_not_moved_outside_a_simulation(settings) -> None:
    settings.LUZHANG_SIMULATION = False
    with pytest.raises(Forbidden):
        clock_set(actor_id=1, rate=10.0)
    settings.LUZHANG_SIMULATION = True
    with pytest.raises(InvalidInput) as caught:
        clock_set(actor_id=1, rate=-1.0)
    assert caught.value.field == "rate"


def test_an_empty_clock_table_means_wall_time() -> None:
    Clock.objects.all().delete()
    clock.forget()
    assert abs(clock.now() - clock.wall_now()) < A_MOMENT
    assert abs(_sql_now() - clock.wall_now()) < A_MOMENT


def test_a_broken_transaction_does_not_stop_the_clock() -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        try:
            cursor.execute("SELECT 1/0")
        finally:
            connection.needs_rollback = True
            clock.forget()
            assert abs(clock.now() - clock.wall_now()) < A_MOMENT


@isolate_apps("core")
def test_append_only_tables_only_grow() -> None:
    class History(models.Model):
        text = models.CharField(max_length=10)

        class Meta:
            app_label = "core"
            db_table = "core_testhistory"

    with connection.schema_editor() as editor:
        editor.create_model(History)
    with connection.cursor() as cursor:
        cursor.execute(append_only_sql("core_testhistory"))
    History.objects.create(text="a")
    History.objects.create(text="b")
    for sql in (
        "UPDATE core_testhistory SET text = 'c'",
        "UPDATE core_testhistory SET text = text",
        "DELETE FROM core_testhistory WHERE id > 0",
        "TRUNCATE core_testhistory",
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL luzhang.truncate = 'refused'")
            cursor.execute(sql)
    with append_only_lifted("core_testhistory"):
        History.objects.filter(text="a").delete()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        History.objects.all().delete()
    assert [row.text for row in History.objects.all()] == ["b"]
    with connection.cursor() as cursor:
        cursor.execute(append_only_undo_sql("core_testhistory"))
    assert History.objects.all().delete()[0] == 1


def test_only_plain_table_names() -> None:
    with pytest.raises(ValueError, match="plain table name"):
        append_only_sql("x; DROP TABLE y")
