"""Every page under axe: no violation of WCAG 2.2 A and AA, by day and night, in Chinese and English, phone to wall."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import AT_REST, take_in
from tests.browser.stack import Crew

playwright = pytest.importorskip("playwright.sync_api")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")
expect = playwright.expect

# A laptop by day in Chinese, a phone by night in English; what is made for one of them only, there only.
LAPTOP: dict[str, Any] = {"color_scheme": "light"}
PHONE: dict[str, Any] = {"color_scheme": "dark", "locale": "en-US", "phone": True}
WALL: dict[str, Any] = {"color_scheme": "dark", "viewport": {"width": 2560, "height": 1440}}
BOTH = (LAPTOP, PHONE)
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}

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
    ("/no-such-page/", "", BOTH),
)


def violations(page: Any) -> list[str]:
    """What axe finds on a page that has settled, a line each."""
    page.wait_for_load_state("load")
    expect(page.locator(".state--loading:not(.guide *)")).to_have_count(0)
    page.evaluate(AT_REST)
    found = axe.Axe().run(page, options=RULES).response["violations"]
    return [f"{rule['id']}: {node['target']} {node['html'][:120]}" for rule in found for node in rule["nodes"]]


@pytest.mark.parametrize(("path", "user", "looks"), PAGES, ids=[path for path, _user, _looks in PAGES])
def test_pages(visit: Callable[..., Any], path: str, user: str, looks: tuple[dict[str, Any], ...]) -> None:
    assert {str(look): found for look in looks if (found := violations(visit(path, user, **look)))} == {}


@pytest.mark.usefixtures("tidy")
def test_a_case_at_the_desk_and_on_the_phone(
    visit: Callable[..., Any], fixes: Callable[[], None], patrol_car: Crew
) -> None:
    fixes()
    phone = visit("/duty/", patrol_car.user, **PHONE)
    expect(phone.locator("#unit-name")).to_have_text(patrol_car.call_sign)
    before = violations(phone)
    desk = visit("/command/", "dispatcher", **LAPTOP)
    expect(desk.locator("#n-units")).not_to_have_text("–")
    take_in(desk, patrol_car, title="两车追尾，无人受伤")
    expect(desk.locator(".sent").first).to_be_visible()
    phone.wait_for_selector("#sign")
    offered = violations(phone)
    phone.click("#sign")
    phone.wait_for_selector("#next-step")
    assert {"phone": before, "offer": offered, "work": violations(phone), "desk": violations(desk)} == {
        "phone": [], "offer": [], "work": [], "desk": []
    }  # fmt: skip


def test_what_the_public_is_led_to(visit: Callable[..., Any]) -> None:
    """A segment, its road, a station, a number that no board has."""
    page = visit("/healthz")
    site = page.url.rsplit("/", 1)[0]
    segment = page.request.get(f"{site}/api/v1/segments/?limit=1").json()["features"][0]
    station = page.request.get(f"{site}/api/v1/stations/?page_size=1&kind=service").json()["features"][0]
    paths = (f"/segments/{segment['id']}/", f"/stations/{station['id']}/", "/b/99999/")
    assert {path: found for path in paths for look in BOTH if (found := violations(visit(path, **look)))} == {}
