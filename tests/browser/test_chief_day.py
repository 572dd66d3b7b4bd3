"""A chief's morning: a round logged without a network, a place that is refused, leave; a general chief's districts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.stack import Installation
from tests.browser.test_every_page import faults

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.usefixtures("tidy")

JUDGE = (Path(__file__).parent / "judge.js").read_text(encoding="utf-8")
_MIDDLE = """() => {
  const { segments } = JSON.parse(document.getElementById("page-data").textContent);
  const line = segments[0].line[0];
  // Between two corners: a straight segment has none but its ends, and its end is the next one's first metre.
  const at = Math.max(1, Math.floor(line.length / 2));
  const [lon, lat] = [0, 1].map((part) => (line[at - 1][part] + line[at][part]) / 2);
  return { uid: segments[0].uid, longitude: lon, latitude: lat };
}"""


def _ready(page: Any) -> None:
    expect(page.locator("#map canvas").first).to_be_visible()


def test_a_round_is_logged_in_a_dead_spot(visit: Callable[..., Any], house: Installation) -> None:
    page = visit("/chief/", "chief", phone=True, permissions=["geolocation"])
    _ready(page)
    middle = page.evaluate(_MIDDLE)
    page.context.set_geolocation({"longitude": middle["longitude"], "latitude": middle["latitude"], "accuracy": 8})
    page.select_option("#inspection [name=segment]", middle["uid"])
    page.check("#inspection [value=hazard]")
    page.fill("#inspection [name=text]", "护栏缺口，浏览器里看到的")
    page.click("#place-gps")
    expect(page.locator("#place-said")).to_contain_text("定位：")
    expect(page.locator("#draft-said")).to_have_text("草稿已存本机")
    page.reload()
    _ready(page)
    expect(page.locator("#inspection [name=text]")).to_have_value("护栏缺口，浏览器里看到的")
    expect(page.locator("#place-said")).to_contain_text("定位：")
    page.context.set_offline(True)
    page.locator("#inspection [type=submit]").click()
    expect(page.locator("#unsent-said")).to_have_text("1 条巡查未发送")
    expect(page.locator("#inspection [name=text]")).to_have_value("")
    page.context.set_offline(False)
    expect(page.locator("#unsent")).to_be_hidden()
    page.goto(f"{house.url}/chief/segments/{middle['uid']}/")
    entry = page.locator(".log > li").filter(has_text="护栏缺口，浏览器里看到的")
    expect(entry).to_have_count(1)
    # Its case is made a moment later by another process: the page is read again until it is there.
    for _attempt in range(20):
        if page.locator(".cases", has_text="护栏缺口").count():
            break
        page.reload()
    expect(page.locator(".cases")).to_contain_text("护栏缺口")
    expect(entry).to_contain_text("已立警情")


def test_a_place_off_the_segment_is_said_and_nothing_typed_is_lost(visit: Callable[..., Any]) -> None:
    page = visit("/chief/", "chief", phone=True, permissions=["geolocation"])
    _ready(page)
    middle = page.evaluate(_MIDDLE)
    page.fill("#inspection [name=text]", "留在表单里")
    page.locator("#inspection [type=submit]").press("Enter")
    expect(page.locator("#place-error")).to_contain_text("请先取位置")
    page.context.set_geolocation({"longitude": middle["longitude"] + 0.03, "latitude": middle["latitude"] + 0.03})
    page.locator("#place-gps").press("Enter")
    expect(page.locator("#place-said")).to_contain_text("定位：")
    page.locator("#inspection [type=submit]").press("Enter")
    expect(page.locator("#place-error")).to_contain_text("相距")
    expect(page.locator("#inspection [name=text]")).to_have_value("留在表单里")
    page.locator("#place-map").press("Enter")
    expect(page.locator(".chief-map.is-picking")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#place-said")).to_contain_text("地图点选")


def test_leave_says_who_stands_in(visit: Callable[..., Any]) -> None:
    page = visit("/chief/", "chief")
    page.fill("#leave-form [name=starts_at]", "2031-06-01T08:00")
    page.fill("#leave-form [name=ends_at]", "2031-06-03T08:00")
    page.select_option("#leave-form [name=deputy]", index=1)
    name = page.locator("#leave-form [name=deputy] option").nth(1).inner_text()
    expect(page.locator("#leave-means")).to_contain_text(f"2031-06-01 08:00 起由 {name} 代理")
    page.locator("#leave-form [type=submit]").click()
    card = page.locator("#leave article").filter(has_text="2031-06-01 08:00")
    expect(card).to_contain_text("代理全部路段")
    page.fill("#leave-form [name=starts_at]", "2031-06-02T08:00")
    page.fill("#leave-form [name=ends_at]", "2031-06-04T08:00")
    page.locator("#leave-form [type=submit]").click()
    expect(page.locator("#chief-error")).to_contain_text("重叠")
    card.get_by_role("button", name="取消请假").click()
    expect(card).to_have_count(0)


def test_a_general_chief_drills_down_and_signs(visit: Callable[..., Any]) -> None:
    page = visit("/chief/districts/", "chief_general")
    first = page.locator("tbody tr").first.locator("a")
    name = first.inner_text()
    first.click()
    expect(page.locator("h1")).to_contain_text(name)
    page.locator(".segment a").first.click()
    expect(page.locator("#history-title")).to_be_visible()
    page.go_back()
    page.get_by_role("link", name="全部辖区").click()
    page.fill("form [name=note]", "加强夜间巡查")
    page.get_by_role("button", name="已阅").click()
    expect(page.locator(".log")).to_contain_text("加强夜间巡查")
    expect(page.locator(".notice")).to_contain_text("今天已签阅")


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
@pytest.mark.parametrize(("language", "theme"), [("zh-CN", "dark"), ("en", "light")])
def test_the_chiefs_pages_are_fit_to_be_read(
    visit: Callable[..., Any], house: Installation, phone: bool, language: str, theme: str
) -> None:
    page = visit("/chief/", "chief_general", phone=phone, color_scheme=theme, locale=language)
    _ready(page)
    uid = page.evaluate(_MIDDLE)["uid"]
    assert faults(page) == []
    page.locator("#trend summary").click()
    assert page.evaluate(JUDGE) == []
    for address in ("/chief/districts/", f"/chief/segments/{uid}/"):
        page.goto(f"{house.url}{address}")
        assert faults(page) == [], address
