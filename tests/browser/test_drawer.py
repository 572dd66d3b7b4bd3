"""What a case holds, and two hands on it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import take_in
from tests.browser.stack import Crew

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.usefixtures("tidy")
JUDGE = (Path(__file__).parent / "judge.js").read_text(encoding="utf-8")


def _press(page: Any, name: str) -> None:
    page.locator("#drawer").get_by_role("button", name=name, exact=True).first.click()


def _answer(page: Any, **values: str) -> None:
    for name, value in values.items():
        field = page.locator(f"#ask [name={name}]")
        if field.evaluate("(each) => each.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    page.locator("#ask [type=submit]").click()
    expect(page.locator("#ask")).to_be_hidden()


def _desk(visit: Callable[..., Any], user: str = "dispatcher", at: str = "/command/") -> Any:
    page = visit(at, user)
    expect(page.locator("#n-units")).not_to_have_text("–")
    return page


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_tasks_and_marks_of_a_case(visit: Callable[..., Any], patrol_car: Crew, theme: str) -> None:
    page = visit("/command/", "commander", color_scheme=theme)
    expect(page.locator("#n-units")).not_to_have_text("–")
    take_in(page, patrol_car, title="争执", kind="dispute")
    _press(page, "加任务")
    _answer(page, kind="mediation", title="调解双方")
    task = page.locator(".task", has_text="调解双方")
    expect(task).to_contain_text("待领")
    _press(page, "误报")
    page.fill("#ask [name=reason]", "测试")
    page.locator("#ask [type=submit]").click()
    expect(page.locator(".toasts")).to_contain_text("仍有任务未完成：调解双方")
    _press(page, "领取")
    expect(task).to_contain_text("进行中")
    _press(page, "完成")
    expect(task.locator(".chip--go")).to_have_text("完成")
    _press(page, "加标签")
    _answer(page, label="易起争执", weight="3", reason="一周三次")
    expect(page.locator(".task", has_text="易起争执")).to_contain_text("计入定级")
    expect(page.locator("#drawer header .grade--red")).to_be_visible()
    expect(page.locator("#drawer")).to_contain_text("地点标签「易起争执」")
    assert page.evaluate(JUDGE) == []
    _press(page, "结束")
    _answer(page, reason="已整改")
    expect(page.locator("#drawer .timeline")).to_contain_text("结束标签")
    box = page.locator("#map").bounding_box()
    page.keyboard.press("Escape")
    expect(page.locator("#drawer")).to_be_hidden()
    # The map went to the case when it was opened, and stays.
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator("#map")).to_have_class(re.compile("is-over-case"))
    height = "(name) => document.querySelector(name).offsetHeight"
    page.wait_for_function(f"({height})('.map-canvas[data-cases]') === ({height})('#map')")
    page.mouse.down()
    page.mouse.up()
    expect(page.locator("#drawer h2")).to_have_text("争执")


def test_a_child_is_attached_and_named_by_its_parent(visit: Callable[..., Any], patrol_car: Crew) -> None:
    page = _desk(visit)
    take_in(page, patrol_car, title="团雾", kind="fog")
    expect(page.locator("#drawer")).to_contain_text("还没有挂接")
    take_in(page, patrol_car, title="雾中追尾")
    _press(page, "挂到上级")
    option = page.locator("#ask [name=parent] option", has_text="团雾").first.get_attribute("value")
    _answer(page, parent=str(option))
    section = page.locator(".drawer__sec", has_text="上级警情")
    section.locator(".press", has_text="团雾").click()
    expect(page.locator("#drawer h2")).to_have_text("团雾")
    expect(page.locator("#drawer")).to_contain_text("下级警情 1 件")
    assert page.evaluate(JUDGE) == []
    page.locator("#drawer .press", has_text="雾中追尾").click()
    expect(page.locator("#drawer h2")).to_have_text("雾中追尾")


def test_the_second_of_two_hands_is_told_who_was_quicker(visit: Callable[..., Any], patrol_car: Crew) -> None:
    one, two = _desk(visit), _desk(visit, "commander")
    uid = take_in(one, patrol_car, title="两人同时处理")
    two.locator(".case-list button", has_text="两人同时处理").first.click()
    expect(two.locator("#drawer h2")).to_have_text("两人同时处理")
    # The second has its question open while the first acts.
    _press(two, "改级")
    two.select_option("#ask [name=grade]", "red")
    two.fill("#ask [name=reason]", "有伤者")
    _press(one, "挂起")
    _answer(one, reason="等待天亮")
    expect(one.locator("#drawer header .chip", has_text="挂起")).to_be_visible()
    with two.expect_response(lambda answer: answer.url.endswith(f"{uid}/grade/")) as waiting:
        two.locator("#ask [type=submit]").click()
    assert waiting.value.status == 409
    expect(two.locator(".toasts .banner--error", has_text="挂起")).to_be_visible()
    expect(two.locator("#drawer header .chip", has_text="挂起")).to_be_visible()
    _press(two, "改级")
    _answer(two, grade="red", reason="有伤者")
    expect(two.locator("#drawer header .grade--red")).to_be_visible()
    expect(two.locator("#drawer .timeline")).to_contain_text("改级")
