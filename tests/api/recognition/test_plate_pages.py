"""The desk of the watch-list, a look at one vehicle, how cameras do, and the figures, over HTTP."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from core import clock
from core.models import AuditRow
from recognition.intake.incoming import Sender
from recognition.models import Alarm, WatchEntry
from recognition.services import alarms_reported, passages_take
from recognition.services.alarms import alarm_ordered
from stations.models import Organisation
from stations.types import Role
from tests.factories.recognition import a_camera, a_passage, a_sender, a_watched, an_order, two_people
from tests.factories.stations import a_person, an_organisation

pytestmark = pytest.mark.django_db
CAMERA, FAR = "46000000001190000001", "46000000001190000002"
BASE = "/api/v1/recognition"


def _client(of: Organisation, *roles: Role) -> APIClient:
    client = APIClient()
    client.force_login(a_person(of, *roles, name=f"测试{roles[0].value}").user)
    return client


@pytest.fixture
def county(settings: Any) -> Organisation:
    """A county with two cameras."""
    settings.LUZHANG_REQUIRE_MFA = False
    made = an_organisation("示例县", kind="city")
    a_camera(made, CAMERA)
    a_camera(made, FAR, ring=1, lon=110.6)
    return made


def _application(county: Organisation, **changed: Any) -> dict[str, Any]:
    order = an_order("琼C12345", **changed)
    names = ("plate", "kind_code", "category", "reason", "case_number", "valid_from", "valid_until")
    return {"organisation": str(county.uid)} | {name: getattr(order, name) for name in names}


def test_desk_tells_what_each_person_may_do_next(county: Organisation) -> None:
    asking, deciding = _client(county, Role.DISPATCHER), _client(county, Role.COMMANDER)
    stranger = _client(an_organisation("乙区"), Role.COMMANDER)
    uid = asking.post(f"{BASE}/watch/", _application(county)).json()["uid"]

    def seen(client: APIClient, **query: str) -> dict[str, Any]:
        return client.get(f"{BASE}/watch/", query).json()  # type: ignore[no-any-return]

    assert [row["may"] for row in seen(asking)["entries"]] == [["withdraw"]]
    assert [row["may"] for row in seen(deciding)["entries"]] == [["check", "refuse", "withdraw"]]
    assert (seen(asking, mine="1")["entries"], len(seen(deciding, mine="1")["entries"])) == ([], 1)
    assert (seen(deciding)["counts"], seen(stranger)["counts"]) == ({"applied": 1}, {})
    # By number or case, never by plate.
    assert [len(seen(asking, q=text)["entries"]) for text in ("BK", "测试-1", "琼C12345", "C***")] == [1, 1, 0, 0]
    assert deciding.post(f"{BASE}/watch/{uid}/check/", {}).status_code == 200
    assert seen(deciding)["entries"][0]["may"] == ["approve", "refuse", "withdraw"]
    assert deciding.post(f"{BASE}/watch/{uid}/decide/", {"approve": True}).json()["state"] == "approved"
    asking.post(f"{BASE}/watch/{uid}/withdraw/", {"words": "已查获"})
    sheet = deciding.post(f"{BASE}/watch/{uid}/look/", {"words": "办理"}).json()
    assert (sheet["plate"], sheet["asked_by"], sheet["asked_reason"]) == ("琼C12345", "测试dispatcher", "已查获")
    assert [(step["code"], step["by"]) for step in sheet["steps"]] == [
        ("10", "测试dispatcher"), ("11", "测试commander"), ("12", "测试commander"), ("20", "测试dispatcher"),
    ]  # fmt: skip
    assert sheet["may"] == ["check", "refuse"]


def test_a_table_is_tried_before_it_is_taken_in(county: Organisation) -> None:
    desk = _client(county, Role.DISPATCHER)
    table = (
        "号牌,类别,布控理由,案件编号\n琼C12345,逾期未报废,逾期,案-1\n琼C1O345X9,逾期未报废,逾期,案-2\n"
        "琼C54321,无此类别,逾期,案-3\n琼C54322,hit_and_run,逃逸,\n"
    )

    def send(text: str, name: str = "table.csv", **more: Any) -> Any:
        file = SimpleUploadedFile(name, text.encode())
        body = {"file": file, "organisation": str(county.uid)} | more
        return desk.post(f"{BASE}/watch/import/", body, format="multipart")

    tried = send(table).json()
    assert (tried["dry_run"], tried["accepted"], tried["rejected"], WatchEntry.objects.count()) == (True, 1, 3, 0)
    assert [(row["line"], row["field"]) for row in tried["errors"]] == [
        (3, "plate"),
        (4, "category"),
        (5, "case_number"),
    ]
    assert send(table, dry_run="false").json()["accepted"] == 1
    assert WatchEntry.objects.get().state == "applied"
    assert send(table, "table.exe").json()["error"]["field"] == "file"
    assert send("号牌,类别,布控理由,案件编号\n" + "琼C12345,x,y,z\n" * 501).status_code == 413
    outside = {"file": SimpleUploadedFile("t.csv", table.encode()), "organisation": str(an_organisation("乙区").uid)}
    assert desk.post(f"{BASE}/watch/import/", outside, format="multipart").status_code == 403


def _sender(county: Organisation) -> Sender:
    return a_sender(county)[1]


def test_one_vehicle_is_looked_at_with_reason_and_case(county: Organisation) -> None:
    a_watched(county, two_people(county), "琼C12345", category="hit_and_run")
    now = clock.now().replace(microsecond=0)
    sender = _sender(county)
    for minutes, camera, plate in ((30, FAR, "琼C12345"), (10, CAMERA, "琼C12345"), (5, CAMERA, "琼C99999")):
        at = now - timedelta(minutes=minutes)
        passages_take(sender, [a_passage(plate, at, camera)], received_at=at)
    body = {"plate": "琼c·12345", "since": now - timedelta(days=1), "until": now, "reason": "查肇事车", "case": "案-7"}
    desk, officer = _client(county, Role.DISPATCHER), _client(county, Role.OFFICER)
    told = desk.post(f"{BASE}/vehicles/way/", body, format="json").json()
    names = [row["properties"]["camera_name"] for row in told["passages"]["features"]]
    assert (told["plate"], names) == ("琼C12345", ["测试摄像机0001", "测试摄像机0002"])
    assert (len(told["alarms"]), [entry["state"] for entry in told["entries"]]) == (2, ["approved"])
    row = AuditRow.objects.get(action="recognition.vehicle_way")
    assert (row.reason, row.object_id, row.details["plate"]) == ("查肇事车", "案-7", "琼C12345")
    # Officers may look passages up, but not who is watched.
    assert officer.post(f"{BASE}/vehicles/way/", body, format="json").json()["entries"] == []
    for client, changed, status, field in (
        (desk, {"reason": ""}, 400, "reason"), (desk, {"case": ""}, 400, "case"),
        (desk, {"plate": "琼C12?45"}, 400, "plate"),
        (desk, {"since": now - timedelta(days=200)}, 400, "until"),
        (_client(county, Role.AUXILIARY), {}, 403, "passage"),
    ):  # fmt: skip
        refused = client.post(f"{BASE}/vehicles/way/", body | changed, format="json")
        assert (refused.status_code, refused.json()["error"].get("field", "")) == (status, field)
    elsewhere = _client(an_organisation("乙区"), Role.COMMANDER)
    nothing = elsewhere.post(f"{BASE}/vehicles/way/", body, format="json").json()
    assert (nothing["passages"]["features"], nothing["alarms"], nothing["entries"]) == ([], [], [])
    assert AuditRow.objects.filter(action="recognition.vehicle_way").count() == 3


def test_cameras_that_misread_come_first_with_their_silences(county: Organisation) -> None:
    now = clock.now().replace(microsecond=0)
    sender = _sender(county)
    a_watched(county, two_people(county), "琼C12345", category="hit_and_run", valid_from=now - timedelta(days=1))
    for minutes, camera, plate, reading in (
        (180, FAR, "琼C12345", "plate"), (90, FAR, "?", "unread"), (80, FAR, "无牌", "no_plate"),
        (5, CAMERA, "琼C99999", "plate"),
    ):  # fmt: skip
        at = now - timedelta(minutes=minutes)
        passages_take(sender, [a_passage(plate, at, camera, reading=reading)], received_at=at)
    Alarm.objects.update(state="false", outcome="wrong_read")
    desk = _client(county, Role.DISPATCHER)
    rows = desk.get(f"{BASE}/cameras/").json()["cameras"]
    assert [(row["code"], row["wrong"], row["alarms"]) for row in rows] == [(FAR, 1, 1), (CAMERA, 0, 0)]
    one = desk.get(f"{BASE}/cameras/{FAR}/").json()
    assert sum(row["passages"] for row in one["days"]) == 3
    # A car without plates is no misreading.
    assert sum(row["with_plate"] for row in one["days"]) == 2 and sum(row["read"] for row in one["days"]) == 1
    assert [gap["open"] for gap in one["gaps"]] == [True, False]
    assert "琼" not in str(one)
    assert _client(an_organisation("乙区"), Role.COMMANDER).get(f"{BASE}/cameras/{FAR}/").status_code == 404


def test_a_way_of_many_alarms_is_one_interception(county: Organisation) -> None:
    now = clock.now().replace(microsecond=0)
    sender = _sender(county)
    people = two_people(county)
    for plate in ("琼C10001", "琼C10002"):
        a_watched(county, people, plate)
    for minutes, camera, plate in ((40, FAR, "琼C10001"), (20, CAMERA, "琼C10001"), (10, CAMERA, "琼C10002")):
        passages_take(sender, [a_passage(plate, now - timedelta(minutes=minutes), camera)], received_at=now)
    first, second = uuid.uuid4(), uuid.uuid4()
    for alarm in Alarm.objects.order_by("id"):
        case = first if str(alarm.plate) == "琼C10001" else second
        alarm_ordered(alarm_id=alarm.pk, incident_uid=case, by_policy=True)
    Alarm.objects.update(raised_at=now - timedelta(minutes=8))
    alarms_reported(incident_uid=first, outcome="stopped", words="", actor_id=None)
    alarms_reported(incident_uid=second, outcome="not_found", words="", actor_id=None)
    Alarm.objects.filter(incident_uid=first).update(reported_at=now)
    desk = _client(county, Role.DISPATCHER)
    total = desk.get(f"{BASE}/figures/?days=7").json()["total"]
    wanted = {"hits": 3, "confirmed": 3, "sent": 2, "stopped": 1, "share": 0.5, "stop_minutes": 8.0, "passages": 3}
    assert {name: total[name] for name in wanted} == wanted
    empty = _client(an_organisation("乙区"), Role.COMMANDER).get(f"{BASE}/figures/").json()["total"]
    assert (empty["hits"], empty["passages"], empty["share"]) == (0, 0, None)
    assert desk.get(f"{BASE}/figures/?days=1000").status_code == 400


@pytest.mark.parametrize("path", ["/watchlist/", "/vehicles/", "/cameras/", "/interceptions/"])
def test_pages_show_tabs_that_one_may_open(county: Organisation, path: str) -> None:
    page = _client(county, Role.DISPATCHER).get(path)
    assert page.status_code == 200 and page.content.count(b'class="subtabs"') == 1
    officer = _client(county, Role.OFFICER).get(path)
    assert officer.status_code == (403 if path == "/watchlist/" else 200)
    if officer.status_code == 200:
        assert b'href="/watchlist/"' not in officer.content
