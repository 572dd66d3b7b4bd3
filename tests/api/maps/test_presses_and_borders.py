"""Lateness without a chief, and cases at a border: who is shown what on the pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from core import clock
from incidents.models import Supervision
from incidents.selectors import incidents_visible_to
from roads.services import chief_assignment_end
from stations.selectors import actor_for_user
from stations.types import Role
from tests.factories.incidents import World, later, refresh
from tests.factories.stations import SYSTEM, an_actor

SignedIn = Callable[[Any], Client]


@pytest.fixture
def headless(world: World) -> Any:
    """A case that is late on a stretch that has no chief."""
    for (segment_id, _rank), assignment in world.roads.assignments.items():
        if segment_id == world.roads.second.pk:
            chief_assignment_end(actor=SYSTEM, assignment_uid=str(assignment.uid))
    incident = world.report(automatic=False, title="无人负责的警情")
    later((refresh(incident).arrive_by - clock.now()).total_seconds() + 1)
    (press,) = Supervision.objects.filter(incident=incident, settled_at=None)
    assert press.person_id is None
    return press


def _presses(client: Client) -> list[int]:
    return [row["id"] for row in client.get("/command/snapshot/").json()["presses"]]


def test_lateness_without_a_chief_lies_with_who_reviews(world: World, headless: Any, signed_in: SignedIn) -> None:
    assert _presses(signed_in(world.commander)) == _presses(signed_in(world.reviewer)) == [headless.pk]
    assert _presses(signed_in(world.desk)) == []
    assert _presses(signed_in(an_actor(world.south, Role.COMMANDER))) == []
    both = an_actor(world.city, Role.CHIEF, Role.REVIEWER)
    page = signed_in(both).get("/chief/").content.decode()
    assert "无人负责的警情" in page and "该处没有路长" in page


def test_who_reviews_answers_it_and_others_do_not(world: World, headless: Any, signed_in: SignedIn) -> None:
    address, body = f"/api/v1/supervisions/{headless.pk}/settle/", {"text": "已另派人员"}

    def answered(actor: Any) -> int:
        return signed_in(actor).post(address, body, content_type="application/json").status_code

    assert answered(an_actor(world.south, Role.COMMANDER)) in {403, 404}
    assert answered(world.desk) in {403, 404}
    assert answered(world.reviewer) == 200
    assert _presses(signed_in(world.commander)) == []


def test_a_pressed_chief_sees_the_press(world: World, signed_in: SignedIn) -> None:
    incident = world.report(automatic=False, title="迟迟未到")
    later((refresh(incident).arrive_by - clock.now()).total_seconds() + 1)
    lowest = actor_for_user(world.roads.chiefs[world.roads.second.pk, 4].user)
    page = signed_in(lowest).get("/chief/").content.decode()
    assert "迟迟未到" in page and "sum--late" in page and 'data-live="due"' in page


@pytest.mark.parametrize(("north_m", "seen"), [(20.0, True), (300.0, False)])
def test_the_neighbour_sees_an_open_case_at_the_border(
    world: World, signed_in: SignedIn, north_m: float, seen: bool
) -> None:
    incident = world.report(north_m=north_m, automatic=False, title="交界处落物")
    assert incident.segment_id == world.roads.second.pk
    own = actor_for_user(world.roads.chiefs[world.roads.second.pk, 4].user)
    neighbour = actor_for_user(world.roads.chiefs[world.roads.first.pk, 4].user)
    assert incidents_visible_to(own).filter(pk=incident.pk).exists()
    assert incidents_visible_to(neighbour).filter(pk=incident.pk).exists() is seen
    assert (signed_in(neighbour).get(f"/api/v1/incidents/{incident.uid}/").status_code == 200) is seen
    page = signed_in(neighbour).get("/chief/").content.decode()
    assert ("交界处落物" in page and "交界 50 米内" in page) is seen
    assert "交界 50 米内" not in signed_in(own).get("/chief/").content.decode()
    type(incident).objects.filter(pk=incident.pk).update(state="closed")
    assert not incidents_visible_to(neighbour).filter(pk=incident.pk).exists()


def test_the_page_offers_to_sign_and_then_names_who_did(world: World, signed_in: SignedIn) -> None:
    incident = world.report(north_m=20.0, automatic=False, title="交界处落物")
    segments = (world.roads.first, world.roads.second)
    neighbour, own = (actor_for_user(world.roads.chiefs[segment.pk, 4].user) for segment in segments)
    address = f"/api/v1/incidents/{incident.uid}/own/"
    for actor in (own, neighbour):
        assert f"incidents/{incident.uid}/own/" in signed_in(actor).get("/chief/").content.decode()
    assert signed_in(neighbour).post(address).status_code == 200
    answer = signed_in(own).post(address)
    assert answer.status_code == 409 and answer.json()["error"]["code"] == "owned_already"
    page = signed_in(own).get("/chief/").content.decode()
    assert f"{neighbour.name}已签认" in page and f"incidents/{incident.uid}/own/" not in page


def test_posts_of_a_way_are_named(world: World) -> None:
    axis = world.roads.axis
    asked = f"{axis.pk}:1200.0"
    assert Client().get("/posts.json", {"at": asked}).json() == {asked: "X201 K1+200"}
    assert Client().get("/posts.json", {"at": "999999:5"}).json() == {"999999:5": ""}
    for bad in ({}, {"at": "x"}, {"at": f"{axis.pk}:nan"}, {"at": "-1:5"}, {"at": ["1:1"] * 101}):
        answer = Client().get("/posts.json", bad)
        error = answer.json()["error"]
        assert answer.status_code == 400 and error["field"] == "at" and "value" in error and error["cure"]
