"""The phone in a dead spot: it opens, says how old it is, takes steps, and hands them over once, in order."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from tests.browser.desk_by_api import Desk, case_beside, case_of
from tests.browser.stack import Crew, Installation

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.usefixtures("tidy")
# Resolves once everything is kept; a worker that can't be installed would be waited for without end.
READY = """async () => {
    const late = new Promise((_, reject) => { setTimeout(() => reject(new Error("no worker")), 20000); });
    await Promise.race([navigator.serviceWorker.ready, late]);
    return (await caches.keys()).sort();
}"""


@pytest.fixture
def phone(visit: Callable[..., Any], fixes: Callable[[], None], patrol_car: Crew) -> Any:
    """On duty, with everything kept that a dead spot needs."""
    fixes()
    page = visit("/duty/", patrol_car.user, phone=True)
    expect(page.locator("#unit-state")).to_have_text("待命")
    assert page.evaluate(READY)
    return page


def _offer(desk: Desk, phone: Any, crew: Crew, title: str) -> str:
    """A case that was sent to our phone; its uid."""
    uid = case_beside(desk, crew, title)
    phone.wait_for_selector("#sign")
    expect(phone.locator("#unit-name")).to_have_text(crew.call_sign)
    return uid


def _steps(desk: Desk, uid: str, call_sign: str) -> list[dict[str, Any]]:
    rows = case_of(desk, uid)["timeline"]
    return [row for row in rows if row["of"] == call_sign and row["to_state"] not in {"", "offered", "delivered"}]


def _take(phone: Any, *steps: str) -> None:
    for step in steps:
        expect(phone.locator("#next-step")).to_have_text(step)
        phone.locator("#next-step").click()


def test_it_opens_without_network_and_says_how_old_it_is(phone: Any, patrol_car: Crew) -> None:
    phone.context.set_offline(True)
    phone.reload()
    expect(phone.locator("#unit-name")).to_have_text(patrol_car.call_sign)
    expect(phone.locator("#unit-state")).to_have_text("待命")
    expect(phone.locator("#feed-age")).to_contain_text("与指挥中心断开")
    phone.context.set_offline(False)
    expect(phone.locator("#feed-age")).to_be_hidden()


def test_a_case_in_a_dead_spot_arrives_once_and_in_order(
    house: Installation, commander: Desk, phone: Any, patrol_car: Crew
) -> None:
    uid = _offer(commander, phone, patrol_car, "隧道内抛洒物")
    phone.click("#sign")
    expect(phone.locator("#next-step")).to_have_text("出发")
    expect(phone.locator("#unsent")).to_be_hidden()
    phone.context.set_offline(True)
    _take(phone, "出发", "到场")
    expect(phone.locator("#unsent")).to_have_text("未发送 2")

    # The page is killed in between: what was done is on disk, and so is what was read last.
    context = phone.context
    phone.close()
    phone = context.new_page()
    phone.goto(f"{house.url}/duty/")
    expect(phone.locator("#unsent")).to_have_text("未发送 2")
    expect(phone.locator("#unit-state")).to_have_text("执行派警")
    photo = io.BytesIO()
    Image.effect_noise((800, 600), 40).convert("RGB").save(photo, "JPEG")
    phone.set_input_files("#photo", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo.getvalue()})
    expect(phone.locator("#unsent")).to_have_text("未发送 3")
    _take(phone, "处置完毕")
    phone.fill("#report-text", "抛洒物已清除")
    phone.click("#report [type=submit]")
    expect(phone.locator("#unit-state")).to_have_text("待命")
    phone.click("#unsent")
    expect(phone.locator("#sheet .act")).to_have_count(5)
    phone.get_by_role("button", name="返回").click()
    assert [row["to_state"] for row in _steps(commander, uid, patrol_car.call_sign)] == ["acknowledged"]

    context.set_offline(False)
    expect(phone.locator("#unsent")).to_be_hidden()
    steps = _steps(commander, uid, patrol_car.call_sign)
    assert [row["to_state"] for row in steps] == ["acknowledged", "en_route", "on_scene", "cleared", "reported"]
    told = [row["details"]["device"] for row in steps]
    assert [device["acted_at"] for device in told] == sorted(device["acted_at"] for device in told)
    # Before the page was killed there is no monotonic distance; since then there is.
    assert ["monotonic_ms" in device for device in told] == [True, False, False, True, True]
    assert len(commander.get(f"incidents/{uid}/attachments/")["attachments"]) == 1


def test_what_the_centre_decided_otherwise_is_said_and_kept(commander: Desk, phone: Any, patrol_car: Crew) -> None:
    uid = _offer(commander, phone, patrol_car, "误派测试")
    phone.click("#sign")
    expect(phone.locator("#next-step")).to_have_text("出发")
    expect(phone.locator("#unsent")).to_be_hidden()
    phone.context.set_offline(True)
    _take(phone, "出发")
    expect(phone.locator("#unsent")).to_have_text("未发送 1")
    ours = next(row for row in case_of(commander, uid)["assignments"] if row["call_sign"] == patrol_car.call_sign)
    commander.post(f"assignments/{ours['uid']}/steps/", {"to_state": "recalled", "text": "重复警情"})

    phone.context.set_offline(False)
    expect(phone.locator("#unsent")).to_have_text("未被接受 1")
    phone.click("#unsent")
    expect(phone.locator("#sheet .act--refused")).to_contain_text("已留存备查")
    phone.locator("#sheet").get_by_role("button", name="知道了").click()
    expect(phone.locator("#unsent")).to_be_hidden()
    late = [row for row in _steps(commander, uid, patrol_car.call_sign) if row["details"].get("stale_fence")]
    assert [row["to_state"] for row in late] == ["en_route"]


def test_a_server_that_fails_is_tried_again(commander: Desk, phone: Any, patrol_car: Crew) -> None:
    _offer(commander, phone, patrol_car, "服务中断")
    answers = iter([503, 503])

    def broken(route: Any) -> None:
        status = next(answers, None)
        if status is None or route.request.method != "POST":
            route.continue_()
        else:
            route.fulfill(status=status, body="{}", content_type="application/json")

    phone.context.route("**/steps/", broken)
    phone.click("#sign")
    expect(phone.locator("#unsent")).to_have_text("未发送 1")
    expect(phone.locator("#unsent")).to_be_hidden()
    expect(phone.locator("#next-step")).to_have_text("出发")


def test_nothing_of_the_last_person_is_left_at_the_sign_in_page(phone: Any, house: Installation) -> None:
    assert "luzhang-own-duty" in phone.evaluate(READY)
    phone.context.clear_cookies()
    phone.goto(f"{house.url}/duty/")
    expect(phone.locator("[name=login]")).to_be_visible()
    own = "async () => (await caches.keys()).filter((name) => name.startsWith('luzhang-own'))"
    stores = (
        "async () => (await indexedDB.databases()).map(({ name }) => name).filter((name) => name === 'luzhang-kept')"
    )
    # Both are dropped by a module of that page, which runs after it is shown.
    phone.wait_for_load_state("networkidle")
    assert phone.evaluate(own) == []
    assert phone.evaluate(stores) == []
