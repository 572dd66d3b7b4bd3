"""`./run bench commandmap`: `/command/` in a headless Chromium with 2,000 units that all move every second.

Frames are counted by requestAnimationFrame on the page itself; only its snapshot and its feed are played by the bench,
so that what is measured is the browser. The peer is one marker with an element of its own for each unit, on the same
map. The first useful paint is that of the running house with a generated county, nothing in the browser's cache.
"""

from __future__ import annotations

import gzip
import json
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.chaos_house import House, empty_house, house_load, running
from bench.chaos_http import HOST
from bench.processor_time import browser_s
from bench.report import Report, percentile, say

CHROMIUM = "/usr/bin/chromium"
# As the browser tests start it: no graphics card is needed for WebGL.
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--enable-unsafe-swiftshader", "--no-first-run", "--disable-sync")
SCRIPTS = Path(__file__).parent / "commandmap.js"
UNITS = 2000
SECONDS = 10
SIZE = {"width": 1440, "height": 900}
LEAST_FPS = 40.0
MOST_PAINT_S = 2.5
MOST_KB = 600.0
PAINTS = 5
PATIENCE_MS = 120_000
KINDS = ("car", "motorcycle", "foot", "drone")
AGENCIES = ("traffic", "police_station", "special", "warden")


def units(bounds: list[float], count: int, seed: int = 1) -> list[dict[str, Any]]:
    """Rows of a snapshot: units of all kinds and agencies all over the bounds, all of them on their way somewhere."""
    chance = random.Random(seed)
    west, south, east, north = bounds
    now = datetime.now(UTC).timestamp()
    return [
        {
            "tour_id": number + 1,
            "tour": f"tour-{number}",
            "unit": f"unit-{number}",
            "call_sign": f"示例{number:04d}",
            "kind": chance.choice(KINDS),
            "agency": (agency := chance.choice(AGENCIES)),
            "agencies": [agency],
            "on_break": False,
            "people": 2,
            "lon": chance.uniform(west, east),
            "lat": chance.uniform(south, north),
            "fixed_at": now,
            "speed_mps": chance.uniform(5, 25),
            "course_deg": chance.uniform(0, 360),
            "is_mock": False,
            "has_radio": True,
            "generated": True,
        }
        for number in range(count)
    ]


def signed_in(browser: Any, house: House) -> Any:
    """A fresh profile with the commander's session and an empty cache."""
    accounts = json.loads((house.where.var / "demo" / "accounts.json").read_text(encoding="utf-8"))
    door = browser.new_context()
    page = door.new_page()
    root = f"http://{HOST}:{house.port}"
    page.goto(f"{root}/login/")
    page.fill("input[name=login]", "commander")
    page.fill("input[name=password]", accounts["commander"])
    page.click("button[type=submit]")
    page.wait_for_url("**/command/")
    cookies = door.storage_state()
    door.close()
    context = browser.new_context(viewport=SIZE, locale="zh-CN", storage_state=cookies)
    context.set_default_timeout(PATIENCE_MS)
    return context


def frames(page: Any, seconds: float = SECONDS) -> dict[str, float]:
    """Frames a second over some seconds, the longest time between two of them, and the processor time of one: that of
    all processes of the browser together, which other work on the machine changes little.
    """
    used_s = browser_s()
    times: list[float] = page.evaluate("(seconds) => window.benchFrames(seconds)", seconds)
    used_s = browser_s() - used_s
    gaps = sorted(b - a for a, b in zip(times, times[1:], strict=False))
    return {
        "fps": (len(times) - 1) / ((times[-1] - times[0]) / 1000),
        "p95_ms": percentile(gaps, 0.95),
        "worst_ms": gaps[-1],
        "cpu_ms": used_s * 1000 / (len(times) - 1),
    }


def ours(browser: Any, house: House, bounds: list[float], zoomed: list[float] | None) -> dict[str, float]:
    """The page itself. `zoomed`: bounds in which all units are, so that none are grouped."""
    context = signed_in(browser, house)
    page = context.new_page()
    rows = units(zoomed or bounds, UNITS)
    at = datetime.now(UTC).isoformat()
    picture = {"seq": 1, "at": at, "limits": {"fresh_s": 60, "aged_s": 300}, "incidents": [], "assignments": []}
    body = json.dumps({**picture, "presses": [], "units": rows})
    page.route("**/command/snapshot/", lambda route: route.fulfill(body=body, content_type="application/json"))
    page.add_init_script("window.benchPlays = true;\n" + SCRIPTS.read_text(encoding="utf-8"))
    page.goto(f"http://{HOST}:{house.port}/command/")
    page.wait_for_selector(".map-canvas[data-singles]", state="attached")
    page.evaluate("() => document.fonts.ready")
    if zoomed:
        middle = ((zoomed[0] + zoomed[2]) / 2, (zoomed[1] + zoomed[3]) / 2)
        page.evaluate("([lon, lat]) => window.benchZoom(lon, lat)", middle)
    page.evaluate("(rows) => window.benchMove(rows)", rows)
    page.wait_for_timeout(3000)
    found = frames(page)
    canvas = page.locator(".map-canvas[data-singles]")
    shown = f"{canvas.get_attribute('data-singles')} single, {canvas.get_attribute('data-groups')} groups"
    say(f"    {shown}; {found}")
    context.close()
    return found


