"""A duty is done only in the transaction of its effect."""

from __future__ import annotations

import contextlib
import datetime as dt
import threading

import pytest
from django.db import connection, transaction
from django.db.utils import InterfaceError, OperationalError

from core import clock, events, outbox
from core.events import EventData, handles, publish
from core.models import ConsoleMessage, Event, OutboxTask

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("handlers")]


def _publish(topic: str = "incident.received", key: str = "", **subject: object) -> int | None:
    with transaction.atomic():
        return publish(
            topic,
            organisation_path="1/4/",
            audience="command",
            subject=subject or {"incident": 1},
            payload={"a": "长"},
            key=key,
        )


def _effect(key: str) -> None:
    ConsoleMessage.objects.create(gateway="test", address="a", text="t", key=key)


def test_an_event_reaches_each_of_its_handlers_once() -> None:
    seen: list[tuple[str, EventData]] = []

    @handles("incident.received", name="one")
    def one(event: EventData) -> None:
        seen.append(("one", event))

    @handles("incident.received", name="two")
    def two(event: EventData) -> None:
        seen.append(("two", event))

    @handles("other", name="three")
    def three(event: EventData) -> None:
        seen.append(("three", event))

    event_id = _publish(incident=7)
    assert outbox.run_due(10) == 2
    assert outbox.run_due(10) == 0
    assert sorted(name for name, _ in seen) == ["one", "two"]
    event = seen[0][1]
    assert (event.id, event.topic, event.subject, event.payload) == (
        event_id,
        "incident.received",
        {"incident": 7},
        {"a": "长"},
    )
    assert OutboxTask.objects.filter(done_at__isnull=True).count() == 0


def test_event_and_duty_share_the_fate_of_their_cause() -> None:
    @handles("incident.received", name="one")
    def one(event: EventData) -> None:
        raise AssertionError("never")

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        publish("incident.received", organisation_path="", audience="", subject={}, payload={})
        raise ZeroDivisionError
    assert Event.objects.count() == OutboxTask.objects.count() == 0
    with pytest.raises(RuntimeError, match="outside a transaction"):
        publish("incident.received", organisation_path="", audience="", subject={}, payload={})


def test_the_same_key_is_written_once() -> None:
    first = _publish(key="alarm-7")
    assert first is not None
    assert _publish(key="alarm-7") is None
    assert _publish("other", key="alarm-7") is not None
    assert Event.objects.count() == 2


def test_a_failing_handler_leaves_nothing_and_is_tried_again() -> None:
    fail = [True]

    @handles("incident.received", name="flaky")
    def flaky(event: EventData) -> None:
        _effect(f"effect-{event.id}")
        publish("follow.up", organisation_path="", audience="", subject={}, payload={})
        if fail[0]:
            raise ValueError("not today")

    _publish()
    assert outbox.run_due(10, "w") == 1
    task = OutboxTask.objects.get()
    assert (task.done_at, task.attempts, task.stuck) == (None, 1, False)
    assert "ValueError: not today" in task.last_error
    assert ConsoleMessage.objects.count() == 0 and Event.objects.count() == 1
    assert outbox.run_due(10, "w") == 0, "it waits before the next try"
    OutboxTask.objects.update(due_at=clock.wall_now())
    fail[0] = False
    assert outbox.run_due(10, "w") == 1
    assert ConsoleMessage.objects.count() == 1 and Event.objects.count() == 2
    assert OutboxTask.objects.get(handler="flaky").done_at is not None


def test_never_given_up_but_flagged() -> None:
    @handles("incident.received", name="broken")
    def broken(event: EventData) -> None:
        raise ValueError("never")

    _publish()
    for _ in range(outbox.STUCK_AFTER + 2):
        OutboxTask.objects.update(due_at=clock.wall_now())
        assert outbox.run_due(1) == 1
    task = OutboxTask.objects.get()
    assert task.stuck and task.done_at is None
    assert task.due_at - clock.wall_now() <= dt.timedelta(seconds=outbox.RETRY_AT_MOST_S)
    assert outbox.backlog()["stuck"] == 0, "not due just now"


