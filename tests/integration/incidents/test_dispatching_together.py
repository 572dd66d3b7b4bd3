"""Newcomers of one moment are served together, and an uncommitted claim of somebody else is seen as what it is."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from core import clock, outbox
from core.models import OutboxTask
from incidents import services
from incidents.dispatch import snapshot
from incidents.models import Assignment, Decision, Incident
from incidents.selectors.plans import decision_text
from incidents.services import dispatching
from incidents.states import HOLDING
from tests.factories.incidents import World, a_world, quiet_caches, refresh, the_assignment, urgent

__all__ = ["quiet_caches"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def city(transactional_db: None, quiet_caches: None) -> World:
    """The small city, committed."""
    return a_world()


def _dispatchers() -> int:
    return OutboxTask.objects.filter(handler__in=dispatching.DISPATCHERS, done_at__isnull=True).count()


def test_newcomers_of_one_moment_are_one_decision_and_the_graver_chooses_first(city: World) -> None:
    near, far = city.crew(2000.0, 700.0), city.crew(2000.0, 1900.0)
    lighter = city.report(kind="congestion", north_m=600.0)
    graver = city.report(kind="sos", north_m=600.0)
    assert _dispatchers() == 2
    outbox.run_due(50)
    assert the_assignment(graver).tour_id == near.tour.pk
    assert the_assignment(lighter).tour_id == far.tour.pk
    assert {row.origin for row in Decision.objects.all()} == {"solver"}
    for row in Decision.objects.select_related("roster"):
        record = snapshot.load(decision_text(row))
        assert record.input.matched == (the_assignment(row.incident).tour_id,)


def test_one_newcomer_that_is_locked_holds_up_no_other(city: World) -> None:
    city.crew(2000.0, 700.0)
    city.crew(2000.0, 1900.0)
    locked, free = city.report(kind="sos", north_m=600.0), city.report(kind="congestion", north_m=600.0)
    has_it, leave = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                Incident.objects.select_for_update().get(pk=locked.pk)
                has_it.set()
                leave.wait(20)
        finally:
            connection.close()

    other = threading.Thread(target=hold)
    other.start()
    assert has_it.wait(20)
    outbox.run_due(50)
    assert the_assignment(free).state == "offered"
    assert not locked.assignments.exists() and _dispatchers() == 1
    leave.set()
    other.join(20)
    OutboxTask.objects.filter(done_at__isnull=True).update(due_at=clock.wall_now())
    urgent()
    assert the_assignment(locked).state == "offered" and _dispatchers() == 0


def test_a_unit_that_is_being_taken_is_not_asked_twice(city: World) -> None:
    near, far = city.crew(2000.0, 700.0), city.crew(2000.0, 1900.0)
    first, second = city.report(kind="dispute", north_m=600.0), city.report(kind="dispute", north_m=650.0)
    taken, leave = threading.Event(), threading.Event()

    def take() -> None:
        try:
            with transaction.atomic():
                services.incident_dispatch(first.pk)
                taken.set()
                leave.wait(20)
        finally:
            connection.close()

    other = threading.Thread(target=take)
    other.start()
    assert taken.wait(20)
    try:
        with transaction.atomic():
            services.incident_dispatch(second.pk)
        assert the_assignment(second).tour_id == far.tour.pk, "the nearer one is going elsewhere at this very moment"
    finally:
        leave.set()
        other.join(20)
    assert the_assignment(first).tour_id == near.tour.pk
    decision = Decision.objects.select_related("roster").get(incident=second)
    (rejected,) = snapshot.load(decision_text(decision)).plan.rejected
    assert (rejected.tour_id, rejected.code) == (near.tour.pk, "just_sent")


def test_a_unit_that_went_off_duty_since_the_list_was_read_is_not_asked_again(city: World) -> None:
    gone, there = city.crew(2000.0, 700.0), city.crew(2000.0, 1900.0)
    incident = city.report(kind="dispute", north_m=600.0)
    dispatching.decision_inputs([])  # the list is read and kept
    type(gone.tour).objects.filter(pk=gone.tour.pk).update(state="closed")
    urgent()
    assert the_assignment(incident).tour_id == there.tour.pk
    assert Assignment.objects.filter(state__in=sorted(HOLDING)).count() == 1
    assert refresh(incident).shortfall == ""
