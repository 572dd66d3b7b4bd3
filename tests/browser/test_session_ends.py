"""A session that ends in the middle of a form: what was typed stays, what was shown is covered, and one goes on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings

from tests.browser.stack import Crew, Installation

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.usefixtures("tidy")

TITLE = "填到一半的警情"


def _half_typed(visit: Callable[..., Any], crew: Crew) -> Any:
    """A desk whose session ends while the intake form is filled in; the answer to sending it is 401."""
    desk = visit("/command/", "dispatcher")
    expect(desk.locator("#n-units")).not_to_have_text("–")
    desk.keyboard.press("n")
    desk.select_option("#intake-form [name=kind]", "hazard")
    desk.fill("#intake-form [name=title]", TITLE)
    desk.fill("#intake-form [name=place]", f"{crew.lon:.6f}, {crew.lat:.6f}")
    desk.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    # Not by a click: whatever the page asks by itself in between may have covered the form already.
    desk.locator("#intake-form").evaluate("form => form.requestSubmit()")
    expect(desk.locator("#signed-out")).to_be_visible()
    return desk


def _sign_in_beside(desk: Any, house: Installation, user: str) -> None:
    with desk.context.expect_page() as opened:
        desk.click("#sign-in-again")
    tab = opened.value
    tab.fill("[name=login]", user)
    tab.fill("[name=password]", house.passwords[user])
    with tab.expect_event("close"):
        tab.click("button[type=submit]")


def test_nothing_typed_is_lost(
    visit: Callable[..., Any], house: Installation, fixes: Callable[[], None], patrol_car: Crew
) -> None:
    fixes()
    desk = _half_typed(visit, patrol_car)
    desk.keyboard.press("Escape")
    expect(desk.locator("#signed-out")).to_be_visible()
    desk.click("#signed-out [type=submit]")
    expect(desk.locator("#signed-out")).to_contain_text("还没有登录")

    _sign_in_beside(desk, house, "dispatcher")
    expect(desk.locator("#signed-out")).to_have_count(0)
    expect(desk.locator("#intake-form [name=title]")).to_have_value(TITLE)
    desk.click("#intake-form [type=submit]")
    expect(desk.locator("#drawer h2")).to_have_text(TITLE)
    expect(desk.locator("#feed-age")).to_contain_text("实时 ")


def test_a_set_up_form_loses_nothing_either(visit: Callable[..., Any], house: Installation) -> None:
    page = visit("/admin/stations/stationservice/add/", "administrator")
    for name, text in (("code", "X77"), ("name", "填到一半的事项"), ("service_class", "户政")):
        page.fill(f"[name={name}]", text)
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.click("[name=_save]")
    expect(page.locator("#signed-out")).to_be_visible()
    _sign_in_beside(page, house, "administrator")
    expect(page.locator("#signed-out")).to_have_count(0)
    expect(page.locator("[name=name]")).to_have_value("填到一半的事项")
    page.click("[name=_save]")
    expect(page.locator(".messagelist .success")).to_contain_text("填到一半的事项")


def test_another_person_gets_a_page_of_their_own(
    visit: Callable[..., Any], house: Installation, fixes: Callable[[], None], patrol_car: Crew
) -> None:
    fixes()
    desk = _half_typed(visit, patrol_car)
    name = desk.locator(".masthead__end a").inner_text()
    _sign_in_beside(desk, house, "commander")
    expect(desk.locator("#signed-out")).to_have_count(0)
    expect(desk.locator(".masthead__end a")).not_to_have_text(name)
    expect(desk.locator("#intake")).to_be_hidden()
