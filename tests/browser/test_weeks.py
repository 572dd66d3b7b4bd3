"""Figures on the command page: this week beside the same days of last week, and what is said without them."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from config.launcher import children
from tests.browser.conftest import take_in
from tests.browser.stack import Crew, Installation

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.usefixtures("tidy")


def _count_weeks(house: Installation, root: Path) -> None:
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    words = ["build_statistics", "--from", str(today - timedelta(days=14)), "--to", str(today)]
    subprocess.run(children.manage(*words), cwd=root, env=dict(house.values), check=True, capture_output=True)


def test_this_week_beside_last_week(
    house: Installation, visit: Callable[..., Any], fixes: Callable[[], None], patrol_car: Crew, root: Path
) -> None:
    fixes()
    desk = visit("/command/", "commander")
    expect(desk.locator("#n-units")).not_to_have_text("–")
    desk.click("#show-weeks")
    expect(desk.locator("#weeks")).to_contain_text(re.compile("天尚未统计，数字不全"))
    desk.locator("#weeks [type=submit]").click()
    take_in(desk, patrol_car, title="本周一件")

    _count_weeks(house, root)
    desk.click("#show-weeks")
    received = desk.locator("#weeks-table tbody tr").first
    expect(received.locator("th")).to_have_text("接警")
    expect(received.locator("td").first).to_have_text(re.compile(r"^[1-9]\d*$"))
    # The demonstration tells a week: some of its days may belong to the last one.
    expect(received.locator("td").last).to_have_text(re.compile(r"^\d+$"))
    expect(desk.locator("#weeks")).to_contain_text(re.compile("前统计，今天未过完"))
    expect(desk.locator("#weeks .banner--warn")).to_have_count(0)
    desk.keyboard.press("Escape")
    expect(desk.locator("#weeks")).to_be_hidden()
