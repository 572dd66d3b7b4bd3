"""Tiles: who gets which layer, what is in them, how they are cached, how a shifted base map is served."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import mapbox_vector_tile
import pytest
from django.test import Client

from core.geo.datum import Datum, from_wgs84
from stations.types import Role
from tests.factories.incidents import World
from tests.factories.roads import lonlat
from tests.factories.stations import an_actor

ZOOM = 14


def address(lon: float, lat: float, layer: str = "roads", zoom: int = ZOOM) -> str:
    """The tile that holds a place."""
    count = 2**zoom
    x = int((lon + 180) / 360 * count)
    y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * count)
    return f"/tiles/{layer}/{zoom}/{x}/{y}.mvt"


def decoded(body: bytes) -> dict[str, Any]:
    """Layers of a tile by name."""
    return dict(mapbox_vector_tile.decode(body))


@pytest.mark.parametrize("layer", ["roads", "segments"])
def test_public_layers_need_no_sign_in(world: World, layer: str) -> None:
    answer = Client().get(address(*lonlat(2000, 0), layer))
    assert answer.status_code == 200
    assert answer["Cache-Control"] == {"roads": "public, max-age=86400", "segments": "private, no-store"}[layer]
    features = decoded(answer.content)[layer]["features"]
    assert features and all("id" in feature["properties"] for feature in features)


def test_an_unchanged_tile_is_not_sent_again(world: World) -> None:
    first = Client().get(address(*lonlat(2000, 0)))
    again = Client().get(address(*lonlat(2000, 0)), headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304 and not again.content


def test_an_empty_tile_is_204(world: World) -> None:
    answer = Client().get(address(0.5, 0.5))
    assert answer.status_code == 204 and not answer.content


@pytest.mark.parametrize("layer", ["incidents", "units", "checkpoints"])
def test_other_layers_ask_who_it_is(world: World, layer: str, signed_in: Callable[[Any], Client]) -> None:
    place = address(*lonlat(2000, 1000), layer)
    assert Client().get(place).status_code == 401
    assert signed_in(an_actor(world.city, Role.PAYEE_DESK)).get(place).status_code == 403
    assert signed_in(world.desk).get(place).status_code in {200, 204}


def test_incidents_of_another_organisation_are_not_in_the_tile(
    world: World, signed_in: Callable[[Any], Client]
) -> None:
    incident = world.report()
    place = address(incident.geom.x, incident.geom.y, "incidents")
    assert decoded(signed_in(world.desk).get(place).content)["incidents"]["features"]
    other = world.south if incident.organisation_path.startswith(world.north.path) else world.north
    answer = signed_in(an_actor(other, Role.DISPATCHER)).get(place)
    assert answer.status_code == 204
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("path", ["/tiles/roads/3/8/0.mvt", "/tiles/roads/25/0/0.mvt", "/tiles/nothing/3/0/0.mvt"])
def test_tiles_that_do_not_exist_are_named(world: World, path: str) -> None:
    answer = Client().get(path)
    assert answer.status_code in {400, 404}
    assert answer.json()["error"]["field"] in {"z,x,y", "layer"}


def test_a_shifted_base_map_gets_shifted_tiles(world: World) -> None:
    lon, lat = lonlat(2000, 0)
    shifted = from_wgs84(lon, lat, Datum.GCJ02)
    plain = Client().get(address(lon, lat, zoom=16))
    moved = Client().get(address(float(shifted[0]), float(shifted[1]), zoom=16) + "?datum=gcj02")
    assert plain.status_code == moved.status_code == 200
    assert plain.content != moved.content
    assert Client().get(address(lon, lat) + "?datum=mars").status_code == 400
