"""The public site: boards behind codes, stations, languages, structured data, sitemap, and what bad input gets."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from core import clock
from core.errors import InvalidInput
from roads.selectors import network_forget
from roads.services import (
    board_post,
    board_remove,
    boards_compare,
    chief_assignment_end,
    chief_duty_change,
    closure_create,
    deputy_appoint,
    leave_set,
    segment_cut,
    segment_join,
    segment_retire,
)
from stations.models import Organisation, Station, StationService
from stations.services import station_change
from tests.factories.boards import PERSONAL, BoardCity, a_board, a_board_city
from tests.factories.roads import LONG_AGO, a_network, lonlat
from tests.factories.stations import SYSTEM, a_person, a_station, an_organisation

pytestmark = pytest.mark.django_db

LD = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


@pytest.fixture(autouse=True)
def fresh_look() -> Iterator[None]:
    """Nothing that a process keeps outlives a test's database."""
    network_forget()
    yield
    network_forget()


@pytest.fixture
def world(quiet_caches: None, settings: Any) -> BoardCity:
    """X201 with its chiefs, a station, one board that hangs."""
    settings.CSRF_TRUSTED_ORIGINS = []
    city = an_organisation("示例市", kind="city", duty_phone="0898-1234567", supervision_phone="0898-7654321")
    a_network(city)
    return a_board_city(city)


def _page(address: str, status: int = 200, **options: Any) -> str:
    answer = Client().get(address, **options)
    assert answer.status_code == status, f"{address}: {answer.status_code}"
    return str(answer.content.decode())


def test_a_board_that_is_right_says_so_and_who_answers_today(world: BoardCity) -> None:
    board = a_board(world.segment)
    deputy = a_person(world.city, kind="leader", login=False, name="陈运和", duty_phone="0898-5555-0123")
    deputy_appoint(actor=SYSTEM, assignment=world.assignments[4], person=deputy, starts_at=LONG_AGO)
    leave_set(actor=SYSTEM, person=world.people[4], starts_at=clock.now(), ends_at=clock.now() + timedelta(days=7))
    page = _page(f"/b/{board.number}/")
    assert "牌上的内容仍然有效" in page and "陈运和" in page and "代 黎小芳" in page
    for said in ("0898-5555-0123", "0898-7654321", "清湖执法服务站", "0898-5555-0150"):
        assert said in page
    assert PERSONAL not in page


def test_a_board_that_is_out_of_date_says_what_changed(world: BoardCity) -> None:
    board = a_board(world.segment)
    board_post(actor=SYSTEM, board_uid=board.uid)
    chief_assignment_end(actor=SYSTEM, assignment_uid=str(world.assignments[1].uid))
    Organisation.objects.filter(pk=world.city.pk).update(supervision_phone="0898-0000001")
    for _look in range(2):  # before the state has followed, and after
        page = _page(f"/b/{board.number}/")
        assert "这块牌子已过时" in page and "已取消" in page
        assert "王启明 0898-5555-0101" in page and "0898-0000001" in page
        boards_compare()


def test_boards_of_segments_that_were_cut_joined_or_retired_lead_on(world: BoardCity) -> None:
    board = a_board(world.segment)
    pieces = segment_cut(actor=SYSTEM, segment_uid=world.segment.uid, at_metres=[3000.0], names=["南段", "北段"])
    page = _page(f"/b/{board.number}/")
    assert "这块牌子已过时" in page and f"/segments/{pieces[0].uid}/" in page and "黎小芳" in page
    joined = segment_join(actor=SYSTEM, segment_uids=[str(each.uid) for each in pieces], code="J", name="合并段")
    assert "合并段" in _page(f"/b/{board.number}/")
    assert f"/segments/{joined.uid}/" in _page(f"/segments/{world.segment.uid}/")
    segment_retire(actor=SYSTEM, segment_uid=str(joined.uid))
    page = _page(f"/b/{board.number}/")
    assert "牌上的内容不再有效" in page and "黎小芳" not in page


