"""The desk of the watch-list by two people, and the way of the vehicle that they watched."""

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
def test_applied_approved_and_looked_up(visit: Callable[..., Any], house: Installation) -> None:
    alarms_raise(house, "琼C20001", mark="7000002")
    asking = visit("/watchlist/", "dispatcher")
    asking.keyboard.press("n")
    asking.fill("#apply [name=plate]", "琼C2000")
    asking.fill("#apply [name=case_number]", "测试-9")
    asking.fill("#apply [name=reason]", "肇事逃逸")
    asking.click("#apply [type=submit]")
    expect(asking.locator("#apply [data-field=plate] .field__error")).to_be_visible()
    assert faults_by_both_lights(asking) == []
    asking.fill("#apply [name=plate]", "琼C20002")
    asking.click("#apply [type=submit]")
    expect(asking.locator("#apply")).to_be_hidden()
    applied = asking.locator("#watch-rows tr", has_text="测试-9")
    expect(applied).to_contain_text("琼C***02")
    # Another person checks and approves; who asked hears of it without a reload.
    deciding = visit("/watchlist/", "commander")
    for step in ("审核通过", "批准"):
        deciding.locator("#watch-rows tr", has_text="测试-9").locator(".btn").click()
        deciding.click("#ask [type=submit]")
        expect(deciding.locator("#sheet")).to_contain_text("琼C20002")
        deciding.locator("#sheet .btn", has_text=step).click()
        expect(deciding.locator("#sheet")).to_be_hidden()
    expect(applied).to_contain_text("布控中")
    # The vehicle that passed: nothing without reason and case, then its way.
    asking.goto(f"{house.url}/vehicles/")
    asking.fill("#search [name=plate]", "琼C20001")
    asking.click("#search [type=submit]")
    expect(asking.locator("#search [data-field=reason] .field__error")).to_be_visible()
    asking.fill("#search [name=reason]", "查肇事车")
    asking.fill("#search [name=case]", "测试-9")
    asking.click("#search [type=submit]")
    expect(asking.locator("#found .plate")).to_have_text("琼C20001")
    expect(asking.locator(".track-mark")).to_have_text("1")
    expect(asking.locator("#rest .thumb")).to_have_count(1)
    assert faults_by_both_lights(asking) == []
