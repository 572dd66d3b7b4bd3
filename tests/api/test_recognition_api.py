"""The recognition room over HTTP: batches, webhook, search on the record, watch-list by two people, alarms."""

from __future__ import annotations

import gzip
import json
import threading
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from core import clock
from core.models import AuditRow
from recognition.api import passages as door
from recognition.models import Alarm, Passage, WatchEntry
from recognition.services import passages_take
from stations.models import Organisation
from stations.services import device_create
from stations.types import Role
from tests.factories.recognition import a_camera, a_passage, a_watched, two_people
from tests.factories.stations import SYSTEM, a_person, an_organisation

pytestmark = pytest.mark.django_db
CAMERA, FAR = "46000000001190000001", "46000000001190000002"
TAKE = "/api/v1/recognition/passages/"
SEARCH = "/api/v1/recognition/passages/search/"


@dataclass
class Site:
    """A city with a district, a camera in each, and a device with its token."""

    city: Organisation
    district: Organisation
    device: Any
    token: str

    def client(self, *roles: Role, of: Organisation | None = None) -> APIClient:
        """Somebody with these roles."""
        client = APIClient()
        client.force_login(a_person(of or self.city, *roles).user)
        return client

    def post(self, body: Any, address: str = TAKE, **more: Any) -> Any:
        """A write of the device."""
        client = APIClient(HTTP_AUTHORIZATION=f"Bearer {self.token}")
        if isinstance(body, bytes):
            return client.generic("POST", address, body, content_type="application/json", **more)
        return client.post(address, body, **more)


@pytest.fixture(autouse=True)
def _no_second_factor(settings: Any) -> None:
    """Who may enter at all is told by `test_every_address`."""
    settings.LUZHANG_REQUIRE_MFA = False


@pytest.fixture
def site() -> Site:
    city = an_organisation("示例县", kind="city")
    district = an_organisation("甲区", parent=city)
    a_camera(district, CAMERA)
    a_camera(city, FAR, ring=1, lon=110.6)
    device, token = device_create(actor=SYSTEM, organisation=city, identifier="json-1", protocol="json", generated=True)
    return Site(city, district, device, token)


def _item(key: str, plate: str = "琼C10001", **other: Any) -> dict[str, Any]:
    at = clock.now().replace(microsecond=0).isoformat()
    return {"id": key, "camera": CAMERA, "passed_at": at, "plate": plate, "kind_code": "02", "reliability": 0.9} | other


def test_a_batch_is_answered_item_by_item(site: Site) -> None:
    a_watched(site.city, two_people(site.city), "琼C12345")
    bad = [
        _item("k-1", passed_at="yesterday"), _item("no key"), 7, _item("k-4", reliability="high"),
        _item("k-5", kind_code="77"), _item("k-6", lon=110.4), _item("k-7", colour="pink"), _item("k-8", plate=5),
    ]  # fmt: skip
    good = [_item("a", "琼c·１２３45"), _item("b", "无牌"), _item("b"), _item("c", reliability="0.8", lane="2")]
    answer = site.post({"passages": [*bad, *good]})
    assert answer.status_code == 200
    told = answer.json()
    assert [one["field"] for one in told["refused"]] == [
        "passed_at", "id", "", "reliability", "kind_code", "lon", "colour", "plate",
    ]  # fmt: skip
    assert (told["received"], told["stored"], told["duplicates"]) == (12, 3, 1)
    assert (Alarm.objects.get().match, Alarm.objects.get().ask) == ("exact", False)
    again = site.post({"passages": good}).json()
    assert (again["stored"], again["duplicates"]) == (0, 4)


def test_gzip_and_what_is_none(site: Site) -> None:
    body = json.dumps({"passages": [_item("a")]}).encode()
    packed = {"HTTP_CONTENT_ENCODING": "gzip"}
    assert site.post(gzip.compress(body), **packed).json()["stored"] == 1
    for broken, more, code in (
        (body[:40], {}, "malformed"), (body, packed, "malformed"), (gzip.compress(body)[:30], packed, "malformed"),
        (b"[]", {}, "invalid_input"), (b'{"passages": {}}', {}, "invalid_input"),
    ):  # fmt: skip
        answer = site.post(broken, **more)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, code), broken
    assert site.post({"passages": [{}] * 1_001}).status_code == 413
    assert site.post(gzip.compress(b" " * 5_000_000), **packed).status_code == 413


def test_full_is_503_with_the_time_to_come_back(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "_running", threading.BoundedSemaphore(1))
    with door._running:
        answer = site.post({"passages": [_item("a")]})
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert not Passage.objects.exists()


