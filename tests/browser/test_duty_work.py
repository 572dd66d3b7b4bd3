"""The phone at work: the next turn, a new way, one more unit, check-in, the log; fit to be read and worked by keys."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.launcher import children
from tests.browser.conftest import take_in
from tests.browser.desk_by_api import Desk, case_beside, case_of
from tests.browser.stack import Crew, Installation

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.usefixtures("tidy")
JUDGE = (Path(__file__).parent / "judge.js").read_text(encoding="utf-8")
SMALL = """() => [...document.querySelectorAll('#duty button, #duty .pick, #duty label.btn, .duty-bar .btn')]
    .filter((one) => one.checkVisibility()).map((one) => [one.textContent.trim(), one.getBoundingClientRect().height])
    .filter(([, height]) => height < 48)"""

# Resolves to true as soon as more than three colours are on the map, to false after ten seconds.
DRAWN = """() => new Promise((done) => {
    const canvas = document.querySelector('#route-map canvas');
    const look = () => {
        const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        const colours = new Set();
        for (let at = 0; at < pixels.length; at += 4) colours.add(pixels.slice(at, at + 3).join());
        if (colours.size > 3 || performance.now() > deadline) done(colours.size > 3);
        else requestAnimationFrame(look);
    };
    const deadline = performance.now() + 10000;
    look();
})"""


# How many locks of the screen the page holds; a headless browser has no screen to keep on.
AWAKE = """Object.defineProperty(navigator, "wakeLock", { value: { request: async () => {
    window.awake = (window.awake || 0) + 1;
    return { released: false, release: async () => { window.awake -= 1; } };
} } });"""
# A unit of one person: its tour is planned, not begun. Prints the place of its post.
PLANNED = """
from datetime import timedelta
from django.contrib.gis.geos import Point
from core import clock
from patrols.services import tour_plan, unit_create
from stations.models import Person
from stations.types import system_actor
who, person = system_actor("tests"), Person.objects.get(user__username="persuader")
unit = unit_create(actor=who, organisation=person.organisation, call_sign="劝导一号", kind="foot", agency="warden")
now = clock.now()
tour_plan(actor=who, unit=unit, starts_at=now - timedelta(minutes=5), ends_at=now + timedelta(hours=2),
          person_ids=[person.pk], lead_id=person.pk, post=({lon}, {lat}))
"""
# All but the lead have gone; the question whether all is well is due now.
ALONE = """
from datetime import timedelta
from core import clock
from core.models import Timer
from patrols.services import tour_member_leave
from patrols.models import Tour
from stations.types import system_actor
for member in Tour.objects.get(uid="{tour}").members.filter(role="member", present__upper_inf=True):
    tour_member_leave(actor=system_actor("tests"), tour_id=member.tour_id, person_id=member.person_id)
Timer.objects.filter(kind="incidents.welfare").update(due_at=clock.now() - timedelta(seconds=1))
"""
TOGETHER = """
from patrols.services import tour_member_join
from patrols.models import Tour
from stations.types import system_actor
for member in Tour.objects.get(uid="{tour}").members.filter(role="member", present__upper_inf=False):
    tour_member_join(actor=system_actor("tests"), tour_id=member.tour_id, person_id=member.person_id)
"""


def _done(house: Installation, script: str) -> None:
    """Run lines in the house's own shell."""
    subprocess.run(
        children.manage("shell", "-c", script), env=dict(house.values), check=True, capture_output=True, text=True
    )


@pytest.fixture
def at_work(
    visit: Callable[..., Any], commander: Desk, fixes: Callable[[], None], patrol_car: Crew
) -> Callable[..., tuple[Any, Any]]:
    """A phone at a place, with a case that it was sent to: (phone, desk). Few need the desk's page."""

    def begin(title: str, *, desk_at: str = "", **options: Any) -> tuple[Any, Any]:
        fixes()
        here = {"longitude": patrol_car.lon, "latitude": patrol_car.lat, "accuracy": 8}
        phone = visit("/duty/", patrol_car.user, phone=True, geolocation=here, permissions=["geolocation"], **options)
        expect(phone.locator("#unit-state")).to_have_text("待命")
        if desk_at:
            desk = visit(desk_at, "commander")
            expect(desk.locator("#n-units")).not_to_have_text("–")
            take_in(desk, patrol_car, title=title, kind="hazard")
        else:
            desk = commander
            case_beside(desk, patrol_car, title)
        phone.wait_for_selector("#sign")
        return phone, desk

    return begin


