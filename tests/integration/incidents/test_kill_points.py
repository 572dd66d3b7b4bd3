"""Something breaks in the middle of each handler: no half effect stays, the duty stays due, a redo is right."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.db import connection

from core import events, outbox, timers
from core.models import AuditRow, Event, OutboxTask, Timer
from incidents import services
from incidents.models import Assignment, AssignmentStep, Decision, Delivery, Incident, IncidentStep, Supervision
from incidents.services import claiming, offering
from patrols.services import tour_close
from tests.factories.incidents import World, refresh, the_assignment, urgent
from tests.factories.stations import SYSTEM

EVERYTHING = (
    Incident,
    IncidentStep,
    Assignment,
    AssignmentStep,
    Decision,
    Delivery,
    Supervision,
    Event,
    AuditRow,
)


class Killed(Exception):
    """What a killed session looks like to the code above."""


def _shot() -> dict[str, Any]:
    shot: dict[str, Any] = {}
    with connection.cursor() as cursor:
        for model in EVERYTHING:
            table = model._meta.db_table
            cursor.execute(f"SELECT to_jsonb(row)::text FROM {table} row ORDER BY id")
            shot[table] = cursor.fetchall()
    shot["timers"] = list(Timer.objects.filter(done_at=None).order_by("key").values_list("key", "due_at"))
    shot["duties"] = list(OutboxTask.objects.filter(done_at=None).order_by("pk").values_list("pk", flat=True))
    return shot


def _break_at(monkeypatch: pytest.MonkeyPatch, call: int) -> Callable[[], int]:
    """The nth event or claim from now on fails, as if the process died there; says how many calls there were."""
    calls = [0]

    def breaking(real: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any, **fields: Any) -> Any:
            calls[0] += 1
            if calls[0] == call:
                raise Killed
            return real(*args, **fields)

        return wrapped

    monkeypatch.setattr(events, "publish", breaking(events.publish))
    monkeypatch.setattr(offering, "assignment_claim", breaking(claiming.assignment_claim))
    monkeypatch.setattr(offering, "offer_begin", breaking(offering.offer_begin))
    return lambda: calls[0]


def _once() -> None:
    outbox.run_due(1, "tests")


def _timer_once() -> None:
    timers.run_due(1, "tests")


def _received(world: World) -> Callable[[], None]:
    world.crew()
    urgent()
    world.report()
    return _once


def _queued(world: World) -> Callable[[], None]:
    world.report(kind="sos")
    world.report(kind="congestion")
    urgent()
    world.crew(2000.0, 700.0)
    world.crew(2000.0, 1400.0)
    return _once


def _freed(world: World) -> Callable[[], None]:
    world.crew()
    _incident, assignment = world.sent()
    world.report(kind="sos")
    urgent()
    world.walk(assignment, "acknowledged", "on_scene", "cleared")
    return _once


def _unsigned(world: World) -> Callable[[], None]:
    world.crew()
    _incident, assignment = world.sent()
    world.step(assignment, "delivered")
    _due("incidents.sign")
    return _timer_once


def _unreceived(world: World) -> Callable[[], None]:
    world.crew()
    world.sent()
    _due("incidents.receipt")
    return _timer_once


def _late(world: World) -> Callable[[], None]:
    world.report()
    urgent()
    _due("incidents.arrive")
    return _timer_once


def _closed_tour(world: World) -> Callable[[], None]:
    crew = world.crew()
    world.sent()
    tour_close(actor=SYSTEM, tour_id=crew.tour.pk)
    return _once


def _due(kind: str) -> None:
    """Only this timer is due, now."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_timer SET due_at = core_now() - interval '1 day' WHERE kind = %s", [kind])


SCENES = {
    "received": _received,
    "queued": _queued,
    "freed": _freed,
    "unsigned": _unsigned,
    "unreceived": _unreceived,
    "late": _late,
    "closed_tour": _closed_tour,
}


@pytest.mark.parametrize("name", SCENES)
def test_killed_anywhere_leaves_nothing_and_redo_is_right(
    world: World, name: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    run = SCENES[name](world)
    before, broken = _shot(), 0
    for call in range(1, 20):
        with monkeypatch.context() as patch:
            calls = _break_at(patch, call)
            with suppress(Killed):
                run()
            if calls() < call:
                break
        broken += 1
        assert _shot() == before, f"killed at call {call}"
        with connection.cursor() as cursor:
            cursor.execute("UPDATE core_outboxtask SET due_at = statement_timestamp()")
            cursor.execute("UPDATE core_timer SET retry_at = NULL")
    else:
        pytest.fail("the handler never came to its end")
    assert broken, "nothing was broken"
    urgent()
    assert not OutboxTask.objects.filter(done_at=None).exists()
    assert _sound()


def _sound() -> bool:
    """No tour held twice, one lead an incident, no event twice."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT (SELECT count(*) FROM (SELECT tour_id FROM incidents_assignment
                         WHERE state IN ('offered','delivered','acknowledged','en_route','on_scene')
                         GROUP BY tour_id HAVING count(*) > 1) twice),
                      (SELECT count(*) FROM (SELECT subject->>'assignment_id' FROM core_event
                         WHERE topic = 'incidents.assignment_offered' GROUP BY 1 HAVING count(*) > 1) twice)"""
        )
        return cursor.fetchone() == (0, 0)


@pytest.mark.parametrize("call", range(1, 4))
def test_a_call_from_outside_that_breaks_leaves_nothing(
    world: World, crew: Any, call: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    incident, assignment = world.sent()
    world.step(assignment, "acknowledged")
    before = _shot()
    with monkeypatch.context() as patch:
        _break_at(patch, call)
        with pytest.raises(Killed):
            services.assignment_recall(actor=world.desk, assignment_uid=str(assignment.uid), reason="改派")
    assert _shot() == before
    services.assignment_recall(actor=world.desk, assignment_uid=str(assignment.uid), reason="改派")
    assert refresh(assignment).state == "recalled" and refresh(incident).state == "pending"


def test_an_intake_that_breaks_can_be_repeated_with_its_key(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        _break_at(patch, 1)
        with pytest.raises(Killed):
            world.report(client_key="same")
    assert not Incident.objects.exists() and not Timer.objects.exists()
    assert world.report(client_key="same").pk


def test_everything_happens_once_although_everything_is_run_twice(world: World, crew: Any) -> None:
    urgent()
    incident = world.report()
    duty = OutboxTask.objects.get(done_at=None)
    urgent()
    OutboxTask.objects.filter(pk=duty.pk).update(done_at=None)
    urgent()
    assert incident.assignments.count() == 1 and the_assignment(incident).state == "offered"
