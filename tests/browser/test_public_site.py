"""The public site in a browser: a board's day, "where I stand", the way to a station, without scripts, on paper."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import AT_REST
from tests.browser.stack import Installation

expect = pytest.importorskip("playwright.sync_api").expect
JUDGE = (Path(__file__).parent / "judge.js").read_text(encoding="utf-8")
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
CARRIED_MS = 240_000


def _printed(visit: Callable[..., Any]) -> Any:
    """The page of boards, with the boards of one small organisation printed by the real worker."""
    page = visit("/boards/", "administrator")
    expect(page.locator("#reprint .state")).to_be_visible()
    options = page.locator("#print-form [name=organisation] option")
    page.select_option("#print-form [name=organisation]", index=options.count() - 1)
    page.get_by_role("button", name="开始印制").click()
    expect(page.locator("#print-jobs > li").first).to_have_attribute("data-state", "done", timeout=CARRIED_MS)
    return page


def test_a_board_is_planned_issued_hung_and_read(visit: Callable[..., Any], first_of: Callable[[str], Any]) -> None:
    desk = _printed(visit)
    expect(desk.locator("#print-jobs a[download]").first).to_be_visible()
    segment = first_of("segments/?limit=1")
    cookies = {each["name"]: each["value"] for each in desk.context.cookies()}
    planned = desk.request.post(
        f"{desk.url.split('/boards')[0]}/api/v1/boards/",
        data={"segment": segment["id"]},
        headers={"X-CSRFToken": cookies["csrftoken"], "Referer": desk.url},
    )
    number = planned.json()["number"]
    desk.fill("#filter [name=q]", number)
    desk.get_by_role("button", name="查询").click()
    row = desk.locator(f"#boards tr[data-board='{number}']")
    expect(row).to_contain_text("待印发")
    row.get_by_role("button", name="印发").click()
    expect(row).to_contain_text("已印发")
    sheet = desk.request.get(
        f"{desk.url.split('/boards')[0]}{row.get_by_role('link', name='PDF').get_attribute('href')}"
    )
    assert sheet.body().startswith(b"%PDF-")
    row.get_by_role("button", name="已张贴").click()
    desk.locator("#ask [name=posted_on]").fill("2001-01-01")
    desk.locator("#ask [type=submit]").click()
    expect(desk.locator(".toasts")).to_contain_text("张贴日期应在印发日期与今天之间")
    row.get_by_role("button", name="已张贴").click()
    desk.locator("#ask [type=submit]").click()
    expect(row).to_contain_text("已张贴")
    citizen = visit(f"/b/{number}/", phone=True)
    expect(citizen.locator(".banner--ok")).to_contain_text("牌上的内容仍然有效")
    expect(citizen.locator(".duty-list__phone").first).to_have_attribute("href", re.compile("^tel:"))
    assert citizen.evaluate(FITS)
    row.get_by_role("button", name="撤除").click()
    desk.locator("#ask [name=reason]").fill("测试结束")
    desk.locator("#ask [type=submit]").click()
    expect(row).to_contain_text("已撤除")
    citizen.reload()
    expect(citizen.locator(".banner--warn")).to_contain_text("已撤除")


def _faults(page: Any) -> list[str]:
    """What the judge finds by day and by night."""
    found = []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        page.wait_for_function("(theme) => document.documentElement.dataset.theme === theme", arg=theme)
        page.evaluate(AT_REST)
        found += [f"{theme}: {fault}" for fault in page.evaluate(JUDGE)]
    return found


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_pages_are_fit_to_be_read(
    visit: Callable[..., Any], first_of: Callable[[str], Any], house: Installation, phone: bool
) -> None:
    segment = first_of("segments/?limit=1")["id"]
    station = first_of("stations/?page_size=1&kind=service")["id"]
    page = visit("/", phone=phone)
    for path in (f"/segments/{segment}/", "/stations/", f"/stations/{station}/", "/b/99999/", "/?q=路&lang=en"):
        page.goto(f"{house.url}{path}")
        page.wait_for_load_state("load")
        if page.locator("#map").count():
            expect(page.locator("#map canvas").first).to_be_visible()
        assert _faults(page) == [], path
        assert page.evaluate(FITS), path
    page = visit("/boards/", "administrator", phone=phone)
    expect(page.locator("#reprint .state, #reprint [data-board]").first).to_be_visible()
    expect(page.locator("#boards-said")).not_to_be_empty()
    assert _faults(page) == []
    assert page.evaluate(FITS)


def test_where_i_stand_and_the_way_to_a_station(visit: Callable[..., Any], first_of: Callable[[str], Any]) -> None:
    segment = first_of("segments/?limit=1")
    line = segment["geometry"]["coordinates"][0]
    lon, lat = line[len(line) // 2]
    here = {"geolocation": {"longitude": lon, "latitude": lat}, "permissions": ["geolocation"]}
    page = visit("/", phone=True, **here)
    page.get_by_role("button", name="查我现在的位置").click()
    page.wait_for_url("**/?lon=*&datum=wgs84")
    expect(page.locator(".result-segment").first).to_contain_text(segment["properties"]["name"])
    station = first_of("stations/?page_size=1&kind=service")
    page = visit(f"/stations/{station['id']}/", phone=True, **here)
    # The first to ask a process for a way waits until it has opened the network.
    page.get_by_role("button", name="从我现在的位置").click(no_wait_after=True)
    page.wait_for_url("**datum=wgs84", timeout=CARRIED_MS)
    expect(page.locator(".legs li").first).to_contain_text("出发")
    expect(page.locator(".legs li").last).to_contain_text("到达")


def test_a_refused_position_is_said(visit: Callable[..., Any]) -> None:
    page = visit("/", phone=True)
    page.get_by_role("button", name="查我现在的位置").click()
    expect(page.locator("#here-note")).to_contain_text("没有得到位置")


def test_everything_is_read_without_scripts(visit: Callable[..., Any], house: Installation) -> None:
    page = visit("/", phone=True, java_script_enabled=False)
    page.fill("#q", "G98")
    page.get_by_role("button", name="查询").click()
    page.locator(".results a").first.click()
    page.locator(".results a").first.click()
    expect(page.locator(".duty-list li").first).to_be_visible()
    page.get_by_role("link", name="服务站和劝导站").click()
    page.locator(".results a").first.click()
    expect(page.locator("#facts-title")).to_be_visible()
    expect(page.locator("#here")).to_be_hidden()
    page.get_by_role("link", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_a_segment_on_paper_has_its_chain_and_nothing_to_press(
    visit: Callable[..., Any], first_of: Callable[[str], Any]
) -> None:
    segment = first_of("segments/?limit=1")["id"]
    page = visit(f"/segments/{segment}/", color_scheme="dark")
    expect(page.locator("#map canvas").first).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator(".duty-list li").first).to_be_visible()
    expect(page.locator(".masthead")).to_be_hidden()
    expect(page.locator(".search:visible")).to_have_count(0)
    expect(page.locator("button:visible")).to_have_count(0)
    # The first number to call is a button on screens: on paper it is read.
    expect(page.locator(".duty-list__phone").first).to_be_visible()


def test_nothing_is_lost_when_the_list_cannot_be_read(visit: Callable[..., Any]) -> None:
    page = visit("/boards/", "administrator")
    expect(page.locator("#boards-said")).not_to_be_empty()
    page.route("**/api/v1/boards/**", lambda route: route.abort())
    page.get_by_role("button", name="查询").click()
    expect(page.locator("#boards-state .state--error")).to_contain_text("读不到公示牌")
    page.unroute("**/api/v1/boards/**")
    page.locator("#boards-state").get_by_role("button", name="重试").click()
    expect(page.locator("#boards-state .state--error")).to_have_count(0)
