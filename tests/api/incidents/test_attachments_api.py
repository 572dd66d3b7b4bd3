"""Pictures of incidents by the API: taken in, drawn anew, shown to those who may see them; bad ones refused whole."""

from __future__ import annotations

import hashlib
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import ExifTags, Image
from rest_framework.test import APIClient

from core import clock, retention
from core.attachments import picture as pictures
from core.attachments.thumbnails import thumbnails_make
from core.models import Attachment, AuditRow
from incidents import services
from incidents.models import IncidentPicture, IncidentStep
from incidents.services import picturing
from stations.types import Role
from tests.factories.incidents import World
from tests.factories.stations import a_person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def _photo(colour: str = "red") -> bytes:
    """A phone's JPEG with place and time."""
    image = Image.new("RGB", (64, 48), colour)
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "SECRETPHONE"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2026:06:10 08:30:00"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.OffsetTimeOriginal] = "+08:00"
    place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    place[ExifTags.GPS.GPSLatitude], place[ExifTags.GPS.GPSLatitudeRef] = (19.0, 15.0, 0.0), "N"
    place[ExifTags.GPS.GPSLongitude], place[ExifTags.GPS.GPSLongitudeRef] = (110.0, 30.0, 0.0), "E"
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


def _client(person: Any) -> APIClient:
    client = APIClient(raise_request_exception=False)
    client.force_authenticate(person.user)
    return client


def _add(client: APIClient, incident: Any, data: bytes, key: str | None = None, name: str = "a.jpg") -> Any:
    file = SimpleUploadedFile(name, data, content_type="image/jpeg")
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(_address(incident), {"file": file}, format="multipart", headers=headers)


def _address(incident: Any) -> str:
    return f"/api/v1/incidents/{incident.uid}/attachments/"


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_crew_sends_a_photo_and_the_desk_sees_it(world: World, media: Path) -> None:
    crew = world.crew()
    incident, _assignment = world.sent()
    data = _photo()
    answer = _add(_client(crew.person), incident, data)
    assert answer.status_code == 201, answer.content
    said = answer.json()
    assert (said["lon"], said["lat"]) == pytest.approx((110.5, 19.25))
    assert datetime.fromisoformat(said["taken_at"]) == datetime(2026, 6, 10, 0, 30, tzinfo=UTC)

    desk = _client(a_person(world.north, Role.DISPATCHER))
    (listed,) = desk.get(_address(incident)).json()["attachments"]
    assert listed["uid"] == said["uid"] and listed["added_by"] == crew.person.user.pk
    picture = desk.get(listed["url"])
    assert picture.status_code == 200 and picture["Content-Type"] == "image/jpeg"
    assert picture["X-Content-Type-Options"] == "nosniff"
    assert hashlib.sha256(picture.content).hexdigest() == listed["sha256"]
    assert b"SECRETPHONE" in data and b"SECRETPHONE" not in picture.content
    assert not Image.open(io.BytesIO(picture.content)).getexif()

    detail = desk.get(f"/api/v1/incidents/{incident.uid}/").json()
    assert [row["uid"] for row in detail["attachments"]] == [said["uid"]]
    assert any(step["details"].get("attachment") == said["uid"] for step in detail["timeline"])
    row = AuditRow.objects.get(action="attachment.create")
    assert (row.actor_id, row.object_id) == (crew.person.user.pk, said["uid"])
    assert row.details["source_sha256"] == hashlib.sha256(data).hexdigest()
    assert len(_files(media)) == 1


def test_a_file_that_was_changed_is_not_shown(world: World, media: Path) -> None:
    desk = _client(a_person(world.city, Role.DISPATCHER))
    incident = world.report()
    url = _add(desk, incident, _photo()).json()["url"]
    (file,) = _files(media)
    file.write_bytes(_photo("blue"))
    answer = desk.get(url)
    assert answer.status_code == 400 and answer.json()["error"]["code"] == "attachment_changed"


def _large_photo() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((1600, 1200), 40).convert("RGB").save(out, "JPEG")
    return out.getvalue()


