"""From incident to offer: who is sent and why, who is not, what is said when nobody can be."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from core.errors import Conflict, Forbidden, InvalidInput
from core.models import AuditRow, OutboxTask
from incidents import services
from incidents.dispatch import snapshot
from incidents.models import Assignment, Decision, DispatchPolicyVersion, Incident, IncidentKind
from incidents.selectors.plans import decision_plan, decision_text
from incidents.services.intake_rows import kinds_forget
from incidents.services.travel import NetworkTravel
from patrols.services import tour_break_end, tour_break_start, tour_close
from roads.selectors import current_network
from stations.types import Role
from tests.factories.incidents import World, later, place_of, refresh, the_assignment, urgent
from tests.factories.stations import SYSTEM, an_actor


def _assign(world: World, incident: Incident, crew: Any = None, **fields: Any) -> Assignment:
    tour_uid = str(crew.tour.uid) if crew is not None else None
    return services.incident_assign(
        actor=fields.pop("actor", world.desk), incident_uid=str(incident.uid), tour_uid=tour_uid, **fields
    )


def test_the_nearest_by_road_is_offered_it_with_reasons(world: World) -> None:
    far, near = world.crew(2000.0, -2500.0), world.crew(2000.0, 700.0)
    incident, assignment = world.sent()
    assert assignment.tour_id == near.tour.pk
    assert (assignment.state, assignment.is_lead, assignment.origin, assignment.fence) == ("offered", True, "engine", 1)
    assert assignment.reasons and all(reason["text"] for reason in assignment.reasons)
    assert assignment.route is not None and assignment.directions and assignment.predicted_road_m > 0
    assert incident.assigned_at is not None and incident.shortfall == ""
    plan = decision_plan(assignment.decision)
    assert [row["tour_id"] for row in plan["candidates"]] == [near.tour.pk, far.tour.pk]


def test_a_decision_is_replayed_from_its_text(world: World) -> None:
    world.crew(2000.0, 700.0)
    world.crew(2000.0, -2500.0, age_s=120)
    world.crew(4000.0, 1500.0, age_s=None, post=(110.43, 19.21))
    world.sent(kind="crash_injury")
    decision = Decision.objects.get()
    text = decision_text(decision)
    assert hashlib.sha256(decision.snapshot.encode()).hexdigest() == decision.snapshot_sha256
    record = snapshot.load(text)
    assert snapshot.replay(record, NetworkTravel(current_network())) == record.plan
    assert record.input.network_version == decision.network_version == world.roads.build.version
    assert {unit.tour_id for unit in record.input.units} == {crew.tour.pk for crew in world.crews}
    assert snapshot.dumps(record) == text
    decision.snapshot += " "
    with pytest.raises(ValueError, match="recorded"):
        decision_text(decision)


@pytest.mark.parametrize(
    ("case", "code"),
    [
        ("nobody", "nobody_on_duty"),
        ("auxiliary", "none_with_power"),
        ("busy", "all_busy"),
        ("break", "all_busy"),
        ("stale", "all_stale"),
        ("lost", "all_stale"),
        ("far", "none_reachable"),
    ],
)
def test_why_nobody_can_be_sent_is_said(world: World, case: str, code: str) -> None:
    if case == "auxiliary":
        world.crew(person_kind="auxiliary", role=Role.AUXILIARY)
    elif case == "busy":
        world.crew()
        world.sent()
    elif case == "break":
        tour_break_start(actor=SYSTEM, tour_id=world.crew().tour.pk)
    elif case == "stale":
        world.crew(age_s=400, post=(110.42, 19.21))
    elif case == "lost":
        world.crew(age_s=None)
    elif case == "far":
        world.crew()
        DispatchPolicyVersion.objects.create(version=2, content={"max_travel_s": 5})
    incident = world.report(north_m=1200.0)
    urgent()
    assert refresh(incident).shortfall == code
    assert not incident.assignments.exclude(state="proposed").exists()
    assert incident.steps.filter(kind="dispatch", details__shortfall=code).count() == 1
    assert incident.decisions.get().shortfall == code
    services.queue_sweep()
    services.queue_sweep()
    assert incident.decisions.count() == 1, "a wait that goes on is not written down again and again"


def test_a_stale_unit_is_only_proposed(world: World) -> None:
    stale = world.crew(age_s=400, post=(110.42, 19.21))
    incident = world.report()
    urgent()
    proposal = the_assignment(incident)
    assert (proposal.state, proposal.tour_id, proposal.offered_at) == ("proposed", stale.tour.pk, None)
    place_of(stale.tour, 2000.0, 700.0)
    services.queue_sweep()
    sent = the_assignment(incident, state="offered")
    assert (sent.tour_id, sent.is_lead) == (stale.tour.pk, True), "its fix came: it goes by itself"
    assert refresh(proposal).state == "expired" and not refresh(proposal).is_lead


def test_a_unit_on_a_break_is_not_asked_until_it_is_back(world: World, crew: Any) -> None:
    tour_break_start(actor=SYSTEM, tour_id=crew.tour.pk)
    incident = world.report()
    urgent()
    assert refresh(incident).shortfall == "all_busy"
    tour_break_end(actor=SYSTEM, tour_id=crew.tour.pk)
    urgent()
    assert the_assignment(incident).tour_id == crew.tour.pk and refresh(incident).shortfall == ""


def test_the_queue_gives_a_freed_unit_to_the_graver(world: World, crew: Any) -> None:
    _first, assignment = world.sent(kind="congestion")
    lighter = world.report(kind="congestion", north_m=900.0)
    graver = world.report(kind="sos", north_m=1900.0)
    urgent()
    assert {refresh(lighter).shortfall, refresh(graver).shortfall} == {"all_busy"}
    world.walk(assignment, "acknowledged", "on_scene", "cleared")
    urgent()
    served = the_assignment(graver)
    assert (served.tour_id, served.state, served.origin) == (crew.tour.pk, "offered", "solver")
    assert not lighter.assignments.exists() and refresh(lighter).shortfall == "all_busy"


def test_a_newcomer_does_not_overtake_a_graver_one_that_waits(world: World) -> None:
    graver = world.report(kind="sos")
    urgent()
    assert refresh(graver).shortfall == "nobody_on_duty"
    crew = world.crew()
    world.report(kind="congestion")
    urgent()
    assert the_assignment(graver).tour_id == crew.tour.pk


def test_several_units_for_a_grave_one_and_the_lack_of_the_second_is_said(world: World) -> None:
    world.crew(2000.0, 700.0)
    incident, lead = world.sent(kind="crash_injury")
    assert (incident.units_needed, incident.shortfall) == (2, "too_few_units")
    world.step(lead, "acknowledged")
    second = world.crew(2000.0, 1800.0)
    urgent()
    services.queue_sweep()
    urgent()
    support = the_assignment(incident)
    assert (support.tour_id, support.is_lead) == (second.tour.pk, False)
    assert refresh(incident).shortfall == "" and refresh(lead).is_lead
    third = world.crew(2000.0, 1100.0)
    services.queue_sweep()
    assert not incident.assignments.filter(tour=third.tour).exists(), "two are enough"


def test_sending_the_last_free_unit_warns(world: World) -> None:
    world.crew(2000.0, 700.0)
    _incident, assignment = world.sent()
    assert [warning["code"] for warning in assignment.warnings] == ["last_free_unit"]
    world.crew(2000.0, 800.0, organisation=world.south)
    world.crew(2000.0, 900.0, organisation=world.south)
    _incident, second = world.sent(north_m=-1500.0)
    assert second.warnings == []


def test_a_kind_that_a_person_confirms(world: World) -> None:
    near, other = world.crew(2000.0, 700.0), world.crew(2000.0, -2500.0)
    incident = world.report(kind="watchlist_hit")
    urgent()
    proposal = the_assignment(incident)
    assert (proposal.state, proposal.tour_id, proposal.is_lead) == ("proposed", near.tour.pk, True)
    services.queue_sweep()
    services.queue_sweep()
    assert incident.assignments.count() == 1 and incident.decisions.count() == 1
    second, taken = world.sent(kind="crash", north_m=600.0)
    assert taken.tour_id == near.tour.pk, "a proposal does not hold its unit"
    with pytest.raises(Conflict) as refused:
        _assign(world, incident)
    assert refused.value.code == "unit_taken" and refused.value.cure
    services.assignment_recall(actor=world.desk, assignment_uid=str(taken.uid), reason="改派")
    services.incident_mark_false(actor=world.desk, incident_uid=str(second.uid), reason="误报")
    confirmed = _assign(world, incident)
    assert (confirmed.state, confirmed.tour_id, confirmed.is_lead) == ("offered", near.tour.pk, True)
    assert confirmed.origin == "manual" and confirmed.route is not None and confirmed.predicted_travel_s is not None
    assert refresh(proposal).state == "expired" and not refresh(proposal).is_lead
    assert other.tour.pk not in incident.assignments.values_list("tour_id", flat=True)


def test_the_policy_decides_what_is_automatic(world: World, crew: Any) -> None:
    content = {"automatic": [{"kind": "*", "grade": "*", "value": "propose"}]}
    DispatchPolicyVersion.objects.create(version=2, content=content)
    incident = world.report()
    urgent()
    assert the_assignment(incident).state == "proposed"


def test_an_incident_kept_for_a_person_is_not_dispatched(world: World, crew: Any) -> None:
    incident = world.report(automatic=False)
    urgent()
    assert the_assignment(incident).state == "proposed"


def test_overriding_the_engine_needs_a_reason_and_is_written_down(world: World) -> None:
    world.crew(2000.0, 700.0)
    other = world.crew(2000.0, -2500.0)
    incident = world.report(kind="watchlist_hit")
    urgent()
    with pytest.raises(InvalidInput) as refused:
        _assign(world, incident, other)
    assert refused.value.field == "reason"
    assignment = _assign(world, incident, other, reason="熟悉路况")
    assert (assignment.origin, assignment.reason, assignment.tour_id) == ("manual", "熟悉路况", other.tour.pk)
    row = AuditRow.objects.get(action="incidents.incident_assign")
    assert row.reason == "熟悉路况" and row.actor_id == world.desk.user_id


def test_units_of_others_are_not_sent_without_a_grant(world: World) -> None:
    foreign = world.crew(2000.0, 900.0, organisation=world.south)
    incident = world.report()
    assert incident.organisation_path == world.north.path
    urgent()
    assert refresh(incident).shortfall == "nobody_on_duty"
    with pytest.raises(Forbidden):
        _assign(world, incident, foreign, reason="就近")


def test_who_may_not_dispatch(world: World, crew: Any) -> None:
    incident = world.report(automatic=False)
    for actor in (crew.actor, world.reviewer, an_actor(world.south, Role.DISPATCHER)):
        with pytest.raises(Forbidden):
            _assign(world, incident, actor=actor)


class TestPreemption:
    """Drawing a unit away from a lighter incident: a person, for a graver one, with a reason."""

    def test_the_engine_never_does_it(self, world: World, crew: Any) -> None:
        _light, assignment = world.sent(kind="congestion")
        grave = world.report(kind="sos")
        urgent()
        services.queue_sweep()
        assert not grave.assignments.exists() and refresh(assignment).state == "offered"
        assert decision_plan(grave.decisions.first())["preemptions"][0]["tour_id"] == crew.tour.pk, (
            "it is shown to a person"
        )

    def test_a_person_may_for_a_graver_one(self, world: World, crew: Any) -> None:
        light, assignment = world.sent(kind="congestion")
        grave = world.report(kind="sos")
        urgent()
        with pytest.raises(Conflict):
            _assign(world, grave, crew, reason="人命关天")
        with pytest.raises(InvalidInput):
            _assign(world, grave, crew, preempt=True)
        taken = _assign(world, grave, crew, preempt=True, reason="人命关天")
        assert (taken.tour_id, taken.state) == (crew.tour.pk, "offered")
        assert refresh(assignment).state == "recalled"
        urgent()
        assert refresh(light).state == "pending" and refresh(light).shortfall == "all_busy"

    @pytest.mark.parametrize("kind", ["congestion", "dispute"])
    def test_not_for_an_equal_or_lighter_one(self, world: World, crew: Any, kind: str) -> None:
        world.sent(kind="congestion")
        other = world.report(kind=kind, north_m=1200.0)
        urgent()
        with pytest.raises(Conflict) as refused:
            _assign(world, other, crew, preempt=True, reason="想要")
        assert refused.value.code == "not_graver"


class TestTwice:
    """Everything that `run_urgent` does may be done again after a crash."""

    def test_dispatch_is_safe_to_repeat(self, world: World, crew: Any) -> None:
        world.crew(2000.0, 1500.0)
        incident, _assignment = world.sent()
        services.incident_dispatch(incident.pk)
        services.queue_sweep()
        assert incident.assignments.count() == 1

    def test_sweep_finds_what_no_event_announces(self, world: World, crew: Any) -> None:
        incident = world.report()
        OutboxTask.objects.all().delete()
        urgent()
        assert not incident.assignments.exists()
        later(3.0)
        services.queue_sweep()
        assert the_assignment(incident).tour_id == crew.tour.pk


def test_a_tour_that_ends_gives_its_incident_to_others(world: World, crew: Any) -> None:
    incident, assignment = world.sent()
    other = world.crew(2000.0, 2500.0)
    tour_close(actor=SYSTEM, tour_id=crew.tour.pk)
    urgent()
    assert refresh(assignment).state == "recalled"
    assert the_assignment(incident).tour_id == other.tour.pk


def test_a_proposed_tour_that_ends_gives_way_to_another_proposal(world: World, crew: Any) -> None:
    incident = world.report(kind="watchlist_hit")
    urgent()
    other = world.crew(2000.0, 2500.0)
    tour_close(actor=SYSTEM, tour_id=crew.tour.pk)
    urgent()
    proposals = incident.assignments.filter(state="proposed")
    assert [row.tour_id for row in proposals] == [other.tour.pk]


def test_the_kind_says_which_units_it_wants(world: World, crew: Any) -> None:
    IncidentKind.objects.filter(code="dispute").update(wanted_kinds=[crew.tour.unit.kind])
    kinds_forget()
    _incident, assignment = world.sent(kind="dispute")
    assert {"code": "wanted_kind", "kind": crew.tour.unit.kind} in [
        {"code": reason["code"], "kind": reason["params"].get("kind")} for reason in assignment.reasons
    ]
