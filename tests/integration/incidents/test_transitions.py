"""Both lifecycles, every pair of states: what the table allows succeeds, the rest is refused and leaves nothing."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from core.errors import Conflict, TransitionRefused
from core.models import Event
from incidents.models import Assignment, AssignmentStep, Incident, IncidentStep
from incidents.services.history import assignment_lock, assignment_move, incident_lock, incident_move
from incidents.states import ASSIGNMENT_LIFECYCLE, INCIDENT_LIFECYCLE, AssignmentState, IncidentState
from tests.factories.incidents import World, refresh

INCIDENT_PAIRS = list(itertools.product(IncidentState, IncidentState))
ASSIGNMENT_PAIRS = list(itertools.product(AssignmentState, AssignmentState))


def _refused(by: str, sql: str) -> None:
    with pytest.raises(DatabaseError, match=by), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def _put(row: Any, state: str) -> None:
    type(row).objects.filter(pk=row.pk).update(state=state)


def test_every_pair_of_incident_states(world: World) -> None:
    incident = world.report()
    allowed = 0
    for old, new in INCIDENT_PAIRS:
        _put(incident, old.value)
        steps, events = IncidentStep.objects.count(), Event.objects.count()
        with transaction.atomic():
            locked = incident_lock(str(incident.uid))
            version = locked.version
            if new in INCIDENT_LIFECYCLE.allowed(old):
                allowed += 1
                incident_move(locked, new)
                row = refresh(incident)
                assert (row.state, row.version) == (new.value, version + 1)
                step = IncidentStep.objects.order_by("-id").first()
                assert (step.from_state, step.to_state) == (old.value, new.value)
                assert Event.objects.count() == events + 1
            else:
                with pytest.raises(TransitionRefused):
                    incident_move(locked, new)
                assert refresh(incident).state == old.value
                assert (IncidentStep.objects.count(), Event.objects.count()) == (steps, events)
    assert 30 < allowed < len(INCIDENT_PAIRS) / 2


def test_every_pair_of_assignment_states(world: World, crew: Any) -> None:
    _incident, assignment = world.sent()
    allowed = 0
    for old, new in ASSIGNMENT_PAIRS:
        _put(assignment, old.value)
        steps, events = AssignmentStep.objects.count(), Event.objects.count()
        with transaction.atomic():
            locked = assignment_lock(str(assignment.uid))
            if new in ASSIGNMENT_LIFECYCLE.allowed(old):
                allowed += 1
                assignment_move(locked, new)
                assert refresh(assignment).state == new.value
                assert AssignmentStep.objects.order_by("-id").first().to_state == new.value
                assert Event.objects.order_by("-id").first().topic == f"incidents.assignment_{new.value}"
            else:
                with pytest.raises(TransitionRefused):
                    assignment_move(locked, new)
                assert refresh(assignment).state == old.value
                assert (AssignmentStep.objects.count(), Event.objects.count()) == (steps, events)
    assert allowed == sum(len(ASSIGNMENT_LIFECYCLE.allowed(state)) for state in AssignmentState)


def test_states_follow_the_whole_way(world: World, crew: Any) -> None:
    incident, assignment = world.sent()
    seen = []
    for state in ("delivered", "acknowledged", "en_route", "on_scene", "cleared", "reported"):
        world.step(assignment, state, text="处理完毕", outcome="handled")
        seen.append(refresh(incident).state)
    assert seen == ["pending", "active", "active", "active", "active", "reported"]
    row = refresh(incident)
    assert row.acknowledged_at <= row.arrived_at <= row.cleared_at <= row.reported_at
    assert refresh(assignment).report_text == "处理完毕"


def test_a_move_from_a_stale_copy_is_a_conflict(world: World) -> None:
    incident = world.report()
    stale = Incident.objects.get(pk=incident.pk)
    incident_move(incident, IncidentState.WAITING)
    with pytest.raises(Conflict) as refused:
        incident_move(stale, IncidentState.FALSE)
    assert refused.value.code == "version_conflict"
    assert refresh(incident).state == "waiting"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE incidents_incidentstep SET text = 'x'",
        "DELETE FROM incidents_incidentstep",
        "UPDATE incidents_assignmentstep SET text = 'x'",
        "DELETE FROM incidents_assignmentstep",
        "UPDATE incidents_decision SET engine_ms = 0",
        "DELETE FROM incidents_decision",
    ],
)
def test_the_database_refuses_to_change_history(world: World, crew: Any, statement: str) -> None:
    world.sent()
    _refused("append-only", statement)


def test_the_database_refuses_to_empty_history(world: World, crew: Any) -> None:
    world.sent()
    words = "SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL luzhang.truncate = 'refused'; TRUNCATE incidents_incidentstep"
    _refused("append-only", words)


def test_no_row_of_history_is_without_a_state_of_the_table() -> None:
    for lifecycle, states in ((INCIDENT_LIFECYCLE, IncidentState), (ASSIGNMENT_LIFECYCLE, AssignmentState)):
        reached = {lifecycle.initial} | {new for state in states for new in lifecycle.allowed(state)}
        assert reached == set(states), "every state can be reached"


def _raw_assignment(assignment: Assignment, **changes: Any) -> str:
    values = {"tour_id": "tour_id", "incident_id": "incident_id", "state": "state", "is_lead": "is_lead", **changes}
    return f"""
        INSERT INTO incidents_assignment (uid, incident_id, tour_id, unit_id, organisation_path, state, version, fence,
            is_lead, origin, reasons, warnings, directions, reason, created_at, report_text, report_outcome)
        SELECT gen_random_uuid(), {values["incident_id"]}, {values["tour_id"]}, unit_id, organisation_path,
               {values["state"]}, 0, fence + 100, {values["is_lead"]}, origin, reasons, warnings, directions, '', now(),
               '', ''
          FROM incidents_assignment WHERE id = {assignment.pk}"""


@pytest.mark.parametrize("state", ["offered", "delivered", "acknowledged", "en_route", "on_scene"])
def test_raw_sql_cannot_give_a_tour_two_assignments_that_hold_it(world: World, crew: Any, state: str) -> None:
    _incident, assignment = world.sent()
    other = world.report(east_m=2000.0, north_m=2000.0)
    raw = _raw_assignment(assignment, incident_id=str(other.pk), state=f"'{state}'")
    _refused("assignment_one_per_tour", raw)


def test_raw_sql_cannot_give_an_incident_two_leads(world: World, crew: Any) -> None:
    _incident, assignment = world.sent()
    other = world.crew(2000.0, 2500.0)
    raw = _raw_assignment(assignment, tour_id=str(other.tour.pk), state="'on_scene'")
    _refused("assignment_one_lead", raw)
    with connection.cursor() as cursor:
        cursor.execute(_raw_assignment(assignment, tour_id=str(other.tour.pk), is_lead="false"))


def test_raw_sql_cannot_send_a_tour_twice_to_one_incident(world: World, crew: Any) -> None:
    _incident, assignment = world.sent()
    raw = _raw_assignment(assignment, state="'cleared'", is_lead="false")
    _refused("assignment_once_per_tour", raw)


def test_raw_sql_cannot_put_a_person_on_two_open_tours(world: World, crew: Any) -> None:
    other = world.crew(2000.0, 2500.0)
    _refused(
        "tour_member_one_open_tour",
        f"""INSERT INTO patrols_tourmember (tour_id, person_id, role, present)
            VALUES ({other.tour.pk}, {crew.person.pk}, 'member', tstzrange(now(), NULL))""",
    )
