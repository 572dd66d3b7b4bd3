"""Pages without a browser: who enters, what is on them, what is never on them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, override_settings

from core import clock
from core.models import ProcessBeat
from core.urgent.process import beat
from roads.selectors import networks_directory
from stations.types import Role
from tests.factories.incidents import World
from tests.factories.stations import an_actor

DOORS = ("/command/", "/duty/", "/chief/")


@pytest.mark.parametrize("door", DOORS)
def test_doors_send_strangers_to_sign_in(world: World, door: str) -> None:
    answer = Client().get(door)
    assert answer.status_code == 302
    assert answer["Location"] == f"/login/?next={door}"


@pytest.mark.parametrize(
    ("role", "open_doors"),
    [
        (Role.DISPATCHER, {"/command/"}),
        (Role.COMMANDER, {"/command/", "/chief/"}),
        (Role.OFFICER, {"/command/", "/duty/", "/chief/"}),
        (Role.CHIEF, {"/command/", "/chief/"}),
        (Role.PERSUADER, {"/command/", "/duty/", "/chief/"}),
        (Role.AUDITOR, set()),
        (Role.PAYEE_DESK, set()),
    ],
)
def test_each_role_opens_its_doors(
    world: World, role: Role, open_doors: set[str], signed_in: Callable[[Any], Client]
) -> None:
    client = signed_in(an_actor(world.city, role))
    answers = {door: client.get(door).status_code for door in DOORS}
    assert set(answers.values()) <= {200, 403}
    opened = {door for door, status in answers.items() if status == 200}
    assert opened - {"/chief/", "/command/"} == open_doors - {"/chief/", "/command/"}
    if not open_doors:
        assert opened == set()


def test_a_refusal_is_a_page(world: World, signed_in: Callable[[Any], Client]) -> None:
    answer = signed_in(an_actor(world.city, Role.AUDITOR)).get("/command/")
    assert answer.status_code == 403
    assert "没有权限" in answer.content.decode()
    missing = Client().get("/no-such-page/")
    assert missing.status_code == 404 and "没有找到" in missing.content.decode()


def test_pages_carry_no_inline_code_and_nothing_from_outside(world: World, signed_in: Callable[[Any], Client]) -> None:
    crew = world.crew()
    pages = [
        signed_in(world.desk).get("/command/"),
        signed_in(crew.actor).get("/duty/"),
        signed_in(an_actor(world.city, Role.CHIEF)).get("/chief/"),
        Client().get("/"),
        Client().get(f"/segments/{world.roads.first.uid}/"),
        Client().get(f"/roads/{world.roads.axis.uid}/"),
        Client().get("/login/"),
    ]
    for page in pages:
        text = page.content.decode()
        assert page.status_code == 200
        assert not re.search(r"<script(?![^>]*(?:\bsrc=|application/(?:ld\+)?json))", text)
        assert not re.search(r"\son\w+\s*=|\sstyle\s*=|<style", text)
        # The one address of a public page, told to search engines, is absolute.
        own = text.replace('href="http://testserver/', 'href="/')
        assert not re.search(r"""(?:src|href|action)\s*=\s*["'](?:https?:)?//""", own)
        policy = page["Content-Security-Policy"]
        assert "unsafe-inline" not in policy and "unsafe-eval" not in policy


def test_the_public_finds_the_chain_without_scripts(world: World) -> None:
    on_the_road = world.roads.first.geom[0].interpolate_normalized(0.5)
    lon, lat = on_the_road.x, on_the_road.y
    answer = Client().get("/", {"lon": f"{lon:.6f}", "lat": f"{lat:.6f}", "datum": "wgs84"})
    text = answer.content.decode()
    assert answer.status_code == 200
    people = [chief.name for (_segment, _level), chief in world.roads.chiefs.items()]
    assert any(name in text for name in people)


def test_search_finds_roads_and_says_when_it_does_not(world: World) -> None:
    axis = world.roads.axis
    found = Client().get("/", {"q": axis.code or axis.name}).content.decode()
    assert f"/roads/{axis.uid}/" in found
    assert "没有找到" in Client().get("/", {"q": "没有这样的地方"}).content.decode()
    assert Client().get("/", {"lon": "x", "lat": "1"}).status_code == 400
    assert Client().get("/", {"lon": "19.2", "lat": "110.4"}).status_code == 400


