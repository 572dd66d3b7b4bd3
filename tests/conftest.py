"""For all tests. Nothing is started here: `./run test` has the private services running and the environment set."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.launcher.places import places
from core.collector import collector_eased, collector_settled
from tests.migrated import migrated

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data"


def pytest_configure(config: pytest.Config) -> None:
    """Say at once what is missing, instead of failing in every test."""
    collector_eased()
    lacking = [name for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "LUZHANG_KEYS") if not os.environ.get(name)]
    if lacking:
        raise pytest.UsageError(f"{', '.join(lacking)} not set: run the tests by `./run test [pytest arguments]`.")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """The database of this process is copied from one that is migrated already."""
    from django.conf import settings

    where = places()
    if where.has_own_database:
        settings.DATABASES["default"]["TEST"]["TEMPLATE"] = migrated(where)


@pytest.fixture(scope="session", autouse=True)
def _emptied_quickly() -> Iterator[None]:
    """Tests that commit leave empty tables behind, in less time than by Django's own way."""
    from django.test import TransactionTestCase

    from tests.emptied import emptied_by_rows

    own = TransactionTestCase._fixture_teardown
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", emptied_by_rows(own))
        yield


def pytest_collection_finish() -> None:
    """Thousands of tests and all that they import stay until the end."""
    collector_settled()


@pytest.fixture(scope="session", autouse=True)
def _test_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What tests write goes to a folder of their own, never to the installation's; passwords are hashed cheaply."""
    from django.test import override_settings

    folder = tmp_path_factory.mktemp("var")
    hashers = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with override_settings(LUZHANG_VAR=folder, MEDIA_ROOT=folder / "media", PASSWORD_HASHERS=hashers):
        yield


# What processes keep for a moment: (module, function that drops it). Only modules that are loaded have anything.
KEPT = (
    ("roads.selectors.placing", "placing_forget"),
    ("incidents.services.intake_rows", "kinds_forget"),
    ("incidents.services.planning", "rosters_forget"),
    ("core.rules.tables", "forget"),
    ("stations.selectors.switches", "switches_forget"),
    ("recognition.selectors.cameras", "cameras_forget"),
    ("recognition.services.impossible", "ways_forget"),
)


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    """A test meets no rows of an earlier one in a process's memory."""
    for module, function in KEPT:
        if module in sys.modules:
            getattr(sys.modules[module], function)()


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Recorded data that is no part of the product: real road files, tracker bodies, datum vectors."""
    if not SHARED.is_dir():
        pytest.skip("the shared data folder is not beside this checkout")
    return SHARED


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last: their driver keeps an event loop open in its process until the session ends."""
    items.sort(key=lambda item: "/tests/browser/" in str(item.path))
