"""The alarm queue by keyboard: live, judged by one key each, a second tab told who did it, through to the case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.alarms_of_house import alarms_raise
from tests.browser.stack import Installation
from tests.browser.test_every_page import faults_by_both_lights

playwright = pytest.importorskip("playwright.sync_api")
expect = playwright.expect


@pytest.mark.usefixtures("tidy")
def test_from_alarm_to_interception_by_keys(visit: Callable[..., Any], house: Installation) -> None:
    desk = visit("/command/", "dispatcher")
    expect(desk.locator("#n-units")).not_to_have_text("–")
    expect(desk.locator("#alarms")).to_be_hidden()
    alarms_raise(house, "琼C10001", "琼C10002", "琼C10003", "琼C10004")
    # The feed alone brings them.
    expect(desk.locator("#n-alarms")).to_have_text("4")
    desk.keyboard.press("y")
    card, line = desk.locator(".alarm-card"), desk.locator(".alarm-line")
    expect(card.locator(".plate").first).to_have_text("琼C10001")
    expect(card.locator(".alarm-pictures img")).to_have_count(1)
    assert faults_by_both_lights(desk) == []
    other = desk.context.new_page()
    other.goto(desk.url)
    expect(other.locator("#n-alarms")).to_have_text("4")
    other.keyboard.press("y")
    expect(other.locator(".alarm-card .plate").first).to_have_text("琼C10001")
    # False, for the first reason; the next one comes up, and the second tab is told.
    desk.keyboard.press("x")
    desk.keyboard.press("1")
    expect(other.locator(".alarm-card .banner")).to_contain_text("误报")
    expect(card.locator(".plate").first).to_have_text("琼C10002")
    expect(card.locator(".kv").first).to_be_visible()
    desk.keyboard.press("z")
    expect(line.first).to_contain_text("暂缓")
    desk.keyboard.press("c")
    # Confirmed: the case is there a moment later and opens from here.
    opening = desk.locator(".alarm-done .btn")
    expect(opening).to_be_visible()
    expect(line).to_have_count(2)
    # What is left is a storm: marked together, one reason.
    desk.locator(".panel h2").first.focus()
    desk.keyboard.press("v")
    desk.locator(".alarm-bulk .btn").click()
    expect(line).to_have_count(0)
    opening.click()
    expect(desk.locator("#drawer")).to_contain_text("布控拦截")
    # Where the car can be by now and next, and who can stand ahead of it: on the map, which the panel covered.
    expect(desk.locator(".panel")).to_be_hidden()
    expect(desk.locator("#drawer")).to_contain_text("现在可能在")
    expect(desk.locator(".ahead--outer")).to_be_attached()
    expect(desk.locator(".ahead-post, #drawer .muted:has-text('没有可抢在前方的警力')").first).to_be_attached()
