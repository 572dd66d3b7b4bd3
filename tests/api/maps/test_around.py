"""What the command map asks for: who is around by road, outlines of districts, holes before and after a send."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.test import Client

from core.geo.srid import STORE_SRID
from stations.types import Role
from tests.factories.incidents import World
from tests.factories.roads import lonlat
from tests.factories.stations import a_station, an_actor

pytestmark = pytest.mark.django_db


def _around(client: Client, east_m: float, north_m: float, more: str = "") -> Any:
    lon, lat = lonlat(east_m, north_m)
    return client.get(f"/command/around/?lon={lon:.6f}&lat={lat:.6f}{more}")


def test_the_list_goes_by_road_and_not_by_line(world: World, signed_in: Callable[[Any], Client]) -> None:
    # Both lie on the eastbound carriageway of the expressway: one just past the point has to go all the way round.
    past, before = world.crew(4300.0, 0.0), world.crew(2900.0, 0.0)
    rows = _around(signed_in(world.commander), 4000.0, 0.0).json()["units"]
    assert [row["call_sign"] for row in rows] == [before.call_sign, past.call_sign]
    assert rows[0]["line_m"] > rows[1]["line_m"]
    assert rows[0]["road_m"] == pytest.approx(1100, abs=15)
    assert rows[0]["line_m"] == pytest.approx(1100, abs=15)
    assert rows[1]["road_m"] > 10 * rows[1]["line_m"]
    assert rows[0]["travel_s"] < rows[1]["travel_s"]


def test_busy_units_are_around_too_and_the_middle_is_not(world: World, signed_in: Callable[[Any], Client]) -> None:
    world.crew(2000.0, 500.0)
    _incident, assignment = world.sent()
    other = world.crew(2000.0, -1000.0)
    client = signed_in(world.commander)
    rows = {row["tour_id"]: row["state"] for row in _around(client, 2000.0, 0.0).json()["units"]}
    assert rows[assignment.tour_id] != "free" and rows[other.tour.pk] == "free"
    answer = client.get(f"/command/around/?tour={other.tour.pk}").json()
    assert [row["tour_id"] for row in answer["units"]] == [assignment.tour_id]
    assert (answer["lon"], answer["lat"]) == pytest.approx(lonlat(2000.0, -1000.0), abs=1e-6)


def test_only_units_that_one_may_see_are_around(world: World, signed_in: Callable[[Any], Client]) -> None:
    ours, theirs = world.crew(organisation=world.south), world.crew(organisation=world.north)
    client = signed_in(an_actor(world.south, Role.DISPATCHER))
    assert [row["call_sign"] for row in _around(client, 2000.0, 0.0).json()["units"]] == [ours.call_sign]
    assert client.get(f"/command/around/?tour={theirs.tour.pk}").status_code == 404
    assert _around(signed_in(an_actor(world.south, Role.REVIEWER)), 2000.0, 0.0).status_code == 403


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "lon"),
        ("lon=x&lat=19.2", "lon"),
        ("lon=19.2&lat=110.4", "lon,lat"),
        ("lon=110.42&lat=19.2&k=0", "k"),
        ("lon=110.42&lat=19.2&k=51", "k"),
        ("lon=110.42&lat=19.2&k=many", "k"),
    ],
)
def test_points_that_are_none(world: World, signed_in: Callable[[Any], Client], query: str, field: str) -> None:
    answer = signed_in(world.commander).get(f"/command/around/?{query}")
    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == field and answer.json()["error"]["cure"]


def _area(owner: Any, name: str, west: float) -> None:
    box = MultiPolygon(Polygon.from_bbox((west, 19.18, west + 0.04, 19.24)), srid=STORE_SRID)
    a_station(owner, lon=west + 0.02, lat=19.2, service_area=box, name=name)


def test_districts_are_drawn_by_what_their_stations_serve(world: World, signed_in: Callable[[Any], Client]) -> None:
    for name in ("一站", "二站"):
        _area(world.south, name, 110.40)
    _area(world.north, "三站", 110.44)
    features = signed_in(world.commander).get("/command/districts/").json()["features"]
    named = {row["properties"]["name"] for row in features}
    assert named == {row.name for row in (world.south, world.north) if row.kind == "district"}
    theirs = signed_in(an_actor(world.south, Role.DISPATCHER)).get("/command/districts/").json()["features"]
    assert {row["id"] for row in theirs} <= {str(world.south.uid)}


def test_the_last_unit_leaves_a_hole(world: World, signed_in: Callable[[Any], Client]) -> None:
    _area(world.south, "南站", 110.40)
    crew = world.crew(2000.0, 0.0, organisation=world.south)
    client = signed_in(an_actor(world.south, Role.DISPATCHER))
    path = "/api/v1/patrols/coverage-holes/"
    assert client.get(path).json()["holes"] == []
    after = client.get(f"{path}?sending={crew.tour.uid}&geometry=1").json()
    assert after["new"] == len(after["holes"]) >= 1
    station = next(row for row in after["holes"] if row["kind"] == "station")
    assert (station["name"], station["new"], station["geometry"]["type"]) == ("南站", True, "MultiPolygon")
    second = world.crew(2000.0, 10.0, organisation=world.south)
    assert client.get(f"{path}?sending={crew.tour.uid}").json()["holes"] == []
    both = client.get(f"{path}?sending={crew.tour.uid},{second.tour.uid}").json()
    assert both["new"] >= 1


def test_sending_names_tours(world: World, signed_in: Callable[[Any], Client]) -> None:
    theirs = world.crew(organisation=world.north)
    client = signed_in(an_actor(world.south, Role.DISPATCHER))
    path = "/api/v1/patrols/coverage-holes/"
    assert client.get(f"{path}?sending=U1").json()["error"]["field"] == "sending"
    assert client.get(f"{path}?sending={theirs.tour.uid}").status_code == 404
