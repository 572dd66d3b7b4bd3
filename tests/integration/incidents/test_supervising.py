"""督办: lateness and orders climb the chain of chiefs, level by level, with deputies during leave."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core import clock
from core.errors import Conflict, Forbidden
from core.models import Event, OutboxTask, Timer
from incidents import services
from incidents.models import Supervision
from incidents.selectors import incidents_visible_to, supervisions_for
from roads.services import deputy_appoint, leave_set
from stations.selectors import actor_for_user
from tests.factories.deadlines import deadlines_for
from tests.factories.incidents import World, later, refresh
from tests.factories.roads import LONG_AGO
from tests.factories.stations import SYSTEM, a_person

CLIMB_S = 1801.0


def _late(world: World, **fields: Any) -> Any:
    """An incident that nobody reaches in time."""
    incident = world.report(**fields)
    later(deadlines_for(incident.grade, zone=incident.zone).arrive_s + 1)
    return refresh(incident)


def _pressed(incident: Any, **fields: Any) -> list[tuple[str, int | None, int | None]]:
    rows = Supervision.objects.filter(incident=incident, **fields).order_by("id")
    return list(rows.values_list("stage", "level_rank", "person_id"))


def _chief(world: World, rank: int) -> Any:
    return world.roads.chiefs[world.roads.second.pk, rank]


def test_late_arrival_presses_the_lowest_chief_and_climbs(world: World) -> None:
    incident = _late(world)
    assert incident.overdue_since is not None
    assert _pressed(incident) == [("arrive", 4, _chief(world, 4).pk)]
    later(CLIMB_S)
    later(CLIMB_S)
    assert [rank for _stage, rank, _person in _pressed(incident)] == [4, 3, 2]
    later(CLIMB_S)
    assert len(_pressed(incident, stage="arrive")) == 3, "above the highest there is nobody"
    assert Event.objects.filter(topic="incidents.supervision_changed").count() == 3


def test_arrival_in_time_presses_nobody(world: World, crew: Any) -> None:
    incident, assignment = world.sent()
    world.walk(assignment, "acknowledged", "on_scene")
    later(deadlines_for(incident.grade, zone=incident.zone).arrive_s + 1)
    assert _pressed(incident) == [] and refresh(incident).overdue_since is None


def test_an_answer_stops_the_climb(world: World) -> None:
    incident = _late(world)
    press = Supervision.objects.get()
    chief = actor_for_user(_chief(world, 4).user)
    assert [row.pk for row in supervisions_for(chief)] == [press.pk]
    assert incidents_visible_to(chief).filter(pk=incident.pk).exists()
    services.supervision_settle(actor=chief, supervision_id=press.pk, text="已联系增援")
    later(CLIMB_S)
    assert len(_pressed(incident)) == 1
    assert not supervisions_for(chief).exists()
    assert incident.steps.filter(kind="supervision", text="已联系增援").exists()


def test_only_the_pressed_chief_or_a_reviewer_answers(world: World) -> None:
    _late(world)
    press = Supervision.objects.get()
    for actor in (world.desk, actor_for_user(_chief(world, 3).user)):
        with pytest.raises(Forbidden):
            services.supervision_settle(actor=actor, supervision_id=press.pk, text="x")
    services.supervision_settle(actor=world.reviewer, supervision_id=press.pk, text="已核")
    assert refresh(press).settled_by_id == world.reviewer.user_id


def test_on_leave_the_deputy_is_pressed(world: World) -> None:
    lowest, middle = _chief(world, 4), _chief(world, 3)
    deputy, stand_in = a_person(world.north, kind="leader"), a_person(world.north, kind="leader")
    now = clock.now()
    deputy_appoint(
        actor=SYSTEM,
        assignment=world.roads.assignments[world.roads.second.pk, 4],
        person=deputy,
        starts_at=LONG_AGO,
    )
    for person, named in ((lowest, None), (middle, stand_in)):
        leave_set(
            actor=SYSTEM,
            person=person,
            starts_at=now - timedelta(hours=1),
            ends_at=now + timedelta(days=2),
            deputy=named,
        )
    incident = _late(world)
    later(CLIMB_S)
    later(CLIMB_S)
    assert [person for _stage, _rank, person in _pressed(incident)] == [deputy.pk, stand_in.pk, _chief(world, 2).pk]


def test_a_place_without_chiefs_goes_to_the_heads_list(world: World) -> None:
    incident = _late(world, east_m=5000.0, north_m=-2500.0)
    assert _pressed(incident) == [("arrive", None, None)]


def test_a_deadline_set_anew_does_not_press_twice_nor_get_stuck(world: World) -> None:
    incident = _late(world, kind="congestion")
    services.incident_regrade(actor=world.desk, incident_uid=str(incident.uid), grade="red", reason="升级")
    later(1.0)
    assert len(_pressed(incident)) == 1
    assert not Timer.objects.filter(kind="incidents.arrive", done_at=None).exists()
    assert not OutboxTask.objects.filter(done_at=None).exists()


def test_an_order_by_a_person(world: World) -> None:
    incident = world.report()
    with pytest.raises(Forbidden):
        services.incident_supervise(actor=world.desk, incident_uid=str(incident.uid), reason="领导关注")
    press = services.incident_supervise(actor=world.commander, incident_uid=str(incident.uid), reason="领导关注")
    assert (press.kind, press.stage, press.level_rank) == ("ordered", "ordered", 4)
    assert press.raised_by_id == world.commander.user_id and press.reason == "领导关注"
    with pytest.raises(Conflict) as refused:
        services.incident_supervise(actor=world.commander, incident_uid=str(incident.uid), reason="再催")
    assert refused.value.code == "supervised_already"
    later(CLIMB_S)
    assert [rank for stage, rank, _person in _pressed(incident, stage="ordered")] == [4, 3]
    services.incident_mark_false(actor=world.desk, incident_uid=str(incident.uid), reason="误报")
    with pytest.raises(Conflict):
        services.incident_supervise(actor=world.commander, incident_uid=str(incident.uid), reason="x")
    later(CLIMB_S)
    assert len(_pressed(incident, stage="ordered")) == 2, "what is over climbs no further"


def test_unreviewed_and_unclosed_are_late_too(world: World, crew: Any) -> None:
    incident, assignment = world.sent()
    world.walk(assignment, "acknowledged", "on_scene", "cleared", "reported")
    later(4 * 3600.0 + 1)
    assert ("review", 4, _chief(world, 4).pk) in _pressed(incident)
    services.incident_review(actor=world.reviewer, incident_uid=str(incident.uid))
    later(48 * 3600.0)
    assert ("close", 4, _chief(world, 4).pk) in _pressed(incident)
