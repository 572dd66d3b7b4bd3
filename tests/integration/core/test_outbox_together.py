"""Duties of a handler that takes several events at once: one transaction, and one bad event holds up no other."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest
from django.db import connection, transaction

from core import outbox
from core.events import EventData, handles, handles_together, publish
from core.models import ConsoleMessage, OutboxTask

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("handlers")]


def _published(count: int, topic: str = "incident.received") -> list[int]:
    ids = []
    for number in range(count):
        with transaction.atomic():
            event_id = publish(topic, organisation_path="1/", audience="command", subject={"n": number}, payload={})
        assert event_id is not None
        ids.append(event_id)
    return ids


def _effect(event: EventData) -> None:
    ConsoleMessage.objects.create(gateway="test", address="a", text="t", key=str(event.id))


def _effects() -> list[int]:
    return sorted(int(row.key) for row in ConsoleMessage.objects.all())


def test_what_is_due_comes_together_up_to_the_limit_and_others_keep_their_place() -> None:
    runs: list[tuple[str, int]] = []

    @handles_together("incident.received", at_most=4, name="together")
    def together(events: Sequence[EventData]) -> list[int]:
        runs.append(("together", len(events)))
        return []

    @handles("other", name="alone")
    def alone(event: EventData) -> None:
        runs.append(("alone", 1))

    _published(3)
    _published(1, "other")
    _published(3)
    assert outbox.run_due(20) == 7
    assert runs == [("together", 4), ("alone", 1), ("together", 2)]
    assert not OutboxTask.objects.filter(done_at__isnull=True).exists()


def test_what_could_not_be_served_now_comes_again_uncounted_and_the_rest_stands() -> None:
    later: set[int] = set()

    @handles_together("incident.received", at_most=9, name="together")
    def together(events: Sequence[EventData]) -> list[int]:
        for event in events:
            if event.id not in later:
                _effect(event)
        return [event.id for event in events if event.id in later]

    ids = _published(3)
    later.add(ids[1])
    outbox.run_due(20)
    task = OutboxTask.objects.get(done_at__isnull=True)
    assert (task.event_id, task.attempts, task.stuck) == (ids[1], 0, False)
    assert _effects() == [ids[0], ids[2]]
    later.clear()
    OutboxTask.objects.filter(done_at__isnull=True).update(due_at=task.event.at)
    outbox.run_due(20)
    assert _effects() == ids


def test_one_bad_event_holds_up_no_other() -> None:
    ids = []

    @handles_together("incident.received", at_most=9, name="together")
    def together(events: Sequence[EventData]) -> list[int]:
        for event in events:
            _effect(event)
            if event.id == ids[1]:
                raise ValueError("this one")
        return []

    ids += _published(4)
    assert outbox.run_due(20) == 4
    assert _effects() == [ids[0], ids[2], ids[3]]
    task = OutboxTask.objects.get(done_at__isnull=True)
    assert (task.event_id, task.attempts) == (ids[1], 1)
    assert "this one" in task.last_error


def test_work_put_off_as_a_whole_is_not_undone_where_somebody_else_has_done_it() -> None:
    ids: list[int] = []

    @handles_together("incident.received", at_most=9, name="together")
    def together(events: Sequence[EventData]) -> list[int]:
        raise outbox.NotNow

    ids += _published(3)

    def done_by_another(execute: object, sql: str, params: object, many: bool, context: object) -> object:
        # Between the rollback and the note that it is put off, another process does the first one.
        if sql is outbox._NOT_NOW_SQL:
            with connection.cursor() as cursor:
                cursor.cursor.execute(
                    "UPDATE core_outboxtask SET done_at = now() WHERE event_id = %s AND done_at IS NULL", [ids[0]]
                )
        return execute(sql, params, many, context)  # type: ignore[operator]

    with connection.execute_wrapper(done_by_another):
        outbox.run_due(20)
    open_events = OutboxTask.objects.filter(done_at__isnull=True).values_list("event_id", flat=True)
    assert sorted(open_events) == ids[1:]


def test_two_processes_share_the_duties_and_none_is_done_twice() -> None:
    _gate = threading.Barrier(2, timeout=20)
    first = threading.local()

    @handles_together("incident.received", at_most=5, name="together")
    def together(events: Sequence[EventData]) -> list[int]:
        if not getattr(first, "passed", False):
            first.passed = True
            _gate.wait()
        for event in events:
            _effect(event)
        return []

    ids = _published(20)

    def work() -> None:
        try:
            while outbox.run_due(7):
                pass
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert _effects() == ids
    assert not OutboxTask.objects.filter(done_at__isnull=True).exists()
