"""No public byte holds a live position, a personal number, a plate or a reporter (invariant 11).

Everything that the public can fetch is fetched while a unit is on the road to an incident: pages in both languages,
boards and their sheets, stations with the way there, directory, sitemap, structured data, the open collections of the
REST and OGC APIs, tiles. Then the bytes are searched, not the words of a template.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client

from maps.layers import LAYERS
from maps.tiles import tile_bounds
from roads.services import board_pdf
from stations.services import vehicle_create
from stations.types import Role
from tests.factories.boards import a_board
from tests.factories.incidents import World, a_world, quiet_caches
from tests.factories.roads import lonlat
from tests.factories.stations import SYSTEM, a_person, a_station

__all__ = ["quiet_caches"]

pytestmark = pytest.mark.django_db

PERSONAL = "13912345678"
REPORTER, REPORTER_PHONE = "举报人甲", "13800138000"
PLATE = "琼C12345"
# Where the unit is: to four decimals, ten metres, nobody else's place.
UNIT_EAST_M, UNIT_NORTH_M = 2013.0, 1234.5
ZOOM = 14


@pytest.fixture
def house(db: None, quiet_caches: None, settings: Any, tmp_path: Path) -> tuple[World, list[str], Any]:
    """(world, words that no public byte may hold, a board): a unit on its way to an incident."""
    settings.LUZHANG_REQUIRE_MFA, settings.MEDIA_ROOT, settings.CSRF_TRUSTED_ORIGINS = False, tmp_path, []
    settings.LUZHANG_RATE_LIMITS = {}
    world = a_world()
    vehicle_create(actor=SYSTEM, organisation=world.city, plate=PLATE, kind="car")
    a_person(
        world.south, Role.CHIEF, kind="leader", name="内部同事", personal_phone=PERSONAL, staff_number="NO-7788",
        duty_phone="0898-7770001",
    )  # fmt: skip
    for person in world.roads.chiefs.values():
        person.personal_phone, person.staff_number = PERSONAL, f"NO-{person.pk}"
        person.save()
    a_station(world.south, *lonlat(2000, -1000), kind="service", name="公开服务站", duty_phone="0898-6660001")
    a_station(world.south, *lonlat(2000, -900), kind="police_station", name="内部派出所", is_public=False)
    crew = world.crew(UNIT_EAST_M, UNIT_NORTH_M, organisation=world.north, duty_phone="0898-7770002")
    incident, assignment = world.sent(
        title="追尾一起", text="司机受了轻伤", reporter_name=REPORTER, reporter_phone=REPORTER_PHONE, plate=PLATE
    )
    lon, lat = lonlat(UNIT_EAST_M, UNIT_NORTH_M)
    words = [
        PERSONAL, REPORTER, REPORTER_PHONE, PLATE, "内部同事", "内部派出所", "NO-", incident.number, "追尾一起",
        "司机受了轻伤", crew.call_sign, crew.person.name, "0898-7770001", "0898-7770002", str(incident.uid),
        str(assignment.uid), str(crew.tour.uid), str(crew.tour.unit.uid), f"{lon:.4f}", f"{lat:.4f}",
    ]  # fmt: skip
    return world, words, a_board(world.roads.first)


def _seen(words: list[str], body: bytes) -> list[str]:
    """Words found in an answer, also when JSON has escaped them."""
    return [word for word in words if word.encode() in body or json.dumps(word)[1:-1].encode() in body]


def _addresses(world: World, board: Any) -> list[str]:
    """All that anybody can fetch."""
    segments = (world.roads.first, world.roads.second)
    lon, lat = lonlat(2000, -2500)
    place = f"lon={lon:.5f}&lat={lat:.5f}&datum=wgs84"
    station = "/api/v1/stations/?page_size=1000"
    pages = ["/", "/?q=X201", "/?q=测试", "/?q=追尾", f"/?q={PLATE}", f"/?{place}", "/stations/", f"/b/{board.number}/"]
    pages += [f"/segments/{each.uid}/" for each in segments] + [f"/roads/{world.roads.axis.uid}/"]
    uid = re.search(rb'"id":\s*"([0-9a-f-]{36})"', Client().get(station).content)
    assert uid is not None
    pages += [f"/stations/{uid[1].decode()}/", f"/stations/{uid[1].decode()}/?{place}"]
    machine = [
        station, f"/api/v1/roads/where/?{place}", "/api/v1/roads/search/?q=X201", "/api/v1/axes/", "/api/v1/segments/",
        "/api/v1/closures/", "/api/v1/organisations/", f"/api/v1/segments/{segments[0].uid}/", "/robots.txt",
        "/sitemap.xml", "/words/en.json", "/posts.json", "/healthz", "/readyz", "/api/schema/", "/no-such-page/",
        "/ogc/collections", *(f"/ogc/collections/{name}/items?limit=10000" for name in LAYERS),
        *(_tile(name, UNIT_EAST_M, UNIT_NORTH_M) for name in LAYERS),
    ]  # fmt: skip
    index = ElementTree.fromstring(Client().get("/sitemap.xml").content)
    parts = [(part.text or "").replace("http://testserver", "") for part in index.iter() if part.tag.endswith("loc")]
    english = [f"{page}{'&' if '?' in page else '?'}lang=en" for page in pages]
    return [*pages, *english, *machine, *parts]


def _tile(layer: str, east_m: float, north_m: float) -> str:
    lon, lat = lonlat(east_m, north_m)
    count = 2**ZOOM
    x = int((lon + 180) / 360 * count)
    y = next(y for y in range(count // 4, count // 2) if tile_bounds(ZOOM, x, y)[1] <= lat)
    return f"/tiles/{layer}/{ZOOM}/{x}/{y}.mvt"


def test_no_public_byte_holds_what_is_not_public(house: tuple[World, list[str], Any]) -> None:
    world, words, board = house
    faults, bodies = [], b""
    for address in _addresses(world, board):
        answer = Client().get(address)
        # What was looked for is said again by the page; that is no leak.
        hidden = [word for word in words if word not in address]
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        faults += [f"{address}: {word}" for word in _seen(hidden, body)]
        faults += [f"{address}: {word} in a header" for word in _seen(hidden, str(answer.headers).encode())]
        bodies += body
    assert not faults, "\n".join(faults)
    # What is published is there, or the test above shows nothing.
    chief = world.roads.chiefs[world.roads.first.pk, 4]
    for word in (chief.name, chief.duty_phone, "公开服务站", "0898-6660001", board.number):
        assert word.encode() in bodies, word


def test_somebody_on_duty_does_see_these_words(house: tuple[World, list[str], Any]) -> None:
    """The words are right: the desk finds them where they belong."""
    world, words, _board = house
    desk = Client()
    desk.force_login(a_person(world.city, Role.COMMANDER).user)
    bodies = b"".join(
        desk.get(address).content
        for address in ("/api/v1/incidents/?limit=100", "/command/snapshot/", "/api/v1/patrols/units/")
    )
    assert {"追尾一起"} < set(_seen(words, bodies))


def test_no_sheet_of_a_board_holds_what_is_not_public(house: tuple[World, list[str], Any]) -> None:
    _world, words, board = house
    document = pytest.importorskip("pypdfium2").PdfDocument(board_pdf(board))
    text = "".join(page.get_textpage().get_text_range() for page in document) + str(document.get_metadata_dict())
    assert not [word for word in words if word in text]
    assert board.number in text
