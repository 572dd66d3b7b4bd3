"""What the desk does: merge, wait, transfer, false, return, review, close, reopen; each with a reason, none by half."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core import clock
from core.errors import Conflict, Forbidden, InvalidInput, TransitionRefused
from core.models import AuditRow, Event, Timer
from incidents import services
from incidents.models import IncidentLink, IncidentStep
from stations.types import Role
from tests.factories.incidents import World, later, place_of, refresh, row_counts, the_assignment, urgent
from tests.factories.stations import an_actor


def _do(name: str, world: World, incident: Any, *, actor: Any = None, reason: str = "原因", **fields: Any) -> Any:
    service = getattr(services, f"incident_{name}")
    return service(actor=actor or world.desk, incident_uid=str(incident.uid), reason=reason, **fields)


def _reported(world: World) -> tuple[Any, Any]:
    world.crew()
    incident, assignment = world.sent()
    world.walk(assignment, "acknowledged", "on_scene", "cleared", "reported")
    return refresh(incident), refresh(assignment)


ACTIONS: dict[str, dict[str, Any]] = {
    "mark_false": {},
    "wait": {"until": None},
    "transfer": {"to": "邻县"},
    "merge": {},
    "return": {},
    "reopen": {},
    "supervise": {},
}


@pytest.mark.parametrize("name", ACTIONS)
def test_each_needs_a_reason_and_leaves_nothing_without(world: World, name: str) -> None:
    incident = world.report()
    fields = dict(ACTIONS[name])
    if name == "merge":
        fields["into_uid"] = str(world.report().uid)
    with row_counts(IncidentStep, Event, AuditRow), pytest.raises(InvalidInput) as refused:
        _do(name, world, incident, actor=world.commander, reason="  ", **fields)
    assert refused.value.field == "reason"


@pytest.mark.parametrize("name", ACTIONS)
def test_nobody_does_it_elsewhere(world: World, name: str) -> None:
    incident = world.report()
    fields = dict(ACTIONS[name])
    if name == "merge":
        fields["into_uid"] = str(world.report().uid)
    stranger = an_actor(world.south, Role.COMMANDER)
    with row_counts(IncidentStep, Event, AuditRow), pytest.raises(Forbidden):
        _do(name, world, incident, actor=stranger, **fields)


def test_the_whole_way_to_closed(world: World) -> None:
    incident, _assignment = _reported(world)
    with pytest.raises(TransitionRefused):
        _do("close", world, incident, actor=world.reviewer)
    _do("review", world, incident, actor=world.reviewer, reason="")
    _do("close", world, incident, actor=world.reviewer, reason="")
    row = refresh(incident)
    assert row.state == "closed" and row.reviewed_at <= row.closed_at
    assert not Timer.objects.filter(subject__incident_id=row.pk, done_at=None).exists(), "no clock runs any more"
    later(100 * 3600.0)
    assert refresh(row).overdue_since is None


def test_a_dispatcher_does_not_review(world: World) -> None:
    incident, _assignment = _reported(world)
    for name in ("review", "return", "close", "reopen"):
        with pytest.raises(Forbidden):
            _do(name, world, incident)


def test_closing_is_refused_while_a_unit_is_held(world: World) -> None:
    world.crew(2000.0, 900.0)
    world.crew(2000.0, 2500.0)
    incident, _last = world.sent(kind="crash_injury")
    lead, support = incident.assignments.select_related("unit", "tour", "incident").order_by("fence")
    world.walk(lead, "acknowledged", "on_scene", "cleared", "reported")
    world.walk(support, "acknowledged", "on_scene")
    _do("review", world, incident, actor=world.reviewer)
    with pytest.raises(Conflict) as refused:
        _do("close", world, incident, actor=world.reviewer)
    assert refused.value.code == "units_held" and refused.value.cure
    world.step(support, "cleared")
    _do("close", world, incident, actor=world.reviewer)


def test_returned_feedback_is_amended_by_the_unit(world: World) -> None:
    incident, assignment = _reported(world)
    _do("return", world, incident, actor=world.reviewer, reason="照片不清")
    world.step(assignment, "reported", text="补充说明", outcome="handled")
    row = refresh(assignment)
    assert (row.state, row.report_text, refresh(incident).state) == ("reported", "补充说明", "reported")
    assert assignment.steps.filter(to_state="reported").count() == 2, "both texts stay in the history"
    assert assignment.steps.filter(to_state="reported", text="补充说明").exists()


def test_a_returned_incident_can_get_another_unit(world: World) -> None:
    incident, assignment = _reported(world)
    _do("return", world, incident, actor=world.reviewer)
    _do("resume", world, incident)
    urgent()
    again = the_assignment(incident)
    assert again.pk != assignment.pk and (again.state, again.is_lead) == ("offered", True)
    assert again.tour_id == assignment.tour_id, "the unit that knows it may go again"


def test_a_reopened_incident_gets_a_unit_and_fresh_deadlines(world: World) -> None:
    incident, assignment = _reported(world)
    _do("review", world, incident, actor=world.reviewer)
    _do("close", world, incident, actor=world.reviewer)
    later(7200.0)
    _do("reopen", world, incident, actor=world.reviewer, reason="又发生")
    row = refresh(incident)
    assert row.state == "reopened" and row.closed_at is row.arrived_at is row.assigned_at is None
    assert row.arrive_by > clock.now()
    world.crew(2000.0, 1200.0)
    _do("resume", world, incident)
    urgent()
    again = the_assignment(incident)
    assert again.pk != assignment.pk and (again.state, again.is_lead) == ("offered", True)
    assert Timer.objects.filter(kind="incidents.arrive", subject__incident_id=row.pk, done_at=None).exists()


def test_a_false_alarm_recalls_who_is_on_the_way(world: World, crew: Any) -> None:
    incident, assignment = world.sent()
    world.step(assignment, "acknowledged")
    _do("mark_false", world, incident, reason="误报")
    assert (refresh(incident).state, refresh(assignment).state) == ("false", "recalled")
    urgent()
    assert incident.assignments.count() == 1, "nobody else is sent"
    _do("reopen", world, incident, actor=world.reviewer)
    _do("resume", world, incident)
    assert refresh(incident).state == "pending"


def test_waiting_until_a_moment(world: World, crew: Any) -> None:
    incident, assignment = world.sent()
    with pytest.raises(InvalidInput) as refused:
        _do("wait", world, incident, until=clock.now() - timedelta(minutes=1))
    assert refused.value.field == "until"
    _do("wait", world, incident, until=clock.now() + timedelta(minutes=20))
    assert (refresh(incident).state, refresh(assignment).state) == ("waiting", "recalled")
    later(19 * 60.0)
    assert refresh(incident).state == "waiting"
    other = world.crew(2000.0, 1500.0)
    later(70.0)
    assert refresh(incident).state == "pending" and refresh(incident).waiting_until is None
    place_of(other.tour, 2000.0, 1500.0)
    services.queue_sweep()
    assert the_assignment(incident).tour_id == other.tour.pk


def test_a_hold_that_was_ended_by_hand_does_not_end_the_next_one(world: World) -> None:
    incident = world.report()
    _do("wait", world, incident, until=clock.now() + timedelta(minutes=10))
    _do("resume", world, incident)
    _do("wait", world, incident, until=None)
    later(11 * 60.0)
    assert refresh(incident).state == "waiting"


def test_transfer_and_back(world: World, crew: Any) -> None:
    incident, assignment = world.sent()
    with pytest.raises(InvalidInput) as refused:
        _do("transfer", world, incident, to=" ")
    assert refused.value.field == "to"
    _do("transfer", world, incident, to="邻县交警", reason="管辖不符")
    assert (refresh(incident).state, refresh(assignment).state) == ("transferred", "recalled")
    assert incident.steps.filter(to_state="transferred", text__contains="邻县交警").exists()
    _do("take_back", world, incident)
    assert refresh(incident).state == "returned"
    other = world.crew(2000.0, 1500.0)
    _do("resume", world, incident)
    urgent()
    assert the_assignment(incident).tour_id == other.tour.pk
    assert Timer.objects.filter(kind="incidents.close", subject__incident_id=incident.pk, done_at=None).exists()


class TestMerging:
    """Both histories survive, and a merge can be undone."""

    def test_merge_and_undo(self, world: World, crew: Any) -> None:
        target, _held = world.sent()
        other_crew = world.crew(2000.0, 1500.0)
        double, assignment = world.sent(north_m=1050.0)
        assert assignment.tour_id == other_crew.tour.pk
        steps = double.steps.count()
        _do("merge", world, double, into_uid=str(target.uid), reason="同一起")
        row = refresh(double)
        assert (row.state, row.merged_into_id, refresh(assignment).state) == ("merged", target.pk, "recalled")
        assert target.steps.filter(kind="link", details__merged=double.number).exists()
        assert double.steps.count() > steps
        urgent()
        assert double.assignments.count() == 1
        with pytest.raises(Conflict) as refused:
            _do("reopen", world, double, actor=world.reviewer)
        assert refused.value.code == "merged"
        _do("unmerge", world, double, reason="不是同一起")
        row = refresh(double)
        assert (row.state, row.merged_into_id) == ("reopened", None)
        kinds = IncidentLink.objects.order_by("id").values_list("kind", "previous_state")
        assert list(kinds) == [("merged", "pending"), ("unmerged", "")]
        _do("resume", world, double)
        urgent()
        assert the_assignment(double).tour_id == other_crew.tour.pk or refresh(double).shortfall == "all_busy"

    def test_not_with_itself_nor_into_what_is_over(self, world: World) -> None:
        one, other = world.report(), world.report()
        with pytest.raises(InvalidInput):
            _do("merge", world, one, into_uid=str(one.uid))
        _do("mark_false", world, other)
        with pytest.raises(Conflict):
            _do("merge", world, one, into_uid=str(other.uid))
        with pytest.raises(Conflict):
            _do("unmerge", world, one)
        assert refresh(one).state == "pending"


def test_looking_up_a_reporter_is_written_down(world: World) -> None:
    incident = world.report(reporter_name="张某", reporter_phone="13800000000")
    with pytest.raises(InvalidInput):
        _do("reporter_lookup", world, incident, reason=" ")
    with pytest.raises(Forbidden):
        _do("reporter_lookup", world, incident, actor=world.reviewer)
    reporter = _do("reporter_lookup", world, incident, reason="回访")
    assert (reporter.name, reporter.phone) == ("张某", "13800000000")
    row = AuditRow.objects.get(action="incidents.reporter_lookup")
    assert (row.actor_id, row.reason, row.object_id) == (world.desk.user_id, "回访", str(incident.uid))
