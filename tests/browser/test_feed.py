"""The live feed: its age is shown, a cut is said in red, and what was missed comes after it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import take_in
from tests.browser.stack import Crew, Installation

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.usefixtures("tidy")


def test_a_cut_feed_says_so_and_catches_up(
    visit: Callable[..., Any], house: Installation, fixes: Callable[[], None], patrol_car: Crew
) -> None:
    fixes()
    watcher = visit("/command/", "dispatcher")
    expect(watcher.locator("#n-units")).not_to_have_text("–")
    expect(watcher.locator("#n-units")).not_to_have_text("0")
    watcher.context.set_offline(True)
    house.supervisor.kill("web")
    expect(watcher.locator("#feed-age.is-late")).to_contain_text("中断")
    expect(watcher.locator("body")).to_have_class("command is-stale")

    desk = _patiently(lambda: visit("/command/", "commander"))
    uid = take_in(desk, patrol_car, title="断线期间的警情", kind="breakdown")
    watcher.context.set_offline(False)
    expect(watcher.locator(f'[data-uid="{uid}"]')).to_be_visible()
    expect(watcher.locator("#feed-age")).not_to_have_class("feed-age is-late")


def _patiently(attempt: Callable[[], Any]) -> Any:
    """The supervisor starts the web process anew; until then connections are refused."""
    for _ in range(20):
        try:
            return attempt()
        except Exception as problem:
            if "ERR_CONNECTION" not in str(problem):
                raise
            last = problem
    raise last