def test_the_public_side_shows_duty_contacts_only(world: World) -> None:
    for chief in world.roads.chiefs.values():
        chief.personal_phone = "100-7654"
        chief.save()
    page = Client().get(f"/segments/{world.roads.first.uid}/").content.decode()
    assert "100-7654" not in page


def test_the_snapshot_holds_what_the_desk_may_see(world: World, signed_in: Callable[[Any], Client]) -> None:
    world.crew()
    incident, assignment = world.sent()
    picture = signed_in(world.desk).get("/command/snapshot/").json()
    assert [row["uid"] for row in picture["incidents"]] == [str(incident.uid)]
    assert [row["uid"] for row in picture["assignments"]] == [str(assignment.uid)]
    (unit,) = picture["units"]
    assert unit["tour_id"] == assignment.tour_id and unit["fixed_at"] is not None
    foreign = world.south if incident.organisation_path.startswith(world.north.path) else world.north
    other = signed_in(an_actor(foreign, Role.DISPATCHER)).get("/command/snapshot/").json()
    assert other["incidents"] == []


def test_a_briefing_opens_without_network(world: World, signed_in: Callable[[Any], Client]) -> None:
    world.crew()
    incident, _assignment = world.sent(title="<b>货车侧翻</b>", reporter_name="张三", reporter_phone="100-1234567")
    answer = signed_in(world.desk).get(f"/command/briefing/{incident.uid}/")
    text = answer.content.decode()
    assert answer.status_code == 200 and "attachment" in answer["Content-Disposition"]
    shown = re.sub(r"<script>.*?</script>", "", text, flags=re.DOTALL)
    assert not re.search(r"""(?:src|href)\s*=\s*["']?(?:https?:)?//""", shown)
    assert "L.map(" in text and 'tileLayer("http' not in text and "&lt;b&gt;货车侧翻" in text
    assert "张三" not in text and "1234567" not in text
    assert signed_in(an_actor(world.city, Role.OFFICER)).get(answer.request["PATH_INFO"]).status_code == 403


def test_words_are_english_where_asked_for(world: World) -> None:
    assert Client().get("/words/zh-hans.json").json() == {}
    english = Client().get("/words/en.json").json()
    assert english and all(value for value in english.values())
    assert Client().get("/words/xx.json").status_code == 404


def test_health_addresses(world: World) -> None:
    beat("urgent-1")
    assert Client().get("/healthz").status_code == 200
    answer = Client().get("/readyz")
    ready = answer.json()
    assert answer.status_code == 200 and "causes" not in ready
    assert ready["database"] == "up" and ready["network"]["ok"] and ready["urgent"]["ok"]
    assert Client().get("/metrics").status_code == 200
    assert Client().get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 401


@override_settings(REDIS_URL="unix:///nowhere.sock?db=0")
def test_ready_without_redis(world: World) -> None:
    beat("urgent-1")
    answer = Client().get("/readyz")
    assert answer.json()["redis"] == "down"
    assert answer.status_code == 200


@pytest.mark.parametrize("lost", ["manifest.json", "arc_head.npy", "strings.json", ""])
def test_not_ready_when_files_of_the_network_are_gone(world: World, settings: Any, lost: str, tmp_path: Path) -> None:
    beat("urgent-1")
    copied = tmp_path / "var" / "networks"
    shutil.copytree(networks_directory() / world.roads.build.version, copied / world.roads.build.version)
    settings.LUZHANG_VAR = tmp_path / "var"
    assert Client().get("/readyz").status_code == 200
    if lost:
        (copied / world.roads.build.version / lost).unlink()
    else:
        shutil.rmtree(copied)
    answer = Client().get("/readyz")
    ready = answer.json()
    assert answer.status_code == 503 and ready["causes"] == ["network"]
    assert ready["network"]["cure"] and (lost or "manifest.json") in ready["network"]["cause"]
    assert str(tmp_path) not in answer.content.decode()


def test_not_ready_when_no_urgent_process_lives(world: World) -> None:
    silent = Client().get("/readyz")
    assert silent.status_code == 503 and silent.json()["causes"] == ["urgent"]
    beat("urgent-1")
    ProcessBeat.objects.update(at=clock.wall_now() - timedelta(seconds=16))
    answer = Client().get("/readyz")
    assert answer.status_code == 503 and answer.json()["urgent"]["cause"] == "no run_urgent for 16 s"
    assert answer.json()["urgent"]["cure"]
    beat("urgent-2")
    assert Client().get("/readyz").status_code == 200
