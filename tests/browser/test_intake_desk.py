"""A new incident in ten seconds: one field for the place, and what is open already is not opened twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import take_in
from tests.browser.stack import Crew, Installation

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.usefixtures("tidy")
JUDGE = (Path(__file__).parent / "judge.js").read_text(encoding="utf-8")


def _desk(visit: Callable[..., Any], **options: Any) -> Any:
    page = visit("/command/", "dispatcher", **options)
    expect(page.locator("#n-units")).not_to_have_text("–")
    return page


def _sent(page: Any) -> Any:
    def is_intake(answer: Any) -> bool:
        return answer.url.endswith("/api/v1/incidents/") and answer.request.method == "POST"

    return page.expect_response(is_intake)


def test_a_kilometre_post_by_keyboard_alone(visit: Callable[..., Any]) -> None:
    page = _desk(visit)
    page.keyboard.press("n")
    expect(page.locator("#intake-place")).to_be_focused()
    page.keyboard.type("K2+500 G98")
    options = page.locator("#intake-places [role=option]")
    expect(options).to_have_count(2)
    expect(options.nth(0)).to_have_attribute("aria-selected", "true")
    assert page.evaluate(JUDGE) == []
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    chosen = options.nth(1).inner_text().split("\n")[-1].strip()
    page.keyboard.press("Enter")
    expect(page.locator("#intake-place")).to_have_value(chosen)
    expect(page.locator("#intake-place-said")).to_contain_text("G98")
    with _sent(page) as waiting:
        page.keyboard.press("Enter")
    made = json.loads(waiting.value.text())
    assert waiting.value.status == 201, made
    assert made["chainage_text"] == chosen, "the carriageway that was chosen, not the nearer one"
    expect(page.locator("#drawer")).to_contain_text(made["number"])


def test_both_directions_are_shown_until_one_is_chosen(visit: Callable[..., Any]) -> None:
    page = _desk(visit)
    page.keyboard.press("n")
    page.fill("#intake-place", "G98 K2+500")
    expect(page.locator("#intake-places [role=option]")).to_have_count(2)
    page.keyboard.press("Escape")
    expect(page.locator("#intake-places")).to_be_hidden()
    expect(page.locator("#intake")).to_be_visible()
    page.click("#intake-form [type=submit]")
    expect(page.locator("#intake-place-said")).to_contain_text("请选择其一")
    expect(page.locator("#intake-place")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#intake-places")).to_be_visible()
    page.fill("#intake-place", "不存在的地方")
    page.click("#intake-form [type=submit]")
    expect(page.locator("#intake-place-said")).to_contain_text("没有找到")


def test_a_place_by_its_initials(visit: Callable[..., Any]) -> None:
    page = _desk(visit)
    page.keyboard.press("n")
    page.fill("#intake-place", "qcz")
    first = page.locator("#intake-places [role=option]").first
    expect(first).to_contain_text("汽车站")
    name = first.locator("span").nth(1).inner_text()
    first.click()
    with _sent(page) as waiting:
        page.click("#intake-form [type=submit]")
    assert name in json.loads(waiting.value.text())["place_text"]


def test_the_same_caller_again_adds_a_report(visit: Callable[..., Any], patrol_car: Crew) -> None:
    page = _desk(visit)
    page.keyboard.press("n")
    page.fill("#intake-form [name=reporter_phone]", "13800004321")
    page.keyboard.press("Escape")
    take_in(page, patrol_car, title="来电两次")
    number = page.locator("#drawer header small").inner_text()
    page.keyboard.press("n")
    page.fill("#intake-form [name=reporter_phone]", "138 0000 4321")
    page.fill("#intake-form [name=text]", "催问")
    row = page.locator(".similar__row", has_text=number)
    expect(row).to_contain_text("同一号码")
    assert page.evaluate(JUDGE) == []
    row.get_by_role("button", name="就是这件").click()
    expect(page.locator("#intake")).to_be_hidden()
    expect(page.locator("#drawer")).to_contain_text("另有 1 次报警")
    expect(page.locator("#drawer .timeline")).to_contain_text("又有人报警")


def test_what_is_near_is_shown_while_it_is_typed(
    visit: Callable[..., Any], house: Installation, patrol_car: Crew
) -> None:
    page = _desk(visit, phone=True)
    take_in(page, patrol_car, title="已经报过")
    page.locator("#drawer").get_by_role("button", name="关闭").click()
    page.keyboard.press("n")
    page.fill("#intake-place", f"{patrol_car.lon + 0.002:.6f}, {patrol_car.lat + 0.001:.6f}")
    expect(page.locator(".similar__row").first).to_contain_text("已经报过")
    width = page.evaluate("() => document.documentElement.scrollWidth")
    assert width <= 360, "nothing runs out of a phone's page"


def test_an_exercise_is_striped_from_the_form_on(visit: Callable[..., Any], patrol_car: Crew) -> None:
    page = _desk(visit)
    page.keyboard.press("n")
    page.check("#intake-form [name=exercise]")
    expect(page.locator("#intake-exercise")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#intake")).to_be_hidden()
    take_in(page, patrol_car, title="演练：追尾")
    expect(page.locator("#drawer .stripe")).to_contain_text("演练")
    page.locator("#drawer summary", has_text="未列入").click()
    page.locator("#drawer").get_by_role("button", name="参加演练").first.click()
    page.fill("#ask [name=reason]", "演练")
    page.locator("#ask [type=submit]").click()
    expect(page.locator("#drawer .sent").first).to_be_visible()
    expect(page.locator("#intake-exercise")).to_be_hidden()
