"""Filters of lists: a value that no row could have is refused by its name, instead of an empty list or a failure."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from stations.types import Role
from tests.factories.roads import a_network
from tests.factories.stations import a_person, an_organisation

pytestmark = pytest.mark.django_db

REFUSED = [
    ("incidents/?state=open", "state"),
    ("incidents/?grade=red,purple", "grade"),
    ("patrols/tours/?state=open,nonsense", "state"),
    ("patrols/tours/?unit=7", "unit"),
    ("chiefs/?segment=x", "segment"),
    ("chiefs/?person=1", "person"),
    ("segments/?axis=none", "axis"),
    ("review-items/?kind=nonsense", "kind"),
    ("roads/where/?lon=110.4&lat=19.2&datum=wgs84&course_deg=nan", "course_deg"),
    ("roads/where/?lon=110.4&lat=19.2&datum=wgs84&course_deg=1e999", "course_deg"),
]


@pytest.fixture
def client() -> Any:
    city = an_organisation("示例市", kind="city")
    a_network(city)
    made = APIClient(raise_request_exception=False)
    made.force_authenticate(a_person(city, Role.COMMANDER, Role.ADMINISTRATOR).user)
    return made


def test_what_no_row_could_have_is_refused(client: Any) -> None:
    for address, field in REFUSED:
        answer = client.get(f"/api/v1/{address}")
        assert answer.status_code == 400, address
        error = answer.json()["error"]
        assert (error["field"], bool(error["value"]), bool(error["cure"])) == (field, True, True), address


def test_known_values_are_taken(client: Any) -> None:
    for address in (
        "incidents/?state=closed,false&grade=red",
        "patrols/tours/?state=open,planned",
        "review-items/?kind=no_chief,axis_gone",
        "chiefs/?segment=00000000-0000-0000-0000-000000000000",
        "roads/where/?lon=110.4&lat=19.2&datum=wgs84&course_deg=-10",
    ):
        assert client.get(f"/api/v1/{address}").status_code == 200, address
