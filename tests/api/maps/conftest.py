"""What the tests of tiles, OGC and pages share: a small city with roads, chiefs and a desk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.factories.incidents import World, a_world, quiet_caches

__all__ = ["quiet_caches"]


@pytest.fixture(autouse=True)
def one_factor(settings: Any) -> None:
    """Sign-in is not what these tests are about: a password is enough."""
    settings.LUZHANG_REQUIRE_MFA = False


@pytest.fixture
def world(db: None, quiet_caches: None) -> World:
    """A city where something may happen; no unit is on duty yet."""
    return a_world()


@pytest.fixture
def signed_in() -> Callable[[Any], Client]:
    """A browser's session of an actor's account."""

    def client(actor: Any) -> Client:
        from django.contrib.auth import get_user_model

        made = Client()
        made.force_login(
            get_user_model().objects.get(pk=actor.user_id), backend="django.contrib.auth.backends.ModelBackend"
        )
        return made

    return client
