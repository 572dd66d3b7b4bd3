"""Nothing of one organisation reaches another: every selector of this room, for every role."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import QuerySet

from stations.models import Organisation, Station
from stations.selectors import (
    PUBLIC_ACTOR,
    cameras_visible_to,
    checkpoints_visible_to,
    devices_visible_to,
    path_filter,
    people_visible_to,
    role_grants_visible_to,
    stations_visible_to,
    system_actor,
    vehicles_visible_to,
)
from stations.services import camera_create, checkpoint_create, device_create, place_point, vehicle_create
from stations.types import Actor, DataClass, Role, Verb
from tests.factories.stations import SYSTEM, a_person, a_station, an_actor, an_organisation

SELECTORS: dict[str, tuple[Callable[[Actor], QuerySet[Any]], DataClass]] = {
    "cameras": (cameras_visible_to, DataClass.CAMERA),
    "checkpoints": (checkpoints_visible_to, DataClass.CHECKPOINT),
    "devices": (devices_visible_to, DataClass.DEVICE),
    "people": (people_visible_to, DataClass.PERSON),
    "role_grants": (role_grants_visible_to, DataClass.ROLE_GRANT),
    "stations": (stations_visible_to, DataClass.STATION),
    "vehicles": (vehicles_visible_to, DataClass.VEHICLE),
}

GRANTABLE = [role for role in Role if role not in (Role.DEVICE, Role.PUBLIC)]


def _fill(organisation: Organisation) -> None:
    point = place_point(110.4, 19.2, "wgs84")
    common = {"actor": SYSTEM, "organisation": organisation}
    code = organisation.code
    checkpoint_create(**common, code=f"K{code}", name="卡口", point=point)
    camera_create(**common, code=f"C{code}", name="摄像机", point=point)
    device_create(**common, identifier=f"D{code}", protocol="osmand")
    vehicle_create(**common, plate=f"V{code}", kind="car")
    a_station(organisation, is_public=False)
    a_person(organisation, Role.OFFICER, login=False)


@pytest.fixture
def here(db: None) -> Organisation:
    city = an_organisation("甲市", kind="city")
    _fill(city)
    return city


@pytest.fixture
def there(db: None) -> Organisation:
    city = an_organisation("乙市", kind="city")
    _fill(city)
    return city


@pytest.mark.parametrize("role", GRANTABLE)
@pytest.mark.parametrize("name", sorted(SELECTORS))
def test_nothing_leaks(here: Organisation, there: Organisation, role: Role, name: str) -> None:
    selector, data_class = SELECTORS[name]
    actor = an_actor(here, role)
    seen = {row.organisation_id for row in selector(actor)}
    assert there.pk not in seen
    assert (here.pk in seen) is (actor.may(Verb.VIEW, data_class, here.path) or name in ("people", "role_grants"))


@pytest.mark.parametrize("name", sorted(SELECTORS))
def test_public_sees_nothing_unpublished(here: Organisation, name: str) -> None:
    assert not SELECTORS[name][0](PUBLIC_ACTOR).exists()


def test_published_stations_are_everybodys(here: Organisation, there: Organisation) -> None:
    published = a_station(there)
    assert list(stations_visible_to(PUBLIC_ACTOR)) == [published]
    Station.objects.filter(pk=published.pk).update(is_active=False)
    assert not stations_visible_to(PUBLIC_ACTOR).exists()
    assert published in stations_visible_to(an_actor(there, Role.DISPATCHER))


def test_children_are_within_and_look_alikes_are_not(here: Organisation) -> None:
    """`1.4.` does not cover `1.40.`: paths are compared with their trailing dot."""
    child = an_organisation("下级", here)
    Organisation.objects.filter(pk=child.pk).update(path="77.4.9.")
    alike = an_organisation("相似", here)
    Organisation.objects.filter(pk=alike.pk).update(path="77.40.")
    actor = Actor(user_id=1, grants=((Role.DISPATCHER, "77.4."),))
    found = Organisation.objects.filter(path_filter(actor, Verb.VIEW, DataClass.INCIDENT, field="path"))
    assert [row.pk for row in found] == [child.pk]


def test_filter_of_nobody_and_of_the_system(here: Organisation) -> None:
    nobody = Actor(user_id=1)
    rows = Organisation.objects.all()
    assert not rows.filter(path_filter(nobody, Verb.VIEW, DataClass.INCIDENT, field="path")).exists()
    everything = path_filter(system_actor("tests"), Verb.VIEW, DataClass.INCIDENT, field="path")
    assert rows.filter(everything).count() == rows.count()
