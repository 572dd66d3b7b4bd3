"""Tours of several agencies 联勤: whose they are, what they may do, which gaps they fill, who sees them."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest

from core import clock
from core.errors import Forbidden, InvalidInput
from patrols.models import Tour
from patrols.selectors import requirement_gaps, tours_on_duty, tours_visible_to, units_on_duty
from patrols.services import requirement_create, tour_close, tour_member_join, tour_member_leave
from stations.models import Organisation
from stations.types import Role
from tests.factories.patrols import a_tour, a_unit
from tests.factories.stations import SYSTEM, a_person, an_actor, an_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def station() -> Organisation:
    return an_organisation("乙所")


def _joint(district: Organisation, station: Organisation, **fields: Any) -> Tour:
    """A car of the district's traffic police with an auxiliary of its own and an officer of the police station."""
    crew = a_person(district, kind="auxiliary", login=False), a_person(station, login=False)
    return a_tour(district, *crew, unit=a_unit(district), agencies=["police_station"], **fields)


def _today(organisation: Organisation, **fields: Any) -> Any:
    today = clock.now().date()
    return requirement_create(
        actor=SYSTEM,
        organisation=organisation,
        name="联勤",
        starts_at=time(9),
        ends_at=time(17),
        dates=(today - timedelta(days=2), today + timedelta(days=3)),
        weekdays=[1, 2, 3, 4, 5, 6, 7],
        **fields,
    )


def _missing(day: date, organisation: Organisation) -> list[int]:
    desk = an_actor(organisation, Role.DISPATCHER)
    return [gap.missing for gap in requirement_gaps(actor=desk, day=day)]


def test_agencies_are_those_of_the_unit_and_the_named_each_once(district: Organisation, station: Organisation) -> None:
    tour = _joint(district, station)
    assert tour.agencies == ["traffic", "police_station"]
    assert [partner.pk for partner in tour.partners.all()] == [station.pk]
    assert a_tour(district).agencies == ["traffic"]
    mixed = a_tour(district, unit=a_unit(district, agency="joint"), agencies=["warden", "joint", "special", "warden"])
    assert mixed.agencies == ["warden", "special"]
    with pytest.raises(InvalidInput) as refused:
        a_tour(district, agencies=["navy"])
    assert (refused.value.field, refused.value.value) == ("agencies", "navy") and refused.value.cure


def test_powers_are_those_of_all_who_are_present(district: Organisation, station: Organisation) -> None:
    tour = _joint(district, station, opened=True)
    desk = an_actor(district, Role.DISPATCHER)
    (shown,) = tours_on_duty(actor=desk, at=clock.now())
    assert shown.agencies == ("traffic", "police_station")
    alone = a_tour(district, a_person(district, kind="auxiliary", login=False), opened=True)
    both = {each.tour_id: each.powers for each in tours_on_duty(actor=desk, at=clock.now())}
    assert both[tour.pk] > both[alone.pk]
    officer = tour.members.get(person__organisation=station)
    tour_member_leave(actor=SYSTEM, tour_id=tour.pk, person_id=officer.person_id)
    left = {each.tour_id: each.powers for each in tours_on_duty(actor=desk, at=clock.now())}
    assert left[tour.pk] == both[alone.pk]


def test_it_fills_the_gap_of_one_of_its_organisations_once(district: Organisation, station: Organisation) -> None:
    day = clock.now().date() + timedelta(days=1)
    start = clock.now() - timedelta(hours=1)
    _today(station)
    assert _missing(day, station) == [1]
    a_tour(district, starts_at=start, hours=60)
    assert _missing(day, station) == [1], "a tour of others fills nothing"
    _joint(district, station, starts_at=start, hours=60)
    assert _missing(day, station) == []
    _today(district, count=2)
    assert sorted(_missing(day, station) + _missing(day, district)) == [1], "two tours for three places"


def test_both_organisations_see_it_and_where_it_is(district: Organisation, station: Organisation) -> None:
    tour, own = _joint(district, station, opened=True), a_tour(district, opened=True)
    for place, seen in ((district, {tour.pk, own.pk}), (station, {tour.pk}), (an_organisation("丙区"), set())):
        desk = an_actor(place, Role.DISPATCHER)
        assert set(tours_visible_to(desk).values_list("pk", flat=True)) == seen
        assert {each.tour.tour_id for each in units_on_duty(actor=desk, at=clock.now())} == seen
    with pytest.raises(Forbidden):
        tour_close(actor=an_actor(station, Role.DISPATCHER), tour_id=tour.pk)


def test_who_joins_brings_their_organisation_and_a_transfer_does_not(
    district: Organisation, station: Organisation
) -> None:
    tour, guest = a_tour(district, opened=True), a_person(station, login=False)
    desk = an_actor(station, Role.DISPATCHER)
    assert not tours_visible_to(desk).exists()
    tour_member_join(actor=SYSTEM, tour_id=tour.pk, person_id=guest.pk)
    assert tours_visible_to(desk).get().pk == tour.pk
    elsewhere = an_organisation("丙区")
    guest.organisation = elsewhere
    guest.save(update_fields=["organisation"])
    assert tours_visible_to(desk).exists()
    assert not tours_visible_to(an_actor(elsewhere, Role.DISPATCHER)).exists()
