"""A recall is seen by the unit within its time, or the desk calls by radio."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import Conflict, Forbidden
from core.models import AuditRow, Event, Timer
from incidents import services
from incidents.dispatch.timers import RECALL_SEEN_S
from incidents.models import Assignment
from patrols.services import tour_close
from stations.types import Role
from tests.factories.incidents import World, later, refresh, urgent
from tests.factories.stations import an_actor

RADIO = "incidents.radio_card"


def _recalled(world: World) -> Assignment:
    _incident, assignment = world.sent()
    world.step(assignment, "acknowledged")
    services.assignment_recall(actor=world.desk, assignment_uid=str(assignment.uid), reason="另有安排")
    return refresh(assignment)  # type: ignore[no-any-return]


def _watched(assignment: Assignment) -> bool:
    return Timer.objects.filter(key=f"incidents.recall:{assignment.pk}", done_at=None).exists()


def _said(assignment: Assignment) -> list[str]:
    return [step.details["recall"] for step in assignment.steps.order_by("id") if "recall" in step.details]


def test_not_seen_in_time_the_desk_calls_by_radio(world: World, crew: Any) -> None:
    assignment = _recalled(world)
    later(RECALL_SEEN_S - 1)
    assert not Event.objects.filter(topic=RADIO).exists() and refresh(assignment).recall_radio_at is None
    later(RECALL_SEEN_S + 1)
    card = Event.objects.get(topic=RADIO)
    assert card.subject["assignment"] == str(assignment.uid) and card.subject["tour_id"] == crew.tour.pk
    assert card.payload["call_sign"] == crew.call_sign and card.payload["recalled"] is True
    row = refresh(assignment)
    assert (row.state, row.recall_seen_at) == ("recalled", None) and row.recall_radio_at is not None
    assert _said(row) == ["radio"]
    later(RECALL_SEEN_S * 4)
    assert Event.objects.filter(topic=RADIO).count() == 1


def test_seen_in_time_nobody_calls(world: World, crew: Any) -> None:
    assignment = _recalled(world)
    assert _watched(assignment)
    for _again in range(2):
        services.assignment_recall_seen(actor=crew.actor, assignment_uid=str(assignment.uid))
    assert not _watched(assignment)
    later(RECALL_SEEN_S * 4)
    row = refresh(assignment)
    assert row.recall_seen_at is not None and row.recall_radio_at is None
    assert _said(row) == ["seen"] and not Event.objects.filter(topic=RADIO).exists()
    assert AuditRow.objects.filter(action="incidents.assignment_recall_seen").count() == 1


def test_seen_late_still_counts(world: World, crew: Any) -> None:
    assignment = _recalled(world)
    later(RECALL_SEEN_S + 1)
    services.assignment_recall_seen(actor=crew.actor, assignment_uid=str(assignment.uid))
    row = refresh(assignment)
    assert row.recall_radio_at is not None and row.recall_seen_at > row.recall_radio_at
    assert _said(row) == ["radio", "seen"]


def test_every_unit_of_a_false_alarm_is_watched(world: World, crew: Any) -> None:
    incident, assignment = world.sent()
    services.incident_mark_false(actor=world.desk, incident_uid=str(incident.uid), reason="误报")
    assert refresh(assignment).state == "recalled" and _watched(assignment)


def test_a_proposal_taken_back_is_nobodys_recall(world: World, crew: Any) -> None:
    incident = world.report(automatic=False)
    urgent()
    proposal = incident.assignments.get(state="proposed")
    services.assignment_recall(actor=world.desk, assignment_uid=str(proposal.uid), reason="不派")
    assert refresh(proposal).state == "recalled" and not _watched(proposal)
    with pytest.raises(Conflict) as refused:
        services.assignment_recall_seen(actor=crew.actor, assignment_uid=str(proposal.uid))
    assert refused.value.code == "not_recalled"


def test_off_duty_nobody_has_to_be_called(world: World, crew: Any) -> None:
    assignment = _recalled(world)
    tour_close(actor=world.desk, tour_id=crew.tour.pk)
    later(RECALL_SEEN_S + 1)
    assert refresh(assignment).recall_radio_at is None and not Event.objects.filter(topic=RADIO).exists()


def test_only_the_crew_has_seen_it(world: World, crew: Any) -> None:
    other = world.crew(2000.0, 2500.0)
    assignment = _recalled(world)
    for stranger in (other.actor, world.desk, an_actor(world.south, Role.OFFICER)):
        with pytest.raises(Forbidden):
            services.assignment_recall_seen(actor=stranger, assignment_uid=str(assignment.uid))
    assert refresh(assignment).recall_seen_at is None


def test_what_stands_was_not_recalled(world: World, crew: Any) -> None:
    _incident, assignment = world.sent()
    with pytest.raises(Conflict) as refused:
        services.assignment_recall_seen(actor=crew.actor, assignment_uid=str(assignment.uid))
    assert (refused.value.field, refused.value.value) == ("state", "offered") and refused.value.cure
