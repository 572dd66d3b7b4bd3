"""GA/T 1400 end to end: a camera of its own making signs in, keeps alive, pushes, and gets its answers."""

from __future__ import annotations

import asyncio
import base64
import gzip
import io
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.db import OperationalError
from PIL import Image

from core import clock
from core.attachments.files import file_path
from recognition import metrics
from recognition.intake import asgi
from recognition.models import (
    Alarm,
    CameraStanding,
    Passage,
    PassagePicture,
    ViidInbox,
    ViidInventory,
    ViidSender,
    ViidSubscription,
)
from recognition.services import sender_enrol
from recognition.services.senders import senders_quiet
from recognition.views.message import Message, Reply, said
from recognition.views.viid import answer
from stations.models import Checkpoint, Organisation
from stations.services import device_lock
from tests.factories.recognition import a_camera, a_sender, a_watched, categories_seed, passages_empty, two_people
from tests.factories.stations import SYSTEM, an_organisation
from tests.protocols.viid_client import VehicleCamera, a_list, a_vehicle, statuses

CAMERA = "46900200001190000001"
SENDER = "46900200005020000001"
ADDRESS = "10.0.0.7"
CORPUS_RECEIVED_AT = datetime(2026, 6, 10, 0, 40, tzinfo=UTC)


def _direct(request: httpx.Request, at: datetime | None = None) -> httpx.Response:
    """A request answered by the view in this thread and transaction, as the ASGI application would have it answered."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    message = Message(request.method, request.url.path, headers, request.content, ADDRESS, at or clock.now())
    reply = answer(message)
    return httpx.Response(
        reply.status, content=reply.body, headers={"Content-Type": reply.content_type, **dict(reply.headers)}
    )


@dataclass
class House:
    """An organisation with a camera, and a device that may speak GA/T 1400."""

    district: Organisation
    device: Any
    password: str

    def camera(self, handler: Callable[[httpx.Request], httpx.Response] = _direct) -> VehicleCamera:
        """That device, not signed in yet."""
        http = httpx.Client(transport=httpx.MockTransport(handler), base_url="http://localhost")
        return VehicleCamera(http, SENDER, "viid-user", self.password)

    def signed_in(self) -> VehicleCamera:
        """The same, signed in."""
        camera = self.camera()
        assert camera.register().status_code == 200
        return camera


def _house() -> House:
    district = an_organisation("示例县", kind="city")
    a_camera(district, CAMERA)
    device, _sender = a_sender(district, SENDER)
    _row, password = sender_enrol(actor=SYSTEM, device_uid=device.uid, username="viid-user")
    metrics.reset()
    return House(district, device, password)


@pytest.fixture
def house(db: None) -> House:
    """In the transaction of the test."""
    return _house()


@pytest.fixture
def committed_house(transactional_db: None) -> Iterator[House]:
    """With real commits: the intake has threads and sessions of its own."""
    categories_seed()
    passages_empty()
    clock.forget()
    yield _house()
    passages_empty()


def _jpeg(width_px: int = 64, height_px: int = 48) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width_px, height_px), (40, 90, 200)).save(out, "JPEG")
    return out.getvalue()


def _picture(vehicle: dict[str, Any], data: bytes) -> dict[str, Any]:
    vehicle["SubImageList"]["SubImageInfoObject"][0]["Data"] = base64.b64encode(data).decode()
    return vehicle


def _over_asgi(intake: asgi.ViidIntake) -> Callable[[httpx.Request], httpx.Response]:
    """A request sent through the intake itself, its threads and its sessions."""

    async def one(request: httpx.Request) -> httpx.Response:
        transport = httpx.ASGITransport(app=intake, client=(ADDRESS, 4711))  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as http:
            found = await http.request(
                request.method, request.url.path, content=request.content, headers=request.headers
            )
            return httpx.Response(found.status_code, headers=found.headers, content=found.content)

    return lambda request: asyncio.run(one(request))


def test_sign_in_keep_alive_push_leave(committed_house: House) -> None:
    """The whole day of a device through the intake's own threads, into committed rows."""
    house, now = committed_house, clock.now()
    a_watched(house.district, two_people(house.district), "琼C12345")
    intake = asgi.ViidIntake()
    camera = house.camera(_over_asgi(intake))
    try:
        early = camera.send("MotorVehicles", a_list(a_vehicle(CAMERA, now, "琼C10001")))
        registered, alive = camera.register(), camera.keepalive()
        pushed = camera.send(
            "MotorVehicles",
            a_list(_picture(a_vehicle(CAMERA, now, "琼C12345"), _jpeg()), a_vehicle(CAMERA, now, "琼C10002", 2)),
        )
        packed = gzip.compress(json.dumps(a_list(a_vehicle(CAMERA, now, "琼C10003", 3))).encode())
        zipped = camera.send("MotorVehicles", packed, **{"Content-Encoding": "gzip"})
        time = camera.send("System/Time", b"", method="GET")
        left, late = camera.unregister(), camera.keepalive()
    finally:
        asyncio.run(intake.close())
    assert (early.status_code, late.status_code) == (401, 401)
    assert early.headers["WWW-Authenticate"].startswith("Digest ")
    for greeted in (registered, alive, left):
        assert (greeted.status_code, greeted.json()["ResponseStatusObject"]["StatusCode"]) == (200, 0)
        assert greeted.headers["Content-Type"] == "application/VIID+JSON"
    assert [code for _id, code in statuses(pushed) + statuses(zipped)] == [0, 0, 0]
    told = datetime.strptime(time.json()["SystemTimeObject"]["LocalTime"], "%Y%m%d%H%M%S")
    assert abs(told - timedelta(hours=8) - clock.now().replace(tzinfo=None)) < timedelta(minutes=1)
    row = Passage.objects.get(plate="琼C12345")
    assert (row.device_id, row.camera_code, row.organisation_path) == (house.device.pk, CAMERA, house.district.path)
    assert (row.kind_code, row.colour, row.lane, round(row.reliability or 0, 2)) == ("02", "blue", 1, 0.95)
    alarm = Alarm.objects.get()
    assert (alarm.match, alarm.ask, alarm.passage_key) == ("exact", False, row.source_key)
    picture = PassagePicture.objects.get()
    assert picture.passage_key == row.source_key
    assert file_path(picture.path).read_bytes()[:3] == b"\xff\xd8\xff"
    assert (picture.width_px, len(picture.sha256)) == (64, 64)


