"""A past window: scoped by who may see tracks, asked for with a reason, written down; and what is in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from core import clock
from core.models import AuditRow
from incidents.states import AssignmentState
from patrols.models import Fix, Tour
from stations.types import Role
from tests.factories.incidents import World
from tests.factories.stations import an_actor

pytestmark = pytest.mark.django_db


def _fixes(tour: Tour, count: int, every_s: int = 10) -> None:
    start = clock.now()
    Fix.objects.bulk_create(
        Fix(
            device_id=tour.pk, fixed_at=start + timedelta(seconds=every_s * n), received_at=start, tour_id=tour.pk,
            lon=110.4 + n / 1000, lat=19.2, speed_mps=None if n == 1 else 12.34, is_mock=n == 2, source="osmand",
        )
        for n in range(count)
    )  # fmt: skip


def _ask(client: Client, world: World, **changed: Any) -> Any:
    now = clock.now()
    body = {
        "from": (now - timedelta(minutes=20)).isoformat(),
        "to": (now + timedelta(minutes=10)).isoformat(),
        "reason": "复盘",
        **changed,
    }
    return client.post("/command/replay/", body, content_type="application/json")


@pytest.fixture
def later(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten minutes on: what was just written lies in the past."""
    now = clock.now()
    monkeypatch.setattr("patrols.services.replaying.clock.now", lambda: now + timedelta(minutes=10))


def _value(steps: list[int]) -> list[int]:
    return [sum(steps[: n + 1]) for n in range(len(steps))]


def test_tracks_and_steps_of_a_window(world: World, signed_in: Callable[[Any], Client], request: Any) -> None:
    crew = world.crew()
    incident, assignment = world.sent()
    world.step(assignment, AssignmentState.ACKNOWLEDGED)
    _fixes(crew.tour, 4)
    request.getfixturevalue("later")
    answer = _ask(signed_in(world.commander), world)
    assert answer.status_code == 200, answer.content
    assert answer["Cache-Control"] == "private, no-store"
    found = answer.json()
    (track,) = found["tracks"]
    assert (track["call_sign"], track["has_mock"], len(track["t"])) == (crew.call_sign, True, 4)
    assert [round(x / found["per_degree"], 3) for x in _value(track["x"])] == [110.4, 110.401, 110.402, 110.403]
    times = _value(track["t"])
    assert [b - a for a, b in zip(times, times[1:], strict=False)] == [10, 10, 10]
    assert track["v"] == [123, None, 123, 123]
    (case,) = found["incidents"]
    assert case["uid"] == str(incident.uid)
    states = [(step["state"], step.get("call_sign")) for step in case["steps"]]
    assert ("received", None) in states and ("acknowledged", crew.call_sign) in states
    assert [step["at"] for step in case["steps"]] == sorted(step["at"] for step in case["steps"])


def test_reading_is_written_down(world: World, signed_in: Callable[[Any], Client]) -> None:
    client = signed_in(world.commander)
    assert _ask(client, world, reason="  ").json()["error"]["field"] == "reason"
    assert not AuditRow.objects.filter(action="patrols.tracks_replayed").exists()
    assert _ask(client, world, reason="投诉 2026-17").status_code == 200
    row = AuditRow.objects.get(action="patrols.tracks_replayed")
    assert (row.actor_id, row.reason, row.organisation_path) == (
        world.commander.user_id,
        "投诉 2026-17",
        world.city.path,
    )


def test_others_see_only_their_own_ground(world: World, signed_in: Callable[[Any], Client], request: Any) -> None:
    north, south = world.crew(organisation=world.north), world.crew(organisation=world.south)
    for crew in (north, south):
        _fixes(crew.tour, 2)
    request.getfixturevalue("later")
    tracks = _ask(signed_in(an_actor(world.south, Role.DISPATCHER)), world).json()["tracks"]
    assert [track["call_sign"] for track in tracks] == [south.call_sign]
    assert _ask(signed_in(an_actor(world.south, Role.OFFICER)), world).status_code == 403


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"from": "gestern"}, "from"),
        ({"from": "2026-11-21T08:00:00"}, "from"),
        ({"to": ""}, "to"),
        ({"from": "2026-01-01T00:00:00+08:00", "to": "2026-01-01T06:00:01+08:00"}, "to"),
        ({"from": "2026-01-01T02:00:00+08:00", "to": "2026-01-01T01:00:00+08:00"}, "to"),
        ({"from": "2099-01-01T02:00:00+08:00", "to": "2099-01-01T03:00:00+08:00"}, "from"),
    ],
)
def test_windows_that_are_none(
    world: World, signed_in: Callable[[Any], Client], changed: dict[str, str], field: str
) -> None:
    error = _ask(signed_in(world.commander), world, **changed).json()["error"]
    assert error["field"] == field
    assert error["cure"]


def test_what_is_no_json_is_told(world: World, signed_in: Callable[[Any], Client]) -> None:
    for body in ("[", "[]", '"x"'):
        answer = signed_in(world.commander).post("/command/replay/", body, content_type="application/json")
        assert (answer.status_code, answer.json()["error"]["field"]) == (400, "body")


def test_the_page_says_that_it_is_not_now(world: World, signed_in: Callable[[Any], Client]) -> None:
    page = signed_in(world.commander).get("/command/?replay").content.decode()
    assert "回放，不是现在" in page and "replay/main.js" in page and "feed-age" not in page
    theirs = signed_in(an_actor(world.south, Role.REVIEWER)).get("/command/?replay").content.decode()
    assert "您的角色不能查看他人轨迹" in theirs and "replay/main.js" not in theirs
