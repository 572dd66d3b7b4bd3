"""The look of the pages: the parts on one page, day, night and paper; what can be judged of every page without eyes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import take_in
from tests.browser.stack import Crew, Installation

expect = pytest.importorskip("playwright.sync_api").expect
JUDGE = (Path(__file__).parent / "judge.js").read_text(encoding="utf-8")
LOUD = "() => { window.said = []; addEventListener('error', (event) => window.said.push(event.message)); }"


def _settled(page: Any) -> None:
    """What the page reads after it was loaded is there."""
    page.wait_for_load_state("load")
    if page.locator("#map").count():
        expect(page.locator("#map canvas").first).to_be_visible()
    expect(page.locator(".state--loading:not(.guide *)")).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
@pytest.mark.parametrize(
    ("path", "user"),
    [
        ("/", ""),
        ("/?q=G98", ""),
        ("/login/", ""),
        ("/account/", "chief"),
        ("/command/", "dispatcher"),
        ("/chief/", "chief"),
        ("/styleguide/", "administrator"),
        ("/no-such-page/", ""),
    ],
)
def test_pages_are_fit_to_be_read(visit: Callable[..., Any], path: str, user: str, phone: bool, theme: str) -> None:
    page = visit(path, user, phone=phone, color_scheme=theme)
    _settled(page)
    assert page.evaluate(JUDGE) == []


@pytest.mark.usefixtures("tidy")
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_an_open_case_is_fit_to_be_read(
    visit: Callable[..., Any], fixes: Callable[[], None], patrol_car: Crew, theme: str
) -> None:
    fixes()
    phone = visit("/duty/", patrol_car.user, phone=True, color_scheme=theme)
    _settled(phone)
    assert phone.evaluate(JUDGE) == []
    desk = visit("/command/", "commander", color_scheme=theme)
    expect(desk.locator("#n-units")).not_to_have_text("–")
    take_in(desk, patrol_car, title="两车追尾，无人受伤")
    expect(desk.locator(".offers").first).to_be_visible()
    expect(desk.locator(".sent").first).to_contain_text("已送达")
    assert desk.evaluate(JUDGE) == []
    phone.wait_for_selector("#sign")
    assert phone.evaluate(JUDGE) == []
    phone.click("#sign")
    phone.wait_for_selector("#next-step")
    assert phone.evaluate(JUDGE) == []


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