def test_stream_webhook(site: Site) -> None:
    body = {
        "hook": {"event": "recognition"},
        "data": {
            "camera_id": CAMERA,
            "timestamp": clock.now().isoformat(),
            "results": [
                {"plate": "琼c10001", "score": 0.93, "box": {"xmin": 1}, "direction": 40,
                 "vehicle": {"type": "Sedan"}, "color": [{"color": "white", "score": 0.7}]},
                {"plate": "琼c10002", "score": None, "box": {}},
            ],
        },
    }  # fmt: skip
    address = "/api/v1/recognition/stream/"
    assert site.post(body, address).json()["stored"] == 2
    assert site.post({"json": json.dumps(body)}, address, format="multipart").json()["duplicates"] == 2
    row = Passage.objects.get(plate="琼C10001")
    assert (row.vehicle_class, row.vehicle_colour, row.direction) == ("Sedan", "white", "40")
    assert site.post({"data": {"results": 5}}, address).status_code == 400


def _passed(site: Site, *plates: str, camera: str = CAMERA, **changed: Any) -> None:
    from recognition.intake.incoming import Sender

    sender = Sender(site.device.pk, site.city.pk, site.city.path or "")
    passages_take(sender, [a_passage(plate, clock.now(), camera, **changed) for plate in plates])


def _search(client: APIClient, **asked: Any) -> Any:
    now = clock.now()
    body = {"reason": "查缉", "case": "案-1", "since": now - timedelta(hours=1), "until": now + timedelta(minutes=1)}
    return client.post(SEARCH, body | asked)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"plate": "琼C12345"}, {"琼C12345"}),
        ({"plate": "琼c1*"}, {"琼C12345", "琼C12B45", "琼C12845"}),
        ({"plate": "?C12B45"}, {"琼C12B45", "沪C12B45"}),
        ({"plate": "琼C12?45"}, {"琼C12345", "琼C12B45", "琼C12845"}),
        ({"plate": "琼C12B45", "alike": True}, {"琼C12B45", "琼C12845"}),
        ({"cameras": [FAR]}, {"粤B54321"}),
        ({"rings": [1]}, {"粤B54321"}),
        ({"bbox": [110.55, 19.0, 110.65, 19.5]}, {"粤B54321"}),
        ({"rings": [1, 2], "vehicle_colour": "C"}, {"粤B54321"}),
        ({"plate": "琼C12345", "until": "2020-01-02T00:00:00Z", "since": "2020-01-01T00:00:00Z"}, set()),
    ],
)
def test_search(site: Site, asked: dict[str, Any], found: set[str]) -> None:
    _passed(site, "琼C12345", "琼C12B45", "琼C12845", "沪C12B45", "无牌")
    _passed(site, "粤B54321", camera=FAR, vehicle_colour="C")
    answer = _search(site.client(Role.COMMANDER), **asked)
    assert answer.status_code == 200, answer.json()
    assert {one["properties"]["plate"] for one in answer.json()["features"]} == found
    row = AuditRow.objects.get(action="recognition.passage_search")
    assert (row.reason, row.object_id, row.details["found"]) == ("查缉", "案-1", len(found))


def test_no_search_without_reason_case_right_or_limits(site: Site) -> None:
    _passed(site, "琼C12345")
    commander = site.client(Role.COMMANDER)
    now = clock.now()
    for asked in (
        {"plate": "琼C12345", "reason": " "}, {"plate": "琼C12345", "case": ""}, {}, {"plate": "琼*"},
        {"rings": [1], "since": now - timedelta(days=2)}, {"plate": "琼C12345", "since": now - timedelta(days=200)},
        {"plate": "琼C12345", "since": now + timedelta(days=1)},
    ):  # fmt: skip
        assert _search(commander, **asked).status_code == 400, asked
    assert _search(site.client(Role.AUXILIARY), plate="琼C12345").status_code == 403
    assert not AuditRow.objects.filter(action="recognition.passage_search").exists()


