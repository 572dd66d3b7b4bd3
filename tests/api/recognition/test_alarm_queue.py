"""The alarm queue over HTTP: order, what a look tells, who decided, a storm at once, pictures for who looked."""

from __future__ import annotations

import uuid
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from rest_framework.test import APIClient

from core import clock
from core.models import AuditRow, Event
from recognition.gat1400.pictures import Picture
from recognition.models import Alarm, AlarmStep
from recognition.services import passages_take
from recognition.services.picturing import pictures_keep
from stations.models import Organisation
from stations.types import Role
from tests.factories.recognition import a_camera, a_passage, a_sender, a_watched, two_people
from tests.factories.stations import a_person, an_organisation

pytestmark = pytest.mark.django_db
CAMERA = "46000000001190000001"
BASE = "/api/v1/recognition/alarms"


def _client(of: Organisation, *roles: Role) -> APIClient:
    client = APIClient()
    client.force_login(a_person(of, *roles, name=f"测试{roles[0].value}").user)
    return client


@pytest.fixture
def county(settings: Any) -> Organisation:
    """A county with a camera, three alarms that wait and one that went by policy."""
    settings.LUZHANG_REQUIRE_MFA = False
    made = an_organisation("示例县", kind="city")
    a_camera(made, CAMERA)
    _device, sender = a_sender(made)
    people = two_people(made)
    watched = (("琼C10001", "overdue_scrap"), ("琼C10002", "hit_and_run"), ("琼C10003", "cloned_plate"))
    for plate, category in watched:
        a_watched(made, people, plate, category=category, vehicle="白色轻型货车")
    a_watched(made, people, "琼C12845", category="hit_and_run")
    now = clock.now().replace(microsecond=0)
    for number, (plate, reliability) in enumerate(
        [("琼C10001", 0.97), ("琼C10003", 0.97), ("琼C10002", 0.97), ("琼C12B45", 0.5)]
    ):
        passage = a_passage(plate, now - timedelta(seconds=60 - number), CAMERA, reliability=reliability, colour="blue")
        passages_take(sender, [passage], received_at=now)
        if number == 2:
            jpeg = BytesIO()
            Image.new("RGB", (64, 32), "blue").save(jpeg, "JPEG")
            kinds = ("01", "02", "04")
            pictures_keep(
                sender,
                [Picture(id=f"{kind}{'0' * 39}", kind=kind, data=jpeg.getvalue() + kind.encode()) for kind in kinds],
                passage_key=passage.key,
                at=now,
            )
    return made


def test_what_waits_is_queued_and_a_look_tells_all(county: Organisation) -> None:
    desk = _client(county, Role.DISPATCHER)
    queue = desk.get(f"{BASE}/queue/").json()
    assert [(row["plate"], row["category_name"], row["match"]) for row in queue["alarms"]] == [
        ("琼C***03", "假牌套牌", "exact"), ("琼C***02", "肇事逃逸", "exact"), ("琼C***45", "肇事逃逸", "alike"),
    ]  # fmt: skip
    assert queue["count"] == 3 and queue["alarms"][0]["camera_name"] == "测试摄像机0001"
    seen, alike = (Alarm.objects.get(uid=queue["alarms"][at]["uid"]) for at in (1, 2))
    assert desk.post(f"{BASE}/{seen.uid}/look/", {}).status_code == 400
    sheet = desk.post(f"{BASE}/{seen.uid}/look/", {"words": f"核对预警 {seen.number}"}).json()
    assert (sheet["plate"], sheet["entry"]["vehicle"], sheet["entry"]["case_number"], sheet["passage"]["colour"]) == (
        "琼C10002", "白色轻型货车", "测试-1", "blue",
    )  # fmt: skip
    # The plate first, then the car; a driver's face is not shown.
    assert [picture["is_plate"] for picture in sheet["pictures"]] == [True, False]
    assert AuditRow.objects.filter(action="recognition.alarm_look", object_id=str(seen.uid)).count() == 1
    other = desk.post(f"{BASE}/{alike.uid}/look/", {"words": "核对"}).json()
    assert (other["plate"], other["read"], other["differs"]) == ("琼C12845", "琼C12B45", [4])
    # A warden may judge an alarm, but the watch-list's case is not for him.
    warden = _client(county, Role.WARDEN)
    assert "case_number" not in warden.post(f"{BASE}/{seen.uid}/look/", {"words": "核对"}).json()["entry"]