def test_boards_that_are_over_or_due_say_so(world: BoardCity) -> None:
    old, new, due = a_board(world.segment), a_board(world.segment), a_board(world.segment, issued=False)
    board_remove(actor=SYSTEM, board_uid=old.uid, reason="移位", replaced_by=new)
    assert f"现在的牌号：{new.number}" in _page(f"/b/{old.number}/")
    board_remove(actor=SYSTEM, board_uid=new.uid, reason="改建")
    assert "这块牌子已撤除" in _page(f"/b/{new.number}/")
    assert "这块牌子尚未印发" in _page(f"/b/{due.number}/")


@pytest.mark.parametrize("number", ["99999", "🚧", "1' OR '1'='1", "9" * 500, "<b>x"])
def test_a_number_that_no_board_has(world: BoardCity, number: str) -> None:
    page = _page(f"/b/{number}/", 404)
    assert "没有这块公示牌" in page and "请核对牌上的牌号" in page and "<b>x" not in page


def test_a_segment_shows_station_phones_and_works(world: BoardCity) -> None:
    closure_create(
        actor=SYSTEM, organisation=world.city, kind="works", reason="路面施工", axis=world.axis, from_m=500.0,
        to_m=900.0, sides="both",
    )  # fmt: skip
    page = _page(f"/segments/{world.segment.uid}/")
    for said in ("路面施工", "清湖执法服务站", "周一至周五 8:30-17:30", "0898-7654321", "黎小芳"):
        assert said in page
    assert page.index("路面施工") < page.index("黎小芳")


@pytest.mark.parametrize(
    ("query", "accepted", "language"),
    [("", "zh-CN", "zh-hans"), ("", "en", "en"), ("?lang=en", "zh-CN", "en"), ("?lang=zh-hans", "en", "zh-hans"),
     ("?lang=xx", "en", "en")],
)  # fmt: skip
def test_language_by_address_else_by_the_browser(world: BoardCity, query: str, accepted: str, language: str) -> None:
    for path in ("/", f"/segments/{world.segment.uid}/", "/stations/", f"/stations/{world.station.uid}/"):
        answer = Client().get(path + query, headers={"accept-language": accepted})
        text = answer.content.decode()
        assert f'<html lang="{language}">' in text, path
        assert answer["Content-Language"] == language
        assert ("In an emergency" in text or "110" in text) and ("紧急情况请拨打" in text) == (language == "zh-hans")


def test_a_chosen_language_stays(world: BoardCity) -> None:
    client = Client()
    client.get("/?lang=en", headers={"accept-language": "zh-CN"})
    assert '<html lang="en">' in client.get("/stations/", headers={"accept-language": "zh-CN"}).content.decode()


def test_search_engines_are_told_one_address_and_its_languages(world: BoardCity, settings: Any) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://example.org"]
    path = f"/segments/{world.segment.uid}/"
    page = _page(path)
    assert f'<link rel="canonical" href="https://example.org{path}">' in page
    for code, query in (("x-default", ""), ("zh-Hans", "?lang=zh-hans"), ("en", "?lang=en")):
        assert f'hreflang="{code}" href="https://example.org{path}{query}"' in page
    assert f'href="https://example.org{path}?lang=en"><' in _page(f"{path}?lang=en").replace("\n", "").replace("  ", "")
    assert '<meta name="robots" content="noindex">' in _page("/?q=G98")


def test_structured_data_says_what_the_page_says(world: BoardCity) -> None:
    world.segment.name = "甲</script><b>乙"
    world.segment.save(update_fields=["name"])
    page = _page(f"/segments/{world.segment.uid}/")
    (block,) = LD.findall(page)
    data = json.loads(block)
    assert data["name"] == "甲</script><b>乙"
    phones = {each["telephone"] for each in data["provider"]["contactPoint"]}
    assert phones == {"0898-5555-0101", "0898-5555-0104"}
    (block,) = LD.findall(_page(f"/stations/{world.station.uid}/"))
    station = json.loads(block)
    assert station["telephone"] == "0898-5555-0150" and station["geo"]["longitude"] == pytest.approx(110.42, abs=0.01)