def test_wrong_secret_replay_stranger_other_address_locked(house: House) -> None:
    camera = house.camera()
    body = a_list(a_vehicle(CAMERA, clock.now(), "琼C10001"))
    assert camera.register(password="wrong").status_code == 401
    assert camera.register().status_code == 200
    assert camera.register(replay=camera.last_answer).status_code == 401
    assert camera.send("MotorVehicles", body, **{"User-Identify": "46900200005020000099"}).status_code == 401
    asked = camera.send("MotorVehicles", body, **{"User-Identify": ""})
    header = camera.answer(asked.headers["WWW-Authenticate"], "/VIID/MotorVehicles")
    ViidSender.objects.update(online=False)
    answers = [camera.send("MotorVehicles", body, Authorization=header).status_code for _twice in range(2)]
    assert answers == [200, 401], "a Digest answer of its own is good once, from anywhere"
    other = camera.answer(asked.headers["WWW-Authenticate"], "/VIID/System/Keepalive")
    assert camera.send("MotorVehicles", body, Authorization=other).status_code == 401
    camera.register()
    ViidSender.objects.update(address="10.0.0.8")
    assert camera.keepalive().status_code == 401
    device_lock(actor=SYSTEM, device_id=house.device.pk, reason="丢失")
    assert (camera.keepalive().status_code, camera.register().status_code) == (403, 403)


def test_another_device_s_number_in_the_body(house: House) -> None:
    camera = house.signed_in()
    told = camera.send("System/Keepalive", {"KeepaliveObject": {"DeviceID": "46900200005020000099"}})
    assert (told.status_code, told.json()["ResponseStatusObject"]["StatusCode"]) == (400, 4)


def test_quiet_for_three_keepalives_is_off_line(house: House) -> None:
    checkpoint = Checkpoint.objects.get()
    camera = house.signed_in()
    camera.send("MotorVehicles", a_list(a_vehicle(CAMERA, clock.now(), "琼C10001")))
    assert senders_quiet() == 0
    ViidSender.objects.update(last_keepalive_at=clock.now() - timedelta(seconds=181))
    assert camera.keepalive().status_code == 401, "it has to sign in anew"
    assert (senders_quiet(), senders_quiet()) == (1, 0)
    checkpoint.refresh_from_db()
    assert (checkpoint.state, ViidSender.objects.get().online) == ("offline", False)
    camera.register()
    checkpoint.refresh_from_db()
    assert checkpoint.state == "online"


