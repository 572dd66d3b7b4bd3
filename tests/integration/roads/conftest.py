"""What the database tests of this room share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from core import clock
from roads.selectors import network_forget
from tests.factories.roads import a_network
from tests.factories.stations import an_organisation


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
    return an_organisation("示例市", kind="city")


@pytest.fixture
def network(city: Any) -> Any:
    """The invented network in force, its axes owned by the city."""
    return a_network(city)
