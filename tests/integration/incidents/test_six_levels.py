"""Levels of chiefs are data: a scheme of six, its chain, how far lateness climbs and in which time, what is public."""

from __future__ import annotations

import pytest

from core.errors import InvalidInput
from incidents.models import Supervision
from roads.selectors import levels_for, public_chain, segments_at_metre
from roads.services import chief_assign, chief_level_create
from stations.types import Role
from tests.factories.deadlines import deadlines_for
from tests.factories.incidents import World, later, refresh
from tests.factories.roads import LONG_AGO
from tests.factories.stations import SYSTEM, a_person

NAMES = {1: "总路长", 2: "副总路长", 3: "一级路长", 4: "二级路长", 5: "三级路长", 6: "巡查路长"}


@pytest.fixture
def six(world: World) -> World:
    """Ranks 1, 5 and 6 beside those that the city has; each level has its own time, and the second is not published."""
    segment = world.roads.second
    for rank, name in NAMES.items():
        level = chief_level_create(
            actor=SYSTEM,
            organisation=world.city,
            rank=rank,
            name=name,
            escalation_s=100 * rank,
            is_public=False if rank == 2 else None,
        )
        if (segment.pk, rank) not in world.roads.chiefs:
            person = a_person(segment.organisation, Role.CHIEF, kind="leader")
            world.roads.chiefs[segment.pk, rank] = person
            chief_assign(actor=SYSTEM, segment=segment, level=level, person=person, starts_at=LONG_AGO)
    return world


def test_the_chain_has_six_levels_and_lateness_climbs_them_all(six: World) -> None:
    incident = six.report()
    assert [(each["level"], each["level_name"]) for each in incident.chain if "border" not in each] == [*NAMES.items()]
    later(deadlines_for(incident.grade, zone=incident.zone).arrive_s + 1)
    pressed = Supervision.objects.filter(incident=refresh(incident), stage="arrive").order_by("id")
    for rank in range(6, 1, -1):
        assert pressed.last().level_rank == rank
        later(100 * rank - 1)
        assert pressed.last().level_rank == rank, "each level has its own time"
        later(2)
    later(10_000)
    expected = [(rank, six.roads.chiefs[six.roads.second.pk, rank].pk) for rank in range(6, 0, -1)]
    assert list(pressed.values_list("level_rank", "person_id")) == expected


def test_the_public_list_has_the_levels_that_are_published(six: World) -> None:
    incident = six.report()
    found = segments_at_metre(incident.axis_id, incident.axis_m, incident.side, incident.received_at)
    assert [each["level"] for each in public_chain(found[0].chain)] == [1, 3, 4, 5, 6]
    chief_level_create(actor=SYSTEM, organisation=six.city, rank=2, name=NAMES[2])
    assert [each["level"] for each in public_chain(found[0].chain)] == [1, 3, 4, 5, 6], "a new name publishes nothing"
    assert [level.name for level in levels_for(six.north)] == [*NAMES.values()]


def test_there_is_no_seventh_level(six: World) -> None:
    for rank in (0, 7):
        with pytest.raises(InvalidInput) as refused:
            chief_level_create(actor=SYSTEM, organisation=six.city, rank=rank, name="零级路长")
        assert (refused.value.field, refused.value.value) == ("rank", rank) and refused.value.cure