def test_smaller_copies_by_the_same_door(world: World) -> None:
    crew = world.crew()
    incident, assignment = world.sent()
    said = _add(_client(crew.person), incident, _large_photo()).json()
    desk = _client(a_person(world.north, Role.DISPATCHER))
    assert said["small_url"] == f"{said['url']}?size=small" and said["large_url"] == f"{said['url']}?size=large"
    early = desk.get(said["small_url"])
    assert hashlib.sha256(early.content).hexdigest() == said["sha256"] and "immutable" not in early["Cache-Control"]

    assert thumbnails_make(Attachment.objects.get(uid=said["uid"]).pk)
    for size, sides in (("small", (320, 240)), ("large", (1280, 960))):
        answer = desk.get(said[f"{size}_url"])
        assert answer.status_code == 200 and answer["Content-Type"] == "image/jpeg"
        assert Image.open(io.BytesIO(answer.content)).size == sides
        assert answer["X-Content-Type-Options"] == "nosniff" and "immutable" in answer["Cache-Control"]
        assert answer["ETag"] == f'"{hashlib.sha256(answer.content).hexdigest()}"'
    assert hashlib.sha256(desk.get(said["url"]).content).hexdigest() == said["sha256"]

    shown = _client(crew.person).get(f"/api/v1/assignments/{assignment.uid}/").json()["attachments"]
    assert [row["small_url"] for row in shown] == [said["small_url"]]
    stranger = _client(a_person(world.south, Role.DISPATCHER))
    colleague = _client(a_person(world.north, Role.OFFICER))
    assert {each.get(said["small_url"]).status_code for each in (stranger, colleague)} == {404}
    assert APIClient().get(said["small_url"]).status_code == 401


@pytest.mark.parametrize("size", ["", "huge", "SMALL", "../x"])
def test_an_unknown_size_is_refused(world: World, size: str) -> None:
    desk = _client(a_person(world.city, Role.DISPATCHER))
    url = _add(desk, world.report(), _photo()).json()["url"]
    answer = desk.get(url, {"size": size})
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert (error["field"], error.get("value", "")) == ("size", size) and error["cure"] == "small、large"


def test_past_their_term_pictures_go_whole(world: World, media: Path, django_capture_on_commit_callbacks: Any) -> None:
    desk = _client(a_person(world.city, Role.DISPATCHER))
    over, running = world.report(), world.report()
    uids = [_add(desk, row, _large_photo()).json()["uid"] for row in (over, running)]
    for row in Attachment.objects.all():
        thumbnails_make(row.pk)
    services.incident_mark_false(actor=world.desk, incident_uid=str(over.uid), reason="误报")
    before = clock.now() + timedelta(seconds=1)
    (removal,) = picturing.pictures_past_term(before)
    assert (removal.object_id, removal.rows, removal.organisation_path) == (over.number, 1, over.organisation_path)
    with django_capture_on_commit_callbacks(execute=True):
        assert removal.remove() == 1
    assert not list(picturing.pictures_past_term(before)), "the other case is still open"
    names = {path.name for path in _files(media)}
    assert names == {f"{uids[1]}.jpg", f"{uids[1]}.small.jpg", f"{uids[1]}.large.jpg"}
    assert [str(row.uid) for row in Attachment.objects.all()] == uids[1:]
    assert "pictures" in retention.terms()


