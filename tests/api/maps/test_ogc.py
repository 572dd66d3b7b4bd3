"""OGC API – Features: what the standard's core asks for, and what two real clients make of it."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from stations.services import token_create
from tests.factories.incidents import World
from tests.factories.roads import lonlat
from tests.factories.stations import SYSTEM

ITEMS = "/ogc/collections/roads/items"


def test_landing_leads_everywhere(world: World) -> None:
    links = {link["rel"]: link for link in Client().get("/ogc/").json()["links"]}
    assert {"self", "service-desc", "conformance", "data"} <= set(links)
    for rel in ("service-desc", "conformance", "data"):
        answer = Client().get(links[rel]["href"].removeprefix("http://testserver"))
        assert answer.status_code == 200
        assert answer["Content-Type"] == links[rel]["type"]


def test_conformance_names_the_classes(world: World) -> None:
    classes = Client().get("/ogc/conformance").json()["conformsTo"]
    assert {name.rsplit("/", 1)[1] for name in classes} == {"core", "geojson", "oas30"}


def test_collections_show_what_may_be_opened(world: World, signed_in: Callable[[Any], Client]) -> None:
    def names(client: Client) -> set[str]:
        return {row["id"] for row in client.get("/ogc/collections").json()["collections"]}

    assert names(Client()) == {"roads", "segments", "stations"}
    assert {"incidents", "units"} <= names(signed_in(world.desk))
    assert Client().get("/ogc/collections/incidents").status_code == 401
    assert Client().get("/ogc/collections/nothing").status_code == 404


def test_pages_add_up_to_the_whole(world: World) -> None:
    found, offset = [], 0
    while True:
        page = Client().get(ITEMS, {"limit": 3, "offset": offset}).json()
        assert page["numberReturned"] == len(page["features"]) <= 3
        found += [feature["id"] for feature in page["features"]]
        rels = {link["rel"] for link in page["links"]}
        if "next" not in rels:
            break
        offset += 3
    assert len(found) == len(set(found)) == page["numberMatched"]


def test_bbox_cuts_and_six_numbers_mean_the_same(world: World) -> None:
    west, south = lonlat(1500, -200)
    east, north = lonlat(2500, 200)
    flat = Client().get(ITEMS, {"bbox": f"{west},{south},{east},{north}"}).json()
    high = Client().get(ITEMS, {"bbox": f"{west},{south},0,{east},{north},100"}).json()
    whole = Client().get(ITEMS).json()
    assert 0 < flat["numberMatched"] < whole["numberMatched"]
    assert flat["numberMatched"] == high["numberMatched"]


def test_one_feature_by_its_id(world: World) -> None:
    feature = Client().get(ITEMS, {"limit": 1}).json()["features"][0]
    answer = Client().get(f"{ITEMS}/{feature['id']}")
    assert answer["Content-Type"] == "application/geo+json"
    assert answer.json()["geometry"] == feature["geometry"]
    assert Client().get(f"{ITEMS}/none").status_code == 404


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"bbox": "1,2,3"}, "bbox"),
        ({"bbox": "3,2,1,4"}, "bbox"),
        ({"bbox": "a,b,c,d"}, "bbox"),
        ({"bbox": "nan,0,1,1"}, "bbox"),
        ({"limit": "0"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"offset": "-1"}, "offset"),
        ({"datetime": "yesterday"}, "datetime"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_bad_parameters_are_refused_by_name(world: World, query: dict[str, str], field: str) -> None:
    answer = Client().get(ITEMS, query)
    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == field


def test_a_valid_time_excludes_nothing(world: World) -> None:
    whole = Client().get(ITEMS).json()["numberMatched"]
    timed = Client().get(ITEMS, {"datetime": "2026-01-01T00:00:00+00:00/.."}).json()["numberMatched"]
    assert whole == timed


def test_a_gis_client_may_use_a_token(world: World) -> None:
    world.report()
    from django.contrib.auth import get_user_model

    _row, token = token_create(actor=SYSTEM, user=get_user_model().objects.get(pk=world.desk.user_id))
    items = "/ogc/collections/incidents/items"
    assert Client().get(items, headers={"Authorization": f"Bearer {token}"}).json()["numberMatched"] == 1
    assert Client().get(items, headers={"Authorization": "Bearer wrong"}).status_code == 401


@pytest.mark.django_db(transaction=True)
def test_ogr2ogr_reads_it(live_server: Any, quiet_caches: None) -> None:
    from tests.factories.incidents import a_world

    if shutil.which("ogr2ogr") is None:
        pytest.skip("ogr2ogr (gdal-bin) is not installed")
    a_world()
    command = ["ogr2ogr", "-f", "GeoJSON", "/vsistdout/", f"OAPIF:{live_server.url}/ogc", "roads"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    expected = Client().get(ITEMS).json()["numberMatched"]
    assert len(json.loads(done.stdout)["features"]) == expected > 0


@pytest.mark.django_db(transaction=True)
def test_owslib_reads_it(live_server: Any, quiet_caches: None) -> None:
    features = pytest.importorskip("owslib.ogcapi.features")
    from tests.factories.incidents import a_world

    a_world()
    service = features.Features(f"{live_server.url}/ogc/")
    assert set(service.feature_collections()) == {"roads", "segments", "stations"}
    assert service.api()["openapi"].startswith("3.0")
    answer = service.collection_items("roads", limit=2, bbox=[110.0, 18.0, 111.5, 20.5])
    assert answer["numberReturned"] == 2
    assert service.collection_item("roads", answer["features"][0]["id"])["type"] == "Feature"
