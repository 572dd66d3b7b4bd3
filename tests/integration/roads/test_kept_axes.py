"""Axes that a process keeps: right as long as their version is, and never more than a number of them."""

from __future__ import annotations

from typing import Any

import pytest

from core import clock
from core.errors import NotFound
from roads.models import RoadAxis
from roads.selectors import chainage, place_locate
from tests.factories.roads import lonlat
from tests.factories.roads_small import a_small_city
from tests.factories.stations import an_organisation

pytestmark = pytest.mark.django_db

LON, LAT = lonlat(2000.0, 1000.0)


@pytest.fixture
def city_roads() -> Any:
    """A few roads with chiefs."""
    city = an_organisation("示例市", kind="city")
    north, south = (an_organisation(name, parent=city) for name in ("北区", "南区"))
    return a_small_city(city, north, south)


def test_a_new_version_is_measured_on_at_once(city_roads: Any) -> None:
    before = place_locate(LON, LAT, at=clock.now())
    assert before.axis_id is not None and before.chainage_text
    kept = chainage.axis_shape(before.axis_id)
    assert chainage.axis_shape(before.axis_id) is kept
    RoadAxis.objects.filter(pk=before.axis_id).update(version=kept.version + 1, name="新名", code="")
    after = place_locate(LON, LAT, at=clock.now())
    assert after.chainage_text.startswith("新名 ") and after.axis_m == before.axis_m


def test_only_so_many_are_kept(city_roads: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chainage, "CACHE_SIZE", 2)
    ids = list(RoadAxis.objects.values_list("pk", flat=True))
    assert len(ids) > 2
    shapes = chainage.axis_shapes(ids)
    assert set(shapes) == set(ids) and len(chainage._shapes) == 2
    assert chainage.axis_shapes([]) == {}
    with pytest.raises(NotFound):
        chainage.axis_shapes([ids[0], 0])
