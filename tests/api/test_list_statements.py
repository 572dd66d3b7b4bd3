"""Lists read a fixed number of statements, however many rows they show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core import clock
from roads.selectors import network_forget
from roads.selectors.chainage import axis_shapes
from roads.services import chief_assign
from stations.services import token_create
from stations.types import Role
from tests.factories.patrols import a_tour
from tests.factories.roads import LONG_AGO, a_network, a_segment, levels, set_posts, the_axis
from tests.factories.stations import SYSTEM, a_person, an_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_look() -> Iterator[None]:
    """Nothing that a process keeps outlives a test's database."""
    clock.forget()
    network_forget()
    yield
    network_forget()


@pytest.fixture
def city() -> Any:
    """The root of a small tree."""
    return an_organisation("示例市", kind="city")


def _client(organisation: Any, role: Role) -> Client:
    _row, token = token_create(actor=SYSTEM, user=a_person(organisation, role).user)
    return Client(headers={"authorization": f"Bearer {token}"})


def _statements(client: Client, address: str, rows: int) -> int:
    client.get(address)  # what a process reads once
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(address)
    assert len(answer.json()["features"]) == rows
    return len(captured)


def test_segments_of_many_axes(city: Any) -> None:
    a_network(city)
    ranks = levels(city)
    client = _client(city, Role.COMMANDER)

    def add(code: str, from_m: float) -> None:
        segment = a_segment(city, the_axis(code), from_m, from_m + 100)
        chief = a_person(city, login=False)
        chief_assign(actor=SYSTEM, segment=segment, level=ranks[3], person=chief, starts_at=LONG_AGO)

    add("X201", 0)
    few = _statements(client, "/api/v1/segments/?limit=1000", 1)
    for code in ("X201", "G98", "清湖路"):
        for metre in (200, 400, 600):
            add(code, metre)
    assert _statements(client, "/api/v1/segments/?limit=1000", 10) == few


def test_units_on_duty(city: Any) -> None:
    client = _client(city, Role.COMMANDER)
    a_tour(city, opened=True)
    few = _statements(client, "/api/v1/patrols/units/", 1)
    for _number in range(5):
        a_tour(city, opened=True)
    assert _statements(client, "/api/v1/patrols/units/", 6) == few


def test_axes_are_read_together_and_anew_after_a_change(city: Any) -> None:
    a_network(city)
    ids = [the_axis(name).pk for name in ("X201", "G98", "清湖路")]
    with CaptureQueriesContext(connection) as cold:
        shapes = axis_shapes(ids)
    assert set(shapes) == set(ids) and len(cold) <= 2
    with CaptureQueriesContext(connection) as warm:
        assert axis_shapes(ids) == shapes
    assert len(warm) == 1
    set_posts(the_axis("X201"), [(0.0, 5000.0), (1000.0, 6000.0)])
    assert axis_shapes(ids)[ids[0]].calibration.chainage_at(0.0) == pytest.approx(5000.0)
