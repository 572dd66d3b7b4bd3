"""A unit on a case asks for one more: another unit of the same case, the desk told, nothing doubled."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core import clock
from core.device_time import DeviceMoment
from core.errors import Conflict, Forbidden, InvalidInput, StaleFence
from core.models import AuditRow, Event
from incidents import services
from incidents.models import Assignment, Incident
from incidents.services.progress import assignment_evidence
from stations.types import Role
from tests.factories.incidents import World, refresh, urgent


def _ask(crew: Any, assignment: Assignment, **fields: Any) -> Assignment:
    values = {"reason": "people", "fence": assignment.fence, "client_key": "k1", **fields}
    return services.assignment_backup_ask(actor=crew.actor, assignment_uid=str(assignment.uid), **values)


def _sent_to(world: World) -> tuple[Any, Any, Incident, Assignment]:
    near, far = world.crew(2000.0, 900.0), world.crew(2000.0, 100.0)
    incident, assignment = world.sent(kind="congestion")
    assert assignment.tour_id == near.tour.pk
    return near, far, incident, world.walk(assignment, "delivered", "acknowledged", "en_route", "on_scene")


def test_the_next_unit_is_sent_to_the_same_case(world: World) -> None:
    near, far, incident, assignment = _sent_to(world)
    _ask(near, assignment, text="围观的人多")
    urgent()
    second = incident.assignments.exclude(pk=assignment.pk).get()
    assert (second.tour_id, second.state, second.is_lead) == (far.tour.pk, "offered", False)
    assert Incident.objects.count() == 1
    incident = refresh(incident)
    assert incident.units_needed == 2
    told = Event.objects.get(topic="incidents.backup_asked")
    assert told.payload["backup"]["call_sign"] == near.call_sign
    assert told.payload["backup"]["text"] == "人手不够：围观的人多"
    assert incident.steps.filter(kind="note", details__backup="people", text__contains="围观的人多").count() == 1
    assert AuditRow.objects.filter(action="incidents.assignment_backup_asked").count() == 1


def test_the_same_key_asks_once_and_another_while_one_is_looked_for_only_adds_a_note(world: World) -> None:
    near, _far, incident, assignment = _sent_to(world)
    _ask(near, assignment)
    _ask(near, assignment)
    _ask(near, assignment, client_key="k2")
    urgent()
    assert refresh(incident).units_needed == 2
    assert incident.assignments.count() == 2
    assert assignment.steps.filter(details__has_key="backup").count() == 2


def test_with_nobody_left_the_case_says_what_it_lacks(world: World) -> None:
    crew = world.crew(2000.0, 900.0)
    incident, assignment = world.sent(kind="congestion")
    _ask(crew, world.walk(assignment, "acknowledged"))
    urgent()
    assert refresh(incident).shortfall


def test_only_the_crew_and_only_while_it_works_on_it(world: World) -> None:
    near, far, _incident, assignment = _sent_to(world)
    with pytest.raises(Forbidden):
        _ask(far, assignment)
    with pytest.raises(InvalidInput) as refused:
        _ask(near, assignment, reason="tea")
    assert refused.value.field == "reason" and "people" in refused.value.cure
    done = world.walk(assignment, "cleared")
    with pytest.raises(Conflict) as late:
        _ask(near, done)
    assert late.value.code == "backup_not_now" and late.value.cure


def test_an_auxiliary_may_call_for_an_officer(world: World) -> None:
    crew = world.crew(2000.0, 900.0, person_kind="auxiliary", role=Role.AUXILIARY)
    incident = world.report(kind="congestion", automatic=False)
    urgent()
    services.incident_assign(actor=world.desk, incident_uid=str(incident.uid), tour_uid=str(crew.tour.uid))
    assignment = world.walk(incident.assignments.get(tour=crew.tour, state="offered"), "acknowledged")
    _ask(crew, assignment, reason="powers")
    assert refresh(incident).units_needed == 2


def test_asked_from_a_dead_spot_after_a_recall_it_is_kept_as_evidence(world: World) -> None:
    near, _far, incident, assignment = _sent_to(world)
    services.assignment_recall(actor=world.desk, assignment_uid=str(assignment.uid), reason="误派")
    now = clock.now()
    moment = DeviceMoment(at=now - timedelta(minutes=5), sent_at=now, monotonic_ms=300_000)
    for _turn in range(2):
        with pytest.raises(StaleFence):
            _ask(near, assignment, moment=moment)
    (kept,) = assignment_evidence(assignment)
    assert kept.details["backup"] == "people" and kept.details["device"]["monotonic_ms"] == 300_000
    assert kept.device_time == moment.at
    assert refresh(incident).units_needed == 1
