"""What the panels of the desk read, and the board for the day all is down."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from core import clock
from maps import board
from maps.board import OLD_S, YOUNG_S, board_file, boards_make, desk_paths
from patrols.services import requirement_create
from stations.types import Role
from tests.factories.incidents import World, later, refresh
from tests.factories.patrols import a_tour, a_unit
from tests.factories.stations import SYSTEM, a_person, a_station, an_actor

SignedIn = Callable[[Any], Client]


@pytest.fixture
def boards(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where boards are kept in this test."""
    monkeypatch.setattr(board, "boards_folder", lambda: tmp_path / "boards")
    return tmp_path / "boards"


def test_units_in_words(world: World, signed_in: SignedIn) -> None:
    near, silent = world.crew(2000.0, 20.0), world.crew(age_s=None)
    answer = signed_in(world.desk).get("/command/resources/").json()
    rows = {row["call_sign"]: row for row in answer["units"]}
    row = rows[near.call_sign]
    assert "K" in row["place"] and row["freshness"] == "fresh" and row["placed_by"] == "fix"
    assert (row["phones"], row["lead"], row["people"]) == (["0898-555000"], near.person.name, 1)
    assert rows[silent.call_sign]["age_s"] is None
    assert signed_in(an_actor(world.south, Role.DISPATCHER)).get("/command/resources/").json()["units"] == []


def test_radio_and_phones_are_for_who_may_see_people(world: World, signed_in: SignedIn) -> None:
    crew = world.crew()
    unit = crew.tour.unit
    unit.radio = "频道 3"
    unit.save(update_fields=["radio"])
    (seen,) = signed_in(world.desk).get("/command/resources/").json()["units"]
    assert seen["radio"] == "频道 3"
    own = world.crew(person_kind="auxiliary", role=Role.AUXILIARY)
    (row,) = signed_in(own.actor).get("/command/resources/").json()["units"]
    assert row["call_sign"] == own.call_sign and (row["radio"], row["phones"], row["lead"]) == ("", [], "")


def test_the_shift_and_what_is_missing(world: World, signed_in: SignedIn) -> None:
    world.crew()
    person = a_person(world.north, Role.OFFICER, duty_phone="0898-555111")
    late = a_tour(world.north, person, unit=a_unit(world.north, kind="motorcycle"))
    today = clock.now().date()
    requirement_create(
        actor=SYSTEM,
        organisation=world.south,
        name="南区路面",
        count=2,
        weekdays=[1, 2, 3, 4, 5, 6, 7],
        starts_at=dt.time(0, 0),
        ends_at=dt.time(23, 59),
        dates=(today - timedelta(days=2), today + timedelta(days=3)),
    )
    shift = signed_in(world.desk).get("/command/shift/").json()
    assert shift["on"] == [{"agency": "traffic", "kind": "car", "count": 1}]
    (missing,) = shift["not_checked_in"]
    assert missing["call_sign"] == late.unit.call_sign and missing["phones"] == ["0898-555111"]
    (gap,) = shift["gaps"]
    assert (gap["name"], gap["missing"]) == ("南区路面", 2)
    assert signed_in(an_actor(world.north, Role.OFFICER)).get("/command/shift/").json()["gaps"] == []


def test_every_press_of_the_scope(world: World, signed_in: SignedIn) -> None:
    incident = world.report(automatic=False, title="迟迟未到")
    later((refresh(incident).arrive_by - clock.now()).total_seconds() + 1)
    (row,) = signed_in(world.desk).get("/command/presses/").json()["presses"]
    assert row["number"] == incident.number and row["name"]
    assert signed_in(world.desk).get("/command/snapshot/").json()["presses"] == [], "it lies with the chief, not here"
    assert signed_in(an_actor(world.south, Role.COMMANDER)).get("/command/presses/").json()["presses"] == []


def test_a_board_for_each_desk_made_anew_when_it_is_old(world: World, boards: Path, signed_in: SignedIn) -> None:
    an_actor(world.south, Role.DISPATCHER)
    assert desk_paths() == sorted([world.city.path, world.south.path])
    crew = world.crew()
    incident, _assignment = world.sent(
        title="两车追尾", reporter_name="张某", reporter_phone="13800001234", plate="琼A00001", text="绝密内容"
    )
    a_station(world.north, name="示例站", duty_phone="0898-555222")
    assert boards_make() == 2 and boards_make() == 0
    text = board_file(world.city.path).read_text("utf-8")
    assert incident.number in text and crew.call_sign in text and "0898-555000" in text and "0898-555222" in text
    assert not any(secret in text for secret in ("张某", "13800001234", "琼A00001", "绝密内容"))
    assert "src=" not in text and "href=" not in text and "http" not in text, "it needs nothing from elsewhere"
    south = board_file(world.south.path).read_text("utf-8")
    assert incident.number not in south and crew.call_sign not in south
    assert board_file(world.city.path).stat().st_mode & 0o077 == 0

    later_case = world.report(1000.0, 900.0, title="后来的")
    assert later_case.number not in board_file(world.city.path).read_text("utf-8")
    _aged(board_file(world.city.path), YOUNG_S + 1)
    assert boards_make() == 1
    assert later_case.number in board_file(world.city.path).read_text("utf-8")


def test_boards_that_nobody_renews_go(world: World, boards: Path) -> None:
    boards_make()
    left = boards / "board-99.html"
    left.write_text("", "utf-8")
    _aged(left, OLD_S + 1)
    boards_make()
    assert [file.name for file in boards.iterdir()] == [board_file(world.city.path).name]


def test_the_board_is_opened_from_the_desk(world: World, boards: Path, signed_in: SignedIn) -> None:
    crew = world.crew()
    fresh = signed_in(world.desk).get("/command/board/")
    assert crew.call_sign in fresh.content.decode(), "without a file it is made on the spot"
    boards_make()
    board_file(world.city.path).write_text("<style>a</style><script>b</script>", "utf-8")
    answer = signed_in(world.desk).get("/command/board/")
    assert answer.content == b"<style>a</style><script>b</script>"
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'sha256-" in policy and "unsafe" not in policy


def _aged(file: Path, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(file, (then, then))
