"""The urgent process as a whole: real sessions, real threads, sessions killed under it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from core import events, urgent
from core.events import EventData, handles, publish
from core.feed import reader
from core.models import ConsoleMessage, OutboxTask, ProcessBeat
from core.urgent import registry
from core.urgent.process import UrgentProcess, beat_end

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("handlers")]


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch, in_thread):
    """Start an urgent process in a thread; all are stopped at the end."""
    monkeypatch.setattr(registry, "_jobs", {})
    processes: list[UrgentProcess] = []

    def begin(name: str) -> UrgentProcess:
        process = UrgentProcess(name)
        processes.append(process)
        in_thread(process.run)
        return process

    yield begin
    for process in processes:
        process.stop.set()
    _until(lambda: not [thread for process in processes for thread in process._threads if thread.is_alive()])


def _until(true: Callable[[], bool], limit_s: float = 15.0) -> None:
    end = time.monotonic() + limit_s
    while not true():
        assert time.monotonic() < end, "did not happen"
        threading.Event().wait(0.01)


def _publish(number: int) -> None:
    with transaction.atomic():
        publish("t", organisation_path="1/", audience="a", subject={"n": number}, payload={})


def _kill_other_sessions() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
               WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"""
        )
        return int(cursor.fetchone()[0])


def _handle_once() -> None:
    @handles("t", name="effect")
    def effect(event: EventData) -> None:
        ConsoleMessage.objects.create(gateway="t", address="a", text="t", key=str(event.id))
        publish("done", organisation_path="1/", audience="a", subject=event.subject, payload={})


def test_two_processes_do_everything_once_while_their_sessions_are_killed(start) -> None:
    _handle_once()
    ran: list[str] = []
    urgent.register("alone", 0.05, lambda: ran.append(threading.current_thread().name), exclusive=True)
    start("one")
    start("two")
    killed = 0
    for number in range(60):
        _publish(number)
        if number in (15, 30, 45):
            _until(ConsoleMessage.objects.exists)
            killed += _kill_other_sessions()
    _until(lambda: not OutboxTask.objects.filter(done_at__isnull=True).exists())
    assert killed >= 6
    assert ConsoleMessage.objects.count() == 60
    _until(lambda: reader.head()[1] == 120)
    page = reader.events_after(0, limit=1000)
    assert [row.seq for row in page.rows] == list(range(1, 121))
    done = [row.event.subject["n"] for row in page.rows if row.event.topic == "done"]
    assert sorted(done) == list(range(60))
    _until(lambda: bool(ran))
    _until(lambda: {"one", "two"} <= set(ProcessBeat.objects.values_list("name", flat=True)))


def test_a_job_that_fails_runs_again_and_harms_no_other(start) -> None:
    runs: list[str] = []

    def broken() -> None:
        runs.append("broken")
        raise ValueError("always")

    urgent.register("broken", 0.02, broken)
    urgent.register("good", 0.02, lambda: runs.append("good"))
    start("one")
    _until(lambda: runs.count("broken") >= 3 and runs.count("good") >= 3)


def test_heartbeat_goes_at_a_clean_end(start) -> None:
    process = start("one")
    _until(lambda: ProcessBeat.objects.filter(name="one").exists())
    process.stop.set()
    beat_end("one")
    assert not ProcessBeat.objects.filter(name="one").exists()


def test_handlers_of_the_rooms_are_loaded_at_start() -> None:
    """Every process that publishes knows who listens."""
    import sys

    assert "core.handlers" in sys.modules
    assert events.topics() == {}, "this test's own registry is empty"
