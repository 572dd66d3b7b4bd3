"""Public look-ups and sign-in are counted per address: 429 with Retry-After beyond a limit, for nobody else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings as conf
from django.test import Client, RequestFactory
from django.urls import get_resolver

from core.api.limiting import address_of
from core.rates import Limit
from stations.services import token_create
from stations.types import Role
from tests.factories.stations import SYSTEM, a_person, an_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _three(settings: Any) -> None:
    table: dict[str, Limit] = conf.LUZHANG_RATE_LIMITS
    settings.LUZHANG_RATE_LIMITS = {name: replace(limit, hits=3) for name, limit in table.items()}


def _names() -> set[str]:
    found: set[str] = set()

    def walk(patterns: Any) -> None:
        for pattern in patterns:
            if hasattr(pattern, "url_patterns"):
                walk(pattern.url_patterns)
            elif pattern.name:
                found.add(pattern.name)

    walk(get_resolver().url_patterns)
    return found


def test_the_table_names_addresses_that_exist() -> None:
    named = {name for limit in conf.LUZHANG_RATE_LIMITS.values() for name in limit.names}
    assert named <= _names()


PUBLIC = [
    ("/?q=东风路", "text/html", 200),
    ("/api/v1/roads/search/?q=东风路", "application/json", 200),
    ("/api/v1/segments/", "application/json", 200),
    ("/segments/00000000-0000-0000-0000-000000000000/", "text/html", 404),
    ("/tiles/roads/3/6/3.mvt", "*/*", 204),
]


@pytest.mark.parametrize(("address", "accept", "status"), PUBLIC)
def test_a_look_up_too_many(address: str, accept: str, status: int) -> None:
    client = Client(headers={"Accept": accept})
    assert [client.get(address).status_code for _ in range(3)] == [status] * 3
    answer = client.get(address)
    assert answer.status_code == 429
    assert 1 <= int(answer["Retry-After"]) <= 60
    if address.startswith("/api/"):
        error = answer.json()["error"]
        assert error["code"] == "rate_limited" and error["cure"]
    else:
        assert "请求过于频繁" in answer.content.decode()
    assert client.get(address, headers={"X-Forwarded-For": "203.0.113.5"}).status_code == 429
    assert client.get(address, REMOTE_ADDR="192.0.2.9").status_code == status, "another address has its own count"


def test_look_ups_of_one_kind_count_together() -> None:
    client = Client()
    for address in ("/?q=a", "/api/v1/roads/search/?q=a", "/api/v1/roads/where/?lon=1"):
        assert client.get(address).status_code != 429
    assert client.get("/?q=b").status_code == 429
    assert client.get("/api/v1/segments/").status_code == 200
    assert client.get("/healthz").status_code == 200


def test_people_who_are_signed_in_are_not_counted() -> None:
    person = a_person(an_organisation(), Role.DISPATCHER)
    client = Client()
    client.force_login(person.user)
    _row, token = token_create(actor=SYSTEM, user=person.user, label="tests", days=1)
    for _ in range(6):
        assert client.get("/?q=a").status_code == 200
        answer = Client().get("/api/v1/segments/", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200
    forged = Client()
    forged.cookies[conf.SESSION_COOKIE_NAME] = "invented"
    assert [forged.get("/?q=a").status_code for _ in range(4)] == [200, 200, 200, 429]


def test_signing_in_is_counted_over_all_accounts() -> None:
    client = Client()
    for number in range(3):
        answer = client.post("/login/", {"login": f"nobody{number}", "password": "Wrong-password-1"})
        assert answer.status_code == 200
    answer = client.post("/login/", {"login": "nobody9", "password": "Wrong-password-1"})
    assert answer.status_code == 429 and int(answer["Retry-After"]) >= 1
    assert client.get("/login/").status_code == 200
    assert client.post("/login/", {"login": "x", "password": "y"}, REMOTE_ADDR="192.0.2.9").status_code == 200


@pytest.mark.parametrize(
    ("sent", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", "unknown"),
    ],
)
def test_whom_a_request_is_counted_for(sent: str, counted: str) -> None:
    assert address_of(RequestFactory().get("/", REMOTE_ADDR=sent)) == counted