def test_corpus_as_recorded(house: House, shared_data: Path) -> None:
    """Every message of the corpus, at its own time, each answered by record as expected."""
    folder = shared_data / "gat1400"
    expected = json.loads((folder / "11_motorvehicles_fifty.expected.json").read_text("utf-8"))

    def push(name: str, path: str) -> httpx.Response:
        body = (folder / f"{name}.json").read_bytes()
        ViidSender.objects.update(last_keepalive_at=clock.now())
        camera = house.camera(lambda request: _direct(request, CORPUS_RECEIVED_AT))
        found = camera.send(path, body)
        assert found.status_code == 200, name
        return found

    house.signed_in()
    fifty = statuses(push("11_motorvehicles_fifty", "MotorVehicles"))
    assert statuses(push("11_motorvehicles_fifty", "MotorVehicles")) == fifty
    assert Passage.objects.filter(clock="").count() == expected["accepted"]
    assert Passage.objects.exclude(clock="").count() == len(expected["rejected"]), "kept by its receipt"
    assert [place for place, (_id, code) in enumerate(fifty) if code != 0] == expected["rejected"]
    for one in expected["per_record"]:
        row = Passage.objects.filter(source_key=one["id"]).first()
        if row is not None:
            assert (row.plate or None, row.reading) == (one["plate"], one["reading"]), one
    for name in ("10_motorvehicles_one", "12_motorvehicles_bare_list", "13_motorvehicles_single_object"):
        assert {code for _id, code in statuses(push(name, "MotorVehicles"))} == {0}
    assert all(code != 0 for _id, code in statuses(push("14_motorvehicles_bad_ids", "MotorVehicles")))
    for name, path in (("20_tollgates", "Tollgates"), ("21_lanes", "Lanes"), ("22_apes", "APEs")):
        push(name, path)
    assert set(ViidInventory.objects.values_list("kind", flat=True)) == {"camera", "tollgate", "lane"}
    for name, path in (
        ("30_dispositions", "Dispositions"), ("30_dispositions", "Dispositions"), ("32_subscribe", "Subscribes"),
        ("31_disposition_notification", "DispositionNotifications"),
        ("33_subscribe_notification", "SubscribeNotifications"),
    ):  # fmt: skip
        push(name, path)
    assert sorted(ViidInbox.objects.values_list("kind", flat=True)) == ["alarm", "order", "order", "withdrawal"]
    assert ViidSubscription.objects.get().allowed_by_id is None
    assert "number_as_text" in ViidSender.objects.get().quirks


def test_forty_eight_stored_two_reported(house: House) -> None:
    now = clock.now()
    fifty = [a_vehicle(CAMERA, now, f"琼C1{number:04d}", number) for number in range(50)]
    fifty[7]["MotorVehicleID"] = "short"
    del fifty[31]["DeviceID"]
    pushed = house.signed_in().send("MotorVehicles", a_list(*fifty))
    assert [place for place, (_id, code) in enumerate(statuses(pushed)) if code != 0] == [7, 31]
    assert (Passage.objects.count(), CameraStanding.objects.get().read) == (48, 48)


def test_a_clock_years_ahead_is_refused_by_name_and_kept(house: House) -> None:
    ahead = a_vehicle(CAMERA, clock.now() + timedelta(days=900), "琼C10001")
    pushed = house.signed_in().send("MotorVehicles", a_list(ahead))
    assert [code != 0 for _id, code in statuses(pushed)] == [True]
    assert (Passage.objects.get().clock, Passage.objects.get().plate) == ("future_time", "琼C10001")


def test_bodies_that_are_none(house: House) -> None:
    """Malformed, truncated, of another kind, at another address: a status that says so; nothing is stored."""
    camera = house.signed_in()
    good = json.dumps(a_list(a_vehicle(CAMERA, clock.now(), "琼C10001"))).encode()
    for body in (b"", b"{", good[:200], b'{"FaceListObject": {}}', b"\xff\xfe\x00"):
        found = camera.send("MotorVehicles", body)
        assert (found.status_code, found.json()["ResponseStatusObject"]["StatusCode"] in (7, 8)) == (400, True), body
    assert [code != 0 for _id, code in statuses(camera.send("MotorVehicles", b"[1, 2]"))] == [True, True]
    assert camera.send("Nothing", good).status_code == 404
    assert camera.send("MotorVehicles", b"", method="DELETE").status_code == 405
    assert not Passage.objects.exists()


