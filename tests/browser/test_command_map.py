"""The map of `/command/`: units on a canvas, layers with their age, who is around; a page without WebGL or tiles."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import AT_REST
from tests.browser.stack import Crew, Installation

expect = pytest.importorskip("playwright.sync_api").expect
JUDGE = (Path(__file__).parent / "judge.js").read_text(encoding="utf-8")
NO_WEBGL = """
    const real = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
      return kind.startsWith("webgl") ? null : real.call(this, kind, ...more);
    };
"""


def _settled(page: Any) -> None:
    """Units are drawn and the picture of now is loaded."""
    expect(page.locator("#n-units")).not_to_have_text("–")
    expect(page.locator(".map-canvas[data-singles]")).to_be_attached()


def _drawn(page: Any) -> int:
    canvas = page.locator(".map-canvas[data-singles]")
    return int(canvas.get_attribute("data-singles") or 0) + int(canvas.get_attribute("data-groups") or 0)


def test_a_unit_is_found_and_followed_by_keyboard(
    visit: Callable[..., Any], fixes: Callable[[], None], patrol_car: Crew
) -> None:
    fixes()
    page = visit("/command/", "dispatcher")
    _settled(page)
    assert _drawn(page) > 0
    page.keyboard.press("g")
    expect(page.locator("#unit-search")).to_be_focused()
    page.keyboard.type(patrol_car.call_sign)
    expect(page.locator("#unit-rows .unit-row")).to_have_count(1)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    card = page.locator("#unit-card")
    expect(card.locator("h2")).to_have_text(patrol_car.call_sign)
    expect(card.locator("[data-fixed-at]")).to_contain_text("定位")
    page.keyboard.press("f")
    expect(page.locator("#follow-unit")).to_have_attribute("aria-pressed", "true")
    assert page.evaluate(JUDGE) == []
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()


def test_a_unit_is_pressed_on_the_map(visit: Callable[..., Any], fixes: Callable[[], None], patrol_car: Crew) -> None:
    fixes()
    page = visit("/command/", "dispatcher")
    _settled(page)
    page.click("#find-unit")
    page.fill("#unit-search", patrol_car.call_sign)
    page.click("#unit-rows .unit-row")
    expect(page.locator("#unit-card h2")).to_have_text(patrol_car.call_sign)
    page.click("#unit-card [aria-label=关闭]")
    box = page.locator("#map").bounding_box()
    # The map went to it: it lies in the middle, alone or with others in the same place.
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator("#unit-card")).to_contain_text(patrol_car.call_sign)


def test_who_is_around_goes_by_the_road(visit: Callable[..., Any], fixes: Callable[[], None], patrol_car: Crew) -> None:
    fixes()
    page = visit("/command/", "dispatcher")
    _settled(page)
    page.keyboard.press("a")
    expect(page.locator(".pick-note")).to_be_visible()
    box = page.locator("#map").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 3)
    rows = page.locator("#around-rows .unit-row")
    # The first question of a process loads the compiled search.
    expect(rows.first).to_be_visible(timeout=60_000)
    expect(rows.first).to_contain_text("道路")
    expect(rows.first).to_contain_text("直线")
    times = [text for text in page.locator(".unit-row__time").all_text_contents() if ":" in text]
    seconds = [sum(int(part) * 60**n for n, part in enumerate(reversed(text.split(":")))) for text in times]
    assert seconds and seconds == sorted(seconds)
    expect(page.locator(".radar")).to_have_count(4)
    assert page.evaluate(JUDGE) == []


def test_layers_are_switched_and_say_their_age(visit: Callable[..., Any]) -> None:
    page = visit("/command/", "dispatcher")
    _settled(page)
    page.keyboard.press("l")
    page.check("[data-layer=checkpoints]")
    row = page.locator(".layer:has([data-layer=checkpoints])")
    expect(row.locator(".layer__age")).to_contain_text("前")
    canvas = page.locator(".map-canvas[data-places]")
    page.uncheck("[data-layer=stations]")
    expect(canvas).not_to_have_attribute("data-places", "0")
    rings = row.locator(".pick input")
    expect(rings).to_have_count(6)
    for number in range(6):
        rings.nth(number).uncheck()
    expect(canvas).to_have_attribute("data-places", "0")
    rings.nth(1).check()
    expect(canvas).not_to_have_attribute("data-places", "0")
    assert page.evaluate(JUDGE) == []
    page.reload()
    _settled(page)
    page.keyboard.press("l")
    expect(page.locator("[data-layer=checkpoints]")).to_be_checked()
    expect(page.locator("[data-layer=stations]")).not_to_be_checked()
    page.keyboard.press("g")
    expect(page.locator("#unit-search")).to_be_focused()


def test_a_layer_that_cannot_be_read_says_so(visit: Callable[..., Any]) -> None:
    page = visit("/command/", "dispatcher")
    _settled(page)
    page.route("**/ogc/collections/checkpoints/**", lambda route: route.abort())
    page.keyboard.press("l")
    page.check("[data-layer=checkpoints]")
    expect(page.locator(".layer:has([data-layer=checkpoints]) .layer__age")).to_have_text("未能更新")


def test_where_nobody_would_be_left(visit: Callable[..., Any], fixes: Callable[[], None], patrol_car: Crew) -> None:
    fixes()
    page = visit("/command/", "dispatcher")
    _settled(page)
    page.keyboard.press("g")
    page.fill("#unit-search", patrol_car.call_sign)
    page.click("#unit-rows .unit-row")
    with page.expect_response(lambda answer: "coverage-holes" in answer.url and "sending=" in answer.url) as waiting:
        page.click("#holes-unit")
    opened = waiting.value.json()["new"]
    words = "派出后无空闲警力" if opened else "派出后没有新的警力空白"
    expect(page.locator(".toasts")).to_contain_text(words)


def test_without_webgl_the_map_is_there(browser: Any, visit: Callable[..., Any], house: Installation) -> None:
    page = visit("/command/", "dispatcher")
    page.add_init_script(NO_WEBGL)
    page.reload()
    _settled(page)
    expect(page.locator("#map canvas.leaflet-tile").first).to_be_visible()
    expect(page.locator("#map-note")).to_be_hidden()
    page.keyboard.press("l")
    page.check("[data-layer=segments]")
    expect(page.locator(".layer:has([data-layer=segments]) .layer__age")).to_contain_text("前")
    assert _drawn(page) > 0


def test_without_tiles_everything_else_works(visit: Callable[..., Any], patrol_car: Crew) -> None:
    page = visit("/command/", "dispatcher")
    page.route("**/tiles/**", lambda route: route.abort())
    page.reload()
    _settled(page)
    expect(page.locator("#map-note")).to_be_visible()
    assert _drawn(page) > 0
    page.keyboard.press("g")
    expect(page.locator("#unit-rows .unit-row").first).to_be_visible()


def test_a_past_hour_is_played_and_never_looks_live(
    visit: Callable[..., Any], fixes: Callable[[], None], patrol_car: Crew
) -> None:
    fixes()
    page = visit("/command/", "commander")
    asked: list[str] = []
    _settled(page)
    page.on("request", lambda request: asked.append(request.url))
    page.click("#replay-link")
    expect(page.locator("#replay-what")).to_contain_text("不是现在")
    page.evaluate(AT_REST)
    assert page.evaluate(JUDGE) == []
    page.click("#replay-form [type=submit]")
    expect(page.locator("#error-reason")).to_contain_text("事由")
    page.fill("[name=reason]", "复盘演练")
    page.click("#replay-form [type=submit]")
    expect(page.locator("#player")).to_be_visible()
    expect(page.locator("#replay-what")).to_contain_text("回放")
    page.keyboard.press("Space")
    page.keyboard.press("End")
    end = int(page.locator("#scrub").get_attribute("max") or 0)
    expect(page.locator("#scrub")).to_have_js_property("value", str(end))
    expect(page.locator(".map-canvas[data-singles]")).not_to_have_attribute("data-singles", "0")
    page.keyboard.press("Shift+ArrowLeft")
    expect(page.locator("#scrub")).to_have_js_property("value", str(end - 60))
    page.keyboard.press("]")
    expect(page.locator("[name=speed][value='20']")).to_be_checked()
    page.select_option("#replay-units", label=page.locator("#replay-units option").nth(1).text_content())
    expect(page.locator("#speed-graph")).to_be_visible()
    expect(page.locator("#follow")).to_have_attribute("aria-pressed", "true")
    assert page.evaluate(JUDGE) == []
    assert [url for url in asked if "/live/events" in url] == []


def test_who_may_not_see_tracks_is_told(visit: Callable[..., Any]) -> None:
    page = visit("/command/?replay", "reviewer")
    expect(page.locator(".replay-setup .state--error")).to_contain_text("不能查看他人轨迹")
    assert page.evaluate(JUDGE) == []
