"""What the API tests of this room share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from core import clock
from roads.selectors import network_forget
from stations.services import token_create
from tests.factories.roads import a_network
from tests.factories.stations import SYSTEM, an_organisation


@pytest.fixture(autouse=True)
def fresh_look() -> Iterator[None]:
    """Nothing that a process keeps (clock, open network) outlives a test's database."""
    clock.forget()
    network_forget()
    yield
    network_forget()


@pytest.fixture
def city(db: None) -> Any:
    """The root of a small tree."""
    return an_organisation("示例市", kind="city", duty_phone="0898-1234567", supervision_phone="0898-7654321")


@pytest.fixture
def network(city: Any) -> Any:
    """The invented network in force, its axes owned by the city."""
    return a_network(city)


@pytest.fixture
def client_of() -> Callable[[Any], Client]:
    """A client that signs in as a person by bearer token."""

    def client(person: Any) -> Client:
        _row, token = token_create(actor=SYSTEM, user=person.user)
        return Client(headers={"authorization": f"Bearer {token}"})

    return client