def test_pictures_that_are_none_take_no_passage_along(house: House) -> None:
    now, camera = clock.now(), house.signed_in()
    bomb = io.BytesIO()
    Image.new("1", (20_001, 3_000)).save(bomb, "PNG")
    bad = [b"GIF89a" + b"0" * 40, _jpeg()[:300], bomb.getvalue(), b"%PDF-1.7"]
    vehicles = [_picture(a_vehicle(CAMERA, now, "琼C10001", n), data) for n, data in enumerate([*bad, _jpeg()])]
    assert [code for _id, code in statuses(camera.send("MotorVehicles", a_list(*vehicles)))] == [0] * 5
    assert (Passage.objects.count(), PassagePicture.objects.count()) == (5, 1)
    assert metrics.snapshot()["broken_pictures"] == 4
    image = {"ImageID": f"{CAMERA}0220260610083001" + "00009", "Data": base64.b64encode(bad[0]).decode()}
    images = {"ImageListObject": {"Image": [{"ImageInfoObject": image}, {"ImageInfoObject": image | {"Data": ""}}]}}
    assert [code != 0 for _id, code in statuses(camera.send("Images", images))] == [True, False]


def test_faces_and_people_are_answered_and_dropped(house: House) -> None:
    faces = {"FaceListObject": {"FaceObject": [{"FaceID": "4" * 48, "SubImageList": {}}]}}
    assert statuses(house.signed_in().send("Faces", faces)) == [("4" * 48, 0)]
    assert not PassagePicture.objects.exists()


def _sent(intake: asgi.ViidIntake, *contents: bytes, **headers: str) -> list[httpx.Response]:
    """Bodies sent at once to an intake, which is closed afterwards."""

    async def run() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app=intake)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as http:
            try:
                calls = [http.post("/VIID/MotorVehicles", content=body, headers=headers) for body in contents]
                return list(await asyncio.gather(*calls))
            finally:
                await intake.close()

    return asyncio.run(run())


def _fine(message: Message) -> Reply:
    return said(message, id_=message.body.decode())


def test_a_storm_is_answered_503_and_told_when_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """What may not wait is refused at once; who was let in is answered."""
    monkeypatch.setattr(asgi, "MAX_WAITING", 4)
    met = threading.Event()

    def slow(message: Message) -> Reply:
        assert met.wait(20)
        return _fine(message)

    class Counted(asgi.ViidIntake):
        refused = 0

        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            await super().__call__(scope, receive, send)
            self.refused += 1
            if self.refused == 26:
                met.set()

    answers = _sent(Counted(slow), *(b"%d" % number for number in range(30)))
    assert sorted(one.status_code for one in answers) == [200] * 4 + [503] * 26
    assert {one.headers["Retry-After"] for one in answers if one.status_code == 503} == {"2"}


def test_too_much_bad_gzip_bombs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asgi, "MAX_BODY_BYTES", 1_000)
    packed = gzip.compress(b"x" * 900)
    unpacks = {"Content-Encoding": "gzip"}
    assert [one.status_code for one in _sent(asgi.ViidIntake(_fine), b"x" * 1_001, b"x")] == [413, 200]
    bodies = (packed, packed[:10], b"none", gzip.compress(b"x" * 100_000))
    assert [one.status_code for one in _sent(asgi.ViidIntake(_fine), *bodies, **unpacks)] == [200, 400, 400, 413]


def test_a_database_that_is_away_is_503_and_a_fault_500() -> None:
    def away(_message: Message) -> Reply:
        raise OperationalError("gone")

    def broken(_message: Message) -> Reply:
        raise RuntimeError("fault")

    (one,), (other,) = _sent(asgi.ViidIntake(away), b""), _sent(asgi.ViidIntake(broken), b"")
    assert (one.status_code, one.headers["Retry-After"], other.status_code) == (503, "2", 500)
    assert "fault" not in other.text