def test_two_workers_never_run_the_same_duty(in_thread) -> None:
    seen: list[int] = []
    both = threading.Barrier(2)

    @handles("incident.received", name="once")
    def once(event: EventData) -> None:
        seen.append(event.id)
        _effect(f"effect-{event.id}")

    for number in range(60):
        _publish(incident=number)

    def work() -> None:
        both.wait()
        while outbox.run_due(7):
            pass

    for thread in [in_thread(work), in_thread(work)]:
        thread.join(timeout=30)
    assert len(seen) == len(set(seen)) == 60
    assert ConsoleMessage.objects.count() == 60


def test_one_run_answers_all_that_is_open_and_no_more_than_its_own() -> None:
    runs: list[list[str]] = []

    @handles("unit.free", name="free")
    def free(event: EventData) -> None:
        runs.append(outbox.answered(["free"]))

    @handles("unit.free", name="other")
    def other(event: EventData) -> None:
        _effect(f"effect-{event.id}")

    for number in range(5):
        _publish("unit.free", unit=number)
    while outbox.run_due(1):
        pass
    assert runs == [["free"] * 4]
    assert ConsoleMessage.objects.count() == 5, "duties of another handler are its own"
    assert not OutboxTask.objects.filter(done_at__isnull=True).exists()


def test_what_was_answered_by_a_run_that_failed_stays_open() -> None:
    @handles("unit.free", name="breaking")
    def breaking(event: EventData) -> None:
        outbox.answered(["breaking"])
        raise ValueError("after answering")

    for number in range(3):
        _publish("unit.free", unit=number)
    outbox.run_due(1)
    assert OutboxTask.objects.filter(done_at__isnull=True).count() == 3


def test_work_that_somebody_else_does_comes_again_uncounted(caplog: pytest.LogCaptureFixture) -> None:
    busy = [True]

    @handles("unit.free", name="later")
    def later(event: EventData) -> None:
        _effect("rolled back" if busy[0] else "stands")
        if busy[0]:
            raise outbox.NotNow

    _publish("unit.free")
    outbox.run_due(1)
    task = OutboxTask.objects.get()
    assert (task.done_at, task.attempts, task.last_error, task.stuck) == (None, 0, "", False)
    assert task.due_at > task.event.at and not caplog.records
    busy[0] = False
    OutboxTask.objects.update(due_at=task.event.at)
    assert outbox.run_due(1) == 1
    assert [row.key for row in ConsoleMessage.objects.all()] == ["stands"]


def test_a_worker_that_dies_loses_its_effect_and_the_duty_stays_open(in_thread) -> None:
    """The session is killed by the server while the handler runs."""

    @handles("incident.received", name="victim")
    def victim(event: EventData) -> None:
        _effect(f"effect-{event.id}")
        if threading.current_thread() is not threading.main_thread():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    _publish()

    def work() -> None:
        with contextlib.suppress(OperationalError, InterfaceError):
            outbox.run_due(5)

    in_thread(work).join(timeout=20)
    assert ConsoleMessage.objects.count() == 0
    assert OutboxTask.objects.get().done_at is None
    OutboxTask.objects.update(due_at=clock.wall_now())
    assert outbox.run_due(5) == 1
    assert ConsoleMessage.objects.count() == 1


def test_duties_of_handlers_unknown_here_wait_for_others() -> None:
    @handles("incident.received", name="known")
    def known(event: EventData) -> None:
        pass

    _publish()
    OutboxTask.objects.create(event=Event.objects.get(), handler="of.another.version")
    assert outbox.run_due(10) == 1
    assert OutboxTask.objects.get(handler="of.another.version").done_at is None
    assert outbox.backlog()["waiting"] == 1


def test_two_functions_can_not_share_a_name() -> None:
    @handles("a", name="same")
    def first(event: EventData) -> None: ...

    with pytest.raises(ValueError, match="two handlers"):

        @handles("b", name="same")
        def second(event: EventData) -> None: ...

    assert events.topics() == {"a": ["same"]}
