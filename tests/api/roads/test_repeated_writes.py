"""`Idempotency-Key` on writes of roads: a repetition gets the first answer with 200 and changes nothing."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from core import clock
from roads.models import ChiefAssignment, Closure, RoadSpeed, Segment
from stations.types import Role
from tests.factories.roads import LONG_AGO, a_segment, levels, the_axis
from tests.factories.stations import a_person


def _post(client: Client, address: str, key: str, **body: Any) -> Any:
    headers = {"idempotency-key": key}
    return client.post(f"/api/v1/{address}", body, content_type="application/json", headers=headers)


@pytest.fixture
def keeper(city: Any, network: Any, client_of: Any) -> Client:
    """Signed in as an administrator of the city, which has its levels."""
    levels(city)
    return client_of(a_person(city, Role.ADMINISTRATOR))


@pytest.fixture
def dispatcher(city: Any, network: Any, client_of: Any) -> Client:
    """Signed in as one who may close roads."""
    return client_of(a_person(city, Role.DISPATCHER))


def _twice(client: Client, address: str, **body: Any) -> Any:
    key = str(uuid.uuid4())
    first, again = _post(client, address, key, **body), _post(client, address, key, **body)
    assert first.status_code in (200, 201), first.json()
    assert (again.status_code, again.json()) == (200, first.json())
    assert again.headers["Idempotency-Replayed"] == "true" and "Idempotency-Replayed" not in first.headers
    return first.json()


def test_segments_and_chiefs(city: Any, keeper: Client) -> None:
    body = {"organisation": str(city.uid), "code": "S-1", "name": "一段", "axis": str(the_axis("X201").uid)}
    made = _twice(keeper, "segments/", **body, from_m=0, to_m=1000)
    assert Segment.objects.count() == 1
    chief = a_person(city, login=False)
    person = {"person": str(chief.uid), "starts_at": LONG_AGO.isoformat()}
    appointed = _twice(keeper, "chiefs/", segment=made["id"], level=3, **person)
    assert ChiefAssignment.objects.count() == 1
    deputy = a_person(city, login=False)
    _twice(keeper, f"chiefs/{appointed['uid']}/deputies/", person=str(deputy.uid))
    _twice(keeper, f"chiefs/{appointed['uid']}/end/")
    pieces = _twice(keeper, f"segments/{made['id']}/cut/", at_metres=[400], names=["甲", "乙"])
    assert Segment.objects.count() == 3
    uids = [piece["id"] for piece in pieces["features"]]
    joined = _twice(keeper, "segments/join/", segments=uids, code="S-9", name="合")
    _twice(keeper, f"segments/{joined['id']}/retire/")


def test_closures_and_speeds(city: Any, network: Any, dispatcher: Client) -> None:
    body = {"organisation": str(city.uid), "kind": "block", "reason": "塌方", "axis": str(the_axis("X201").uid)}
    made = _twice(dispatcher, "closures/", **body, from_m=10, to_m=50)
    assert Closure.objects.count() == 1
    _twice(dispatcher, f"closures/{made['id']}/end/")
    until = (clock.now() + timedelta(minutes=10)).isoformat()
    _twice(dispatcher, "speeds/", edge_nos=[0, 1], factor=2.5, source="测试", ends_at=until)
    assert RoadSpeed.objects.count() == 1


def test_a_key_is_one_request_of_one_person(city: Any, network: Any, keeper: Client, client_of: Any) -> None:
    body = {"organisation": str(city.uid), "name": "一段", "axis": str(the_axis("X201").uid), "from_m": 0}
    assert _post(keeper, "segments/", "k-1", **body, code="S-1", to_m=100).status_code == 201
    other = _post(keeper, "segments/", "k-1", **body, code="S-2", to_m=100)
    assert (other.status_code, other.json()["error"]["code"]) == (409, "idempotency_key_reused")
    colleague = client_of(a_person(city, Role.ADMINISTRATOR))
    body |= {"from_m": 100}
    assert _post(colleague, "segments/", "k-1", **body, code="S-3", to_m=200).status_code == 201


def test_a_refusal_is_not_kept(city: Any, keeper: Client) -> None:
    segment = a_segment(city, the_axis("X201"), 0, 1000)
    body = {"segment": str(segment.uid), "level": 3}
    nobody = _post(keeper, "chiefs/", "k-2", **body, person=str(uuid.uuid4()))
    assert (nobody.status_code, nobody.json()["error"]["field"]) == (400, "person")
    assert _post(keeper, "chiefs/", "k-2", **body, person=str(a_person(city, login=False).uid)).status_code == 201


@pytest.mark.parametrize(
    ("change", "field"),
    [({"edge_nos": [10**6]}, "edge_nos"), ({"factor": 0}, "factor"), ({"ends_at": "2020-01-01T00:00:00Z"}, "ends_at")],
)
def test_bad_speeds_are_named(dispatcher: Client, change: dict[str, Any], field: str) -> None:
    until = (clock.now() + timedelta(minutes=10)).isoformat()
    body = {"edge_nos": [0], "factor": 2.0, "source": "测试", "ends_at": until, **change}
    answer = dispatcher.post("/api/v1/speeds/", body, content_type="application/json")
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, field)
    assert not RoadSpeed.objects.exists()
