"""Two pages on one incident: the second hand is told who did what, and when."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from incidents.models import Assignment, Incident
from stations.types import Role
from tests.factories.incidents import World
from tests.factories.stations import a_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def pages(world: World) -> tuple[Any, Any]:
    """Two dispatchers, each with a page."""
    found = []
    for _number in range(2):
        client = APIClient()
        client.person = a_person(world.city, Role.DISPATCHER)
        client.force_authenticate(client.person.user)
        found.append(client)
    return found[0], found[1]


def _seen(client: Any, incident: Incident) -> int:
    return int(client.get(f"/api/v1/incidents/{incident.uid}/").json()["seen"])


def _act(client: Any, incident: Incident, action: str, **body: Any) -> Any:
    return client.post(f"/api/v1/incidents/{incident.uid}/{action}/", {"reason": "原因", **body}, format="json")


def test_the_second_is_told_who_did_what(world: World, pages: tuple[Any, Any]) -> None:
    one, two = pages
    incident = world.report(automatic=False)
    seen = _seen(one, incident)
    assert _seen(two, incident) == seen
    assert _act(one, incident, "wait", seen=seen).status_code == 200
    answer = _act(two, incident, "grade", seen=seen, grade="red")
    assert answer.status_code == 409
    error = answer.json()["error"]
    assert error["code"] == "acted_meanwhile" and error["cure"]
    assert one.person.name in error["message"] and "挂起" in error["message"]
    assert error["details"][0]["who"] == one.person.name and error["details"][0]["at"]
    incident.refresh_from_db()
    assert incident.grade != "red", "nothing of the second was done"
    assert _act(two, incident, "grade", seen=_seen(two, incident), grade="red").status_code == 200


def test_two_hands_send_one_unit(world: World, pages: tuple[Any, Any]) -> None:
    world.crew()
    world.crew(2200.0, 500.0)
    incident = world.report(automatic=False)
    one, two = pages
    seen = _seen(one, incident)
    first = one.post(f"/api/v1/incidents/{incident.uid}/dispatch/", {"seen": seen}, format="json")
    second = two.post(f"/api/v1/incidents/{incident.uid}/dispatch/", {"seen": seen}, format="json")
    assert (first.status_code, second.status_code) == (200, 409)
    assert first.json()["call_sign"] in second.json()["error"]["message"]
    assert Assignment.objects.filter(incident=incident).count() == 1


def test_a_lost_transition_says_who_was_quicker_even_to_who_does_not_say_what_it_saw(
    world: World, pages: tuple[Any, Any]
) -> None:
    one, two = pages
    incident = world.report(automatic=False)
    assert _act(one, incident, "false").status_code == 200
    answer = _act(two, incident, "wait")
    assert answer.status_code == 409
    assert one.person.name in answer.json()["error"]["message"]


def test_what_the_house_did_by_itself_is_in_nobodys_way(world: World, pages: tuple[Any, Any]) -> None:
    one, _two = pages
    incident = world.report(automatic=False)
    seen = _seen(one, incident)
    incident.refresh_from_db()
    Incident.objects.filter(pk=incident.pk).update(shortfall="all_busy")
    assert _act(one, incident, "wait", seen=seen).status_code == 200
