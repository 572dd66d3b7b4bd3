"""What the panels of the desk read, and the sheet for the day all is down."""

from __future__ import annotations

import datetime as dt
import json
import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from core import clock
from core.jsontext import dumps
from incidents import services
from incidents.selectors import desk_sheet
from maps import fallback_sheet
from maps.doors.sheet import sheet_context
from maps.fallback_sheet import OLD_S, YOUNG_S, desk_paths, fallback_file, fallback_sheets_make
from patrols.services import requirement_create
from stations.types import Role
from tests.factories.incidents import World, later, refresh
from tests.factories.patrols import a_tour, a_unit
from tests.factories.stations import SYSTEM, a_person, a_station, an_actor

SignedIn = Callable[[Any], Client]


@pytest.fixture
def sheets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where sheets are kept in this test."""
    monkeypatch.setattr(fallback_sheet, "fallback_folder", lambda: tmp_path / "fallback")
    return tmp_path / "fallback"


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


def test_a_sheet_for_each_desk_made_anew_when_it_is_old(world: World, sheets: Path, signed_in: SignedIn) -> None:
    an_actor(world.south, Role.DISPATCHER)
    assert desk_paths() == sorted([world.city.path, world.south.path])
    crew = world.crew()
    incident, _assignment = world.sent(
        title="两车追尾", reporter_name="张某", reporter_phone="13800001234", plate="琼A00001", text="绝密内容"
    )
    a_station(world.north, name="示例站", duty_phone="0898-555222")
    assert fallback_sheets_make() == 2 and fallback_sheets_make() == 0
    text = fallback_file(world.city.path).read_text("utf-8")
    assert incident.number in text and crew.call_sign in text and "0898-555000" in text and "0898-555222" in text
    assert not any(secret in text for secret in ("张某", "13800001234", "琼A00001", "绝密内容"))
    assert "src=" not in text and "href=" not in text and "http" not in text, "it needs nothing from elsewhere"
    south = fallback_file(world.south.path).read_text("utf-8")
    assert incident.number not in south and crew.call_sign not in south
    assert fallback_file(world.city.path).stat().st_mode & 0o077 == 0

    later_case = world.report(1000.0, 900.0, title="后来的")
    assert later_case.number not in fallback_file(world.city.path).read_text("utf-8")
    _aged(fallback_file(world.city.path), YOUNG_S + 1)
    assert fallback_sheets_make() == 1
    assert later_case.number in fallback_file(world.city.path).read_text("utf-8")


def test_sheets_that_nobody_renews_go(world: World, sheets: Path) -> None:
    fallback_sheets_make()
    left = sheets / "fallback-99.html"
    left.write_text("", "utf-8")
    _aged(left, OLD_S + 1)
    fallback_sheets_make()
    assert [file.name for file in sheets.iterdir()] == [fallback_file(world.city.path).name]


def test_the_fallback_sheet_is_opened_from_the_desk(world: World, sheets: Path, signed_in: SignedIn) -> None:
    crew = world.crew()
    fresh = signed_in(world.desk).get("/command/board/")
    assert crew.call_sign in fresh.content.decode(), "without a file it is made on the spot"
    fallback_sheets_make()
    fallback_file(world.city.path).write_text("<style>a</style><script>b</script>", "utf-8")
    answer = signed_in(world.desk).get("/command/board/")
    assert answer.content == b"<style>a</style><script>b</script>"
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'sha256-" in policy and "unsafe" not in policy


def _aged(file: Path, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(file, (then, then))


def test_a_sheet_is_read_in_the_language_of_its_reader(world: World) -> None:
    """Made in Chinese, it keeps codes; what an earlier version wrote down in words stays."""
    crew = world.crew()
    _incident, assignment = world.sent(kind="congestion")
    world.walk(assignment, "acknowledged", "en_route")
    services.assignment_backup_ask(actor=crew.actor, assignment_uid=str(assignment.uid), reason="people", text="两车")
    now = clock.now()
    kept = json.loads(dumps(desk_sheet(world.desk, at=now)))
    (row,) = kept["incidents"]
    assert row["units"] == [{"call_sign": crew.call_sign, "state": "en_route"}]
    assert "处置中" not in dumps(kept) and "出发" not in dumps(kept)
    with translation.override("en"):
        english = sheet_context(kept, now)
        earlier = sheet_context({**kept, "incidents": [{**row, "units": ["X-1 到场"]}], "backups": []}, now)
    said = english["incidents"][0]
    assert (said["state_name"], said["units"]) == ("Being handled", [f"{crew.call_sign} Set off"])
    assert english["backups"][0]["why"] == "Too few hands：两车"
    assert earlier["incidents"][0]["units"] == ["X-1 到场"]
    assert sheet_context(kept, now)["incidents"][0]["state_name"] == "处置中"
