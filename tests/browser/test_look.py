"""The look of the pages: the parts on one page, day, night and paper, keys, a wall."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.stack import Installation

expect = pytest.importorskip("playwright.sync_api").expect
LOUD = "() => { window.said = []; addEventListener('error', (event) => window.said.push(event.message)); }"


def test_day_and_night_are_chosen_on_any_page(visit: Callable[..., Any]) -> None:
    page = visit("/")
    theme = "() => document.documentElement.dataset.theme"
    assert page.evaluate(theme) == "light"
    ground = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    page.click("[data-theme-button]")
    assert page.evaluate(theme) == "dark"
    assert page.evaluate("() => getComputedStyle(document.body).backgroundColor") != ground
    page.reload()
    assert page.evaluate(theme) == "dark"


def test_paper_is_white_and_has_nothing_to_press(visit: Callable[..., Any]) -> None:
    page = visit("/styleguide/", "administrator", color_scheme="dark")
    expect(page.locator("#swatches li").first).to_be_visible()
    page.emulate_media(media="print")
    colour = page.evaluate("() => getComputedStyle(document.querySelector('.guide h1')).color")
    assert colour == "rgb(20, 25, 31)"
    expect(page.locator(".masthead")).to_be_hidden()
    expect(page.locator(".guide .btn:visible")).to_have_count(0)


def test_the_parts_can_be_tried(visit: Callable[..., Any]) -> None:
    page = visit("/styleguide/", "administrator")
    page.evaluate(LOUD)
    expect(page.locator("#marks li")).to_have_count(14)
    page.click("[data-look=dark]")
    expect(page.locator("[data-look=dark]")).to_have_attribute("aria-pressed", "true")
    page.click("#try-toast")
    expect(page.locator(".toasts")).to_contain_text("已完成")
    page.click("#try-ask")
    expect(page.locator("#ask [name=reason]")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#ask")).to_be_hidden()
    assert page.evaluate("() => window.said") == []


def test_the_parts_are_for_staff(visit: Callable[..., Any], house: Installation) -> None:
    page = visit("/")
    page.goto(f"{house.url}/styleguide/")
    expect(page.locator("[name=login]")).to_be_visible()


def test_keys_tell_themselves_and_move_the_tabs(visit: Callable[..., Any]) -> None:
    page = visit("/command/", "dispatcher")
    expect(page.locator("#n-units")).not_to_have_text("–")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    expect(page.locator("#keys")).to_contain_text("下一件")
    page.keyboard.press("Escape")
    page.locator("#tab-open").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#tab-review")).to_be_focused()
    expect(page.locator("#tab-review")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("n")
    expect(page.locator("#intake-form [name=place]")).to_be_focused()


def test_a_wall_is_read_from_afar(visit: Callable[..., Any]) -> None:
    page = visit("/command/", "dispatcher")
    size = "() => parseFloat(getComputedStyle(document.querySelector('.tabs [role=tab]')).fontSize)"
    at_desk = page.evaluate(size)
    page.set_viewport_size({"width": 3840, "height": 2160})
    assert page.evaluate(size) == pytest.approx(2 * at_desk)


def test_set_up_pages_share_the_look(visit: Callable[..., Any]) -> None:
    page = visit("/admin/stations/station/add/", "administrator", color_scheme="dark")
    theme = "() => document.documentElement.dataset.theme"
    assert page.evaluate(theme) == "dark"
    ground = "() => getComputedStyle(document.querySelector('#header')).backgroundColor"
    night = page.evaluate(ground)
    page.click("#user-tools [data-theme-button]")
    assert page.evaluate(theme) == "light"
    assert page.evaluate(ground) == "rgb(255, 255, 255)" != night
