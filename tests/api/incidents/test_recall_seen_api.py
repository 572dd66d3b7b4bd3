"""`POST /assignments/<uid>/seen/`: the phone's word that it shows a recall; and what the phone reads to give it."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from core.models import Event
from incidents import services
from stations.types import Role
from tests.api.incidents.test_who_may import client_of
from tests.factories.incidents import World, refresh
from tests.factories.stations import a_person

pytestmark = pytest.mark.django_db

MINE = "/api/v1/assignments/?mine=1&open=1"


def _recalled(world: World) -> Any:
    _incident, assignment = world.sent()
    services.assignment_recall(actor=world.desk, assignment_uid=str(assignment.uid), reason="另有安排")
    return refresh(assignment)


def _uids(client: APIClient, address: str) -> list[str]:
    return [row["uid"] for row in client.get(address).json()["assignments"]]


def test_the_phone_reads_the_recall_until_it_has_said_so(world: World, crew: Any) -> None:
    assignment = _recalled(world)
    phone = client_of(crew.person)
    assert _uids(phone, MINE) == []
    assert _uids(phone, MINE + "&recalls=1") == [str(assignment.uid)]
    first = phone.post(f"/api/v1/assignments/{assignment.uid}/seen/", {}, format="json")
    events = Event.objects.count()
    again = phone.post(f"/api/v1/assignments/{assignment.uid}/seen/", {}, format="json")
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json()["recall_seen_at"] and again.json() == first.json()
    assert Event.objects.count() == events, "the second changed nothing"
    assert _uids(phone, MINE + "&recalls=1") == []


@pytest.mark.parametrize(
    ("role", "status"), [(Role.COMMANDER, 403), (Role.DISPATCHER, 403), (Role.REVIEWER, 403), (Role.OFFICER, 404)]
)
def test_others_cannot_say_it_for_the_crew(world: World, crew: Any, role: Role, status: int) -> None:
    assignment = _recalled(world)
    other = client_of(a_person(world.city, role))
    answer = other.post(f"/api/v1/assignments/{assignment.uid}/seen/", {}, format="json")
    assert answer.status_code == status
    assert status == 404 or answer.json()["error"]["cure"]
    assert refresh(assignment).recall_seen_at is None
    stranger = client_of(a_person(world.south, role))
    assert stranger.post(f"/api/v1/assignments/{assignment.uid}/seen/", {}, format="json").status_code == 404


def test_what_was_not_recalled_is_refused(world: World, crew: Any) -> None:
    _incident, assignment = world.sent()
    answer = client_of(crew.person).post(f"/api/v1/assignments/{assignment.uid}/seen/", {}, format="json")
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["value"]) == (409, "not_recalled", "offered") and error["cure"]
