"""Unit tests have no database, so house time is wall time there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core import clock


@pytest.fixture(autouse=True)
def _clock_without_database() -> Iterator[None]:
    clock.use_database(False)
    yield
    clock.use_database(True)
