"""What the tests of this room share: a small city with roads, chiefs and a desk."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories.incidents import World, a_world, quiet_caches

__all__ = ["quiet_caches"]


@pytest.fixture
def world(db: None, quiet_caches: None) -> World:
    """A city where something may happen; no unit is on duty yet."""
    return a_world()


@pytest.fixture
def crew(world: World) -> Any:
    """One unit on duty, 500 m from where things happen."""
    return world.crew()
