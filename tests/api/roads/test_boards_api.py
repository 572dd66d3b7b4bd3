"""Boards over the API: from due to taken down; what bad input gets; who is let in with what."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.utils import timezone
from PIL import Image

from core import broker, clock
from core.jobs import job_run
from core.models import Job
from roads.models import Board
from roads.services import board_remove, chief_assignment_end
from roads.services.board_pictures import board_pictures_past_term
from stations.selectors import actor_for_user
from stations.types import Role
from tests.factories.boards import BoardCity, a_board, a_board_city
from tests.factories.stations import SYSTEM, a_person, an_actor, an_organisation

pytestmark = pytest.mark.django_db(transaction=True)

BOARDS = "/api/v1/boards/"


@pytest.fixture
def world(city: Any, network: Any, settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> BoardCity:
    """A road with its chiefs."""
    settings.MEDIA_ROOT, settings.CSRF_TRUSTED_ORIGINS, settings.LUZHANG_REQUIRE_MFA = tmp_path, [], False
    monkeypatch.setattr(broker, "send", lambda *_a, **_k: False)
    return a_board_city(city)


@pytest.fixture
def session_of() -> Callable[[Any], Client]:
    """The browser's session of an actor."""

    def client(actor: Any) -> Client:
        made = Client()
        user = get_user_model().objects.get(pk=actor.user_id)
        made.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return made

    return client


@pytest.fixture
def clerk(world: BoardCity, session_of: Callable[[Any], Client]) -> Client:
    """An administrator's client."""
    return session_of(an_actor(world.city, Role.ADMINISTRATOR))


def _post(client: Client, address: str, body: Any = None, **headers: str) -> Any:
    return client.post(address, body or {}, content_type="application/json", headers=headers)


def test_from_due_to_taken_down(world: BoardCity, clerk: Client) -> None:
    made = _post(clerk, BOARDS, {"segment": str(world.segment.uid), "place_text": "村口"})
    assert made.status_code == 201, made.content
    board = made.json()
    assert (board["state"], board["state_name"], board["segment"]["code"]) == ("due", "待印发", "X201-01")
    address = f"{BOARDS}{board['uid']}"
    refused = clerk.get(f"{address}/pdf/")
    assert refused.status_code == 409 and refused.json()["error"]["cure"]
    issued = _post(clerk, f"{address}/issue/", **{"Idempotency-Key": "once"})
    again = _post(clerk, f"{address}/issue/", **{"Idempotency-Key": "once"})
    assert issued.json()["edition"] == again.json()["edition"] == 1
    assert Board.objects.get().address == "http://testserver"
    sheet = clerk.get(f"{address}/pdf/")
    assert sheet["Content-Type"] == "application/pdf" and sheet.content.startswith(b"%PDF-")
    assert _post(clerk, f"{address}/post/", {"note": "牢固"}).json()["state"] == "posted"
    assert clerk.get(f"{BOARDS}reprint/").json() == {"count": 0, "results": []}
    chief_assignment_end(actor=SYSTEM, assignment_uid=str(world.assignments[1].uid))
    (found,) = clerk.get(f"{BOARDS}reprint/").json()["results"]
    assert (found["number"], found["gone"]) == (board["number"], False)
    assert found["changes"] == [
        {"field": "chief:1", "level_name": "总路长", "printed": "王启明 0898-5555-0101", "now": ""}
    ]
    assert _post(clerk, f"{address}/remove/", {"reason": "道路改建"}).json()["state"] == "removed"
    listed = clerk.get(f"{BOARDS}?state=removed&q={board['number']}").json()
    assert [row["uid"] for row in listed["results"]] == [board["uid"]]


@pytest.mark.parametrize(
    ("address", "body", "status", "field"),
    [
        ("", {"segment": str(uuid.UUID(int=0))}, 404, "segment"),
        ("", {}, 400, "segment"),
        ("", {"segment": "SEGMENT", "lon": 110.42, "lat": 19.2}, 400, "datum"),
        ("", {"segment": "SEGMENT", "lon": 19.2, "lat": 110.42, "datum": "wgs84"}, 400, None),
        ("", {"segment": "SEGMENT", "lon": 110.45, "lat": 19.25, "datum": "wgs84"}, 400, "lon"),
        ("BOARD/post/", {"posted_on": "2001-01-01"}, 400, "posted_on"),
        ("BOARD/post/", {"posted_on": "昨天"}, 400, "posted_on"),
        ("BOARD/remove/", {}, 400, "reason"),
        ("BOARD/remove/", {"reason": "移位", "replaced_by": "99999"}, 404, "number"),
        ("prints/", {"organisation": str(uuid.UUID(int=0))}, 400, "organisation"),
        ("prints/", {"organisation": "CITY", "which": "every"}, 400, "which"),
        (f"{uuid.UUID(int=0)}/issue/", {}, 404, "board"),
    ],
)
def test_bad_input_is_told_field_and_cure(
    world: BoardCity, clerk: Client, address: str, body: dict[str, Any], status: int, field: str | None
) -> None:
    known = {"SEGMENT": str(world.segment.uid), "CITY": str(world.city.uid)}
    body = {name: known.get(value, value) if isinstance(value, str) else value for name, value in body.items()}
    board = a_board(world.segment)
    answer = _post(clerk, BOARDS + address.replace("BOARD", str(board.uid)), body)
    assert answer.status_code == status, answer.content
    error = answer.json()["error"]
    if field is not None:
        assert error.get("field") == field or [each["field"] for each in error["details"]] == [field], error


@pytest.mark.parametrize("query", ["?state=lost", "?organisation=NOWHERE"])
def test_lists_refuse_what_they_do_not_know(clerk: Client, query: str) -> None:
    answer = clerk.get(BOARDS + query)
    assert answer.status_code in {400, 404} and answer.json()["error"]["field"]


