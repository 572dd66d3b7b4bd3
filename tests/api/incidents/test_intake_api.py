"""`POST /api/v1/incidents/` as others call it: status, shape of errors, the same answer to the same key."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from core import clock
from incidents.models import Incident
from stations.types import Role
from tests.factories.incidents import World
from tests.factories.roads import lonlat
from tests.factories.stations import a_person

pytestmark = pytest.mark.django_db
LON, LAT = lonlat(2000.0, 1000.0)
ADDRESS = "/api/v1/incidents/"


@pytest.fixture
def client(world: World) -> APIClient:
    """A dispatcher of the city."""
    found = APIClient()
    found.force_authenticate(a_person(world.city, Role.DISPATCHER).user)
    return found


def _post(client: APIClient, key: str | None = "k", **fields: Any) -> Any:
    body = {"kind": "crash", "source": "phone", "lon": LON, "lat": LAT, "datum": "wgs84", **fields}
    body = {name: value for name, value in body.items() if value is not None}
    headers = {} if key is None else {"Idempotency-Key": key}
    return client.post(ADDRESS, body, headers=headers, format="json")


def test_created_then_the_same_answer(client: APIClient) -> None:
    first, again = _post(client), _post(client, lon=LON + 0.01)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert Incident.objects.count() == 1


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "no datum": ({"datum": None}, "datum"),
    "swapped": ({"lon": LAT, "lat": LON}, "lon,lat"),
    "no place": ({"lon": None, "lat": None}, "lon"),
    "no lat": ({"lat": None}, "lat"),
    "no lat beside a chainage": ({"lat": None, "chainage": "G98 K2+500"}, "lat"),
    "words": ({"lon": "here"}, "lon"),
    "unknown kind": ({"kind": "ufo"}, "kind"),
    "no kind": ({"kind": None}, "kind"),
    "unknown source": ({"source": "dream"}, "source"),
    "future": ({"happened_at": "2100-01-01T00:00:00+08:00"}, "happened_at"),
    "ancient": ({"happened_at": "1999-01-01T00:00:00+08:00"}, "happened_at"),
    "no time": ({"happened_at": "yesterday"}, "happened_at"),
    "long text": ({"text": "长" * 4001}, "text"),
    "long title": ({"title": "长" * 201}, "title"),
    "nul": ({"text": "a\0b"}, "text"),
    "risk": ({"risk": {"injured": "many"}}, "risk.injured"),
    "risk list": ({"risk": [1]}, "risk"),
    "course": ({"course_deg": 400}, "course_deg"),
    "both carriageways": ({"lon": None, "lat": None, "chainage": "G98 K2+500"}, "chainage"),
    "unknown road": ({"lon": None, "lat": None, "chainage": "G1 K2+500"}, "chainage"),
    "never meet": ({"lon": None, "lat": None, "road": "X201", "junction": "不存在"}, "junction"),
}


@pytest.mark.parametrize("case", BAD)
def test_refused_with_field_and_cure_and_nothing_saved(client: APIClient, case: str) -> None:
    fields, field = BAD[case]
    answer = _post(client, **fields)
    assert answer.status_code in {400, 404}, answer.content
    error = answer.json()["error"]
    assert error["field"] == field and error["message"] and error.get("cure"), error
    assert not Incident.objects.exists()


def test_the_key_is_needed(client: APIClient) -> None:
    for key in (None, "k" * 101):
        answer = _post(client, key=key)
        assert answer.status_code == 400 and answer.json()["error"]["field"] == "Idempotency-Key"


def test_the_choices_of_an_ambiguous_place_can_be_posted(client: APIClient) -> None:
    error = _post(client, lon=None, lat=None, chainage="G98 K2+500").json()["error"]
    assert len(error["details"]) == 2
    for number, choice in enumerate(error["details"]):
        answer = _post(client, key=str(number), lon=None, lat=None, chainage=choice["text"])
        assert answer.status_code == 201 and answer.json()["chainage_text"] == choice["text"]


def test_flagged_places_are_taken(client: APIClient) -> None:
    lon, lat = lonlat(5000.0, -2500.0)
    answer = _post(client, lon=lon, lat=lat)
    assert answer.status_code == 201 and "far_from_road" in answer.json()["place_flags"]


def test_a_fast_clock_is_brought_back(client: APIClient) -> None:
    later = (clock.now() + timedelta(minutes=3)).isoformat()
    answer = _post(client, happened_at=later)
    assert answer.status_code == 201 and answer.json()["happened_at"] <= answer.json()["received_at"]


def test_malformed_bodies(client: APIClient) -> None:
    for body in (b"{", b"[]", b'"x"', b'{"lon": NaN}'):
        answer = client.generic("POST", ADDRESS, body, "application/json", headers={"Idempotency-Key": "x"})
        assert answer.status_code == 400 and "error" in answer.json()
    assert not Incident.objects.exists()
