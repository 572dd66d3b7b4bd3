"""Boards over the API: from due to taken down; what bad input gets; who is let in with what."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from core import broker
from core.jobs import job_run
from core.models import Job
from roads.models import Board
from roads.services import chief_assignment_end
from stations.types import Role
from tests.factories.boards import BoardCity, a_board, a_board_city
from tests.factories.stations import SYSTEM, an_actor, an_organisation

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


def test_other_organisations_boards_are_not_there(world: BoardCity, session_of: Any) -> None:
    board = a_board(world.segment)
    stranger = session_of(an_actor(an_organisation("邻市", kind="city"), Role.ADMINISTRATOR))
    assert stranger.get(BOARDS).json()["count"] == 0
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
