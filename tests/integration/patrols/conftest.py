"""What the patrols room's database tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection

from core import clock
from stations.models import Organisation
from tests.factories.incidents import catalogue_seed
from tests.factories.stations import an_organisation

# Not Django's own to empty: written by SQL, so unmanaged.
_POSITIONS = "TRUNCATE patrols_fix, patrols_deviceposition, patrols_tourposition"


@pytest.fixture
def district() -> Organisation:
    """An organisation of its own."""
    return an_organisation("甲区")


@pytest.fixture
def committed(transactional_db: None) -> Iterator[None]:
    """Real commits, with what migrations seed (emptied after each such test) and no positions of others."""
    catalogue_seed()
    with connection.cursor() as cursor:
        cursor.execute(_POSITIONS)
    clock.forget()
    yield
    with connection.cursor() as cursor:
        cursor.execute(_POSITIONS)
