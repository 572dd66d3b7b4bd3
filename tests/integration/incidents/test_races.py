"""Two at once, in real threads on real PostgreSQL: exactly one wins, the other is told so."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from core import outbox
from core.errors import Conflict
from core.models import Event, OutboxTask
from incidents import services
from incidents.models import Assignment, Incident, IncidentStep
from incidents.services import dispatching
from incidents.services.intake import IncidentReport
from incidents.states import HOLDING, AssignmentState
from tests.factories.incidents import World, a_world, quiet_caches, refresh, urgent
from tests.factories.roads import lonlat

__all__ = ["quiet_caches"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def city(transactional_db: None, quiet_caches: None) -> World:
    """The same small city, committed."""
    return a_world()


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Run each in a thread with a session of its own, all starting together; results or exceptions, in order."""
    gate, answers = threading.Barrier(len(works)), [None] * len(works)

    def run(place: int, work: Callable[[], Any]) -> None:
        try:
            gate.wait(timeout=20)
            answers[place] = work()
        except Exception as problem:
            answers[place] = problem
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=each, daemon=True) for each in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
        assert not thread.is_alive(), "somebody waits for ever"
    return answers


def _held() -> int:
    return Assignment.objects.filter(state__in=sorted(HOLDING)).count()


@pytest.mark.parametrize("rounds", [3])
def test_two_dispatchers_race_for_one_unit(city: World, rounds: int) -> None:
    crew = city.crew()
    for _round in range(rounds):
        pair = [city.report(automatic=False, kind="dispute"), city.report(automatic=False, kind="dispute")]

        def send(incident: Incident) -> Assignment:
            return services.incident_assign(
                actor=city.desk, incident_uid=str(incident.uid), tour_uid=str(crew.tour.uid), reason="就近"
            )

        answers = at_once(*(lambda incident=incident: send(incident) for incident in pair))
        won = [answer for answer in answers if isinstance(answer, Assignment)]
        lost = [answer for answer in answers if isinstance(answer, Conflict)]
        assert (len(won), len(lost)) == (1, 1), answers
        assert lost[0].code == "unit_taken" and lost[0].cure
        assert _held() == 1
        loser = next(incident for incident in pair if incident.pk != won[0].incident_id)
        assert not IncidentStep.objects.filter(incident=loser, kind="dispatch", details__has_key="unit").exists()
        services.assignment_recall(actor=city.desk, assignment_uid=str(won[0].uid), reason="下一轮")


def test_the_solver_and_a_person_want_the_same_unit(city: World) -> None:
    waiting = [city.report(kind="dispute"), city.report(kind="sos")]
    urgent()
    crew = city.crew()
    by_hand = city.report(kind="dispute", automatic=False)
    answers = at_once(
        services.queue_solve,
        lambda: services.incident_assign(
            actor=city.desk, incident_uid=str(by_hand.uid), tour_uid=str(crew.tour.uid), reason="就近"
        ),
        services.queue_solve,
    )
    assert _held() == 1
    holder = Assignment.objects.get(state__in=sorted(HOLDING))
    assert holder.tour_id == crew.tour.pk
    if isinstance(answers[1], Conflict):
        assert holder.incident_id == waiting[1].pk, "the graver one"
    else:
        assert isinstance(answers[1], Assignment) and holder.pk == answers[1].pk


def test_a_second_solver_does_not_wait_for_the_first(city: World) -> None:
    waiting = city.report(kind="dispute")
    urgent()
    city.crew()
    solving, done = threading.Event(), threading.Event()

    def first() -> None:
        with transaction.atomic():
            services.queue_solve()
            solving.set()
            done.wait(timeout=20)

    def second() -> str:
        solving.wait(timeout=20)
        try:
            services.queue_solve()
            return "solved"
        except outbox.NotNow:
            return "not now"
        finally:
            done.set()

    assert at_once(first, second) == [None, "not now"]
    assert waiting.assignments.count() == 1


def test_units_that_came_free_together_are_one_run(city: World) -> None:
    incidents = [city.report(kind="dispute") for _n in range(4)]
    urgent()
    for place in range(4):
        city.crew(2000.0, 200.0 * place)
    opened = OutboxTask.objects.filter(handler__contains="unit_came_free", done_at__isnull=True).count()
    assert opened >= 4
    assert outbox.run_due(1) == 1
    assert not OutboxTask.objects.filter(handler__contains="unit_came_free", done_at__isnull=True).exists()
    assert all(incident.assignments.count() == 1 for incident in incidents)


def test_many_claims_of_few_units(city: World) -> None:
    crews = [city.crew(2000.0, 200.0 * i) for i in range(1, 4)]
    incidents = [city.report(kind="dispute") for _n in range(6)]
    at_once(*(lambda incident=incident: _dispatch(incident.pk) for incident in incidents))
    services.queue_sweep()
    assert _held() == len(crews)
    assert Assignment.objects.filter(state__in=sorted(HOLDING)).values("tour").distinct().count() == len(crews)


def _dispatch(incident_id: int) -> None:
    with transaction.atomic():
        dispatching.incident_dispatch(incident_id)


def test_one_key_posted_by_two_threads_at_once(city: World) -> None:
    lon, lat = lonlat(2000.0, 1000.0)

    def take() -> tuple[Incident, bool]:
        return services.incident_receive(
            actor=city.desk,
            report=IncidentReport(kind="crash", source="phone", lon=lon, lat=lat, datum="wgs84"),
            client_scope="tests",
            client_key="at once",
        )

    answers = at_once(*[take] * 4)
    assert {answer[0].pk for answer in answers} == {Incident.objects.get().pk}
    assert sorted(answer[1] for answer in answers) == [False, False, False, True]
    assert Event.objects.filter(topic="incidents.incident_received").count() == 1


def test_signing_races_with_the_recall(city: World) -> None:
    city.crew()
    incident, assignment = city.sent()
    answers = at_once(
        lambda: city.step(assignment, "acknowledged", client_key="phone"),
        lambda: services.assignment_recall(actor=city.desk, assignment_uid=str(assignment.uid), reason="改派"),
    )
    assert isinstance(answers[1], Assignment), answers
    assert refresh(assignment).state == "recalled"
    assert refresh(incident).state == "pending"
    assert assignment.steps.filter(client_key="phone").count() == 1, "signed for or kept as evidence, never lost"


def test_two_sign_at_once_with_one_key(city: World) -> None:
    city.crew()
    _incident, assignment = city.sent()
    answers = at_once(*[lambda: city.step(assignment, "acknowledged", client_key="one")] * 3)
    assert all(isinstance(answer, Assignment) for answer in answers), answers
    assert assignment.steps.filter(to_state=AssignmentState.ACKNOWLEDGED.value).count() == 1


def test_crosswise_merges_do_not_wait_for_each_other(city: World) -> None:
    one, other = city.report(), city.report()

    def merge(incident: Incident, into: Incident) -> Incident:
        return services.incident_merge(
            actor=city.desk, incident_uid=str(incident.uid), into_uid=str(into.uid), reason="同一起"
        )

    answers = at_once(lambda: merge(one, other), lambda: merge(other, one))
    assert sorted(type(answer).__name__ for answer in answers) == ["Conflict", "Incident"], answers
    assert Incident.objects.filter(state="merged").count() == 1
