"""The drawer's words for calls by radio: what was not received, what was set by radio, a recall that nobody saw."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import take_in
from tests.browser.stack import Crew

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.usefixtures("tidy")
# Page, terminal and gateway have five seconds each before a person is asked to call.
LADDER_MS = 45_000


def _sent_to_nobody(visit: Callable[..., Any], fixes: Callable[[], None], crew: Crew, title: str) -> tuple[Any, str]:
    """A case of the lowest grade (sixty seconds to sign for), sent to a unit whose phone nobody holds."""
    fixes()
    desk = visit("/command/", "commander")
    expect(desk.locator("#n-units")).not_to_have_text("–")
    take_in(desk, crew, title=title, kind="hazard")
    sent = desk.locator(".sent:not(.sent--over)").first
    expect(sent).to_contain_text("已派警")
    return desk, sent.locator("b").first.inner_text()


def test_an_offer_that_nobody_received_is_called_and_signed_for_by_radio(
    visit: Callable[..., Any], fixes: Callable[[], None], patrol_car: Crew
) -> None:
    desk, call_sign = _sent_to_nobody(visit, fixes, patrol_car, "电台签收")
    sent = desk.locator(".sent", has_text=call_sign).first
    expect(sent).to_contain_text("未收到，请用电台呼叫", timeout=LADDER_MS)
    expect(desk.locator(".toasts")).to_contain_text(f"{call_sign} 未收到派警")

    sent.get_by_role("button", name="电台代录").click()
    desk.select_option("#ask [name=to_state]", "acknowledged")
    desk.fill("#ask [name=text]", "车载台应答")
    desk.locator("#ask [type=submit]").click()
    expect(sent).to_contain_text("已签收")
    expect(sent).not_to_contain_text("未收到")
    step = desk.locator("#drawer .timeline li", has_text=f"{call_sign} 已签收")
    expect(step).to_contain_text("（电台代录）")
    expect(step).to_contain_text("车载台应答")


def test_a_recall_that_nobody_saw_is_called(
    visit: Callable[..., Any], fixes: Callable[[], None], patrol_car: Crew
) -> None:
    desk, call_sign = _sent_to_nobody(visit, fixes, patrol_car, "电台撤回")
    sent = desk.locator(".sent", has_text=call_sign).first
    sent.get_by_role("button", name="撤回").click()
    desk.fill("#ask [name=text]", "重复警情")
    desk.locator("#ask [type=submit]").click()
    expect(sent).to_contain_text("撤回未确认，请用电台呼叫", timeout=LADDER_MS)
    expect(desk.locator(".toasts")).to_contain_text(f"{call_sign} 未确认撤回")
