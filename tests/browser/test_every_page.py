"""Every page, phone to wall, by day and night, in Chinese and English: axe finds no violation of WCAG 2.2 A and AA, and
what else can be judged without eyes (judge.js) has no fault. A page is loaded once a size; its theme changes under way.
Nothing is refused by a page's own policy, nothing asked from elsewhere (the `watch` fixture), and its map is shown.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import AT_REST, take_in
from tests.browser.stack import Crew

playwright = pytest.importorskip("playwright.sync_api")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")
expect = playwright.expect
JUDGE = (Path(__file__).parent / "judge.js").read_text(encoding="utf-8")

# A laptop by day in Chinese, a phone by night in English; what is made for one of them only, there only.
LAPTOP: dict[str, Any] = {"color_scheme": "light"}
PHONE: dict[str, Any] = {"color_scheme": "dark", "locale": "en-US", "phone": True}
WALL: dict[str, Any] = {"color_scheme": "dark", "viewport": {"width": 2560, "height": 1440}}
BOTH = (LAPTOP, PHONE)
AXE = axe.Axe()
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    # What has no fault is not told: thousands of lines a page.
    "resultTypes": ["violations"],
}

PAGES: tuple[tuple[str, str, tuple[dict[str, Any], ...]], ...] = (
    ("/", "", BOTH),
    ("/?q=G98", "", BOTH),
    ("/stations/", "", BOTH),
    ("/login/", "", BOTH),
    ("/account/", "chief", BOTH),
    ("/command/", "dispatcher", (*BOTH, WALL)),
    ("/command/?wall=1", "commander", (WALL,)),
    ("/command/?replay", "commander", BOTH),
    ("/command/handovers/", "dispatcher", BOTH),
    ("/chief/", "chief", BOTH),
    ("/chief/districts/", "chief_general", BOTH),
    ("/boards/", "administrator", BOTH),
    ("/jobs/", "administrator", BOTH),
    ("/styleguide/", "administrator", BOTH),
    ("/watchlist/", "dispatcher", BOTH),
    ("/vehicles/", "dispatcher", BOTH),
    ("/cameras/", "dispatcher", BOTH),
    ("/interceptions/", "commander", BOTH),
    ("/no-such-page/", "", BOTH),
)


def faults(page: Any) -> list[str]:
    """What axe finds on a page that has settled, and what the judge finds, a line each."""
    page.wait_for_load_state("load")
    if page.locator("#map").count():
        expect(page.locator("#map canvas").first).to_be_visible()
    expect(page.locator(".state--loading:not(.guide *)")).to_have_count(0)
    page.evaluate(AT_REST)
    found = AXE.run(page, options=RULES).response["violations"]
    told = [f"{rule['id']}: {node['target']} {node['html'][:120]}" for rule in found for node in rule["nodes"]]
    return told + page.evaluate(JUDGE)


def faults_by_both_lights(page: Any) -> list[str]:
    """As the page was opened, and the judge once more after the computer's theme has changed under it."""
    told = faults(page)
    theme = "() => document.documentElement.dataset.theme"
    other = "light" if page.evaluate(theme) == "dark" else "dark"
    page.emulate_media(color_scheme=other)
    page.wait_for_function("(theme) => document.documentElement.dataset.theme === theme", arg=other)
    page.evaluate(AT_REST)
    return told + [f"{other}: {fault}" for fault in page.evaluate(JUDGE)]


@pytest.mark.parametrize(("path", "user", "looks"), PAGES, ids=[path for path, _user, _looks in PAGES])
def test_pages(visit: Callable[..., Any], path: str, user: str, looks: tuple[dict[str, Any], ...]) -> None:
    seen = {}
    for look in looks:
        page = visit(path, user, **look)
        expect(page.locator("h1, .case-list").first).to_be_visible()
        seen[str(look)] = faults_by_both_lights(page)
    assert {look: found for look, found in seen.items() if found} == {}


@pytest.mark.usefixtures("tidy")
def test_a_case_at_the_desk_and_on_the_phone(
    visit: Callable[..., Any], fixes: Callable[[], None], patrol_car: Crew
) -> None:
    fixes()
    phone = visit("/duty/", patrol_car.user, **PHONE)
    expect(phone.locator("#unit-name")).to_have_text(patrol_car.call_sign)
    before = faults_by_both_lights(phone)
    desk = visit("/command/", "commander", **LAPTOP)
    expect(desk.locator("#n-units")).not_to_have_text("–")
    take_in(desk, patrol_car, title="两车追尾，无人受伤")
    expect(desk.locator(".offers").first).to_be_visible()
    expect(desk.locator(".sent").first).to_contain_text("已送达")
    phone.wait_for_selector("#sign")
    offered = faults_by_both_lights(phone)
    phone.click("#sign")
    phone.wait_for_selector("#next-step")
    work = faults_by_both_lights(phone)
    assert {"phone": before, "offer": offered, "work": work, "desk": faults_by_both_lights(desk)} == {
        "phone": [], "offer": [], "work": [], "desk": []
    }  # fmt: skip


def test_what_the_public_is_led_to(visit: Callable[..., Any], first_of: Callable[[str], Any]) -> None:
    """A segment, its road, a station, a number that no board has."""
    segment, station = first_of("segments/?limit=1"), first_of("stations/?page_size=1&kind=service")
    paths = (f"/segments/{segment['id']}/", f"/stations/{station['id']}/", "/b/99999/")
    seen = {f"{path} {look}": faults_by_both_lights(visit(path, **look)) for path in paths for look in BOTH}
    assert {page: found for page, found in seen.items() if found} == {}
