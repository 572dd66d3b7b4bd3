"""What a request may not do is refused with the field, the value and the cure; repeating a send sends nobody else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from core.models import Timer
from incidents.models import Assignment, Incident
from stations.types import Role
from tests.factories.incidents import World, refresh, urgent
from tests.factories.roads import lonlat
from tests.factories.stations import a_person

pytestmark = pytest.mark.django_db
LON, LAT = lonlat(2000.0, 1000.0)


@pytest.fixture
def client(world: World) -> APIClient:
    found = APIClient(raise_request_exception=False)
    found.force_authenticate(a_person(world.city, Role.COMMANDER).user)
    return found


@pytest.mark.parametrize("state", ["offered", "proposed", "nonsense"])
def test_an_offer_is_not_a_step(world: World, crew: Any, client: APIClient, state: str) -> None:
    _incident, assignment = world.sent()
    answer = client.post(
        f"/api/v1/assignments/{assignment.uid}/steps/",
        {"to_state": state, "by_radio": True, "text": "试"},
        format="json",
    )
    assert answer.status_code == 400, answer.content
    assert answer.json()["error"]["field"] == "to_state"
    assert refresh(assignment).state == "offered"


@pytest.mark.parametrize("state", ["expired", "recalled", "declined"])
def test_taking_an_offer_away_needs_a_reason(world: World, crew: Any, client: APIClient, state: str) -> None:
    _incident, assignment = world.sent()
    address = f"/api/v1/assignments/{assignment.uid}/steps/"
    refused = client.post(address, {"to_state": state, "by_radio": True}, format="json")
    assert (refused.status_code, refused.json()["error"]["field"]) == (400, "text")
    assert (
        client.post(address, {"to_state": state, "by_radio": True, "text": "联系不上"}, format="json").status_code
        == 200
    )


def test_pressed_twice_one_unit_goes(world: World, crew: Any, client: APIClient) -> None:
    world.crew(2000.0, 900.0)
    incident = world.report(kind="dispute", automatic=False)
    key = {"Idempotency-Key": "press-1"}
    first, second = (
        client.post(f"/api/v1/incidents/{incident.uid}/dispatch/", {}, format="json", headers=key) for _n in range(2)
    )
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json()["uid"] == second.json()["uid"]
    assert Assignment.objects.filter(incident=incident).count() == 1


@pytest.mark.parametrize(
    ("risk", "field"),
    [
        ({"caller_tour_id": "x"}, "risk.caller_tour_id"),
        ({"a\0b": 1}, "risk.ab"),
        ({"speed": 10**400}, "risk.speed"),
        ({"plate": "\ud800"}, "risk.plate"),
        ({"note": "a\0b"}, "risk.note"),
    ],
)
def test_risk_facts_that_nobody_can_read(world: World, client: APIClient, risk: dict[str, Any], field: str) -> None:
    body = json.dumps({"kind": "crash", "lon": LON, "lat": LAT, "datum": "wgs84", "risk": risk})  # escaped, as sent
    answer = client.post(
        "/api/v1/incidents/", body, content_type="application/json", headers={"Idempotency-Key": "risk"}
    )
    assert answer.status_code == 400, answer.content
    error = answer.json()["error"]
    assert error["field"] == field and error["cure"]
    assert not Incident.objects.exists()


def test_an_infinite_risk_fact(world: World, client: APIClient) -> None:
    body = f'{{"kind": "crash", "lon": {LON}, "lat": {LAT}, "datum": "wgs84", "risk": {{"speed": 1e999}}}}'
    answer = client.post(
        "/api/v1/incidents/", body, content_type="application/json", headers={"Idempotency-Key": "infinite"}
    )
    assert answer.status_code == 400, answer.content


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("offset=99999999999999999999", "offset"),
        ("offset=abc", "offset"),
        ("limit=x", "limit"),
        ("state=open,nonsense", "state"),
        ("grade=green", "grade"),
    ],
)
def test_lists_name_what_they_cannot_read(world: World, client: APIClient, query: str, field: str) -> None:
    answer = client.get(f"/api/v1/incidents/?{query}")
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, field)
    assert answer.json()["error"]["cure"]


def test_a_reopened_case_has_its_deadlines_again(world: World, crew: Any, client: APIClient) -> None:
    incident = world.report(kind="dispute")
    address = f"/api/v1/incidents/{incident.uid}"
    assert client.post(f"{address}/false/", {"reason": "误报"}, format="json").status_code == 200
    assert not Timer.objects.filter(done_at=None).exists()
    assert client.post(f"{address}/reopen/", {"reason": "又来电话"}, format="json").status_code == 200
    keys = set(Timer.objects.filter(done_at=None).values_list("key", flat=True))
    assert keys == {f"incidents.arrive:{incident.pk}", f"incidents.close:{incident.pk}"}
    urgent()
