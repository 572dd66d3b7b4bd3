"""`POST /api/v1/recognition/plates:read`: answered with proof and audited; bad pictures are refused."""

from __future__ import annotations

import base64
import io
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import cv2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import ExifTags, Image
from rest_framework.test import APIClient

from core.models import AuditRow
from demo.plates import scenes
from demo.plates.texts import STYLES
from recognition.reading.registry import ENGINES
from recognition.services import readers
from stations.types import Role
from tests.factories.stations import a_person, an_organisation

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/recognition/plates:read"
HERE = ENGINES["fused"].ready(Path("/nonexistent")).ready


@pytest.fixture
def officer() -> APIClient:
    client = APIClient()
    client.force_login(a_person(an_organisation(), Role.OFFICER).user)
    return client


@pytest.fixture(autouse=True)
def _own_models(settings: Any) -> None:
    """The packages' own models; the same folder in all tests, so that one reader serves them."""
    settings.LUZHANG_VAR = Path("/nonexistent")


def _car() -> tuple[bytes, str]:
    """A phone's picture of a near plate, with place and time; what stands on it."""
    near = scenes.Hardness(plate_px=(240.0, 300.0), yaw_deg=5.0, motion_px=3, blur_px=0.5)
    shown = scenes.scene(Random(43), STYLES[1], hardness=near)
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2026:03:01 08:30:00"
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitudeRef], gps[ExifTags.GPS.GPSLatitude] = "N", (19.0, 15.0, 36.0)
    gps[ExifTags.GPS.GPSLongitudeRef], gps[ExifTags.GPS.GPSLongitude] = "E", (110.0, 28.0, 12.0)
    out = io.BytesIO()
    Image.fromarray(cv2.cvtColor(shown.picture, cv2.COLOR_BGR2RGB)).save(out, "JPEG", quality=92, exif=exif)
    return out.getvalue(), shown.text


def _post(client: APIClient, data: bytes, **fields: str) -> Any:
    return client.post(ADDRESS, {"file": SimpleUploadedFile("a.jpg", data), **fields}, format="multipart")


def _jpeg(address: str) -> Image.Image:
    head, _comma, packed = address.partition(",")
    assert head == "data:image/jpeg;base64"
    return Image.open(io.BytesIO(base64.b64decode(packed)))


def test_a_picture_is_read_with_its_proof_and_audited(officer: APIClient) -> None:
    data, text = _car()
    answer = _post(officer, data, reason="路检核对")
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert (datetime.fromisoformat(body["at"]), body["at_source"]) == (datetime(2026, 3, 1, 0, 30, tzinfo=UTC), "exif")
    assert body["place"] == {
        "lon": pytest.approx(110.47),
        "lat": pytest.approx(19.26),
        "datum": "wgs84",
        "source": "exif",
    }
    assert _jpeg(body["picture"]["marked"]).width == body["picture"]["width_px"]
    row = AuditRow.objects.get(action="recognition.plates_read")
    assert row.reason == "路检核对"
    if not HERE:
        assert (body["outcome"], row.details["plates"]) == ("no_engine", [])
        pytest.skip("no weights here: nothing was read, and it says so")
    assert body["outcome"] == "read"
    read = body["reads"][0]
    assert (read["text"], read["kind"], read["rows"], len(read["characters"])) == (text, "nev_small", 1, 8)
    crop = _jpeg(read["crop"])
    assert crop.width > 2 * crop.height
    assert row.details["plates"] == [one["text"] for one in body["reads"]]


def test_a_picture_without_a_plate_is_an_answer(officer: APIClient) -> None:
    out = io.BytesIO()
    Image.new("RGB", (320, 240), (90, 90, 90)).save(out, "PNG")
    before = datetime.now(UTC)
    body = _post(officer, out.getvalue()).json()
    assert body["outcome"] == ("no_plate" if HERE else "no_engine")
    assert body["reads"] == []
    assert (body["place"], body["at_source"]) == (None, "server")
    assert datetime.fromisoformat(body["at"]) >= before


def _bomb(width_px: int, height_px: int) -> bytes:
    """A picture of one colour: few bytes, many pixels."""
    out = io.BytesIO()
    Image.new("1", (width_px, height_px)).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"", 400, None),
        (b"GIF89a and so on", 415, "unsupported_picture_type"),
        (b"\xff\xd8\xff\xe0 cut short", 400, "broken_picture"),
        (_bomb(10_000, 5_000), 413, "picture_too_large"),
        (_bomb(20_001, 10), 413, "picture_too_large"),
        (b"\xff\xd8\xff" + bytes(15 * 2**20), 413, "picture_too_large"),
    ],
    ids=["empty", "another-type", "truncated", "50-megapixels", "bomb", "too-many-bytes"],
)
def test_bad_pictures_are_refused_in_words(officer: APIClient, data: bytes, status: int, code: str | None) -> None:
    answer = _post(officer, data)
    assert answer.status_code == status, answer.content
    error = answer.json()["error"]
    assert error["field"] == "file"
    assert error["message"]
    assert code is None or error["code"] == code
    assert not AuditRow.objects.filter(action="recognition.plates_read").exists()


def test_no_file_and_an_unknown_profile(officer: APIClient) -> None:
    assert officer.post(ADDRESS, {}, format="multipart").status_code == 400
    assert _post(officer, _car()[0], profile="thorough").status_code == 400


def test_who_waits_too_long_is_told_to_come_again(officer: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "PATIENCE_S", 0.0)
    with readers._turn:
        answer = _post(officer, _car()[0])
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "reader_busy")
    assert int(answer["Retry-After"]) >= 1


def test_an_auxiliary_looks_up_no_plates() -> None:
    client = APIClient()
    client.force_login(a_person(an_organisation(), Role.AUXILIARY).user)
    assert _post(client, _car()[0]).status_code == 403
