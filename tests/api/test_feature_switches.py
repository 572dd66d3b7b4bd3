"""Feature switches of an organisation, turned by the API: what is off does not happen; what is no switch is refused."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from core.models import ConsoleMessage
from incidents.dispatch.timers import RECEIPT_S
from stations.types import Role
from tests.factories.incidents import World, a_world, later, quiet_caches, refresh, the_assignment, urgent
from tests.factories.roads import lonlat
from tests.factories.stations import a_person

__all__ = ["quiet_caches"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(quiet_caches: None) -> World:
    made = a_world()
    made.crew()
    return made


def _client(person: Any) -> APIClient:
    client = APIClient(raise_request_exception=False)
    client.force_authenticate(person.user)
    return client


def _switch(world: World, organisation: Any, features: dict[str, Any]) -> Any:
    client = _client(a_person(world.city, Role.ADMINISTRATOR))
    return client.patch(f"/api/v1/organisations/{organisation.uid}/", {"features": features}, format="json")


def _report(world: World, key: str, **fields: Any) -> Any:
    lon, lat = lonlat(2000.0, 1000.0)
    body = {"kind": "crash", "source": "phone", "lon": lon, "lat": lat, "datum": "wgs84", **fields}
    desk = _client(a_person(world.city, Role.DISPATCHER))
    answer = desk.post("/api/v1/incidents/", body, format="json", headers={"Idempotency-Key": key})
    assert answer.status_code == 201, answer.content
    urgent()
    from incidents.models import Incident

    return Incident.objects.get(uid=answer.json()["uid"])


def test_without_automatic_dispatch_a_person_confirms(world: World) -> None:
    assert _switch(world, world.city, {"auto_dispatch": False}).status_code == 200
    for key, asked in (("1", {}), ("2", {"automatic": True})):
        incident = _report(world, key, **asked)
        assert the_assignment(incident).state == "proposed", asked
        assert not incident.automatic
    # The nearest organisation that names it decides.
    assert _switch(world, world.north, {"auto_dispatch": True}).status_code == 200
    world.crew(2100.0, 600.0)
    incident = _report(world, "3")
    assert incident.organisation_path.startswith(world.north.path)
    assert the_assignment(incident).state == "offered"


def test_automatic_where_nobody_switched_it_off(world: World) -> None:
    assert the_assignment(_report(world, "1")).state == "offered"
    world.crew(2100.0, 600.0)
    assert the_assignment(_report(world, "2", automatic=False)).state == "proposed"


@pytest.mark.parametrize(
    ("features", "channels"), [({}, ["page", "gateway"]), ({"sms": False}, ["page", "radio_card"])]
)
def test_without_messages_the_radio_card_comes_next(
    world: World, features: dict[str, bool], channels: list[str]
) -> None:
    assert _switch(world, world.city, features).status_code == 200
    assignment = the_assignment(_report(world, "1"))
    later(RECEIPT_S + 0.5)
    assert [row.channel for row in refresh(assignment).deliveries.order_by("order")][:2] == channels
    if features:
        assert not ConsoleMessage.objects.exists()


@pytest.mark.parametrize(
    ("features", "field"),
    [
        ({"teleport": True}, "features.teleport"),
        ({"sms": "no"}, "features.sms"),
        ({"auto_dispatch": 1}, "features.auto_dispatch"),
    ],
)
def test_what_is_no_switch_is_refused(world: World, features: dict[str, Any], field: str) -> None:
    answer = _switch(world, world.city, features)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["field"] == field and "value" in error and error["cure"]
    assert refresh(world.city).features == {}


def test_devices_say_what_was_wrong_with_their_fixes(world: World) -> None:
    from stations.models import Device

    Device.objects.create(
        organisation=world.north, identifier="T1", protocol="osmand", rejected_count=3, last_rejected_code="future_time"
    )
    answer = _client(a_person(world.city, Role.DISPATCHER)).get("/api/v1/devices/")
    (row,) = answer.json()["results"] if "results" in answer.json() else answer.json()["devices"]
    assert (row["rejected_count"], row["last_rejected_code"]) == (3, "future_time")