def test_pictures_open_for_who_looked_alone(county: Organisation) -> None:
    desk, other = _client(county, Role.DISPATCHER), _client(county, Role.OFFICER)
    alarm = Alarm.objects.get(category="hit_and_run", match="exact")
    address = desk.post(f"{BASE}/{alarm.uid}/look/", {"words": "核对"}).json()["pictures"][0]["url"]
    shown = desk.get(address)
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/jpeg")
    assert other.get(address).status_code == 404
    assert desk.get(address.split("?")[0]).status_code == 404
    assert APIClient().get(address).status_code == 401


def test_the_second_is_told_who_did_what(county: Organisation) -> None:
    first, second = _client(county, Role.DISPATCHER), _client(county, Role.COMMANDER)
    one, two, three = Alarm.objects.filter(state="raised", ask=True).order_by("id")
    assert first.post(f"{BASE}/{one.uid}/confirm/", {}).json()["state"] == "confirmed"
    assert first.post(f"{BASE}/{one.uid}/confirm/", {}).status_code == 200
    for step, body in (("confirm", {}), ("hold", {}), ("false", {"reason": "misread"})):
        told = second.post(f"{BASE}/{one.uid}/{step}/", body)
        assert (told.status_code, told.json()["error"]["code"]) == (409, "already_decided")
        assert "测试dispatcher" in told.json()["error"]["message"], step
    assert second.post(f"{BASE}/{two.uid}/false/", {"reason": "other"}).status_code == 400
    assert second.post(f"{BASE}/{two.uid}/false/", {"reason": "nonsense"}).status_code == 400
    assert second.post(f"{BASE}/{two.uid}/false/", {"reason": "differs"}).json()["outcome"] == ""
    two.refresh_from_db()
    assert (two.false_reason, AlarmStep.objects.get(alarm=two, to_state="false").text) == ("differs", "车与布控不符")
    event = Event.objects.filter(topic="recognition.alarm_false").get()
    assert event.payload["by"] == "测试commander" and "琼" not in str(event.payload)
    # A storm of three: one still waits.
    storm = first.post(
        f"{BASE}/false/", {"alarms": [str(each.uid) for each in (one, two, three)], "reason": "misread"}
    ).json()
    assert storm["done"] == [str(three.uid)]
    assert {(row["uid"], row["by"], row["state"]) for row in storm["before"]} == {
        (str(one.uid), "测试dispatcher", "confirmed"), (str(two.uid), "测试commander", "false"),
    }  # fmt: skip
    assert Alarm.objects.get(pk=three.pk).outcome == "wrong_read"


def test_a_storm_with_one_out_of_sight_changes_nothing(county: Organisation) -> None:
    stranger = _client(an_organisation("乙区"), Role.DISPATCHER)
    waiting = [str(uid) for uid in Alarm.objects.filter(state="raised", ask=True).values_list("uid", flat=True)]
    assert stranger.get(f"{BASE}/queue/").json() == {"alarms": [], "count": 0}
    assert stranger.post(f"{BASE}/false/", {"alarms": waiting, "reason": "test"}).status_code == 404
    desk = _client(county, Role.DISPATCHER)
    unknown = [*waiting, str(uuid.uuid4())]
    assert desk.post(f"{BASE}/false/", {"alarms": unknown, "reason": "test"}).status_code == 404
    assert Alarm.objects.filter(state="false").count() == 0
    auxiliary = _client(county, Role.AUXILIARY)
    assert auxiliary.get(f"{BASE}/queue/").status_code == 403