def naive(browser: Any, house: House, bounds: list[float], *, glides: bool) -> dict[str, float]:
    """One Leaflet marker with an element of its own for each unit, on our own map in a page without a feed (replay)."""
    context = signed_in(browser, house)
    page = context.new_page()
    page.add_init_script(SCRIPTS.read_text(encoding="utf-8"))
    page.goto(f"http://{HOST}:{house.port}/command/?replay")
    page.wait_for_load_state("load")
    page.evaluate("([rows, glides]) => window.benchNaive(rows, glides)", [units(bounds, UNITS), glides])
    page.wait_for_timeout(3000)
    found = frames(page)
    say(f"    {found}")
    context.close()
    return found


def first_paint(browser: Any, house: House) -> tuple[float, float, dict[str, float]]:
    """Seconds until list, figures and units stand on the page, and until roads do, too; kB gzip by kind of asset."""
    context = signed_in(browser, house)
    page = context.new_page()
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(request.url))
    page.add_init_script(SCRIPTS.read_text(encoding="utf-8"))
    page.goto(f"http://{HOST}:{house.port}/command/", wait_until="load")
    useful = page.evaluate("() => window.benchUseful") / 1000
    page.wait_for_selector("#map .maplibregl-canvas, #map canvas.leaflet-tile", state="attached")
    whole = page.evaluate("() => performance.now()") / 1000
    kinds: dict[str, float] = {}
    for url in asked:
        if "/static/" in url:
            kind = "libraries" if "/vendor/" in url else "own"
            kinds[kind] = kinds.get(kind, 0.0) + len(gzip.compress(context.request.get(url).body(), 6)) / 1000
    context.close()
    return useful, whole, kinds


def measure(report: Report, browser: Any, house: House, bounds: list[float]) -> None:
    """Rows and checks."""
    paints = [first_paint(browser, house) for _ in range(PAINTS)]
    useful = sorted(each[0] for each in paints)[PAINTS // 2]
    report.row("first useful paint (list, figures, units), cold cache, median", useful, "s")
    report.row("… until the base map stands, too", sorted(each[1] for each in paints)[PAINTS // 2], "s")
    kilobytes = paints[-1][2]
    for kind, size in sorted(kilobytes.items()):
        report.row(f"assets, {kind}, gzip", size, "kB")
    report.check("first_paint", round(useful, 2), f"< {MOST_PAINT_S} s", useful < MOST_PAINT_S)
    report.row("assets, together, gzip", sum(kilobytes.values()), "kB")
    own = kilobytes.get("own", 0.0)
    report.check("own_assets", round(own), f"< {MOST_KB:g} kB gzip", 0 < own < MOST_KB)

    west, south, east, north = bounds
    x, y = (west + east) / 2, (south + north) / 2
    street = [x - 0.03, y - 0.02, x + 0.03, y + 0.02]
    say(f"  {UNITS} units, the whole county")
    county = ours(browser, house, bounds, None)
    jumping = naive(browser, house, bounds, glides=False)
    gliding = naive(browser, house, bounds, glides=True)
    say(f"  {UNITS} units, all in view and none grouped")
    single = ours(browser, house, bounds, street)
    for name, peer in (("a marker with an element each, jumping", jumping), ("the same, gliding as ours", gliding)):
        report.row("a frame, county", 1000 / county["fps"], "ms", 1000 / peer["fps"], name)
    for case, found in (
        ("county", county),
        ("none grouped", single),
        ("markers", jumping),
        ("markers gliding", gliding),
    ):
        report.row(f"frames, {case}", found["fps"], "1/s")
        report.row(f"longest frame, {case}", found["worst_ms"], "ms")
        report.row(f"processor time a frame, {case}", found["cpu_ms"], "ms")
    least = min(county["fps"], single["fps"])
    report.check("fps", round(least, 1), f">= {LEAST_FPS:g}", least >= LEAST_FPS)


def run(as_json: bool) -> dict[str, Any]:
    """Measure and judge."""
    from playwright.sync_api import sync_playwright

    report = Report("commandmap")
    with empty_house() as house:
        house_load(house, "--nodes", "8000", "--units", "120")
        (row,) = house.rows(
            "SELECT ST_XMin(bounds), ST_YMin(bounds), ST_XMax(bounds), ST_YMax(bounds)"
            " FROM roads_networkbuild WHERE is_current"
        )
        with running(house), sync_playwright() as kit:
            browser = kit.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
            measure(report, browser, house, list(row))
            browser.close()
    return report.as_dict()


if __name__ == "__main__":
    print(json.dumps(run(as_json=True), ensure_ascii=False))