def test_the_next_turn_and_a_new_way_when_it_was_left(
    at_work: Callable[..., tuple[Any, Any]], patrol_car: Crew
) -> None:
    phone, _desk = at_work("路面塌陷")
    phone.click("#sign")
    guide = phone.locator("#guide")
    expect(guide.locator(".turn__far")).not_to_be_empty()
    expect(guide.locator(".turn__move")).not_to_be_empty()
    expect(phone.locator(".legs li").first).to_contain_text("出发")
    # Two fixes beside the way may be an error; the third is none.
    for fix in (1, 2, 3):
        lat = patrol_car.lat - 0.02 - fix * 1e-4
        phone.context.set_geolocation({"longitude": patrol_car.lon - 0.02, "latitude": lat, "accuracy": 8})
        if fix < 3:
            expect(guide).to_have_attribute("data-off", str(fix))
    # A process that has searched nothing yet loads the compiled search first.
    expect(guide).to_contain_text("已离开原路线", timeout=60_000)


def test_the_map_comes_when_it_is_asked_for(at_work: Callable[..., tuple[Any, Any]]) -> None:
    phone, _desk = at_work("护栏受损")
    loaded = "() => performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('/duty/map.js')).length"
    phone.click("#sign")
    expect(phone.locator("#next-step")).to_be_enabled()
    assert phone.evaluate(loaded) == 0
    phone.click("#map-button")
    expect(phone.locator("#route-map canvas")).to_be_visible()
    expect(phone.locator("#map-button")).to_have_attribute("aria-expanded", "true")
    assert phone.evaluate(DRAWN), "ground, roads, the way"
    phone.get_by_role("button", name="放大").click()
    phone.locator("#route-map canvas").focus()
    phone.keyboard.press("ArrowLeft")
    assert phone.evaluate(JUDGE) == []


def test_one_more_unit_for_the_same_case(at_work: Callable[..., tuple[Any, Any]], patrol_car: Crew) -> None:
    phone, desk = at_work("人群聚集", desk_at="/command/")
    phone.click("#sign")
    backup = phone.locator("#backup")
    expect(backup).to_be_enabled()
    backup.click()
    expect(phone.locator("#reasons")).to_have_count(0)
    # By key, as by thumb: only what is held counts.
    backup.focus()
    phone.keyboard.down("Enter")
    expect(phone.locator("#reasons")).to_be_visible()
    phone.keyboard.up("Enter")
    assert phone.evaluate(JUDGE) == []
    phone.locator("#reasons").get_by_role("button", name="围观聚集").click()
    expect(phone.locator(".toasts")).to_contain_text("已请求增援")
    expect(desk.locator("#drawer .sent")).to_have_count(2)
    expect(desk.locator("#drawer .timeline")).to_contain_text("请求增援：围观聚集")
    # A passing message would be gone: the card lies there until somebody takes it by name and answers it.
    card = desk.locator("#backup-list .help")
    expect(card).to_contain_text(f"{patrol_car.call_sign} · 围观聚集")
    expect(card).to_contain_text("无人接应")
    assert desk.evaluate(JUDGE) == []
    desk.keyboard.press("h")
    expect(card).to_contain_text(re.compile(r"\d接应|:\d\d 接应"))
    expect(phone.locator(".work")).to_contain_text("已接应")
    card.get_by_role("button", name="答复").click()
    desk.fill("#ask [name=text]", "特警五分钟到")
    desk.locator("#ask [type=submit]").click()
    expect(desk.locator("#backups")).to_be_hidden()
    expect(phone.locator("#help-answer")).to_contain_text("特警五分钟到")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_screen_of_a_case_is_fit_for_gloves(at_work: Callable[..., tuple[Any, Any]], theme: str) -> None:
    phone, _desk = at_work("货物散落", color_scheme=theme, script=AWAKE)
    phone.click("#sign")
    phone.wait_for_function("() => window.awake === 1")
    for step in ("出发", "到场", "处置完毕"):
        expect(phone.locator("#next-step")).to_have_text(step)
        expect(phone.locator("#next-step")).to_be_enabled()
        assert phone.evaluate(JUDGE) == []
        assert phone.evaluate(SMALL) == []
        phone.click("#next-step")
    expect(phone.locator("#report")).to_be_visible()
    phone.get_by_role("button", name="双方自行协商").click()
    expect(phone.locator("#report-text")).to_have_value("双方自行协商")
    assert phone.evaluate(JUDGE) == []
    assert phone.evaluate(SMALL) == []
    # What was typed outlives the page.
    phone.reload()
    expect(phone.locator("#report-text")).to_have_value("双方自行协商")
    phone.click("#report [type=submit]")
    expect(phone.locator("#unit-state")).to_have_text("待命")
    phone.wait_for_function("() => !window.awake")
    expect(phone.locator("#unsent")).to_be_hidden()
    phone.locator("#menu summary").click()
    phone.get_by_role("link", name="我今天做了什么").click()
    expect(phone.locator(".log li").last).to_contain_text("已反馈")
    expect(phone.locator(".log")).to_contain_text("双方自行协商")
    assert phone.evaluate(JUDGE) == []


