"""`/duty/` as an app: what a phone keeps, and that none of it is anybody's."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.utils import timezone

from core import clock
from core.device_time import DeviceMoment
from maps.doors.duty_app import duty_shell, modules_from
from stations.types import Role
from tests.factories.incidents import World

SHELL_KB, MAP_KB = 150, 100


def _gzipped_kb(names: tuple[str, ...]) -> float:
    return sum(len(gzip.compress(Path(str(finders.find(name))).read_bytes(), 6)) for name in names) / 1024


def test_the_shell_is_small_and_the_map_is_no_part_of_it() -> None:
    shell = duty_shell()
    assert _gzipped_kb(shell.files) < SHELL_KB
    assert "maps/js/duty/map.js" in shell.map_files and "maps/js/duty/map.js" not in shell.files
    assert _gzipped_kb(shell.map_files) < MAP_KB
    assert not [name for name in (*shell.files, *shell.map_files) if "vendor" in name]


def test_every_file_that_the_page_names_is_kept(world: World, signed_in: Callable[[Any], Client]) -> None:
    """A file that is not kept is missing without network."""
    text = signed_in(world.crew().actor).get("/duty/").content.decode()
    wanted = set(re.findall(r'(?:src|href)="/static/([^"#]+)', text))
    assert wanted - set(duty_shell().files) == set()
    assert "maps/js/duty/queue.js" in modules_from("maps/js/duty/main.js")


@pytest.mark.django_db
def test_worker_and_manifest_say_nothing_about_anybody() -> None:
    worker = Client().get("/duty/worker.js")
    assert worker["Content-Type"].startswith("text/javascript")
    told = json.loads(worker.content.decode().split("\n", 1)[0].removeprefix("const SHELL = ").removesuffix(";"))
    assert told["version"] == duty_shell().version
    assert "/words/en.json" in told["files"] and len(set(told["files"])) == len(told["files"])
    assert not [path for path in told["files"] if not path.startswith(("/static/", "/words/"))]
    manifest = Client().get("/duty/app.webmanifest")
    content = json.loads(manifest.content)
    assert (content["scope"], content["start_url"], content["display"]) == ("/duty/", "/duty/", "standalone")
    for icon in content["icons"]:
        assert finders.find(icon["src"].removeprefix("/static/"))


@pytest.mark.parametrize(
    ("role", "kind", "has_track"),
    [(Role.OFFICER, "officer", True), (Role.AUXILIARY, "auxiliary", True), (Role.PERSUADER, "persuader", False)],
)
def test_a_page_offers_what_its_role_may_do(
    world: World, signed_in: Callable[[Any], Client], role: Role, kind: str, has_track: bool
) -> None:
    """What is not offered is refused by the server as well."""
    crew = world.crew(person_kind=kind, role=role)
    client = signed_in(crew.actor)
    text = client.get("/duty/").content.decode()
    assert ('id="track"' in text) is has_track
    assert client.get(f"/api/v1/patrols/tours/{crew.tour.uid}/track/").status_code == (200 if has_track else 403)
    assert "/command/" not in text and "/admin/" not in text
    assert client.post(f"/api/v1/incidents/{world.report().uid}/dispatch/").status_code == 403


class TestLog:
    """What I did that day."""

    def test_tells_when_it_happened_and_when_it_arrived(self, world: World, signed_in: Callable[[Any], Client]) -> None:
        crew = world.crew(2000.0, 900.0)
        incident, assignment = world.sent(kind="congestion")
        world.step(assignment, "delivered")
        world.step(assignment, "acknowledged", moment=DeviceMoment(monotonic_ms=10))
        world.step(assignment, "on_scene", moment=DeviceMoment(monotonic_ms=120_000))
        text = signed_in(crew.actor).get("/duty/log/").content.decode()
        assert incident.number in text and "已签收" in text and "已送达" not in text
        assert text.count("当时无网络") == 1
        assert incident.number not in signed_in(world.crew(0.0, 0.0).actor).get("/duty/log/").content.decode()

    @pytest.mark.parametrize("date", ["昨天", "2026-02-31", "1999-01-01", "9999-01-01"])
    def test_a_date_that_is_none_is_said_with_its_cure(
        self, world: World, signed_in: Callable[[Any], Client], date: str
    ) -> None:
        answer = signed_in(world.crew().actor).get("/duty/log/", {"date": date})
        assert answer.status_code == 400
        assert (
            date in answer.content.decode() and timezone.localdate(clock.now()).isoformat() in answer.content.decode()
        )

    def test_an_earlier_day(self, world: World, signed_in: Callable[[Any], Client]) -> None:
        day = timezone.localdate(clock.now()) - timedelta(days=1)
        text = signed_in(world.crew().actor).get("/duty/log/", {"date": day.isoformat()}).content.decode()
        assert "这一天没有记录" in text
