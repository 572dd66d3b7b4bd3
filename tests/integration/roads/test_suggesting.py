"""One field for a place: a kilometre post both ways, two roads that meet, a name, its pinyin or its initials."""

from __future__ import annotations

import pytest
from django.db import connection

from core.errors import InvalidInput
from roads.selectors import places_suggest
from roads.services import gazetteer_replace
from tests.factories.incidents import World, a_world
from tests.factories.roads import lonlat
from tests.factories.stations import SYSTEM, a_station

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    made = a_world()
    rows = [
        ("琼海汽车站", "bus_station", *lonlat(1000.0, 500.0)),
        ("海兴中学", "school", *lonlat(1500.0, 500.0)),
        ("青塘村", "village", *lonlat(500.0, 900.0)),
        ("百分之%村", "village", *lonlat(600.0, 900.0)),
    ]
    gazetteer_replace(actor=SYSTEM, organisation=made.city, rows=rows)
    return made


@pytest.mark.parametrize("typed", ["汽车站", "琼海汽", "qionghai", "qhqcz", "qcz", "qhz", "QHQCZ"])
def test_a_bus_station_by_name_pinyin_or_initials(world: World, typed: str) -> None:
    found = places_suggest(typed)
    assert found and found[0].name == "琼海汽车站" and found[0].detail == "bus_station"
    assert (found[0].lon, found[0].lat) == pytest.approx(lonlat(1000.0, 500.0), abs=1e-5)


def test_a_post_gives_both_carriageways_until_one_is_named(world: World) -> None:
    both = places_suggest("K2+500 G98")
    assert {each.detail for each in both} == {"down", "up"}
    assert all(each.kind == "chainage" and each.course_deg is not None for each in both)
    assert [each.detail for each in places_suggest("G98 K2+500 下行")] == ["down"]
    assert places_suggest("K999+000 G98") == [], "no such kilometre is no mistake of who types"
    assert all(each.kind != "chainage" for each in places_suggest("K2"))


def test_two_roads_that_meet(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT coalesce(nullif(a.name, ''), a.ref), coalesce(nullif(b.name, ''), b.ref)
                 FROM roads_roadedge a
                 JOIN roads_roadedge b ON a.build_id = b.build_id AND ST_Intersects(a.geom, b.geom)
                WHERE a.name <> '' AND b.name <> '' AND a.name < b.name LIMIT 1"""
        )
        row = cursor.fetchone()
    assert row is not None
    one, two = row
    for typed in (f"{one}与{two}路口", f"{one}和{two}交叉口", f"{one} {two}", f"{two}/{one}"):
        found = [each for each in places_suggest(typed) if each.kind == "junction"]
        assert found and found[0].lon is not None, typed


@pytest.mark.parametrize("typed", ["潭门执法", "tmzf", "tanmenzhifa"])
def test_a_station_by_name_pinyin_or_initials(world: World, typed: str) -> None:
    a_station(world.north, *lonlat(900.0, 500.0), name="潭门执法服务站", kind="service")
    assert [each.kind for each in places_suggest(typed) if each.name == "潭门执法服务站"] == ["station"]


def test_a_road_is_the_beginning_of_a_place(world: World) -> None:
    road = next(each for each in places_suggest("G98") if each.kind == "road")
    assert road.lon is None and road.detail == "G98"


@pytest.mark.parametrize(
    "typed", ["😀😀", "'; DROP TABLE roads_roadaxis; --", "%", "_", "\\", "zzzzqqq", "K", "与", "G98 K"]
)
def test_nonsense_finds_nothing_much_and_breaks_nothing(world: World, typed: str) -> None:
    found = places_suggest(typed)
    assert "青塘村" not in [each.name for each in found], "a wildcard is a letter like any other"


@pytest.mark.parametrize("typed", ["", "   ", "长" * 81, "a\0b"])
def test_what_cannot_be_a_place_is_refused(world: World, typed: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        places_suggest(typed)
    assert refused.value.field == "q" and refused.value.cure
