"""The tracker intake on real PostgreSQL, in a schema of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import psycopg2
import pytest

from patrols.intake import metrics
from patrols.intake.store import Store
from tests.factories.trackers import ROOT, SCHEMA, Connect, County


def _database(request: pytest.FixtureRequest) -> dict[str, Any]:
    from django.conf import settings

    if settings.configured or os.environ.get("DJANGO_SETTINGS_MODULE"):
        request.getfixturevalue("django_db_setup")
        from django.db import connections

        with request.getfixturevalue("django_db_blocker").unblock():
            found = connections["default"].get_connection_params()
        return {key: found[key] for key in ("dbname", "user", "password", "host", "port") if found.get(key)}
    url = os.environ.get("DATABASE_URL", "")
    if not url:
        pytest.skip("no database: start the tests with ./run test")
    return {"dsn": url.replace("postgis://", "postgresql://", 1)}


@pytest.fixture(scope="module")
def connect(request: pytest.FixtureRequest) -> Iterator[Connect]:
    """Opens sessions in a schema with the intake's own tables and those it reads."""
    parameters = _database(request)

    def opened() -> Any:
        return psycopg2.connect(**parameters, options=f"-csearch_path={SCHEMA},public")

    with opened() as session, session.cursor() as cursor:
        cursor.execute(f"drop schema if exists {SCHEMA} cascade; create schema {SCHEMA}")
        for name in ("bench/fixes_tables.sql", "patrols/intake/sql/positions.sql", "patrols/intake/sql/partitions.sql"):
            cursor.execute((ROOT / name).read_text())
        cursor.execute("select patrols_fix_partition('2026-06-10')")
    session.close()
    yield opened
    with opened() as session, session.cursor() as cursor:
        cursor.execute(f"drop schema {SCHEMA} cascade")
    session.close()


@pytest.fixture
def county(connect: Connect) -> Iterator[County]:
    made = County(connect)
    metrics.reset()
    yield made
    made.session.close()


@pytest.fixture
def store(connect: Connect) -> Iterator[Store]:
    made = Store(connect, lambda lon, lat, datum: (lon - 0.005, lat), retry_for_s=1.0)
    yield made
    made.close()
