"""Receipt, signature, decline, recall, radio, late actions: what happens to an offer, by the house's clock."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import Forbidden, InvalidInput, NotFound, StaleFence, TransitionRefused
from core.models import AuditRow, Event, Timer
from incidents import services
from incidents.dispatch.timers import RECEIPT_S, SIGN_FOR_S
from incidents.models import AssignmentStep, Delivery
from incidents.selectors.plans import decision_plan
from incidents.services.progress import assignment_evidence
from incidents.states import AssignmentState
from stations.types import Role
from tests.factories.incidents import WHOLE_WAY, World, later, place_of, refresh, row_counts, the_assignment, urgent
from tests.factories.stations import an_actor


def _channels(assignment: Any) -> list[tuple[str, str]]:
    return list(Delivery.objects.filter(assignment=assignment).order_by("order").values_list("channel", "state"))


def test_not_received_climbs_every_channel_to_the_radio_card(world: World, crew: Any) -> None:
    _incident, assignment = world.sent(kind="congestion")
    assert _channels(assignment) == [("page", "sent")]
    later(RECEIPT_S - 1)
    assert len(_channels(assignment)) == 1
    later(1.5)
    assert [channel for channel, _state in _channels(assignment)] == ["page", "gateway"]
    assert _channels(assignment)[0] == ("page", "superseded")
    later(RECEIPT_S + 0.5)
    assert [channel for channel, _state in _channels(assignment)] == ["page", "gateway", "radio_card"]
    assert Event.objects.filter(topic="incidents.radio_card", subject__assignment_id=assignment.pk).count() == 1
    later(RECEIPT_S + 0.5)
    assert len(_channels(assignment)) == 3, "the card is the last"
    assert refresh(assignment).state == "offered", "the signature has a clock of its own"


def test_receipt_stops_the_climb(world: World, crew: Any) -> None:
    _incident, assignment = world.sent(kind="congestion")
    world.step(assignment, "delivered")
    later(RECEIPT_S * 3)
    assert _channels(assignment) == [("page", "received")]
    assert refresh(assignment).delivered_at is not None


def test_a_receipt_that_comes_late_still_counts(world: World, crew: Any) -> None:
    _incident, assignment = world.sent(kind="congestion")
    later(RECEIPT_S + 1)
    world.step(assignment, "delivered")
    assert ("page", "received") in _channels(assignment)
    later(RECEIPT_S * 3)
    assert [channel for channel, _state in _channels(assignment)] == ["page", "gateway"]


@pytest.mark.parametrize(("kind", "grade"), [("sos", "red"), ("crash", "yellow"), ("congestion", "blue")])
def test_not_signed_in_time_goes_to_the_next_unit(world: World, kind: str, grade: str) -> None:
    first, second = world.crew(2000.0, 900.0), world.crew(2000.0, 2500.0)
    incident, assignment = world.sent(kind=kind)
    assert incident.grade == grade and assignment.tour_id == first.tour.pk
    world.step(assignment, "delivered")
    later(SIGN_FOR_S[grade] - 2)
    assert refresh(assignment).state == "delivered", "received is not signed for"
    later(3)
    lost = refresh(assignment)
    assert (lost.state, lost.is_lead) == ("expired", False)
    offered = the_assignment(incident)
    assert (offered.tour_id, offered.state, offered.is_lead) == (second.tour.pk, "offered", True)
    assert offered.fence == assignment.fence + 1
    rejected = {row["tour_id"]: row["code"] for row in decision_plan(offered.decision)["rejected"]}
    assert rejected[first.tour.pk] == "expired"


def test_the_same_unit_is_asked_again_only_after_a_while(world: World, crew: Any) -> None:
    incident, assignment = world.sent()
    later(SIGN_FOR_S["yellow"] + 1)
    assert refresh(incident).shortfall == "all_busy" and incident.assignments.count() == 1
    later(125)
    place_of(crew.tour, 2000.0, 500.0)
    services.queue_sweep()
    again = the_assignment(incident)
    assert again.pk != assignment.pk and again.tour_id == crew.tour.pk


def test_a_signature_stops_both_clocks(world: World, crew: Any) -> None:
    incident, assignment = world.sent()
    world.step(assignment, "acknowledged")
    assert not Timer.objects.filter(kind__in=["incidents.receipt", "incidents.sign"], done_at=None).exists()
    later(600)
    assert (refresh(assignment).state, refresh(incident).state) == ("acknowledged", "active")


def test_declining_needs_a_reason_and_goes_to_the_next(world: World, crew: Any) -> None:
    other = world.crew(2000.0, 2500.0)
    incident, assignment = world.sent()
    with pytest.raises(InvalidInput) as refused:
        world.step(assignment, "declined", text=" ")
    assert refused.value.field == "text"
    world.step(assignment, "declined", text="车辆故障")
    urgent()
    assert refresh(assignment).state == "declined"
    assert assignment.steps.filter(to_state="declined", text="车辆故障", actor_id=crew.actor.user_id).exists()
    assert the_assignment(incident).tour_id == other.tour.pk


def test_recall_needs_a_reason_and_reaches_the_phone(world: World, crew: Any) -> None:
    incident, assignment = world.sent()
    world.walk(assignment, "acknowledged", "en_route")
    with pytest.raises(InvalidInput):
        services.assignment_recall(actor=world.desk, assignment_uid=str(assignment.uid), reason="")
    services.assignment_recall(actor=world.desk, assignment_uid=str(assignment.uid), reason="另有安排")
    told = Event.objects.get(topic="incidents.assignment_recalled")
    assert told.subject["tour_id"] == crew.tour.pk and told.payload["assignment"]["state"] == "recalled"
    row = refresh(incident)
    assert (row.state, row.acknowledged_at, row.assigned_at) == ("pending", None, None)


def test_the_crew_cannot_recall_itself(world: World, crew: Any) -> None:
    _incident, assignment = world.sent()
    with pytest.raises(Forbidden):
        world.step(assignment, "recalled", text="不去了")


def test_a_dispatcher_sets_every_step_by_radio(world: World, crew: Any) -> None:
    incident, assignment = world.sent()
    with pytest.raises(Forbidden) as refused:
        services.assignment_step(
            actor=world.desk, assignment_uid=str(assignment.uid), to_state=AssignmentState.ACKNOWLEDGED
        )
    assert refused.value.field == "by_radio"
    for state in WHOLE_WAY:
        services.assignment_step(
            actor=world.desk,
            assignment_uid=str(assignment.uid),
            to_state=AssignmentState(state),
            by_radio=True,
            text="电台报告",
        )
    steps = assignment.steps.exclude(to_state="offered")
    assert steps.count() == 6 and all(step.by_radio and step.actor_id == world.desk.user_id for step in steps)
    assert refresh(incident).state == "reported"
    assert AuditRow.objects.filter(action="incidents.assignment_reported", details__by_radio=True).count() == 1


def test_strangers_cannot_step(world: World, crew: Any) -> None:
    other = world.crew(2000.0, 2500.0)
    _incident, assignment = world.sent()
    dispatcher_elsewhere = an_actor(world.south, Role.DISPATCHER)
    for actor in (other.actor, dispatcher_elsewhere, world.reviewer):
        with pytest.raises(Forbidden):
            services.assignment_step(
                actor=actor,
                assignment_uid=str(assignment.uid),
                to_state=AssignmentState.ACKNOWLEDGED,
                by_radio=actor is dispatcher_elsewhere,
            )
    with pytest.raises(NotFound):
        services.assignment_recall(actor=world.desk, assignment_uid="00000000-0000-0000-0000-000000000000", reason="x")


def test_a_late_action_is_kept_as_evidence_and_refused(world: World, crew: Any) -> None:
    other = world.crew(2000.0, 2500.0)
    incident, assignment = world.sent()
    later(SIGN_FOR_S["yellow"] + 1)
    current = the_assignment(incident)
    assert current.tour_id == other.tour.pk
    for _time in range(2):
        with pytest.raises(StaleFence) as refused:
            world.step(assignment, "acknowledged", client_key="offline-1")
        assert refused.value.status == 409 and refused.value.cure
    kept = assignment_evidence(assignment)
    assert [(step.to_state, step.stale_fence, step.client_key) for step in kept] == [
        ("acknowledged", True, "offline-1")
    ]
    assert refresh(assignment).state == "expired" and refresh(current).state == "offered"


def test_an_older_fence_is_refused_even_while_the_assignment_stands(world: World, crew: Any) -> None:
    _incident, assignment = world.sent()
    with pytest.raises(StaleFence):
        world.step(assignment, "acknowledged", fence=assignment.fence - 1)
    assert refresh(assignment).state == "offered" and len(assignment_evidence(assignment)) == 1


def test_repeating_a_client_key_is_harmless(world: World, crew: Any) -> None:
    _incident, assignment = world.sent()
    world.step(assignment, "acknowledged", client_key="a")
    world.step(assignment, "en_route", client_key="b")
    with row_counts(AssignmentStep, Event, AuditRow):
        again = world.step(assignment, "acknowledged", client_key="a")
    assert again.state == "en_route"


def test_steps_out_of_order_are_refused_and_leave_nothing(world: World, crew: Any) -> None:
    _incident, assignment = world.sent()
    with row_counts(AssignmentStep, Event, AuditRow), pytest.raises(TransitionRefused):
        world.step(assignment, "cleared", client_key="early")


class TestLead:
    """The incident's stamps and state come from its lead; a lost lead passes on."""

    def _two(self, world: World) -> tuple[Any, Any, Any]:
        world.crew(2000.0, 900.0)
        world.crew(2000.0, 2500.0)
        incident, _last = world.sent(kind="crash_injury")
        lead, support = incident.assignments.select_related("unit", "tour", "incident").order_by("fence")
        assert (lead.is_lead, support.is_lead) == (True, False)
        return incident, lead, support

    def test_support_does_not_move_the_incident(self, world: World) -> None:
        incident, _lead, support = self._two(world)
        world.walk(support, "acknowledged", "en_route", "on_scene")
        row = refresh(incident)
        assert (row.state, row.acknowledged_at, row.arrived_at) == ("pending", None, None)

    def test_a_lost_lead_passes_to_the_support(self, world: World) -> None:
        incident, lead, support = self._two(world)
        world.walk(support, "acknowledged", "on_scene")
        world.step(lead, "declined", text="故障")
        heir, row = refresh(support), refresh(incident)
        assert heir.is_lead and not refresh(lead).is_lead
        assert (row.state, row.acknowledged_at, row.arrived_at) == ("active", heir.acknowledged_at, heir.on_scene_at)
        told = Event.objects.filter(topic="incidents.assignment_changed", subject__assignment_id=support.pk).get()
        assert told.payload["assignment"]["is_lead"] is True
        urgent()
        assert refresh(incident).shortfall == "all_busy"

    def test_an_heir_who_has_not_signed_makes_it_pending_again(self, world: World) -> None:
        incident, lead, support = self._two(world)
        world.step(lead, "acknowledged")
        assert refresh(incident).state == "active"
        services.assignment_recall(actor=world.desk, assignment_uid=str(lead.uid), reason="改派")
        assert refresh(support).is_lead and refresh(incident).state == "pending"
        world.step(refresh(support), "acknowledged")
        assert refresh(incident).state == "active"