def test_the_same_key_adds_it_once(world: World) -> None:
    desk = _client(a_person(world.city, Role.DISPATCHER))
    incident = world.report()
    first, again = (_add(desk, incident, _photo(), "k1") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json() and IncidentPicture.objects.count() == 1
    other = _add(desk, incident, _photo("green"), "k1")
    assert other.status_code == 409 and other.json()["error"]["code"] == "idempotency_key_reused"
    assert IncidentPicture.objects.count() == 1


BAD = [
    (_photo()[:400], 400, "broken_picture"),
    (b"\x89PNG\r\n\x1a\n" + bytes(40), 400, "broken_picture"),
    (b"GIF89a" + bytes(50), 415, "unsupported_picture_type"),
    (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", 415, "unsupported_picture_type"),
    (b"\xff\xd8\xff" + bytes(pictures.SIZE_AT_MOST_BYTES), 413, "picture_too_large"),
]


@pytest.mark.parametrize(("data", "status", "code"), BAD)
def test_bad_pictures_are_refused_whole(world: World, media: Path, data: bytes, status: int, code: str) -> None:
    desk = _client(a_person(world.city, Role.DISPATCHER))
    incident = world.report()
    steps = IncidentStep.objects.count()
    answer = _add(desk, incident, data, "k")
    assert answer.status_code == status, answer.content
    error = answer.json()["error"]
    assert error["code"] == code and error["field"] == "file" and error["value"] and error["cure"]
    assert not Attachment.objects.exists() and not _files(media)
    assert IncidentStep.objects.count() == steps
    assert _add(desk, incident, _photo(), "k").status_code == 201, "a refused write may be tried again with its key"


def test_too_many_pixels(world: World, media: Path) -> None:
    out = io.BytesIO()
    Image.new("1", (20_001, 4)).save(out, "PNG")
    answer = _add(_client(a_person(world.city, Role.DISPATCHER)), world.report(), out.getvalue())
    assert answer.status_code == 413 and answer.json()["error"]["value"]
    assert not _files(media)


def test_no_file_and_other_bodies(world: World) -> None:
    desk = _client(a_person(world.city, Role.DISPATCHER))
    address = _address(world.report())
    for body in ({}, {"file": "text"}):
        answer = desk.post(address, body, format="multipart")
        assert answer.status_code == 400
        assert answer.json()["error"]["field"] == "file" and answer.json()["error"]["cure"]
    assert desk.post(address, {"file": "x"}, format="json").status_code == 415


def test_who_sees_them(world: World) -> None:
    crew = world.crew()
    incident, _assignment = world.sent()
    url = _add(_client(crew.person), incident, _photo()).json()["url"]
    stranger = _client(a_person(world.south, Role.DISPATCHER))
    assert {stranger.get(url).status_code, stranger.get(_address(incident)).status_code} == {404}
    assert _add(stranger, incident, _photo()).status_code == 404
    # An officer sees the case of its district, but of pictures only those of its own work.
    colleague = _client(a_person(world.north, Role.OFFICER))
    assert colleague.get(_address(incident)).json() == {"attachments": []}
    assert colleague.get(url).status_code == 404
    assert colleague.get(f"/api/v1/incidents/{incident.uid}/").json()["attachments"] == []
    own = _add(colleague, incident, _photo("blue"))
    assert own.status_code == 201
    assert [row["uid"] for row in colleague.get(_address(incident)).json()["attachments"]] == [own.json()["uid"]]
    assert len(_client(crew.person).get(_address(incident)).json()["attachments"]) == 2
    assert _client(a_person(world.north, Role.AUXILIARY, kind="auxiliary")).get(url).status_code == 404
    assert _client(a_person(world.north, Role.ANALYST)).get(url).status_code == 403
    assert APIClient().get(url).status_code == 401
    assert _add(_client(a_person(world.north, Role.REVIEWER)), incident, _photo()).status_code == 403


def test_one_of_another_case_is_not_found(world: World) -> None:
    desk = _client(a_person(world.city, Role.DISPATCHER))
    first, second = world.report(), world.report()
    uid = _add(desk, first, _photo()).json()["uid"]
    assert desk.get(f"{_address(second)}{uid}/").status_code == 404


def test_a_case_takes_so_many_and_no_more(world: World, monkeypatch: pytest.MonkeyPatch, media: Path) -> None:
    monkeypatch.setattr(picturing, "PICTURES_AT_MOST", 1)
    desk = _client(a_person(world.city, Role.DISPATCHER))
    incident = world.report()
    assert _add(desk, incident, _photo()).status_code == 201
    answer = _add(desk, incident, _photo("blue"))
    assert answer.status_code == 409 and answer.json()["error"]["cure"]
    assert len(_files(media)) == 1
