"""Timers fire once, or are cancelled, never both."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import transaction

from core import clock, timers
from core.models import ConsoleMessage, Timer
from core.timers import TimerData, handles_timer, timer_cancel, timer_set

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("handlers")]


def _effect(key: str) -> None:
    ConsoleMessage.objects.create(gateway="test", address="a", text="t", key=key)


def _set(key: str = "assignment:1:receipt", kind: str = "receipt", after_s: float = -1, **subject: object) -> None:
    with transaction.atomic():
        timer_set(kind, key, clock.now() + dt.timedelta(seconds=after_s), subject or {"assignment": 1})


def test_a_timer_fires_once_when_due() -> None:
    fired: list[TimerData] = []
    handles_timer("receipt")(fired.append)
    _set(after_s=3600)
    assert timers.run_due(10) == 0
    _set(after_s=-1, assignment=5)
    assert timers.run_due(10) == 1
    assert timers.run_due(10) == 0
    assert [(timer.key, timer.subject) for timer in fired] == [("assignment:1:receipt", {"assignment": 5})]


def test_timers_follow_the_house_clock(settings) -> None:
    from core.services import clock_set

    settings.LUZHANG_SIMULATION = True
    fired: list[TimerData] = []
    handles_timer("receipt")(fired.append)
    _set(after_s=3600)
    clock_set(actor_id=None, offset=dt.timedelta(hours=2), rate=10.0)
    assert timers.run_due(10) == 1


def test_a_cancelled_timer_never_fires() -> None:
    handles_timer("receipt")(lambda timer: pytest.fail("cancelled"))
    _set()
    _set("other")
    with transaction.atomic():
        assert timer_cancel("assignment:1:receipt", "other", "unknown") == 2
    assert timers.run_due(10) == 0


def test_a_handler_may_cancel_or_move_its_own_timer() -> None:
    fired: list[str] = []

    @handles_timer("cancels")
    def cancels(timer: TimerData) -> None:
        fired.append(timer.key)
        timer_cancel(timer.key, "another")

    @handles_timer("moves")
    def moves(timer: TimerData) -> None:
        fired.append(timer.key)
        timer_set("moves", timer.key, clock.now() + dt.timedelta(hours=1), timer.subject)

    _set("a", "cancels")
    _set("b", "moves")
    assert timers.run_due(10) == 2
    assert timers.run_due(10) == 0
    assert sorted(fired) == ["a", "b"]
    moved = Timer.objects.get(key="b")
    assert moved.done_at is None and moved.due_at > clock.now()


def test_cancelling_while_it_runs_rolls_its_effect_back(in_thread) -> None:
    running, cancelled = threading.Event(), threading.Event()

    @handles_timer("slow")
    def slow(timer: TimerData) -> None:
        _effect("late")
        running.set()
        assert cancelled.wait(10)

    _set("x", "slow")
    thread = in_thread(lambda: timers.run_due(1))
    assert running.wait(10)
    with transaction.atomic():
        assert timer_cancel("x") == 1
    cancelled.set()
    thread.join(timeout=20)
    assert ConsoleMessage.objects.count() == 0
    assert not Timer.objects.filter(key="x").exists()


def test_two_workers_never_run_the_same_timer(in_thread) -> None:
    fired: list[str] = []
    handles_timer("receipt")(lambda timer: fired.append(timer.key))
    for number in range(40):
        _set(f"t{number}")
    both = threading.Barrier(2)

    def work() -> None:
        both.wait()
        while timers.run_due(7):
            pass

    for thread in [in_thread(work), in_thread(work)]:
        thread.join(timeout=30)
    assert sorted(fired) == sorted(f"t{number}" for number in range(40))


def test_a_failing_timer_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timers, "RETRY_FIRST_S", 5.0)  # a busy machine may take longer than the tenth of a second

    @handles_timer("broken")
    def broken(timer: TimerData) -> None:
        _effect("x")
        raise ValueError("no")

    _set("b", "broken")
    assert timers.run_due(1) == 1
    timer = Timer.objects.get()
    assert (timer.attempts, timer.done_at) == (1, None) and "ValueError: no" in timer.last_error
    assert timers.run_due(1) == 0, "it waits before the next try"
    assert ConsoleMessage.objects.count() == 0