def test_a_district_is_printed_by_a_job_and_fetched(world: BoardCity, clerk: Client, session_of: Any) -> None:
    asked = _post(clerk, f"{BOARDS}prints/", {"organisation": str(world.city.uid)})
    assert asked.status_code == 201, asked.content
    uid = asked.json()["job"]
    early = clerk.get(f"{BOARDS}prints/{uid}/")
    assert early.status_code == 404 and early.json()["error"]["cure"]
    assert Job.objects.get().params["address"] == "http://testserver"
    assert job_run(uid) == "done"
    archive = clerk.get(f"{BOARDS}prints/{uid}/")
    assert archive.status_code == 200 and b"".join(archive.streaming_content).startswith(b"PK")
    shown = clerk.get(f"/api/v1/jobs/{uid}/").json()
    assert (shown["label"], shown["result"]["boards"]) == ("印制公示牌", 1)
    others = session_of(an_actor(an_organisation("邻市", kind="city"), Role.ADMINISTRATOR))
    assert others.get(f"{BOARDS}prints/{uid}/").status_code == 404


def _photo(colour: tuple[int, int, int] = (10, 200, 30)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(out, "JPEG")
    return out.getvalue()


def _sent(client: Client, board: Any, data: bytes, **more: Any) -> Any:
    return client.post(f"{BOARDS}{board.uid}/pictures/", {"file": SimpleUploadedFile("b.jpg", data), **more})


def test_a_picture_posts_the_board_and_says_who_when_where(world: BoardCity, clerk: Client, session_of: Any) -> None:
    board = a_board(world.segment)
    person = a_person(world.city, Role.CHIEF, name="张贴人")
    chief = session_of(actor_for_user(person.user))
    place = {"lon": board.geom.x, "lat": board.geom.y + 0.001, "datum": "wgs84"}
    made = _sent(chief, board, _photo(), **place, note="路口东侧")
    assert made.status_code == 201, made.content
    assert (made.json()["state"], made.json()["posted_on"]) == ("posted", str(timezone.localdate(clock.now())))
    again = _sent(chief, board, _photo(), **place)
    assert again.status_code == 200 and again.json()["picture"]["uid"] == made.json()["picture"]["uid"]
    record = clerk.get(f"{BOARDS}{board.uid}/").json()
    assert [(step["state"], step["note"]) for step in record["steps"]][-1] == ("posted", "路口东侧")
    (picture,) = record["pictures"]
    assert (picture["by"], picture["distance_m"]) == ("张贴人", pytest.approx(110.7, abs=0.5))
    shown = clerk.get(picture["url"])
    assert shown["Content-Type"] == "image/jpeg" and shown.content != _photo(), "drawn anew, not passed on"
    assert Client().get(picture["url"]).status_code == 401
    later = _sent(chief, board, _photo((200, 10, 30)))
    assert later.status_code == 201 and later.json()["picture"]["distance_m"] is None
    removed = board_remove(actor=SYSTEM, board_uid=board.uid, reason="道路改建")
    ended_at = removed.steps.latest("id").at
    assert list(board_pictures_past_term(ended_at)) == []
    (removal,) = board_pictures_past_term(ended_at + timedelta(seconds=1))
    with transaction.atomic():
        assert (removal.remove(), removed.pictures.count()) == (2, 0)


@pytest.mark.parametrize(
    ("state", "data", "more", "status", "field"),
    [
        ("issued", b"no picture", {}, 415, "file"),
        ("issued", None, {}, 400, "file"),
        ("issued", "photo", {"lon": 110.4}, 400, "datum"),
        ("issued", "photo", {"posted_on": "2001-01-01"}, 400, "posted_on"),
        ("due", "photo", {}, 409, "state"),
    ],
)
def test_a_picture_that_cannot_be_kept_changes_nothing(
    world: BoardCity, clerk: Client, state: str, data: Any, more: dict[str, Any], status: int, field: str
) -> None:
    board = a_board(world.segment, issued=state == "issued")
    body = _photo() if data == "photo" else data
    address = f"{BOARDS}{board.uid}/pictures/"
    answer = clerk.post(address, more) if body is None else _sent(clerk, board, body, **more)
    assert answer.status_code == status, answer.content
    error = answer.json()["error"]
    assert error.get("field") == field or [each["field"] for each in error["details"]] == [field], error
    board.refresh_from_db()
    assert (board.state, board.pictures.count()) == (state, 0)


def test_other_organisations_boards_are_not_there(world: BoardCity, session_of: Any) -> None:
    board = a_board(world.segment)
    stranger = session_of(an_actor(an_organisation("邻市", kind="city"), Role.ADMINISTRATOR))
    assert stranger.get(BOARDS).json()["count"] == 0
    assert stranger.get(f"{BOARDS}{board.uid}/").status_code == 404
    for action in ("issue", "post", "remove"):
        answer = _post(stranger, f"{BOARDS}{board.uid}/{action}/", {"reason": "x"})
        assert answer.status_code == 404, action
    assert stranger.get(f"{BOARDS}{board.uid}/pdf/").status_code == 404


def test_a_chief_hangs_boards_and_issues_none(world: BoardCity, session_of: Any) -> None:
    board = a_board(world.segment)
    chief = session_of(an_actor(world.city, Role.CHIEF))
    assert _post(chief, f"{BOARDS}{board.uid}/issue/").status_code == 403
    assert _post(chief, f"{BOARDS}{board.uid}/post/").json()["state"] == "posted"
    page = chief.get("/boards/")
    assert page.status_code == 200 and "批量印制" not in page.content.decode()