def test_the_sitemap_names_published_pages_alone(world: BoardCity) -> None:
    hidden = a_station(world.city, is_public=False)
    index = ElementTree.fromstring(_page("/sitemap.xml"))
    parts = [part.text or "" for part in index.iter() if part.tag.endswith("loc")]
    assert [part.rsplit("/", 1)[1] for part in parts] == [
        "sitemap-segments-1.xml", "sitemap-roads-1.xml", "sitemap-stations-1.xml"
    ]  # fmt: skip
    addresses = [
        each.text or ""
        for part in parts
        for each in ElementTree.fromstring(_page(part.replace("http://testserver", ""))).iter()
        if each.tag.endswith("}loc")
    ]
    assert f"http://testserver/segments/{world.segment.uid}/" in addresses
    assert f"http://testserver/roads/{world.axis.uid}/" in addresses
    assert f"http://testserver/stations/{world.station.uid}/" in addresses
    assert not [each for each in addresses if str(hidden.uid) in each]
    for address in addresses:
        _page(address.replace("http://testserver", ""))
    _page("/sitemap-roads-2.xml", 404)
    _page("/sitemap-people-1.xml", 404)
    robots = _page("/robots.txt")
    assert "Disallow: /api/" in robots and "Sitemap: http://testserver/sitemap.xml" in robots


def test_stations_by_kind_and_district(world: BoardCity) -> None:
    south = an_organisation("南区", world.city)
    village = a_station(south, *lonlat(2000, -2000), kind="persuasion", name="加浪村劝导站")
    a_station(world.city, kind="service", name="未公布的站", is_public=False)
    a_station(world.city, kind="command", name="指挥中心本部")
    page = _page("/stations/")
    assert "清湖执法服务站" in page and "加浪村劝导站" in page
    assert "未公布的站" not in page and "指挥中心本部" not in page
    only = _page("/stations/?kind=persuasion")
    assert "加浪村劝导站" in only and "清湖执法服务站" not in only
    only = _page(f"/stations/?district={south.code}")
    assert "加浪村劝导站" in only and "清湖执法服务站" not in only
    _page(f"/stations/{village.uid}/")
    for query in ("?kind=casino", "?district=nowhere"):
        assert 'role="alert"' in _page(f"/stations/{query}", 400)
    _page(f"/stations/{Station.objects.get(name='未公布的站').uid}/", 404)
    _page(f"/stations/{Station.objects.get(name='指挥中心本部').uid}/", 404)


def test_a_station_has_services_hours_and_the_way_there(world: BoardCity) -> None:
    service = StationService.objects.create(code="X1", name="驾驶证换证", service_class="交管业务")
    world.station.services.add(service)
    page = _page(f"/stations/{world.station.uid}/")
    for said in ("驾驶证换证", "交管业务", "周一至周五 8:30-17:30", "0898-5555-0150", "清湖路 8 号", "怎么去"):
        assert said in page
    lon, lat = lonlat(2000, -2500)
    way = _page(f"/stations/{world.station.uid}/?lon={lon}&lat={lat}&datum=wgs84")
    assert "出发" in way and "到达" in way and "X201" in way and "公里" in way
    closure_create(
        actor=SYSTEM, organisation=world.city, kind="works", reason="管道施工", axis=world.axis, from_m=1000.0,
        to_m=1500.0, sides="both",
    )  # fmt: skip
    assert "途中有施工或管制" in _page(f"/stations/{world.station.uid}/?lon={lon}&lat={lat}&datum=wgs84")


@pytest.mark.parametrize(
    "query",
    ["?lon=19.2&lat=110.4&datum=wgs84", "?lon=110.4&lat=19.2", "?lon=x&lat=y&datum=z",
     "?lon=110.4&lat=19.2&datum=mars", "?lon=nan&lat=nan&datum=wgs84"],
)  # fmt: skip
def test_a_place_that_makes_no_sense_gets_words(world: BoardCity, query: str) -> None:
    for path in (f"/stations/{world.station.uid}/", "/"):
        page = _page(path + query, 400)
        assert 'role="alert"' in page and 'id="map"' in page


