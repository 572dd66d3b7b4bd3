"""Figures by the API: who may ask, what is refused, what is said of their age."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from core import clock
from incidents.api import statistics
from incidents.statistics.counting import statistics_build
from stations.types import Role
from tests.factories.figures import past_incidents, recount
from tests.factories.incidents import World
from tests.factories.stations import a_person

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/statistics/incidents/"
MIDNIGHT = datetime(2026, 3, 1, 16, 0, tzinfo=UTC)
RANGE = {"from": "2026-03-02", "to": "2026-03-03"}


def _client(person: Any) -> APIClient:
    client = APIClient(raise_request_exception=False)
    client.force_authenticate(person.user)
    return client


def _ask(client: APIClient, **words: str) -> Any:
    return client.get(ADDRESS, {**RANGE, **words})


@pytest.fixture
def past(world: World) -> list[Any]:
    rows = past_incidents([world.north, world.south], world.crew().tour, MIDNIGHT, 2, count=60, seed=11)
    list(statistics_build(first=MIDNIGHT.date() + timedelta(days=1), last=MIDNIGHT.date() + timedelta(days=2)))
    return rows


def test_an_analyst_reads_the_figures_of_its_organisation(world: World, past: list[Any]) -> None:
    city = _ask(_client(a_person(world.city, Role.ANALYST)), by="grade")
    assert city.status_code == 200, city.content
    said = city.json()
    expected = recount(past, "grade")
    assert said["total"]["received"] == expected[None]["received"]
    assert {row["grade"]: row["closed"] for row in said["rows"]} == {
        grade: figures["closed"] for grade, figures in expected.items() if grade is not None
    }
    assert (said["from"], said["to"], said["by"], said["finished"]) == ("2026-03-02", "2026-03-03", "grade", True)
    assert datetime.fromisoformat(said["computed_at"]) <= clock.now() and 0 <= said["age_s"] < 600
    north = _ask(_client(a_person(world.north, Role.ANALYST))).json()
    own = recount([row for row in past if row.organisation_id == world.north.pk], "day")
    assert north["total"]["received"] == own[None]["received"] < said["total"]["received"]
    assert [row["received"] for row in north["rows"]] == [own[day]["received"] for day in sorted(set(own) - {None})]
    asked = _ask(_client(a_person(world.city, Role.COMMANDER)), organisation=str(world.north.uid)).json()
    assert asked["total"] == north["total"] and asked["organisation"]["name"] == world.north.name


def test_nothing_of_a_case_or_of_a_person_is_in_it(world: World, past: list[Any]) -> None:
    raw = _ask(_client(a_person(world.city, Role.ANALYST)), by="kind").content.decode()
    assert not [row for row in past if row.number in raw or str(row.uid) in raw]


def test_who_may_ask(world: World) -> None:
    may = {Role.COMMANDER, Role.DISPATCHER, Role.REVIEWER, Role.ANALYST}
    for role in sorted(set(Role) - {Role.DEVICE, Role.PUBLIC}):
        answer = _ask(_client(a_person(world.city, role)))
        assert answer.status_code == (200 if role in may else 403), role
    assert _ask(APIClient()).status_code == 401


TOMORROW = "9999-12-31"
BAD = [
    ({"from": "yesterday"}, "from", "yesterday"),
    ({"from": ""}, "from", ""),
    ({"to": "2026-02-30"}, "to", "2026-02-30"),
    ({"from": "2026-03-04"}, "from", "2026-03-04"),
    ({"from": "1066-10-14"}, "from", "1066-10-14"),
    ({"to": TOMORROW}, "to", TOMORROW),
    ({"from": "2020-01-01"}, "from", "2020-01-01"),
    ({"by": "officer"}, "by", "officer"),
    ({"by": ""}, "by", ""),
    ({"organisation": "north"}, "organisation", "north"),
    ({"organisation": "00000000-0000-0000-0000-000000000000"}, "organisation", "00000000-0000-0000-0000-000000000000"),
]


@pytest.mark.parametrize(("words", "field", "value"), BAD)
def test_bad_questions_are_refused_by_name(world: World, words: dict[str, str], field: str, value: str) -> None:
    answer = _ask(_client(a_person(world.city, Role.ANALYST)), **words)
    assert answer.status_code == 400, answer.content
    error = answer.json()["error"]
    assert (error["field"], error.get("value", "")) == (field, value) and error["cure"]


def test_another_organisation_is_refused(world: World) -> None:
    answer = _ask(_client(a_person(world.north, Role.ANALYST)), organisation=str(world.south.uid))
    assert answer.status_code == 400 and answer.json()["error"]["field"] == "organisation"
    above = _ask(_client(a_person(world.north, Role.ANALYST)), organisation=str(world.city.uid))
    assert above.status_code == 400


def test_without_a_range_it_is_the_last_seven_days(world: World) -> None:
    said = _client(a_person(world.city, Role.DISPATCHER)).get(ADDRESS).json()
    assert len(said["rows"]) == statistics.DAYS_USUALLY == len(said["days_not_counted"])
    assert said["rows"][-1]["day"] == said["to"] and said["computed_at"] is None and said["finished"] is False
