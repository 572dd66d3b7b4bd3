"""Leave: set, changed, ended early, cancelled; the chain follows at that very moment, and the past stays."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core import clock
from core.errors import Conflict, Forbidden, InvalidInput, NotFound
from core.models import AuditRow
from roads.models import ChiefLeave
from roads.selectors import chains_at, deputies_allowed, leaves_of, stand_ins
from roads.services import chief_assign, deputy_appoint, leave_cancel, leave_change, leave_end, leave_set
from stations.selectors import actor_for_user
from stations.types import Role
from tests.factories.roads import LONG_AGO, a_segment, levels, the_axis
from tests.factories.stations import SYSTEM, a_person, an_actor, an_organisation

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def stage(city: Any, network: Any) -> Any:
    """A chief of one segment with an appointed deputy, and a colleague who is a chief, too."""
    segment = a_segment(city, the_axis("X201"), 0, 1000)
    chief, deputy = (a_person(city, Role.CHIEF, name=name) for name in ("章", "副"))
    other = a_person(city, Role.CHIEF, name="同事")
    assignment = chief_assign(actor=SYSTEM, segment=segment, level=levels(city)[4], person=chief, starts_at=LONG_AGO)
    deputy_appoint(actor=SYSTEM, assignment=assignment, person=deputy, starts_at=LONG_AGO)
    return segment, chief, deputy, other


def _acting(segment: Any, at: Any) -> str:
    return chains_at([segment.pk], at)[segment.pk][0].acting_name


def test_own_leave_names_only_who_is_allowed(stage: Any, city: Any) -> None:
    _segment, chief, deputy, other = stage
    stranger = a_person(an_organisation("南区", city), Role.CHIEF, name="外人")
    officer = a_person(city, Role.OFFICER, name="民警")
    assert {each.name for each in deputies_allowed(chief)} == {"副", "同事"}
    now, actor = clock.now(), actor_for_user(chief.user)
    for person in (stranger, officer, chief):
        with pytest.raises(InvalidInput) as caught:
            leave_set(actor=actor, person=chief, starts_at=now, ends_at=now + HOUR, deputy=person)
        assert caught.value.field == "deputy" and caught.value.cure
    leave_set(actor=actor, person=chief, starts_at=now, ends_at=now + HOUR, deputy=other)
    leave_set(actor=SYSTEM, person=deputy, starts_at=now, ends_at=now + HOUR, deputy=stranger)


def test_a_deputy_who_is_away_is_refused(stage: Any) -> None:
    _segment, chief, deputy, _other = stage
    now = clock.now()
    leave_set(actor=SYSTEM, person=deputy, starts_at=now + HOUR, ends_at=now + 2 * HOUR)
    with pytest.raises(Conflict) as caught:
        leave_set(actor=SYSTEM, person=chief, starts_at=now, ends_at=now + 3 * HOUR, deputy=deputy)
    assert caught.value.field == "deputy" and caught.value.cure


def test_another_deputy_of_running_leave_takes_over_from_now(stage: Any) -> None:
    segment, chief, deputy, other = stage
    actor, begin = actor_for_user(chief.user), clock.now() - HOUR
    leave = leave_set(actor=actor, person=chief, starts_at=begin, ends_at=begin + 5 * HOUR, deputy=deputy)
    changed = leave_change(
        actor=actor, leave_id=leave.pk, starts_at=begin + 3 * HOUR, ends_at=begin + 8 * HOUR, deputy=other
    )
    assert changed.pk != leave.pk and ChiefLeave.objects.count() == 2
    assert _acting(segment, begin + HOUR / 2) == "副", "what has been stays"
    assert _acting(segment, clock.now()) == "同事"
    assert _acting(segment, begin + 7 * HOUR) == "同事" and _acting(segment, begin + 8 * HOUR) == ""


def test_planned_leave_moves_and_overlap_is_refused(stage: Any) -> None:
    _segment, chief, _deputy, _other = stage
    actor, now = actor_for_user(chief.user), clock.now()
    leave = leave_set(actor=actor, person=chief, starts_at=now + HOUR, ends_at=now + 2 * HOUR)
    leave_set(actor=actor, person=chief, starts_at=now + 5 * HOUR, ends_at=now + 6 * HOUR)
    moved = leave_change(actor=actor, leave_id=leave.pk, starts_at=now + 2 * HOUR, ends_at=now + 3 * HOUR)
    assert moved.valid.lower == now + 2 * HOUR
    with pytest.raises(Conflict) as caught:
        leave_change(actor=actor, leave_id=leave.pk, starts_at=now + 2 * HOUR, ends_at=now + 6 * HOUR)
    assert caught.value.field == "starts_at" and caught.value.cure
    with pytest.raises(InvalidInput):
        leave_change(actor=actor, leave_id=leave.pk, starts_at=now + 3 * HOUR, ends_at=now + 2 * HOUR)
    assert [each.pk for each in leaves_of(actor)] == [leave.pk, ChiefLeave.objects.latest("pk").pk]


def test_back_early_and_never_gone(stage: Any) -> None:
    segment, chief, _deputy, _other = stage
    actor, begin = actor_for_user(chief.user), clock.now() - HOUR
    leave = leave_set(actor=actor, person=chief, starts_at=begin, ends_at=begin + 5 * HOUR)
    assert _acting(segment, clock.now()) == "副"
    with pytest.raises(Conflict):
        leave_cancel(actor=actor, leave_id=leave.pk)
    leave_end(actor=actor, leave_id=leave.pk)
    assert _acting(segment, clock.now()) == "" and _acting(segment, begin + HOUR / 2) == "副"
    for refused in (leave_end, leave_cancel):
        with pytest.raises(Conflict) as caught:
            refused(actor=actor, leave_id=leave.pk)
        assert caught.value.cure
    with pytest.raises(Conflict):
        leave_change(actor=actor, leave_id=leave.pk, starts_at=begin, ends_at=begin + 9 * HOUR)
    planned = leave_set(actor=actor, person=chief, starts_at=begin + 9 * HOUR, ends_at=begin + 10 * HOUR)
    with pytest.raises(Conflict):
        leave_end(actor=actor, leave_id=planned.pk)
    leave_cancel(actor=actor, leave_id=planned.pk)
    assert not ChiefLeave.objects.filter(pk=planned.pk).exists()
    assert AuditRow.objects.filter(action="roads.leave_cancelled").exists(), "that it was planned is kept"


def test_others_leave_is_not_mine(stage: Any, city: Any) -> None:
    _segment, chief, _deputy, other = stage
    now = clock.now()
    leave = leave_set(actor=SYSTEM, person=chief, starts_at=now + HOUR, ends_at=now + 2 * HOUR)
    for actor in (actor_for_user(other.user), an_actor(city, Role.COMMANDER)):
        with pytest.raises(Forbidden):
            leave_cancel(actor=actor, leave_id=leave.pk)
        with pytest.raises(Forbidden):
            leave_change(actor=actor, leave_id=leave.pk, starts_at=now, ends_at=now + HOUR)
    with pytest.raises(NotFound):
        leave_end(actor=SYSTEM, leave_id=leave.pk + 1)


def test_what_leave_means_without_a_name(stage: Any, city: Any) -> None:
    _segment, chief, deputy, _other = stage
    alone = a_segment(city, the_axis("X201"), 1000, 2000)
    chief_assign(actor=SYSTEM, segment=alone, level=levels(city)[4], person=chief, starts_at=LONG_AGO)
    now = clock.now()
    assert stand_ins(chief.pk, now) == [("副", 1), ("", 1)]
    leave_set(actor=SYSTEM, person=deputy, starts_at=now, ends_at=now + HOUR)
    assert stand_ins(chief.pk, now) == [("", 2)]
