"""Every address of the site × every method × every role, against a table written by hand: deny by default.

The tables of `doors.py` are the expectation. An address of the URL configuration without a line fails, and so does a
line without an address. A line says who passes the door; which rows are found behind it (others' answer 404) is tested
by `test_leaks.py` and the rooms' own tests.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.conf import settings as conf
from django.test import Client
from django.urls import get_resolver

from config.asgi import MOUNTS
from stations.services import device_create, person_create
from stations.types import Role
from tests.api.doors import DOORS, EVERYBODY, LETTERS, Door
from tests.factories.stations import PASSWORD, SYSTEM, a_person, a_user, an_organisation

pytestmark = pytest.mark.django_db

# Raw ASGI applications beside Django: who gets in is tested where they are.
MOUNTED = {
    "/VIID/": "tests/protocols/test_viid.py::test_wrong_secret_replay_stranger_other_address_locked",
    "/live/events": "tests/api/maps/test_live.py::test_each_role_gets_in_or_not",
    "/trackers/": "tests/integration/trackers",
}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def _routes() -> set[str]:
    """Every address of the URL configuration but those of /admin/: test_admin_doors.py."""
    found: set[str] = set()

    def walk(patterns: Any, before: str) -> None:
        for pattern in patterns:
            here = before + str(pattern.pattern)
            if hasattr(pattern, "url_patterns"):
                walk(pattern.url_patterns, here)
            elif not here.startswith("admin/"):
                found.add(here or "<root>")

    walk(get_resolver().url_patterns, "")
    return found


def test_the_tables_name_every_address_and_nothing_else() -> None:
    assert {door.route for door in DOORS} == _routes()
    lines = [(door.method, door.address) for door in DOORS]
    assert len(lines) == len(set(lines)), "an address has two lines"
    assert all(set(door.callers) <= set(LETTERS) for door in DOORS)
    assert {role for role in LETTERS.values() if isinstance(role, Role)} == set(Role) - {Role.DEVICE, Role.PUBLIC}


def test_addresses_beside_django_have_tests_of_their_own(root: Any) -> None:
    assert {prefix for prefix, _application in MOUNTS} == set(MOUNTED)
    for place in MOUNTED.values():
        path, _colons, name = place.partition("::")
        assert (root / path).exists(), place
        assert not name or f"def {name}(" in (root / path).read_text(), place


@pytest.fixture(autouse=True)
def _plain_doors(settings: Any) -> None:
    """Neither the second factor nor the rate limits are what is asked here."""
    settings.LUZHANG_REQUIRE_MFA = False
    limits = conf.LUZHANG_RATE_LIMITS
    settings.LUZHANG_RATE_LIMITS = {name: replace(limit, hits=1_000_000) for name, limit in limits.items()}


@dataclass
class Caller:
    """Somebody who asks. Requests come from another machine: this one may read /metrics as it is."""

    letter: str
    user: Any = None
    token: str = ""
    client: Client | None = None

    def status(self, method: str, address: str) -> tuple[int, str]:
        """(status, where to)."""
        if self.client is None:
            self.client = Client(raise_request_exception=False, REMOTE_ADDR="192.0.2.7")
            if self.user is not None:
                self.client.force_login(self.user)
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        answer = self.client.generic(method, address, b"{}", "application/json", headers=headers)
        if address == "/logout/":
            self.client = None
        return answer.status_code, answer.headers.get("Location", "")


def _caller(letter: str) -> Caller:
    city = an_organisation("示例市", kind="city")
    if letter == "N":
        return Caller(letter)
    if letter == "Z":
        user = a_user(password=PASSWORD)
        person_create(actor=SYSTEM, organisation=city, kind="officer", name="某人", user=user, generated=True)
        return Caller(letter, user)
    if letter == "V":
        _row, token = device_create(
            actor=SYSTEM, organisation=city, identifier="dev-door", protocol="osmand", datum="wgs84"
        )
        return Caller(letter, token=token)
    role = LETTERS[letter]
    assert isinstance(role, Role)
    return Caller(letter, a_person(city, role, password=PASSWORD).user)


def _fault(door: Door, caller: Caller) -> str:
    """Empty when the answer is what the line says."""
    status, location = caller.status(door.method, door.address)
    turned_away = status in {401, 403} or location.startswith("/login/")
    if caller.letter in door.callers:
        good = not turned_away and (status < 500 or door.route == "readyz") and status != 405
    elif door.route == "login/inactive/":
        good = status == 403
    elif door.room in {"page", "account"}:
        nobody = caller.letter in "NV"
        good = (status == 302 and location.startswith("/login/")) if nobody else status == 403
    else:
        by_token = caller.letter == "V" and door.room == "machine"
        good = status == (401 if caller.letter == "N" or by_token else 403)
    said = "in" if caller.letter in door.callers else "refused"
    return "" if good else f"{caller.letter} {door.method} {door.address}: {status} {location}, should be {said}"


@pytest.mark.parametrize("letter", EVERYBODY)
def test_who_passes_which_door(letter: str) -> None:
    caller = _caller(letter)
    faults = [fault for door in DOORS if (fault := _fault(door, caller))]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("letter", "NCMV")
def test_a_method_without_a_line_does_nothing(letter: str) -> None:
    caller = _caller(letter)
    lines = {(door.method, door.address) for door in DOORS}
    faults = []
    for address in sorted({door.address for door in DOORS if door.room != "account"}):
        for method in METHODS:
            if (method, address) in lines:
                continue
            status, location = caller.status(method, address)
            if status not in {401, 403, 405} and not location.startswith("/login/"):
                faults.append(f"{letter} {method} {address}: {status} {location}")
    assert not faults, "\n".join(faults)
