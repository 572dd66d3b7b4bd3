"""A device whose clock is an hour off: pages count by the server's clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import take_in
from tests.browser.stack import Crew

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.usefixtures("tidy")

# Date.now and new Date() of the page, not its monotonic clock: that is what a wrong clock is.
OFF_BY = """
(() => {
  const Real = Date;
  const off = %d * 60000;
  window.Date = class extends Real {
    constructor(...given) { if (given.length) super(...given); else super(Real.now() + off); }
    static now() { return Real.now() + off; }
  };
})();
"""


@pytest.mark.parametrize("minutes", [60, -60])
def test_ages_and_timers_are_those_of_the_server(
    visit: Callable[..., Any], fixes: Callable[[], None], patrol_car: Crew, minutes: int
) -> None:
    fixes()
    script = OFF_BY % minutes
    phone = visit("/duty/", patrol_car.user, phone=True, script=script)
    expect(phone.locator("#unit-state")).to_have_text("待命")
    desk = visit("/command/", "dispatcher", script=script)
    assert round(desk.evaluate("Date.now()") / 60_000 - time.time() / 60) == minutes, "the page's clock is wrong"
    expect(desk.locator("#n-units")).not_to_have_text("–")
    expect(desk.locator("#n-stale")).to_have_text("0")
    uid = take_in(desk, patrol_car, title="时钟有误", kind="crash")
    phone.wait_for_selector("#sign")
    left_s = int(phone.locator("#sign-ring").inner_text())
    assert 0 < left_s <= 60, "the countdown is that of the offer"
    row = desk.locator(f'[data-uid="{uid}"]')
    expect(row.locator(".is-late, .ring--late")).to_have_count(0)
    expect(desk.locator("#feed-age.is-late")).to_have_count(0)
