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
from incidents.desk_states import BackupState
from incidents.models import Assignment, BackupRequest, Incident
from incidents.selectors import assignment_detail, backup_summary, backups_standing_to
from incidents.services.progress import assignment_evidence
from stations.types import Role
from tests.factories.incidents import World, later, refresh, urgent
from tests.factories.stations import an_actor


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
    assert (told.payload["backup"]["reason"], told.payload["backup"]["text"]) == ("people", "围观的人多")
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


def _card(world: World) -> BackupRequest:
    (card,) = backups_standing_to(world.desk)
    return card


def test_the_card_lies_at_the_desk_until_help_is_there_and_somebody_took_it(world: World) -> None:
    near, far, incident, assignment = _sent_to(world)
    _ask(near, assignment, reason="danger", text="有刀")
    urgent()
    card = _card(world)
    assert (card.state, card.reason, card.text, card.taken_by_name) == ("asked", "danger", "有刀", "")
    second = incident.assignments.get(tour=far.tour)
    world.walk(second, "delivered", "acknowledged", "en_route")
    assert _card(world).outcome == ""
    world.walk(refresh(second), "on_scene")
    card = _card(world)
    assert (card.state, card.outcome, card.outcome_text) == ("asked", "unit", far.call_sign)
    taken = services.backup_take(actor=world.desk, backup_uid=str(card.uid))
    assert taken.state == BackupState.ANSWERED and taken.taken_by_name == world.desk.name
    assert not backups_standing_to(world.desk)
    told = Event.objects.filter(topic="incidents.backup_changed").latest("id")
    assert told.payload["backup"] == backup_summary(taken)
    assert told.subject["tour_id"] == near.tour.pk
    assert AuditRow.objects.filter(action="incidents.backup_take").count() == 1


def test_who_takes_it_is_named_to_the_second_and_to_the_crew(world: World) -> None:
    near, _far, incident, assignment = _sent_to(world)
    _ask(near, assignment)
    uid = str(_card(world).uid)
    services.backup_take(actor=world.desk, backup_uid=uid)
    services.backup_take(actor=world.desk, backup_uid=uid)
    with pytest.raises(Conflict) as late:
        services.backup_take(actor=world.commander, backup_uid=uid)
    assert late.value.code == "backup_taken" and world.desk.name in str(late.value)
    assert assignment_detail(refresh(assignment))["backup"]["taken_by"] == world.desk.name
    assert incident.steps.filter(details__backup_take=uid).count() == 1
    with pytest.raises(InvalidInput):
        services.backup_answer(actor=world.commander, backup_uid=uid, text=" ")
    services.backup_answer(actor=world.commander, backup_uid=uid, text="特警五分钟到")
    seen = assignment_detail(refresh(assignment))["backup"]
    assert (seen["state"], seen["outcome"], seen["outcome_text"]) == ("answered", "desk", "特警五分钟到")
    with pytest.raises(Conflict) as again:
        services.backup_answer(actor=world.desk, backup_uid=uid, text="再说一次")
    assert "特警五分钟到" in str(again.value)


def test_called_again_it_is_the_same_card_and_a_crew_that_is_through_ends_it(world: World) -> None:
    near, _far, _incident, assignment = _sent_to(world)
    _ask(near, assignment)
    later(60.0)
    _ask(near, assignment, reason="injured", client_key="k2")
    card = _card(world)
    assert (card.times, card.reason) == (2, "injured") and card.called_at > card.asked_at
    services.backup_take(actor=world.desk, backup_uid=str(card.uid))
    world.walk(refresh(assignment), "cleared")
    card.refresh_from_db()
    assert (card.state, card.outcome) == ("answered", "over")


def test_a_card_is_for_desks_of_its_incident_only(world: World) -> None:
    near, _far, _incident, assignment = _sent_to(world)
    _ask(near, assignment)
    uid = str(_card(world).uid)
    elsewhere = an_actor(world.south, Role.DISPATCHER)
    assert not backups_standing_to(elsewhere)
    for nobody in (elsewhere, near.actor):
        with pytest.raises(Forbidden):
            services.backup_take(actor=nobody, backup_uid=uid)