def test_other_organisations_see_nothing_of_it(site: Site) -> None:
    entry = a_watched(site.city, two_people(site.city), "琼C12345")
    _passed(site, "琼C12345")
    other = an_organisation("乙区", parent=site.city)
    stranger, own = site.client(Role.COMMANDER, of=other), site.client(Role.COMMANDER, of=site.district)
    assert _search(stranger, plate="琼C12345").json()["features"] == []
    assert len(_search(own, plate="琼C12345").json()["features"]) == 1
    alarm = Alarm.objects.get()
    for client, count in ((stranger, 0), (own, 1)):
        listed = client.get("/api/v1/recognition/alarms/").json()["alarms"]
        assert [one["plate"] for one in listed] == ["琼C***45"] * count
        assert client.get("/api/v1/recognition/watch/").json()["entries"] == []
    for address in (f"alarms/{alarm.uid}/look/", f"alarms/{alarm.uid}/confirm/", f"watch/{entry.uid}/look/"):
        answer = stranger.post(f"/api/v1/recognition/{address}", {"words": "看看"})
        assert answer.status_code == 404, address


def test_watch_list_by_two_people_over_http(site: Site) -> None:
    asking, deciding = site.client(Role.DISPATCHER), site.client(Role.COMMANDER)
    now = clock.now()
    body = {
        "organisation": str(site.city.uid), "plate": "琼C12345", "kind_code": "02", "category": "hit_and_run",
        "reason": "肇事逃逸", "case_number": "案-2", "valid_from": now, "valid_until": now + timedelta(days=3),
    }  # fmt: skip
    entry = asking.post("/api/v1/recognition/watch/", body)
    assert (entry.status_code, entry.json()["plate"], entry.json()["state"]) == (201, "琼C***45", "applied")
    base = f"/api/v1/recognition/watch/{entry.json()['uid']}"
    assert asking.post(f"{base}/check/", {}).json()["error"]["code"] == "same_person"
    assert asking.post(f"{base}/decide/", {"approve": True}).status_code == 403
    assert deciding.post(f"{base}/check/", {}).json()["state"] == "checked"
    assert deciding.post(f"{base}/decide/", {"approve": True}).json()["state"] == "approved"
    assert deciding.post(f"{base}/change/", {"reason": "缩小", "rings": [1]}).json()["state"] == "modifying"
    looked = deciding.post(f"{base}/look/", {"words": "核对"}).json()
    assert (looked["plate"], [step["code"] for step in looked["steps"]]) == ("琼C12345", ["10", "11", "12", "13"])
    listed = asking.get("/api/v1/recognition/watch/?state=modifying").json()["entries"]
    assert len(listed) == WatchEntry.objects.count() == 1
    assert asking.post(f"{base}/withdraw/", {"words": "已查获"}).status_code == 409


def test_a_person_confirms_holds_or_calls_it_false(site: Site) -> None:
    people = two_people(site.city)
    for plate in ("琼C12345", "琼C54321"):
        a_watched(site.city, people, plate, category="hit_and_run")
    _passed(site, "琼C12345", "琼C54321")
    first, second = Alarm.objects.order_by("id")
    officer = site.client(Role.OFFICER)
    base = "/api/v1/recognition/alarms"
    assert officer.post(f"{base}/{first.uid}/hold/", {}).json()["state"] == "held"
    assert officer.post(f"{base}/{first.uid}/confirm/", {"words": "看清"}).json()["state"] == "confirmed"
    assert officer.post(f"{base}/{first.uid}/confirm/", {}).json()["state"] == "confirmed"
    assert officer.post(f"{base}/{second.uid}/false/", {"words": ""}).status_code == 400
    told = officer.post(f"{base}/{second.uid}/false/", {"words": "车型不符"}).json()
    assert (told["state"], told["outcome"]) == ("false", "wrong_read")
    assert officer.post(f"{base}/{second.uid}/confirm/", {}).status_code == 409
    looked = officer.post(f"{base}/{first.uid}/look/", {"words": "核对"}).json()
    assert (looked["plate"], looked["read"]) == ("琼C12345", "琼C12345")
    assert AuditRow.objects.filter(action="recognition.alarm_look", reason="核对").exists()


def test_a_device_is_let_in_and_its_password_shown_once(site: Site) -> None:
    administrator = site.client(Role.ADMINISTRATOR)
    address = "/api/v1/recognition/senders/"
    body = {"device": str(site.device.uid), "username": "viid-user"}
    made = administrator.post(address, body)
    assert (made.status_code, len(made.json()["password"]) > 20) == (201, True)
    assert administrator.post(address, body | {"colours": "rainbow"}).json()["error"]["field"] == "colours"
    listed = administrator.get(address).json()["senders"]
    assert [(one["identifier"], one["online"], "password" in one) for one in listed] == [("json-1", False, False)]
    assert site.client(Role.DISPATCHER).post(address, body).status_code == 403
    assert site.client(Role.ADMINISTRATOR, of=an_organisation("乙区")).post(address, body).status_code == 404
