"""Check-in, breaks, tasks and check-out from a phone: once, with both times, and how far from the post."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from core import clock
from core.device_time import DeviceMoment
from core.errors import TransitionRefused
from patrols.models import TourStep
from patrols.selectors import tour_steps_by
from patrols.services import task_create, task_finish, tour_break_end, tour_break_start, tour_close, tour_open
from stations.models import Organisation
from stations.selectors import actor_for_user
from stations.types import Role
from tests.factories.patrols import a_tour
from tests.factories.roads import lonlat
from tests.factories.stations import SYSTEM, a_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(district: Organisation) -> Any:
    return a_person(district, Role.OFFICER)


def _here(east_m: float, **fields: Any) -> DeviceMoment:
    lon, lat = lonlat(east_m, 0.0)
    return DeviceMoment(lon=lon, lat=lat, accuracy_m=8.0, **fields)


@pytest.mark.parametrize("away_m", [40.0, 5000.0])
def test_far_from_the_post_is_allowed_and_on_record(district: Organisation, person: Any, away_m: float) -> None:
    actor = actor_for_user(person.user)
    tour = a_tour(district, person, post=lonlat(0.0, 0.0))
    opened = tour_open(actor=actor, tour_id=tour.pk, client_key="a", moment=_here(away_m))
    assert opened.state == "open"
    (step,) = tour.steps.all()
    assert step.post_m == pytest.approx(away_m, rel=0.01)
    assert (step.kind, step.accuracy_m, step.actor_id) == ("opened", 8.0, actor.user_id)


def test_without_a_place_it_is_a_check_in_all_the_same(district: Organisation, person: Any) -> None:
    tour = a_tour(district, person, post=lonlat(0.0, 0.0))
    tour_open(actor=actor_for_user(person.user), tour_id=tour.pk)
    (step,) = tour.steps.all()
    assert (step.geom, step.post_m) == (None, None)


def test_a_day_without_network_arrives_once_in_order(district: Organisation, person: Any) -> None:
    actor = actor_for_user(person.user)
    tour = a_tour(district, person)
    task = task_create(actor=SYSTEM, tour=tour, title="护学岗")
    now = clock.now()
    sent = {"sent_at": now, "monotonic_ms": 60_000}
    for _turn in range(2):  # the answer was lost the first time
        tour_open(actor=actor, tour_id=tour.pk, client_key="1", moment=DeviceMoment(at=now, **sent))
    for _turn in range(2):
        tour_break_start(actor=actor, tour_id=tour.pk, client_key="2")
        tour_break_end(actor=actor, tour_id=tour.pk, client_key="3")
    for _turn in range(2):
        task_finish(actor=actor, task_uid=str(task.uid), text="无异常", client_key="4")
    for _turn in range(2):
        tour_close(actor=actor, tour_id=tour.pk, client_key="5")
    steps = list(tour_steps_by(actor=actor, start=now - timedelta(hours=1), end=now + timedelta(hours=1)))
    assert [step.kind for step in steps] == ["opened", "break_started", "break_ended", "task_done", "closed"]
    assert steps[0].acted_at == steps[0].at - timedelta(minutes=1)
    assert steps[3].details["title"] == "护学岗"
    tour.refresh_from_db()
    assert (tour.state, tour.on_break_since) == ("closed", None)
    with pytest.raises(TransitionRefused):
        tour_open(actor=actor, tour_id=tour.pk, client_key="6")


def test_history_is_not_edited(district: Organisation, person: Any) -> None:
    tour = a_tour(district, person, opened=True)
    with pytest.raises(DatabaseError), transaction.atomic():
        TourStep.objects.filter(tour=tour).update(post_m=1.0)
