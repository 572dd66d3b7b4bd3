"""Invariant 4 in the database: one open tour for a person, a unit, a vehicle; two check-ins that meet."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from core import clock
from core.errors import Conflict, Forbidden, LuzhangError, NotFound, TransitionRefused
from core.models import Event
from patrols.models import Tour, TourMember
from patrols.selectors import system_tours_on_duty
from patrols.services import (
    tour_break_start,
    tour_cancel,
    tour_close,
    tour_member_join,
    tour_member_leave,
    tour_open,
)
from stations.models import Organisation
from stations.types import Role
from tests.factories.patrols import a_tour, a_unit, a_vehicle
from tests.factories.stations import SYSTEM, a_person, an_actor


def _sql(statement: str, *values: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.mark.django_db
def test_the_database_refuses_a_second_open_tour(district: Organisation) -> None:
    person, unit, car = a_person(district), a_unit(district), a_vehicle(district)
    out = a_tour(district, person, unit=unit, vehicle=car, opened=True)
    other = a_tour(district)
    same_unit = a_tour(district, unit=unit)
    for statement, values, name in (
        ("UPDATE patrols_tour SET state = 'open' WHERE id = %s", [same_unit.pk], "tour_one_open_per_unit"),
        (
            "UPDATE patrols_tour SET state = 'open', vehicle_id = %s WHERE id = %s",
            [car.pk, other.pk],
            "tour_one_open_per_vehicle",
        ),
        (
            """INSERT INTO patrols_tourmember (tour_id, person_id, role, present)
               VALUES (%s, %s, 'member', tstzrange(now(), null))""",
            [other.pk, person.pk],
            "tour_member_one_open_tour",
        ),
        (
            "INSERT INTO patrols_tourmember (tour_id, person_id, role) VALUES (%s, %s, 'member')",
            [out.pk, person.pk],
            "tour_member_once",
        ),
        (
            "UPDATE patrols_tour SET state = 'closed', closed_at = opened_at - interval '1 s' WHERE id = %s",
            [out.pk],
            "tour_closes_after_opening",
        ),
    ):
        with pytest.raises(IntegrityError, match=name):
            _sql(statement, *values)


@pytest.mark.django_db
def test_services_say_what_is_taken(district: Organisation) -> None:
    person, unit, car = a_person(district), a_unit(district), a_vehicle(district)
    a_tour(district, person, unit=unit, vehicle=car, opened=True)
    for planned, field in (
        (a_tour(district, unit=unit), "unit"),
        (a_tour(district, vehicle=car), "vehicle"),
        (a_tour(district, person), "members"),
    ):
        with pytest.raises(Conflict) as refused:
            tour_open(actor=SYSTEM, tour_id=planned.pk)
        assert (refused.value.field, bool(refused.value.cure)) == (field, True)
        planned.refresh_from_db()
        assert planned.state == "planned"
    idle = a_tour(district, opened=True)
    with pytest.raises(Conflict):
        tour_member_join(actor=SYSTEM, tour_id=idle.pk, person_id=person.pk)


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("same", ["person", "unit", "vehicle", "tour"])
def test_two_check_ins_that_meet(district: Organisation, same: str) -> None:
    person, unit, car = a_person(district), a_unit(district), a_vehicle(district)
    shared: dict[str, Any] = {"unit": {"unit": unit}, "vehicle": {"vehicle": car}}.get(same, {})
    crew = [person, a_person(district)] if same == "person" else []
    first = a_tour(district, *crew, **shared)
    second = first if same == "tour" else a_tour(district, *reversed(crew), **shared)
    barrier = threading.Barrier(2)
    outcomes: list[str] = []

    def check_in(tour_id: int) -> None:
        try:
            barrier.wait(timeout=10)
            tour_open(actor=SYSTEM, tour_id=tour_id)
            outcomes.append("open")
        except LuzhangError as refused:
            outcomes.append(type(refused).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=check_in, args=(tour.pk,)) for tour in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    loser = TransitionRefused.__name__ if same == "tour" else Conflict.__name__
    assert sorted(outcomes) == sorted(["open", loser])
    assert Tour.objects.filter(state="open").count() == 1
    assert Event.objects.filter(topic="patrols.tour_opened").count() == 1


@pytest.mark.django_db
def test_the_life_of_a_tour_is_its_table(district: Organisation) -> None:
    tour = a_tour(district)
    with pytest.raises(TransitionRefused):
        tour_close(actor=SYSTEM, tour_id=tour.pk)
    with pytest.raises(Conflict):
        tour_break_start(actor=SYSTEM, tour_id=tour.pk)
    tour_cancel(actor=SYSTEM, tour_id=tour.pk, reason="暴雨")
    for step in (tour_open, tour_close):
        with pytest.raises(TransitionRefused):
            step(actor=SYSTEM, tour_id=tour.pk)
    with pytest.raises(NotFound):
        tour_open(actor=SYSTEM, tour_id=0)


@pytest.mark.django_db
def test_only_the_crew_or_the_desk_acts(district: Organisation) -> None:
    person = a_person(district, Role.OFFICER)
    tour = a_tour(district, person)
    with pytest.raises(Forbidden):
        tour_open(actor=an_actor(district, Role.OFFICER), tour_id=tour.pk)
    assert tour_open(actor=an_actor(district, Role.DISPATCHER), tour_id=tour.pk).state == "open"


@pytest.mark.django_db
def test_powers_are_those_of_who_is_present(district: Organisation) -> None:
    officer, helper = a_person(district, kind="officer"), a_person(district, kind="auxiliary")
    tour = a_tour(district, officer, helper, opened=True)

    def powers() -> frozenset[str]:
        (found,) = system_tours_on_duty(at=clock.now(), paths=[district.path or ""])
        return found.powers

    assert {"arrest", "direct_traffic"} <= powers()
    tour_member_leave(actor=SYSTEM, tour_id=tour.pk, person_id=officer.pk)
    assert "arrest" not in powers() and "direct_traffic" in powers()
    tour_member_join(actor=SYSTEM, tour_id=tour.pk, person_id=officer.pk)
    assert "arrest" in powers()
    tour_close(actor=SYSTEM, tour_id=tour.pk)
    assert not TourMember.objects.filter(tour=tour, present__upper_inf=True).exists()
    again = a_tour(district, officer, helper, starts_at=clock.now() + timedelta(minutes=1))
    assert tour_open(actor=SYSTEM, tour_id=again.pk).state == "open"
