"""A place in a question is checked as strictly as one in a report: on the public page and among the duplicates."""

from __future__ import annotations

import pytest
from django.test import Client
from rest_framework.test import APIClient

from stations.types import Role
from tests.factories.incidents import World
from tests.factories.roads import lonlat
from tests.factories.stations import a_person

LON, LAT = lonlat(2000.0, 1000.0)
GOOD = {"lon": str(LON), "lat": str(LAT), "datum": "wgs84"}
# what is asked instead, the field that is named, what the cure must say
BAD: dict[str, tuple[dict[str, str], str, str]] = {
    "no datum": ({"datum": ""}, "datum", "wgs84"),
    "unknown datum": ({"datum": "mars"}, "datum", "wgs84"),
    "no lat": ({"lat": ""}, "lat", "110"),
    "nan": ({"lon": "nan"}, "lon", "110"),
    "endless": ({"lat": "inf"}, "lat", "110"),
    "swapped": ({"lon": str(LAT), "lat": str(LON)}, "lon,lat", "lon="),
}


@pytest.mark.django_db
@pytest.mark.parametrize("case", BAD)
def test_duplicates_refuse(world: World, case: str) -> None:
    changed, field, cure = BAD[case]
    client = APIClient()
    client.force_authenticate(a_person(world.north, Role.DISPATCHER).user)
    assert client.get("/api/v1/incidents/duplicates/", GOOD).status_code == 200
    answer = client.get("/api/v1/incidents/duplicates/", GOOD | changed)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["field"] == field and cure in error["cure"]


@pytest.mark.django_db
@pytest.mark.parametrize("case", BAD)
def test_the_public_page_refuses_with_the_cure(world: World, case: str) -> None:
    changed, _field, cure = BAD[case]
    assert Client().get("/", GOOD).status_code == 200
    answer = Client().get("/", GOOD | changed)
    assert answer.status_code == 400
    assert cure in answer.content.decode()
