"""The chief's pages without a browser: what is mine, what is due, what changed; and nothing of others."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core import clock
from core.services import clock_set
from roads.models import ChiefLevel, Inspection
from roads.services import chief_assign, chief_level_create, leave_set
from stations.models import Person
from stations.selectors import actor_for_user
from stations.types import Actor, Role
from tests.factories.incidents import World, later, refresh
from tests.factories.roads import LONG_AGO, a_segment, lonlat, the_axis
from tests.factories.stations import SYSTEM, a_person, an_actor

SignedIn = Callable[[Any], Client]


def _chief(world: World, rank: int = 4, *, first: bool = False) -> Actor:
    segment = world.roads.first if first else world.roads.second
    return actor_for_user(world.roads.chiefs[segment.pk, rank].user)


@pytest.fixture
def general(world: World) -> Actor:
    """The head of the whole scheme."""
    level = chief_level_create(actor=SYSTEM, organisation=world.city, rank=1, name="总路长")
    person = a_person(world.city, Role.CHIEF, kind="leader", name="总")
    for segment in (world.roads.first, world.roads.second):
        chief_assign(actor=SYSTEM, segment=segment, level=level, person=person, starts_at=LONG_AGO)
    return actor_for_user(person.user)


def _page(client: Client, address: str = "/chief/") -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_heads_page_asks_no_more_for_more_segments(world: World, general: Actor, signed_in: SignedIn) -> None:
    client = signed_in(general)
    addresses = ("/chief/", "/chief/districts/")

    def asked() -> list[int]:
        found = []
        for address in addresses:
            client.get(address)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(address).status_code == 200
            found.append(len(captured))
        return found

    few = asked()
    level = ChiefLevel.objects.get(organisation=world.city, rank=1)
    person = Person.objects.get(pk=general.person_id)
    for metre in range(5):
        segment = a_segment(world.north, the_axis("清湖路"), 100.0 * metre, 100.0 * metre + 50, code=f"MORE-{metre}")
        chief_assign(actor=SYSTEM, segment=segment, level=level, person=person, starts_at=LONG_AGO)
    assert asked() == few


def _entry(world: World, **fields: Any) -> dict[str, Any]:
    lon, lat = lonlat(2000.0, 1000.0)
    place = {"lon": lon, "lat": lat, "datum": "wgs84", "place_source": "gps"}
    return {"segment": str(world.roads.second.uid), "finding": "clear", **place, **fields}


def _log(client: Client, world: World, key: str = "key-1", **fields: Any) -> Any:
    headers = {"Idempotency-Key": key}
    return client.post(
        "/api/v1/inspections/", _entry(world, **fields), content_type="application/json", headers=headers
    )


def test_a_logged_round_is_no_longer_due(world: World, signed_in: SignedIn) -> None:
    client = signed_in(_chief(world))
    before = _page(client)
    assert "round--late" in before and "尚无巡查" in before
    made = _log(client, world)
    assert made.status_code == 201, made.content
    again = _log(client, world)
    assert (again.status_code, again.json()["uid"]) == (200, made.json()["uid"])
    after = _page(client)
    assert "round--late" not in after and "今天没有到期的巡查" in after and "上次巡查" in after
    history = _page(client, f"/chief/segments/{world.roads.second.uid}/")
    assert "未发现问题" in history and "X201" in history


def test_a_bad_round_is_answered_with_field_and_cure(world: World, signed_in: SignedIn) -> None:
    client = signed_in(_chief(world))
    lon, lat = lonlat(2900.0, 1000.0)
    for fields, field, status in (
        ({"lon": lon, "lat": lat}, "place", 400),
        ({"finding": "hazard"}, "text", 400),
        ({"segment": str(world.roads.first.uid)}, "segment", 403),
        ({"datum": "nad27"}, "datum", 400),
    ):
        answer = _log(client, world, **fields)
        error = answer.json()["error"]
        assert (answer.status_code, error["field"], bool(error["cure"])) == (status, field, True)
    assert not Inspection.objects.exists()


def test_others_segments_are_not_there(world: World, signed_in: SignedIn, general: Actor) -> None:
    _log(signed_in(_chief(world)), world, finding="hazard", text="井盖松动异响")
    neighbour = signed_in(_chief(world, first=True))
    assert neighbour.get(f"/chief/segments/{world.roads.second.uid}/").status_code == 404
    assert neighbour.get("/api/v1/inspections/").json()["count"] == 0
    assert neighbour.get(f"/api/v1/statistics/segments/?segment={world.roads.second.uid}").status_code == 403
    assert "井盖松动异响" not in _page(neighbour)
    for page in ("/", f"/segments/{world.roads.second.uid}/", f"/api/v1/segments/{world.roads.second.uid}/"):
        text = Client().get(page).content.decode()
        assert "井盖松动异响" not in text and "巡查记录" not in text and "inspect" not in text
    assert signed_in(general).get("/api/v1/inspections/").json()["count"] == 1


def test_my_figures_are_of_my_segments(world: World, signed_in: SignedIn) -> None:
    world.report()
    world.report(north_m=-1000.0)
    client = signed_in(_chief(world))
    figures = client.get("/api/v1/statistics/segments/").json()
    assert figures["segments"] == 1 and figures["total"] == {"this_year": 1, "last_year": None, "change_percent": None}
    assert "去年没有数据" in _page(client)
    assert client.get("/api/v1/statistics/incidents/").status_code == 403


def test_what_changed_since_i_looked(world: World, signed_in: SignedIn) -> None:
    client = signed_in(_chief(world))
    assert "自上次查看" not in _page(client), "a first visit has nothing before it"
    clock_set(actor_id=None, offset=timedelta(hours=3))
    world.report(title="新来的")
    page = _page(client)
    assert "新警情 1 起" in page and "新来的" in page
    clock_set(actor_id=None, offset=timedelta(minutes=10))
    assert "新警情 1 起" in _page(client), "within half an hour it is the same visit"
    clock_set(actor_id=None, offset=timedelta(hours=2))
    assert "没有变化" in _page(client)
    for nonsense in ("x", "1.2", "99999999999999999999.1", "-5.-5", "1.2.3"):
        client.cookies["chief_seen"] = nonsense
        _page(client)


def test_yesterday_and_the_map(world: World, signed_in: SignedIn) -> None:
    world.report(title="昨天的事故")
    client = signed_in(_chief(world))
    given = json.loads(re.findall(r'<script id="page-data"[^>]*>(.*?)</script>', _page(client))[0])
    assert [each["title"] for each in given["incidents"]] == ["昨天的事故"], "open cases are on the map"
    clock_set(actor_id=None, offset=timedelta(days=1))
    page = _page(client)
    assert "昨天的事故" in page.split('id="yesterday"')[1].split("</section>")[0]


def test_a_press_is_answered_deferred_or_handed_down(world: World, signed_in: SignedIn) -> None:
    incident = world.report(automatic=False, title="迟迟未到")
    later((refresh(incident).arrive_by - clock.now()).total_seconds() + 1)
    client = signed_in(_chief(world))
    page = _page(client)
    (press,) = client.get("/api/v1/supervisions/").json()["supervisions"]
    assert f"supervisions/{press['id']}/defer/" in page and "hand-down" not in page, "there is no lower chief"
    address = f"/api/v1/supervisions/{press['id']}/"
    asked = client.post(f"{address}defer/", {"text": "堵车"}, content_type="application/json")
    assert (asked.status_code, asked.json()["error"]["field"]) == (400, "until")
    asked = client.post(f"{address}defer/", {"text": "堵车", "minutes": 60}, content_type="application/json")
    assert asked.status_code == 200 and "已延期至" in _page(client)
    down = client.post(f"{address}hand-down/", {"text": "去"}, content_type="application/json")
    assert (down.status_code, down.json()["error"]["code"]) == (409, "no_lower_chief")
    later(3601)
    upper = signed_in(_chief(world, 3))
    assert "hand-down" in _page(upper)


def test_leave_is_shown_with_what_it_means(world: World, signed_in: SignedIn) -> None:
    chief = _chief(world)
    client, now = signed_in(chief), clock.now()
    assert "1 段无人代理" in _page(client)
    person = world.roads.chiefs[world.roads.second.pk, 4]
    colleague = a_person(person.organisation, Role.CHIEF, name="张三")
    body = {"person": str(person.uid), "starts_at": now.isoformat(), "ends_at": (now + timedelta(days=1)).isoformat(),
            "deputy": str(colleague.uid)}  # fmt: skip
    assert client.post("/api/v1/chiefs/leave/", body, content_type="application/json").status_code == 201
    page = _page(client)
    assert "由 张三 代理" in page and "提前结束" in page
    acting = _page(signed_in(actor_for_user(colleague.user)))
    assert f"代理 {person.name}" in acting
    (leave,) = client.get("/api/v1/chiefs/leave/").json()["results"]
    assert client.post(f"/api/v1/chiefs/leave/{leave['id']}/end/").status_code == 200
    assert "在岗" in _page(client)


def test_districts_are_for_who_sees_them(world: World, signed_in: SignedIn, general: Actor) -> None:
    low = signed_in(_chief(world))
    assert low.get("/chief/districts/").status_code == 404 and "/chief/districts/" not in _page(low)
    client = signed_in(general)
    assert "/chief/districts/" in _page(client)
    page = _page(client, "/chief/districts/")
    assert "城北区" in page and "城南区" in page and "已阅" in page
    own = world.roads.second.organisation
    chosen = _page(client, f"/chief/districts/?district={own.uid}")
    assert world.roads.second.name in chosen and world.roads.first.name not in chosen
    for sort in ("late", "inspected", "change", "open", "name", "<nonsense>"):
        _page(client, f"/chief/districts/?sort={sort}")
    signed = client.post("/api/v1/months/sign/", {"month": "2020-02-10"}, content_type="application/json")
    assert signed.status_code == 201 and signed.json()["month"] == "2020-02"
    for address, status in (("?month=13", 400), ("?month=2999-01", 400), ("?district=x", 404), ("?month=2020-02", 200)):
        assert client.get(f"/chief/districts/{address}").status_code == status


def test_a_commander_who_is_no_chief_has_an_empty_page(world: World, signed_in: SignedIn) -> None:
    page = _page(signed_in(an_actor(world.city, Role.OFFICER)))
    assert "目前没有由你负责的路段" in page and 'id="inspection"' not in page


def test_leave_of_a_chief_changes_who_has_it_due(world: World, signed_in: SignedIn) -> None:
    person = world.roads.chiefs[world.roads.second.pk, 4]
    colleague = a_person(person.organisation, Role.CHIEF, name="李四")
    now = clock.now()
    leave_set(actor=SYSTEM, person=person, starts_at=now, ends_at=now + timedelta(days=1), deputy=colleague)
    assert _log(signed_in(actor_for_user(colleague.user)), world).json()["is_acting"] is True
