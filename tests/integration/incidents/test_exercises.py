"""Tours that rehearse: real dispatch never takes them, exercises take only them, and they count for nothing real."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils.timezone import localtime

from core import clock
from core.errors import Conflict, Forbidden, InvalidInput
from core.models import AuditRow
from incidents import services
from incidents.services import claiming, gathering
from incidents.services.claiming import Claim, assignment_claim
from incidents.services.sending import Sending
from incidents.states import AssignmentState
from patrols.selectors import coverage_holes, requirement_gaps, resources_on_duty
from patrols.services import requirement_create, tour_exercise_set
from stations.types import Role
from tests.factories.incidents import Crew, World, refresh, urgent
from tests.factories.stations import SYSTEM, an_actor

pytestmark = pytest.mark.django_db


def _rehearse(world: World, crew: Crew, exercise: bool = True) -> Any:
    return tour_exercise_set(actor=world.desk, tour_id=crew.tour.pk, exercise=exercise, reason="季度演练")


def test_each_goes_to_its_own_by_itself(world: World) -> None:
    near, far = world.crew(2000.0, 950.0), world.crew(2000.0, 100.0)
    _rehearse(world, near)
    real, rehearsed = world.report(kind="crash"), world.report(2500.0, 1000.0, kind="hazard", exercise=True)
    urgent()
    assert real.assignments.get().tour_id == far.tour.pk, "the nearer one rehearses"
    assert rehearsed.assignments.get().tour_id == near.tour.pk


def test_real_cases_wait_rather_than_take_who_rehearses_until_it_is_back(world: World) -> None:
    crew = world.crew(2000.0, 900.0)
    _rehearse(world, crew)
    real = world.report()
    urgent()
    assert refresh(real).shortfall and not real.assignments.exists()
    with pytest.raises(Conflict) as refused:
        services.incident_assign(
            actor=world.desk, incident_uid=str(real.uid), tour_uid=str(crew.tour.uid), reason="最近", preempt=True
        )
    assert refused.value.code == "tour_in_exercise" and refused.value.cure
    _rehearse(world, crew, exercise=False)
    urgent()
    assert real.assignments.get(state="offered").tour_id == crew.tour.pk, "it came free for what is real"


def test_the_database_refuses_what_was_decided_a_moment_before(world: World) -> None:
    """The list of units may be two seconds old: the claim decides."""
    crew = world.crew(2000.0, 900.0)
    real = world.report(automatic=False)
    given = gathering.decision_input(Sending.of(real), units_needed=1, automatic=False)
    assert [unit.is_exercise for unit in given.units] == [False]
    _rehearse(world, crew)
    claim = Claim(tour_id=crew.tour.pk, is_lead=True, origin="manual")
    assert claiming.tours_take([crew.tour.pk]) == {crew.tour.pk}
    assert assignment_claim(real, claim, state=AssignmentState.OFFERED) is None


def test_who_rehearses_covers_nothing_and_fills_no_gap(world: World) -> None:
    crew = world.crew(2000.0, 900.0)
    begins = localtime(clock.now()) + dt.timedelta(minutes=10)
    ends, day = begins + dt.timedelta(hours=1), begins.date()
    requirement_create(
        actor=SYSTEM,
        organisation=world.north,
        name="北区路面",
        count=1,
        weekdays=[1, 2, 3, 4, 5, 6, 7],
        starts_at=begins.time(),
        ends_at=ends.time(),
        dates=(day - dt.timedelta(days=2), day + dt.timedelta(days=3)),
    )

    def missing() -> int:
        return sum(gap.missing for gap in requirement_gaps(actor=world.desk, day=day))

    def uncovered() -> set[str]:
        return {hole.uid for hole in coverage_holes(world.desk)}

    before = uncovered()
    assert missing() == 0
    _rehearse(world, crew)
    assert str(world.north.uid) in uncovered() - before
    assert missing() == 1
    (row,) = resources_on_duty(actor=world.desk, at=clock.now())
    assert row.is_exercise


def test_it_is_said_with_a_reason_by_the_desk_and_never_in_the_middle_of_a_case(world: World) -> None:
    crew = world.crew(2000.0, 900.0)
    with pytest.raises(InvalidInput):
        tour_exercise_set(actor=world.desk, tour_id=crew.tour.pk, exercise=True, reason=" ")
    for nobody in (crew.actor, an_actor(world.south, Role.DISPATCHER)):
        with pytest.raises(Forbidden):
            tour_exercise_set(actor=nobody, tour_id=crew.tour.pk, exercise=True, reason="演练")
    _incident, assignment = world.sent()
    with pytest.raises(Conflict) as busy:
        _rehearse(world, crew)
    assert busy.value.code == "tour_busy"
    services.assignment_recall(actor=world.desk, assignment_uid=str(assignment.uid), reason="误派")
    _rehearse(world, crew)
    _rehearse(world, crew)
    assert AuditRow.objects.filter(action="patrols.tour_exercise_begun").count() == 1
