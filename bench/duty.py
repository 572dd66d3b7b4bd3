"""The phone: kilobytes of its shell and of its map, and how soon it is usable: the first time, and without network."""

from __future__ import annotations

import gzip
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.report import Report

ROUNDS = 5
SHELL_KB, MAP_KB, USABLE_MS = 150.0, 100.0, 1500.0
_SIZES = """
import gzip, json
from pathlib import Path
from django.contrib.staticfiles import finders
from maps.doors.duty_app import duty_shell
shell = duty_shell()
size = lambda names: sum(len(gzip.compress(Path(finders.find(name)).read_bytes(), 6)) for name in names)
print("SIZES " + json.dumps([size(shell.files), size(shell.map_files), len(shell.files)]))
"""
# Usable: the button that this person needs next is there and can be pressed.
_USABLE = "#check-out, #check-in, #sign, #next-step"

_KEPT = """() => Promise.race([navigator.serviceWorker.ready.then(() => true),
    new Promise((_, reject) => { setTimeout(() => reject(new Error("no worker")), 20000); })])"""


def run(as_json: bool) -> dict[str, Any]:
    """Sizes with gzip level 6; times by the page's own clock from the start of the navigation, headless Chromium."""
    del as_json
    from tests.browser.stack import installation

    report = Report("duty")
    with tempfile.TemporaryDirectory() as folder, installation(name="luzhang_bench_duty", folder=Path(folder)) as house:
        shell, map_part, page = _sizes(house)
        report.row("shell, gzip (scripts, styles, icons)", shell / 1024, "kB")
        report.row("page, gzip", page / 1024, "kB")
        report.row("map when asked for, gzip", map_part / 1024, "kB")
        report.check("shell_kb", round((shell + page) / 1024, 1), f"< {SHELL_KB:g}", (shell + page) / 1024 < SHELL_KB)
        report.check("map_kb", round(map_part / 1024, 1), f"<= {MAP_KB:g}", map_part / 1024 <= MAP_KB)
        for case, times in _times(house).items():
            median = statistics.median(times)
            report.row(f"usable, {case}, median of {len(times)}", median, "ms")
            report.row(f"usable, {case}, worst", max(times), "ms")
            report.check(f"usable_{case.split()[0]}_ms", round(median), f"< {USABLE_MS:g}", median < USABLE_MS)
    return report.as_dict()


def _sizes(house: Any) -> tuple[int, int, int]:
    import json

    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-c", _SIZES],
        env={**os.environ, **house.values},
        capture_output=True,
        text=True,
        check=True,
    )
    line = next(line for line in done.stdout.splitlines() if line.startswith("SIZES "))
    shell, map_part, _count = json.loads(line[6:])
    template = Path("maps/templates/maps/duty.html").read_bytes()
    return shell, map_part, len(gzip.compress(template, 6))


def _times(house: Any) -> dict[str, list[float]]:
    from playwright.sync_api import sync_playwright

    crew = next(crew for crew in house.crews if crew.kind == "car")
    cold, again, offline = [], [], []
    with sync_playwright() as kit:
        browser = kit.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
        for _round in range(ROUNDS):
            context = browser.new_context(viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True)
            page = context.new_page()
            page.goto(f"{house.url}/login/?next=/account/")
            page.fill("[name=login]", crew.user)
            page.fill("[name=password]", crew.password)
            page.click("button[type=submit]")
            page.wait_for_url(f"{house.url}/account/")
            cold.append(_usable(page, house.url))
            page.evaluate(_KEPT)
            again.append(_usable(page, house.url))
            context.set_offline(True)
            offline.append(_usable(page, house.url))
            context.close()
        browser.close()
    return {"cold (first visit)": cold, "warm (second visit)": again, "offline (kept)": offline}


def _usable(page: Any, url: str) -> float:
    """Milliseconds from leaving for the page until its next button can be pressed."""
    started = time.perf_counter()
    page.goto(f"{url}/duty/", wait_until="commit")
    page.locator(_USABLE).first.wait_for(state="visible")
    return (time.perf_counter() - started) * 1000.0
