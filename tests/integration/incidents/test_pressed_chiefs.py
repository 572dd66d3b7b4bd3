"""A pressed chief asks for time once, or hands the press down; neither lets lateness lie."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core import clock
from core.errors import Conflict, Forbidden, InvalidInput
from incidents import services
from incidents.models import Supervision
from incidents.selectors import lower_chief_of, supervisions_for
from stations.selectors import actor_for_user
from tests.factories.incidents import World, later, refresh

CLIMB_S = 1801.0


def _late(world: World) -> Any:
    incident = world.report(automatic=False)
    later((refresh(incident).arrive_by - clock.now()).total_seconds() + 1)
    return refresh(incident)


def _chief(world: World, rank: int) -> Any:
    return actor_for_user(world.roads.chiefs[world.roads.second.pk, rank].user)


def _open(world: World) -> list[int | None]:
    return list(
        Supervision.objects.filter(settled_at=None).order_by("-level_rank").values_list("level_rank", flat=True)
    )


def test_more_time_holds_the_climb_and_ends(world: World) -> None:
    _late(world)
    press = Supervision.objects.get()
    until = clock.now() + timedelta(hours=4)
    services.supervision_defer(actor=_chief(world, 4), supervision_id=press.pk, until=until, text="在途，堵车")
    later(CLIMB_S)
    assert _open(world) == [4], "the next level hears of it only when the time is over"
    later(4 * 3600 - CLIMB_S + 2)
    assert _open(world) == [4, 3]
    assert press.incident.steps.filter(text="在途，堵车", details__has_key="deferred_until").exists()


def test_time_is_given_once_and_for_a_day_at_most(world: World) -> None:
    _late(world)
    press, chief, now = Supervision.objects.get(), _chief(world, 4), clock.now()
    for until in (now - timedelta(minutes=1), now + timedelta(hours=25)):
        with pytest.raises(InvalidInput) as caught:
            services.supervision_defer(actor=chief, supervision_id=press.pk, until=until, text="x")
        assert caught.value.field == "until" and caught.value.cure
    with pytest.raises(InvalidInput):
        services.supervision_defer(actor=chief, supervision_id=press.pk, until=now + timedelta(hours=1), text=" ")
    services.supervision_defer(actor=chief, supervision_id=press.pk, until=now + timedelta(hours=1), text="x")
    with pytest.raises(Conflict) as again:
        services.supervision_defer(actor=chief, supervision_id=press.pk, until=now + timedelta(hours=2), text="x")
    assert again.value.code == "deferred_already"


def test_time_for_a_lower_level_does_not_stop_a_higher_climb(world: World) -> None:
    _late(world)
    press = Supervision.objects.get()
    later(CLIMB_S)
    assert _open(world) == [4, 3]
    until = clock.now() + timedelta(hours=6)
    services.supervision_defer(actor=_chief(world, 4), supervision_id=press.pk, until=until, text="还在处理")
    later(CLIMB_S)
    assert _open(world) == [4, 3, 2]


def test_handed_down_it_climbs_again_from_there(world: World) -> None:
    _late(world)
    services.supervision_settle(actor=_chief(world, 4), supervision_id=Supervision.objects.get().pk, text="请上级协调")
    services.incident_supervise(
        actor=world.reviewer, incident_uid=str(Supervision.objects.get().incident.uid), reason="x"
    )
    lowest = Supervision.objects.get(settled_at=None)
    later(CLIMB_S)
    upper = Supervision.objects.get(settled_at=None, level_rank=3)
    services.supervision_settle(actor=_chief(world, 4), supervision_id=lowest.pk, text="已答复")
    assert lower_chief_of(upper)["level"] == 4
    lower = services.supervision_hand_down(actor=_chief(world, 3), supervision_id=upper.pk, text="今日内到场")
    assert (lower.level_rank, lower.handed_from_id, lower.reason) == (4, upper.pk, "今日内到场")
    assert [row.pk for row in supervisions_for(_chief(world, 4))] == [lower.pk]
    assert not supervisions_for(_chief(world, 3)).exists()
    later(CLIMB_S)
    assert _open(world) == [4, 3], "silence brings it back"


def test_a_press_that_lies_there_already_is_kept(world: World) -> None:
    _late(world)
    first = Supervision.objects.get()
    later(CLIMB_S)
    upper = Supervision.objects.get(level_rank=3)
    lower = services.supervision_hand_down(actor=_chief(world, 3), supervision_id=upper.pk, text="请尽快")
    assert lower.pk == first.pk and _open(world) == [4]


def test_the_lowest_hands_nothing_down_and_others_may_not(world: World) -> None:
    _late(world)
    press = Supervision.objects.get()
    with pytest.raises(Conflict) as caught:
        services.supervision_hand_down(actor=_chief(world, 4), supervision_id=press.pk, text="x")
    assert caught.value.code == "no_lower_chief" and caught.value.cure
    until = clock.now() + timedelta(hours=1)
    for actor in (_chief(world, 3), world.desk):
        with pytest.raises(Forbidden):
            services.supervision_hand_down(actor=actor, supervision_id=press.pk, text="x")
        with pytest.raises(Forbidden):
            services.supervision_defer(actor=actor, supervision_id=press.pk, until=until, text="x")
    services.supervision_settle(actor=_chief(world, 4), supervision_id=press.pk, text="到场")
    with pytest.raises(Conflict):
        services.supervision_defer(actor=_chief(world, 4), supervision_id=press.pk, until=until, text="x")
