"""One who is alone on scene for long is asked whether all is well; without an answer the desk calls."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import Conflict, Forbidden
from core.models import AuditRow, Event, Timer
from incidents import services
from incidents.dispatch.policy import DispatchPolicy
from incidents.models import Assignment, DispatchPolicyVersion
from patrols.services import tour_member_join
from stations.types import Role
from tests.factories.incidents import World, later, refresh
from tests.factories.stations import a_person, an_actor

ASK_S, ANSWER_S = DispatchPolicy().lone_check_s, DispatchPolicy().lone_answer_s


def _on_scene(world: World) -> Assignment:
    _incident, assignment = world.sent()
    return refresh(world.walk(assignment, "delivered", "acknowledged", "en_route", "on_scene"))  # type: ignore[no-any-return]


def _said(assignment: Assignment) -> list[str]:
    return [step.details["welfare"] for step in assignment.steps.order_by("id") if "welfare" in step.details]


def _cards() -> list[dict[str, Any]]:
    found = Event.objects.filter(topic="incidents.radio_card").order_by("id").values_list("payload", flat=True)
    return [card for card in found if card.get("welfare")]


def _watched(assignment: Assignment) -> bool:
    return Timer.objects.filter(
        key__startswith="incidents.welfare", key__endswith=f":{assignment.pk}", done_at=None
    ).exists()


def test_asked_not_answered_called_by_radio(world: World, crew: Any) -> None:
    assignment = _on_scene(world)
    later(ASK_S - 1)
    assert refresh(assignment).welfare_asked_at is None
    later(2)
    asked = refresh(assignment)
    assert asked.welfare_asked_at is not None and _cards() == []
    told = Event.objects.filter(topic="incidents.assignment_changed", subject__tour_id=crew.tour.pk).latest("id")
    assert told.payload["assignment"]["welfare_asked_at"] and not told.payload["assignment"]["welfare_safe_at"]
    later(ANSWER_S - 5)
    assert _cards() == []
    later(6)
    (card,) = _cards()
    assert card["call_sign"] == crew.call_sign
    later(ASK_S * 4)
    assert len(_cards()) == 1 and _said(refresh(assignment)) == ["asked", "radio"]
    services.assignment_safe(actor=world.desk, assignment_uid=str(assignment.uid), by_radio=True, text="电台应答")
    row = refresh(assignment)
    assert row.welfare_safe_at is not None and _said(row) == ["asked", "radio", "safe"]
    step = row.steps.latest("id")
    assert step.by_radio and step.text == "电台应答"


def test_one_tap_answers_and_the_next_question_comes_later(world: World, crew: Any) -> None:
    assignment = _on_scene(world)
    later(ASK_S + 1)
    for _again in range(2):
        services.assignment_safe(actor=crew.actor, assignment_uid=str(assignment.uid))
    later(ANSWER_S + 10)
    assert _cards() == [] and _said(refresh(assignment)) == ["asked", "safe"]
    later(ASK_S)
    assert _said(refresh(assignment)) == ["asked", "safe", "asked"]
    assert AuditRow.objects.filter(action="incidents.assignment_safe").count() == 1


def test_two_are_not_asked_until_one_leaves(world: World, crew: Any) -> None:
    mate = a_person(world.north, Role.OFFICER, kind="officer")
    tour_member_join(actor=world.commander, tour_id=crew.tour.pk, person_id=mate.pk)
    assignment = _on_scene(world)
    later(ASK_S + 1)
    assert refresh(assignment).welfare_asked_at is None and _watched(assignment)
    crew.tour.members.filter(person=mate).delete()
    later(ASK_S + 5)
    assert _said(refresh(assignment)) == ["asked"]


def test_left_the_scene_nobody_asks(world: World, crew: Any) -> None:
    assignment = _on_scene(world)
    assert _watched(assignment)
    world.step(assignment, "cleared")
    assert not _watched(assignment)
    later(ASK_S * 2)
    assert refresh(assignment).welfare_asked_at is None
    with pytest.raises(Conflict) as refused:
        services.assignment_safe(actor=crew.actor, assignment_uid=str(assignment.uid))
    assert refused.value.code == "not_asked"


def test_the_policy_says_how_long_and_whether(world: World, crew: Any) -> None:
    DispatchPolicyVersion.objects.create(version=900, content={"lone_check_s": 60, "lone_answer_s": 10})
    assignment = _on_scene(world)
    later(61)
    assert _said(refresh(assignment)) == ["asked"]
    later(11)
    assert _said(refresh(assignment)) == ["asked", "radio"]


def test_never_where_it_is_switched_off(world: World, crew: Any) -> None:
    DispatchPolicyVersion.objects.create(version=900, content={"lone_check_s": 0})
    assert not _watched(_on_scene(world))


def test_only_the_crew_and_the_desk_answer(world: World, crew: Any) -> None:
    assignment = _on_scene(world)
    later(ASK_S + 1)
    uid = str(assignment.uid)
    for actor in (world.crew(2500.0, 500.0).actor, an_actor(world.south, Role.DISPATCHER)):
        with pytest.raises(Forbidden):
            services.assignment_safe(actor=actor, assignment_uid=uid, by_radio=True)
    with pytest.raises(Forbidden) as refused:
        services.assignment_safe(actor=world.desk, assignment_uid=uid)
    assert refused.value.field == "by_radio"
