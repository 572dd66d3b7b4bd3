"""Within 50 m of a border both chiefs are told, and the first to sign owns the case."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import Conflict, Forbidden
from core.models import AuditRow
from incidents import services
from incidents.models import Incident, IncidentStep, Supervision
from incidents.selectors import incidents_visible_to
from stations.selectors import actor_for_user
from stations.types import Actor, Role
from tests.factories.deadlines import deadlines_for
from tests.factories.incidents import World, later, refresh
from tests.factories.stations import an_actor

pytestmark = pytest.mark.usefixtures("world")


def _at_border(world: World) -> Incident:
    incident = world.report(north_m=20.0, automatic=False, title="交界处落物")
    assert incident.segment_id == world.roads.second.pk
    return incident


def _chief(world: World, segment: Any, rank: int = 4) -> Actor:
    return actor_for_user(world.roads.chiefs[segment.pk, rank].user)


def _own_people(incident: Incident) -> set[int]:
    return {chief["person_id"] for chief in incident.chain if "border" not in chief}


def _people(world: World, segment: Any) -> set[int]:
    return {person.pk for (segment_id, _rank), person in world.roads.chiefs.items() if segment_id == segment.pk}


def test_the_neighbour_who_signs_first_owns_it(world: World) -> None:
    incident = _at_border(world)
    neighbour = _chief(world, world.roads.first)
    services.incident_own(actor=neighbour, incident_uid=str(incident.uid))
    incident = refresh(incident)
    assert incident.segment_id == world.roads.first.pk and incident.owner_name == neighbour.name
    assert _own_people(incident) == _people(world, world.roads.first)
    (entry,) = [each for each in incident.chain if "border" in each]
    assert {chief["person_id"] for chief in entry["chain"]} == _people(world, world.roads.second)
    assert entry["segment"] == world.roads.second.code
    own = _chief(world, world.roads.second)
    assert incidents_visible_to(own).filter(pk=incident.pk).exists(), "the other side still sees it"
    with pytest.raises(Conflict) as refused:
        services.incident_own(actor=own, incident_uid=str(incident.uid))
    assert refused.value.code == "owned_already" and neighbour.name in str(refused.value)
    services.incident_own(actor=neighbour, incident_uid=str(incident.uid))
    assert IncidentStep.objects.filter(incident=incident, details__owner=neighbour.name).count() == 1
    assert AuditRow.objects.filter(action="incidents.incident_own").count() == 1


def test_the_own_side_keeps_it_by_signing(world: World) -> None:
    incident = _at_border(world)
    services.incident_own(actor=_chief(world, world.roads.second), incident_uid=str(incident.uid))
    incident = refresh(incident)
    assert incident.segment_id == world.roads.second.pk and incident.owner_signed_at is not None
    assert _own_people(incident) == _people(world, world.roads.second)
    with pytest.raises(Conflict):
        services.incident_own(actor=_chief(world, world.roads.first), incident_uid=str(incident.uid))
    higher = _chief(world, world.roads.second, 3)
    services.incident_own(actor=higher, incident_uid=str(incident.uid))
    assert refresh(incident).owner_name != higher.name, "the same side signs once"


def test_what_was_pressed_goes_over_to_the_chain_that_owns_it(world: World) -> None:
    incident = _at_border(world)
    later(deadlines_for(incident.grade, zone=incident.zone).arrive_s + 1)
    (before,) = Supervision.objects.filter(incident=incident, settled_at=None)
    assert before.person_id in _people(world, world.roads.second)
    services.incident_own(actor=_chief(world, world.roads.first), incident_uid=str(incident.uid))
    assert refresh(before).settled_at is not None
    (now,) = Supervision.objects.filter(incident=incident, settled_at=None)
    assert (now.stage, now.kind, now.level_rank) == (before.stage, before.kind, before.level_rank)
    assert now.person_id in _people(world, world.roads.first)
    later(10_000)
    pressed = set(Supervision.objects.filter(incident=incident, pk__gte=now.pk).values_list("person_id", flat=True))
    assert pressed <= _people(world, world.roads.first) and len(pressed) > 1, "and climbs there"


def test_who_answers_for_neither_side_may_not(world: World) -> None:
    incident = _at_border(world)
    for stranger in (world.desk, an_actor(world.city, Role.CHIEF)):
        with pytest.raises(Forbidden):
            services.incident_own(actor=stranger, incident_uid=str(incident.uid))
    assert refresh(incident).owner_signed_at is None


def test_off_a_border_or_over_there_is_nothing_to_sign(world: World) -> None:
    inside = world.report(north_m=300.0, automatic=False)
    own = _chief(world, world.roads.second)
    with pytest.raises(Conflict) as refused:
        services.incident_own(actor=own, incident_uid=str(inside.uid))
    assert refused.value.field == "incident" and refused.value.cure
    closed = _at_border(world)
    services.incident_mark_false(actor=world.desk, incident_uid=str(closed.uid), reason="误报")
    with pytest.raises(Conflict):
        services.incident_own(actor=own, incident_uid=str(closed.uid))
