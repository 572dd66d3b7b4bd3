"""Doors of the house: maps of the set-up pages, the night of the system, a phone, the public without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.stack import Crew, Installation

expect = pytest.importorskip("playwright.sync_api").expect


def test_forms_of_the_admin_draw_on_our_own_map(visit: Callable[..., Any]) -> None:
    page = visit("/admin/stations/station/add/", "administrator")
    expect(page.locator(".leaflet-container canvas").first).to_be_visible()
    expect(page.locator(".leaflet-control-scale-line").first).to_have_text(re.compile(r"^\d{1,2} km$"))


def test_the_night_of_the_system_is_followed(visit: Callable[..., Any]) -> None:
    for path in ("/", "/login/"):
        assert visit(path, color_scheme="dark").evaluate("() => document.documentElement.dataset.theme") == "dark"
        assert visit(path).evaluate("() => document.documentElement.dataset.theme") == "light"


def test_the_phone_fits_its_screen(visit: Callable[..., Any], patrol_car: Crew) -> None:
    page = visit("/duty/", patrol_car.user, phone=True)
    expect(page.locator("#unit-name")).to_have_text(patrol_car.call_sign)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 360


def test_the_public_finds_who_answers(visit: Callable[..., Any]) -> None:
    page = visit("/", phone=True)
    page.fill("#q", "G98")
    page.keyboard.press("Enter")
    page.locator(".results a", has_text="第1段").first.click()
    expect(page.locator(".duty-list li").first).to_be_visible()
    expect(page.locator(".duty-list__phone").first).to_contain_text("-")


def test_where_i_stand(visit: Callable[..., Any], patrol_car: Crew) -> None:
    place = {"latitude": patrol_car.lat, "longitude": patrol_car.lon}
    page = visit("/", phone=True, geolocation=place, permissions=["geolocation"])
    page.click("#here")
    page.wait_for_url("**/?lon=*")
    expect(page.locator("#place-title")).to_be_visible()


def test_the_public_page_works_without_scripts(visit: Callable[..., Any]) -> None:
    page = visit("/?q=G98", java_script_enabled=False)
    page.locator(".results a", has_text="第1段").first.click()
    expect(page.locator(".duty-list li").first).to_be_visible()


def test_english_where_the_browser_asks_for_it(browser: Any, house: Installation, watch: Any) -> None:
    context = browser.new_context(locale="en-GB")
    page = watch.page(context.new_page())
    page.goto(f"{house.url}/")
    expect(page.locator("h1")).to_have_text("Who answers for this road")
    expect(page.locator("#here")).to_have_text("Where I am now")
    context.close()