def test_check_in_at_the_post_a_notice_read_and_check_out(
    visit: Callable[..., Any], house: Installation, commander: Desk, patrol_car: Crew
) -> None:
    # Away from the patrol car: the notice is for one of them only.
    lon, lat = patrol_car.lon + 0.05, patrol_car.lat
    _done(house, PLANNED.format(lon=lon, lat=lat))
    here = {"longitude": lon, "latitude": lat, "accuracy": 8}
    phone = visit("/duty/", "persuader", phone=True, geolocation=here, permissions=["geolocation"])
    expect(phone.locator("#post-away")).to_contain_text("在签到范围内")
    assert phone.evaluate(JUDGE) == []
    phone.click("#check-in")
    expect(phone.locator("#unit-state")).to_have_text("待命")
    until = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    told = {"text": "白色厢货，右后灯不亮", "valid_until": until, "lon": lon, "lat": lat, "radius_m": 300,
            "datum": "wgs84"}  # fmt: skip
    commander.post("broadcasts/", told)
    notice = phone.locator("#notices .notice-card", has_text="右后灯不亮")
    expect(notice).to_be_visible()
    assert phone.evaluate(JUDGE) == []
    notice.get_by_role("button", name="已阅").click()
    expect(notice).to_have_count(0)
    rows = commander.get("broadcasts/")["broadcasts"]
    row = next(each for each in rows if each["text"] == told["text"])
    assert row["seen"] == 1 and "劝导一号" not in row["unseen_by"]
    commander.post(f"broadcasts/{row['uid']}/withdraw/", {"reason": "测试结束"})
    phone.goto(f"{house.url}/duty/log/")
    expect(phone.locator(".log li").first).to_contain_text("签到")
    phone.goto(f"{house.url}/duty/")
    phone.click("#check-out")
    phone.locator("#ask [type=submit]").click()
    expect(phone.locator("h1").first).to_have_text("已签退")


def test_alone_on_scene_is_asked_and_answers(
    at_work: Callable[..., tuple[Any, Any]], house: Installation, patrol_car: Crew
) -> None:
    phone, desk = at_work("路侧落石")
    phone.click("#sign")
    for step in ("出发", "到场"):
        expect(phone.locator("#next-step")).to_have_text(step)
        phone.click("#next-step")
    expect(phone.locator("#next-step")).to_have_text("处置完毕")
    _done(house, ALONE.format(tour=patrol_car.tour))
    try:
        expect(phone.locator("#welfare")).to_contain_text("是否平安")
        assert phone.evaluate(JUDGE) == []
        phone.click("#well")
        expect(phone.locator("#welfare")).to_have_count(0)
        expect(phone.locator("#unsent")).to_be_hidden()
    finally:
        _done(house, TOGETHER.format(tour=patrol_car.tour))
    cases = desk.get("incidents/?open=1")["features"]
    uid = next(case["id"] for case in cases if case["properties"]["title"] == "路侧落石")
    told = [row["text"] for row in case_of(desk, uid)["timeline"]]
    assert "平安" in told


def test_read_in_the_sun_and_stay_awake(visit: Callable[..., Any], patrol_car: Crew) -> None:
    # Colours are judged once they are there, not on their way.
    phone = visit("/duty/", patrol_car.user, phone=True, color_scheme="dark", reduced_motion="reduce")
    expect(phone.locator("#unit-state")).to_have_text("待命")
    phone.locator("#menu summary").click()
    phone.click("#sun")
    theme = "() => [document.documentElement.dataset.theme, document.documentElement.hasAttribute('data-sun')]"
    assert phone.evaluate(theme) == ["light", True]
    assert phone.evaluate(JUDGE) == []
    phone.reload()
    assert phone.evaluate(theme) == ["light", True]
    phone.locator("#menu summary").click()
    phone.click("#sun")
    assert phone.evaluate(theme) == ["dark", False]
