"""From alert to closed across the command page and the phone, on a real stack."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import take_in
from tests.browser.stack import Crew, Installation

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.usefixtures("tidy")


def offered_to_us(phone: Any, desk: Any, crew: Crew) -> None:
    """The engine sends the nearest; where it sent another one, the desk sends ours by hand."""
    phone.wait_for_selector("#sign")
    expect(phone.locator("#unit-name")).to_have_text(crew.call_sign)


def test_from_alert_to_closed(visit: Callable[..., Any], fixes: Callable[[], None], patrol_car: Crew) -> None:
    fixes()
    phone = visit("/duty/", patrol_car.user, phone=True)
    expect(phone.locator("#unit-state")).to_have_text("待命")
    desk = visit("/command/", "commander")
    expect(desk.locator("#n-units")).not_to_have_text("–")
    uid = take_in(desk, patrol_car, title="货车侧翻占道")
    expect(desk.locator("#drawer h2")).to_have_text("货车侧翻占道")

    offered_to_us(phone, desk, patrol_car)
    expect(phone.locator("h1")).to_have_text("货车侧翻占道")
    expect(desk.locator(".sent").first).to_contain_text(patrol_car.call_sign)
    expect(desk.locator(".sent").first).to_contain_text("已送达")

    phone.click("#sign")
    for step in ("出发", "到场", "处置完毕"):
        expect(phone.locator("#next-step")).to_have_text(step)
        phone.click("#next-step")
    phone.fill("#report textarea", "已清障，通行恢复")
    phone.click("#report [type=submit]")
    expect(phone.locator("#unit-state")).to_have_text("待命")

    expect(desk.locator("#drawer .timeline")).to_contain_text("已清障，通行恢复")
    desk.get_by_role("button", name="审核通过").click()
    desk.locator("#ask [type=submit]").click()
    desk.get_by_role("button", name="办结").click()
    desk.locator("#ask [type=submit]").click()
    expect(desk.locator("#drawer .chip").first).to_have_text("已办结")
    desk.locator("[data-tab=settled]").click()
    expect(desk.locator(f'[data-uid="{uid}"]')).to_be_visible()


def test_decline_needs_a_reason_and_passes_on(
    visit: Callable[..., Any], fixes: Callable[[], None], patrol_car: Crew
) -> None:
    fixes()
    phone = visit("/duty/", patrol_car.user, phone=True)
    desk = visit("/command/", "dispatcher")
    take_in(desk, patrol_car, title="追尾，双方争执")
    phone.wait_for_selector("#sign")
    phone.click("#decline")
    phone.locator("#ask [type=submit]").click()
    expect(phone.locator("#sign")).to_have_count(0)
    expect(desk.locator("#drawer .timeline")).to_contain_text(f"{patrol_car.call_sign} 拒接")


def test_a_recall_is_seen_and_a_stale_step_is_said_plainly(
    visit: Callable[..., Any], fixes: Callable[[], None], patrol_car: Crew
) -> None:
    fixes()
    phone = visit("/duty/", patrol_car.user, phone=True)
    desk = visit("/command/", "dispatcher")
    take_in(desk, patrol_car, title="撤回测试")
    phone.wait_for_selector("#sign")
    phone.route("**/live/events*", lambda route: route.abort())
    phone.evaluate("() => window.stop()")
    desk.locator(".sent").first.get_by_role("button", name="撤回").click()
    desk.fill("#ask [name=text]", "重复警情")
    desk.locator("#ask [type=submit]").click()
    expect(desk.locator(".sent").first).to_contain_text("撤回")
    if phone.locator("#sign").count():
        phone.click("#sign", timeout=3000)
    expect(phone.locator(".lost")).to_be_visible()
    expect(desk.locator("#drawer .timeline")).to_contain_text("撤回已确认")


def test_keys_are_enough(visit: Callable[..., Any], fixes: Callable[[], None], patrol_car: Crew) -> None:
    fixes()
    desk = visit("/command/", "dispatcher")
    take_in(desk, patrol_car, title="键盘操作", kind="hazard")
    expect(desk.locator("#drawer h2")).to_have_text("键盘操作")
    desk.keyboard.press("Escape")
    expect(desk.locator("#drawer")).to_be_hidden()
    desk.keyboard.press("j")
    expect(desk.locator("#drawer")).to_be_visible()


def test_the_list_works_without_a_map(visit: Callable[..., Any], house: Installation, watch: Any, browser: Any) -> None:
    context = browser.new_context(locale="zh-CN")
    page = watch.page(context.new_page())
    page.route("**/vendor/**", lambda route: route.abort())
    page.route("**/*.mvt*", lambda route: route.abort())
    page.goto(f"{house.url}/login/?next=/command/")
    page.fill("[name=login]", "dispatcher")
    page.fill("[name=password]", house.passwords["dispatcher"])
    page.click("button[type=submit]")
    expect(page.locator("#map-note")).to_be_visible()
    expect(page.locator("#n-units")).not_to_have_text("–")
    expect(page.locator("#incident-list")).not_to_contain_text("正在读取")
    context.close()
