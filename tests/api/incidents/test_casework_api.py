"""Casework as others call it: transfers by a device's token, marks, tasks, look-alikes; status and shape of errors."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from core.models import AuditRow
from incidents.models import AddedReport, Incident, IncidentTask, Mark, TransferCase
from stations.types import Role
from tests.factories.incidents import World
from tests.factories.patrols import a_device
from tests.factories.roads import lonlat
from tests.factories.stations import a_person

pytestmark = pytest.mark.django_db
LON, LAT = lonlat(2000.0, 1000.0)
CASE = {
    "system": "122",
    "number": "A-1",
    "kind_code": "crash",
    "lon": LON,
    "lat": LAT,
    "datum": "wgs84",
    "text": "追尾",
}


def _client(world: World, role: Role = Role.DISPATCHER, organisation: Any = None) -> APIClient:
    found = APIClient()
    found.force_authenticate(a_person(organisation or world.city, role).user)
    return found


@pytest.fixture
def desk(world: World) -> APIClient:
    """A dispatcher of the city."""
    return _client(world)


@pytest.fixture
def line(world: World) -> APIClient:
    """The line of 122: a device of the city with its token."""
    _device, token = a_device(world.city)
    found = APIClient()
    found.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return found


def test_a_line_hands_over_and_may_repeat_itself(world: World, line: APIClient) -> None:
    first = line.post("/api/v1/transfers/", CASE, format="json")
    again = line.post("/api/v1/transfers/", {**CASE, "text": "重发"}, format="json")
    assert (first.status_code, again.status_code) == (201, 200), first.json()
    assert first.json() == again.json()
    assert first.json()["our_number"] == Incident.objects.get().number
    uid = first.json()["our_uid"]
    recording = {"system": "122", "reference": "a/7", "sha256": "c" * 64}
    assert line.post(f"/api/v1/incidents/{uid}/recordings/", recording, format="json").status_code == 200
    assert line.get(f"/api/v1/incidents/{uid}/").status_code == 403, "it brings in, and reads nothing back"


@pytest.mark.parametrize(
    ("fields", "status", "field"),
    [
        ({"datum": ""}, 400, "datum"),
        ({"lon": LAT, "lat": LON}, 400, "lon,lat"),
        ({"lat": None}, 400, "lat"),
        ({"system": "999"}, 404, "system"),
        ({"number": " "}, 400, "number"),
        ({"number": "9" * 61}, 400, "number"),
        ({"text": "长" * 4001}, 400, "text"),
        ({"happened_at": "2100-01-01T00:00:00+08:00"}, 400, "happened_at"),
    ],
)
def test_a_refused_case_may_come_corrected(
    world: World, line: APIClient, fields: dict[str, Any], status: int, field: str
) -> None:
    answer = line.post("/api/v1/transfers/", {**CASE, **fields}, format="json")
    assert answer.status_code == status, answer.json()
    assert answer.json()["error"]["field"] == field
    assert not TransferCase.objects.exists() and not Incident.objects.exists()
    assert line.post("/api/v1/transfers/", CASE, format="json").status_code == 201


def test_a_task_is_given_once_and_stepped(world: World, desk: APIClient) -> None:
    incident = world.report()
    address = f"/api/v1/incidents/{incident.uid}/tasks/"
    for _time in range(2):
        answer = desk.post(address, {"kind": "mediation"}, format="json", headers={"Idempotency-Key": "t1"})
        assert answer.status_code in {200, 201}
    assert IncidentTask.objects.count() == 1
    task = answer.json()["tasks"][0]
    assert {"uid", "kind", "title", "state", "mine"} <= set(task)
    stepped = desk.post(f"{address}{task['uid']}/step/", {"to_state": "done"}, format="json")
    assert stepped.json()["tasks"][0]["state"] == "done"
    bad = desk.post(f"{address}{task['uid']}/step/", {"to_state": "taken"}, format="json")
    assert bad.status_code == 409 and bad.json()["error"]["cure"]


def test_tasks_are_in_the_assignment_that_the_phone_reads(world: World, desk: APIClient) -> None:
    crew = world.crew()
    incident, assignment = world.sent()
    desk.post(f"/api/v1/incidents/{incident.uid}/tasks/", {"kind": "enforcement"}, format="json")
    phone = APIClient()
    phone.force_authenticate(crew.person.user)
    tasks = phone.get(f"/api/v1/assignments/{assignment.uid}/").json()["tasks"]
    assert [(task["kind"], task["state"], task["mine"]) for task in tasks] == [("enforcement", "open", True)]


def test_look_alikes_of_a_caller_and_nearby(world: World, desk: APIClient) -> None:
    incident = world.report(reporter_phone="13800000000")
    body = {"lon": LON, "lat": LAT, "datum": "wgs84", "kind": "crash", "reporter_phone": "138-0000-0000"}
    found = desk.post("/api/v1/incidents/similar/", body, format="json").json()
    assert [row["number"] for row in found["of_caller"]] == [incident.number]
    assert [row["number"] for row in found["near"]] == [incident.number]
    added = desk.post(f"/api/v1/incidents/{incident.uid}/reports/", {"text": "催问"}, format="json")
    assert added.status_code == 201 and AddedReport.objects.count() == 1
    assert AuditRow.objects.filter(action="incidents.caller_match").count() == 1
    half = desk.post("/api/v1/incidents/similar/", {"lon": LON}, format="json")
    assert half.status_code == 400


def test_marks_are_set_listed_and_ended(world: World, desk: APIClient) -> None:
    incident = world.report(plate="琼C12345")
    body = {"incident": str(incident.uid), "target": "plate", "label": "多次超员", "reason": "去年三次"}
    made = desk.post("/api/v1/marks/", body, format="json")
    assert made.status_code == 201 and "12345" not in made.content.decode()
    auxiliary = _client(world, Role.AUXILIARY)
    assert auxiliary.get("/api/v1/marks/").json()["marks"] == []
    assert len(_client(world, Role.OFFICER).get("/api/v1/marks/?target=plate").json()["marks"]) == 1
    assert _client(world, Role.OFFICER, world.south).get("/api/v1/marks/").json()["marks"] == []
    assert desk.get("/api/v1/marks/?target=person").status_code == 400
    address = f"/api/v1/marks/{made.json()['uid']}/end/"
    assert desk.post(address, {}, format="json").status_code == 400
    assert desk.post(address, {"reason": "已处理"}, format="json").status_code == 200
    assert Mark.objects.get().ended_at is not None
    assert desk.post("/api/v1/marks/", {**body, "weight": "heavy"}, format="json").status_code == 400