def test_a_place_far_away_is_answered(world: BoardCity) -> None:
    assert "不在本地辖区内" in _page("/?lon=2.3&lat=48.8&datum=wgs84")
    page = _page(f"/stations/{world.station.uid}/?lon=2.3&lat=48.8&datum=wgs84", 400)
    assert "离最近的道路超过 2 公里" in page


def test_typed_coordinates_are_a_place_once_their_datum_is_named(world: BoardCity) -> None:
    lon, lat = lonlat(2000, -1000)
    assert "坐标请写明坐标系" in _page(f"/?q={lon:.5f},{lat:.5f}", 400)
    assert "那环北路全段" in _page(f"/?q=wgs84 {lon:.5f},{lat:.5f}")
    assert 'role="alert"' in _page(f"/?q=wgs84 {lat:.5f},{lon:.5f}", 400)


def test_a_search_finds_stations_too(world: BoardCity) -> None:
    for text in ("清湖执法", "qhzf", "qinghuzhifa", "QHZFFWZ"):
        assert f"/stations/{world.station.uid}/" in _page(f"/?q={text}"), text
    station_change(actor=SYSTEM, station_id=world.station.pk, name="龙滚执法服务站")
    assert f"/stations/{world.station.uid}/" not in _page("/?q=qhzf"), "the spelling follows the name"
    assert f"/stations/{world.station.uid}/" in _page("/?q=lgzf")


def test_outside_duty_hours_the_page_says_who_answers(world: BoardCity) -> None:
    board = a_board(world.segment)
    hours = {1: "周一至周五 08:00-18:00", 4: "每天 06:00-22:00"}
    for rank, text in hours.items():
        chief_duty_change(actor=SYSTEM, assignment_uid=str(world.assignments[rank].uid), duty_hours=text)
    lon, lat = lonlat(2000, -1000)
    addresses = (f"/segments/{world.segment.uid}/", f"/b/{board.number}/", f"/?lon={lon}&lat={lat}&datum=wgs84")
    monday = datetime(2026, 11, 16, tzinfo=ZoneInfo("Asia/Shanghai"))
    nearest, head = ("btn--primary" + f'" href="tel:0898-5555-010{rank}"' for rank in (4, 1))
    for hour, said, silent in ((12, nearest, head), (23, "tel:0898-1234567", nearest)):
        with clock.fixed(monday.replace(hour=hour)):
            for address in addresses:
                page = _page(address)
                assert said in page and silent not in page, (hour, address)
                assert ("现在不在路长值守时间" in page) == (hour == 23) and "每天 06:00-22:00" in page
    chief_duty_change(actor=SYSTEM, assignment_uid=str(world.assignments[4].uid), duty_hours="周一至周五 08:00-09:00")
    with clock.fixed(monday.replace(hour=12)):
        assert head in _page(addresses[0]), "the next level up is on duty"
    page = _page(f"/b/{board.number}/")
    assert "此后有变化" in page and "周一至周五 08:00-18:00" in page, "hours stand on a board, too"
    with pytest.raises(InvalidInput) as refused:
        chief_duty_change(actor=SYSTEM, assignment_uid=str(world.assignments[4].uid), duty_hours="有空就在")
    assert refused.value.field == "duty_hours" and refused.value.cure


@pytest.mark.parametrize(
    "text", ["不存在的路", "🚓🚓🚓", "'; DROP TABLE roads_segment; --", "%", "\\", "K99+999 G98", "路" * 10_000, "\x00"]
)
def test_searches_that_find_nothing_are_answered(world: BoardCity, text: str) -> None:
    answer = Client().get("/", {"q": text})
    assert answer.status_code in {200, 400, 404}
    page = answer.content.decode()
    assert 'role="search"' in page and ("没有找到" in page or 'role="alert"' in page or "找到" in page)
    assert Station.objects.exists()
