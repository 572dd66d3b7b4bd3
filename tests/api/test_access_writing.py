"""Creating and changing through the API: set-up work with its refusals."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from stations.models import DeviceBinding, Organisation, RoleGrant, Station
from stations.services import token_create
from stations.types import Role
from tests.factories.stations import SYSTEM, a_person, a_station, an_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> Organisation:
    return an_organisation("示例市", kind="city")


class _Api:
    def __init__(self, organisation: Organisation, role: Role) -> None:
        person = a_person(organisation, role)
        _row, token = token_create(actor=SYSTEM, user=person.user)
        self.person = person
        self.client = Client(headers={"authorization": f"Bearer {token}"})

    def __call__(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        return getattr(self.client, method)(f"/api/v1/{path}", data=body or {}, content_type="application/json")


@pytest.fixture
def administrator(city: Organisation) -> _Api:
    return _Api(city, Role.ADMINISTRATOR)


@pytest.fixture
def guard(city: Organisation) -> _Api:
    return _Api(city, Role.SECURITY_ADMINISTRATOR)


def test_organisations(city: Organisation, administrator: _Api) -> None:
    body = {"parent": str(city.uid), "kind": "district", "code": "460101", "name": "甲区"}
    made = administrator("post", "organisations/", body)
    assert made.status_code == 201, made.json()
    uid = made.json()["uid"]
    assert administrator("post", "organisations/", body).status_code == 409
    changed = administrator("patch", f"organisations/{uid}/", {"name": "甲新区"})
    assert changed.json()["name"] == "甲新区"
    other = an_organisation("乙区", city)
    moved = administrator("post", f"organisations/{uid}/move/", {"parent": str(other.uid), "reason": "调整"})
    assert moved.status_code == 200, moved.json()
    assert Organisation.objects.get(uid=uid).path.startswith(other.path)
    assert administrator("post", "organisations/", {**body, "parent": None, "code": "9"}).status_code == 403


def test_stations(city: Organisation, administrator: _Api) -> None:
    body = {
        "organisation": str(city.uid),
        "kind": "service",
        "code": "S1",
        "name": "服务站",
        "lon": 110.47,
        "lat": 19.24,
        "datum": "wgs84",
    }
    area = {"type": "Polygon", "coordinates": [[[110, 19], [111, 19], [111, 20], [110, 19]]]}
    made = administrator("post", "stations/", {**body, "service_area": area})
    assert made.status_code == 201, made.json()
    assert Station.objects.get().service_area.geom_type == "MultiPolygon"
    for change, field in (
        ({"lon": 19.24, "lat": 110.47}, "lon,lat"),
        ({"datum": "mars"}, "datum"),
        ({"kind": "planet"}, "kind"),
        ({"services": ["no-such"]}, "services"),
        ({"service_area": {"type": "Point", "coordinates": [1, 2]}}, "service_area"),
        ({"service_area": {"type": "Nonsense"}}, "service_area"),
        ({"organisation": "00000000-0000-0000-0000-000000000000"}, "organisation"),
    ):
        refused = administrator("post", "stations/", {**body, "code": "S2", **change})
        assert (refused.status_code, refused.json()["error"]["field"]) == (400, field), change
    missing = {key: value for key, value in body.items() if key != "datum"}
    assert administrator("post", "stations/", {**missing, "code": "S2"}).json()["error"]["field"] == "datum"
    assert Station.objects.count() == 1
    uid = made.json()["id"]
    assert administrator("patch", f"stations/{uid}/", {"lon": 110.5}).json()["error"]["field"] == "datum"
    moved = administrator("patch", f"stations/{uid}/", {"lon": 110.5, "lat": 19.3, "datum": "wgs84", "name": "新站"})
    assert moved.json()["geometry"]["coordinates"] == [110.5, 19.3]
    found = administrator("get", "stations/?bbox=110.4,19.2,110.6,19.4&kind=service&q=新").json()
    assert [feature["id"] for feature in found["features"]] == [uid]
    assert administrator("get", "stations/?bbox=1,2,3").status_code == 400
    assert administrator("get", "stations/?organisation=unknown").json()["features"] == []


def test_checkpoints_and_cameras(city: Organisation, administrator: _Api) -> None:
    place = {"organisation": str(city.uid), "lon": 110.4, "lat": 19.2, "datum": "gcj02"}
    checkpoint = administrator(
        "post", "checkpoints/", {**place, "code": "K1", "name": "卡口", "heading_deg": 90, "ring": 1, "lanes": [1, 2]}
    )
    assert checkpoint.status_code == 201, checkpoint.json()
    uid = checkpoint.json()["id"]
    camera = administrator("post", "cameras/", {**place, "code": "C1", "name": "摄像机", "checkpoint": uid})
    assert camera.json()["properties"]["checkpoint"] == uid
    assert administrator("patch", f"checkpoints/{uid}/", {"heading_deg": 400}).json()["error"]["field"] == "heading_deg"
    assert administrator("patch", f"checkpoints/{uid}/", {"state": "repair"}).json()["properties"]["state"] == "repair"


def test_devices(city: Organisation, administrator: _Api) -> None:
    made = administrator(
        "post", "devices/", {"organisation": str(city.uid), "identifier": "phone-1", "protocol": "osmand"}
    )
    assert made.status_code == 201
    uid, token = made.json()["uid"], made.json()["token"]
    assert "token" not in administrator("get", f"devices/{uid}/").json()
    assert administrator("post", f"devices/{uid}/token/").json()["token"] != token
    person = a_person(city)
    assert administrator("post", f"devices/{uid}/bind/", {"person": str(person.uid)}).status_code == 200
    assert DeviceBinding.objects.get().person == person
    assert administrator("post", f"devices/{uid}/lock/", {"reason": "遗失"}).json()["locked_at"]
    assert [row["uid"] for row in administrator("get", "devices/?locked=true").json()["results"]] == [uid]
    assert administrator("post", f"devices/{uid}/unlock/", {"reason": "找回"}).json()["locked_at"] is None


def test_people_never_show_personal_numbers(city: Organisation, administrator: _Api) -> None:
    made = administrator(
        "post",
        "people/",
        {"organisation": str(city.uid), "kind": "officer", "name": "测试", "personal_phone": "13900001111"},
    )
    assert made.status_code == 201
    for answer in (
        made,
        administrator("get", "people/"),
        administrator("get", f"people/{made.json()['uid']}/"),
        administrator("patch", f"people/{made.json()['uid']}/", {"post_title": "中队长"}),
    ):
        assert b"13900001111" not in answer.content


def test_role_grants(city: Organisation, guard: _Api, administrator: _Api) -> None:
    person = a_person(city)
    body = {"person": str(person.uid), "role": "dispatcher", "organisation": str(city.uid)}
    assert administrator("post", "role-grants/", body).status_code == 403
    made = guard("post", "role-grants/", body)
    assert made.status_code == 201, made.json()
    assert guard("post", "role-grants/", {**body, "role": "auditor"}).status_code == 201
    separated = guard("post", "role-grants/", {**body, "role": "administrator"})
    assert (separated.status_code, separated.json()["error"]["code"]) == (409, "separated_roles")
    assert guard("post", "role-grants/", {**body, "person": str(guard.person.uid)}).status_code == 403
    grant = made.json()["id"]
    assert guard("post", f"role-grants/{grant}/revoke/", {"reason": "轮换"}).status_code == 200
    assert RoleGrant.objects.get(pk=grant).valid.upper is not None
    assert guard("post", "role-grants/999999/revoke/", {"reason": "无"}).status_code == 404


def test_pages_of_results(city: Organisation, administrator: _Api) -> None:
    for _each in range(3):
        a_station(city)
    first = administrator("get", "stations/?page_size=2").json()
    assert (first["type"], first["count"], len(first["features"])) == ("FeatureCollection", 3, 2)
    assert first["next"]
