"""An incident reported twice: the drawer tells the desk, which merges from the hint."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.stack import Crew, Installation

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.usefixtures("tidy")

BANNER = "#drawer .banner--warn"


def _reported(page: Any, house: Installation, crew: Crew, title: str, north_deg: float) -> Any:
    """Taken in beside a unit, with nobody sent; the answer of the house."""
    token = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "csrftoken")
    # Away from where other tests report: what they left open there would be hints too.
    place = {"lon": crew.lon - 0.012, "lat": crew.lat + 0.009 + north_deg, "datum": "wgs84"}
    answer = page.request.post(
        f"{house.url}/api/v1/incidents/",
        headers={"X-CSRFToken": token, "Referer": house.url, "Idempotency-Key": f"browser-merging-{north_deg}"},
        data={"kind": "crash", "source": "phone", "title": title, "automatic": False, **place},
    )
    assert answer.ok, answer.text()
    return answer.json()


def test_a_double_is_merged_from_its_hint(
    visit: Callable[..., Any], house: Installation, fixes: Callable[[], None], patrol_car: Crew
) -> None:
    fixes()
    desk = visit("/command/", "commander")
    first = _reported(desk, house, patrol_car, "先报的一起", 0.0)
    double = _reported(desk, house, patrol_car, "又报的同一起", 0.0005)
    desk.locator(f'[data-uid="{double["uid"]}"]').first.click()
    expect(desk.locator(BANNER)).to_contain_text(first["number"])
    expect(desk.locator(BANNER)).to_contain_text("先报的一起")
    desk.locator(BANNER).get_by_role("button", name="合并", exact=True).click()
    expect(desk.locator("#ask [name=into]")).to_have_value(first["uid"])
    desk.fill("#ask [name=reason]", "同一起")
    desk.locator("#ask [type=submit]").click()
    expect(desk.locator("#ask")).to_be_hidden()
    expect(desk.locator(BANNER)).to_have_count(0)
    merged = desk.request.get(f"{house.url}/api/v1/incidents/{double['uid']}/").json()
    assert (merged["state"], merged["merged_into"]) == ("merged", first["uid"])
    kept = desk.request.get(f"{house.url}/api/v1/incidents/{first['uid']}/").json()
    assert kept["state"] not in {"merged", "closed", "false"} and kept["duplicates"] == []
