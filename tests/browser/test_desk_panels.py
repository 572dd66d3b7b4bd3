"""The desk around the map: panels, keys, sound, wall; a feed that is cut; hand-over, notices, the fallback sheet."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import take_in
from tests.browser.stack import Crew, Installation

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.usefixtures("tidy")
JUDGE = (Path(__file__).parent / "judge.js").read_text(encoding="utf-8")
PANELS = {"r": "重点警情", "p": "督办", "u": "单元表", "b": "班次与缺口", "t": "协查通报"}
# Counts tones instead of letting them be heard.
TONES = """() => {
  window.tones = 0;
  const { start } = OscillatorNode.prototype;
  OscillatorNode.prototype.start = function (...at) { window.tones += 1; return start.apply(this, at); };
}"""


def _desk(visit: Callable[..., Any], user: str = "dispatcher", **options: Any) -> Any:
    desk = visit("/command/", user, **options)
    expect(desk.locator("#n-units")).not_to_have_text("–")
    expect(desk.locator("#n-units")).not_to_have_text("0")
    return desk


def test_every_panel_by_its_key(visit: Callable[..., Any], fixes: Callable[[], None]) -> None:
    fixes()
    desk = _desk(visit)
    for key, title in PANELS.items():
        desk.keyboard.press(key)
        expect(desk.locator("#panel-title")).to_have_text(title)
        expect(desk.locator("#panel-title")).to_be_focused()
        expect(desk.locator("#panel-age")).to_contain_text(re.compile("读取|随实时通道更新"))
        assert desk.evaluate(JUDGE) == []
    desk.keyboard.press("Escape")
    expect(desk.locator("#panel")).to_be_hidden()
    expect(desk.locator("[data-panel=notices]")).to_be_focused()


def test_units_without_a_map(visit: Callable[..., Any], fixes: Callable[[], None], patrol_car: Crew) -> None:
    fixes()
    desk = _desk(visit)
    desk.keyboard.press("u")
    rows = desk.locator("#units-table tbody tr")
    expect(rows.first.locator("td").nth(4)).not_to_have_text("–")
    everybody = rows.count()
    desk.fill(".sort-table input", patrol_car.call_sign)
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text(patrol_car.call_sign)
    expect(rows).to_contain_text("空闲")
    desk.fill(".sort-table input", "没有这样的单元")
    expect(desk.locator("#units-table")).to_contain_text("没有符合筛选的记录")
    desk.fill(".sort-table input", "")
    expect(rows).to_have_count(everybody)
    head = desk.locator("#units-table th", has_text="呼号")
    expect(head).to_have_attribute("aria-sort", "ascending")
    first = rows.first.locator("td").first.inner_text()
    head.locator("button").click()
    expect(head).to_have_attribute("aria-sort", "descending")
    expect(rows.last.locator("td").first).to_have_text(first)
    rows.first.focus()
    desk.keyboard.press("ArrowDown")
    expect(rows.nth(1)).to_be_focused()


def test_a_red_case_is_listed_and_opened(
    visit: Callable[..., Any], house: Installation, fixes: Callable[[], None], patrol_car: Crew
) -> None:
    fixes()
    desk = _desk(visit, "commander")
    uid = take_in(desk, patrol_car, title="油罐车侧翻")
    token = next(cookie["value"] for cookie in desk.context.cookies() if cookie["name"] == "csrftoken")
    answer = desk.request.post(
        f"{house.url}/api/v1/incidents/{uid}/grade/",
        headers={"X-CSRFToken": token, "Referer": house.url},
        data={"grade": "red", "reason": "泄漏"},
    )
    assert answer.ok, answer.text()
    desk.keyboard.press("Escape")
    expect(desk.locator("#drawer")).to_be_hidden()
    desk.keyboard.press("r")
    row = desk.locator("#red-table tbody tr", has_text="油罐车侧翻")
    expect(row).to_have_count(1)
    row.focus()
    desk.keyboard.press("Enter")
    expect(desk.locator("#drawer")).to_contain_text("油罐车侧翻")
    # Another tab is quicker, and this one has not read it yet: its act is refused with who did what.
    expect(desk.locator("#drawer")).not_to_have_attribute("aria-busy", "true")
    desk.route(f"**/api/v1/incidents/{uid}/", lambda _route: None)
    other = desk.request.post(
        f"{house.url}/api/v1/incidents/{uid}/grade/",
        headers={"X-CSRFToken": token, "Referer": house.url},
        data={"grade": "yellow", "reason": "已堵漏"},
    )
    assert other.ok, other.text()
    desk.locator("#drawer").get_by_role("button", name="误报").click()
    desk.fill("#ask [name=reason]", "重复报警")
    desk.locator("#ask [type=submit]").click()
    expect(desk.locator(".toasts")).to_contain_text(re.compile(r"\d\d:\d\d:\d\d .+：改变等级。您看到的已不是最新情况"))


def test_keys_tell_what_works(visit: Callable[..., Any], fixes: Callable[[], None]) -> None:
    fixes()
    desk = _desk(visit)
    desk.keyboard.press("?")
    told = desk.locator("#keys-list")
    for words in ("下一件警情", "派首选", *PANELS.values(), "大屏模式", "提示音开关"):
        expect(told).to_contain_text(words)
    desk.keyboard.press("Escape")
    reader = visit("/command/", "reviewer")
    reader.keyboard.press("?")
    expect(reader.locator("#keys-list")).to_contain_text("下一件警情")
    expect(reader.locator("#keys-list")).not_to_contain_text("新警情")
    expect(reader.locator("#keys-list")).not_to_contain_text("协查通报")


def test_nothing_sounds_before_a_touch_or_when_muted(
    visit: Callable[..., Any], house: Installation, fixes: Callable[[], None]
) -> None:
    fixes()
    desk = _desk(visit)
    desk.reload()
    desk.evaluate(TONES)
    sound = "async () => (await import('/static/maps/js/command/sound.js')).Sound"
    expect(desk.locator("#sound")).to_have_attribute("data-state", "waiting")
    # As the page does when a red case comes: its own Sound, asked before anybody has touched the page.
    desk.evaluate(f"async () => {{ window.own = new (await ({sound})())(); window.own.call('red'); }}")
    assert desk.evaluate("() => window.tones") == 0
    desk.locator("#wall-clock").click()
    expect(desk.locator("#sound")).to_have_attribute("data-state", "on")
    # Asked in one breath: the page's own sound may be heard as well.
    assert desk.evaluate("() => { window.tones = 0; window.own.call('red'); return window.tones; }") == 4
    desk.keyboard.press("s")
    expect(desk.locator("#sound")).to_have_attribute("data-state", "muted")
    expect(desk.locator("#sound")).to_contain_text("已静音")
    desk.reload()
    expect(desk.locator("#sound")).to_have_attribute("data-state", "muted")


def test_the_wall(visit: Callable[..., Any], fixes: Callable[[], None]) -> None:
    fixes()
    desk = _desk(visit)
    size = "() => parseFloat(getComputedStyle(document.querySelector('#wall-clock')).fontSize)"
    at_desk = desk.evaluate(size)
    desk.keyboard.press("w")
    expect(desk).to_have_url(re.compile(r"\?wall=1$"))
    assert desk.evaluate(size) > 1.5 * at_desk
    for gone in ("#new-incident", ".desk-tools", ".map-bar"):
        expect(desk.locator(gone)).to_be_hidden()
    for there in ("#map", "#incident-list", "#wall-clock", "#feed-age", "#n-stale"):
        expect(desk.locator(there)).to_be_visible()
    desk.keyboard.press("n")
    desk.keyboard.press("u")
    expect(desk.locator("#intake-form")).to_be_hidden()
    expect(desk.locator("#panel")).to_be_hidden()
    assert desk.evaluate(JUDGE) == []
    desk.reload()
    expect(desk.locator(".desk-tools")).to_be_hidden()
    desk.keyboard.press("w")
    expect(desk.locator(".desk-tools")).to_be_visible()


def test_a_map_never_looks_alive_when_it_is_not(
    visit: Callable[..., Any], fixes: Callable[[], None], patrol_car: Crew
) -> None:
    fixes()
    desk = _desk(visit)
    dead = "() => getComputedStyle(document.querySelector('#map')).filter"
    assert desk.evaluate(dead) == "none"
    desk.keyboard.press("r")
    expect(desk.locator("#panel-age .age--fresh")).to_contain_text("随实时通道更新")
    # The stream is refused from now on: only the page itself can say that its picture is old.
    desk.route("**/live/events*", lambda route: route.abort())
    desk.reload()
    expect(desk.locator("#feed-age.is-late")).to_contain_text("图上不是现在")
    assert "grayscale" in desk.evaluate(dead)
    desk.unroute("**/live/events*")
    expect(desk.locator("#feed-age.is-late")).to_have_count(0)
    assert desk.evaluate(dead) == "none"


def test_a_notice_goes_out_and_is_read(
    visit: Callable[..., Any], house: Installation, fixes: Callable[[], None], patrol_car: Crew
) -> None:
    fixes()
    desk = _desk(visit)
    desk.keyboard.press("t")
    desk.click(".notice-form [type=submit]")
    expect(desk.locator(".notice-form .banner--error")).to_contain_text("请填写通报内容")
    desk.fill(".notice-form [name=text]", "银色面包车，往北")
    desk.click(".notice-form [type=submit]")
    row = desk.locator(".notice-row", has_text="银色面包车").first
    expect(row).to_contain_text(re.compile(r"已读 0 / [1-9]"))
    phone = visit("/duty/", patrol_car.user, phone=True)
    token = next(cookie["value"] for cookie in phone.context.cookies() if cookie["name"] == "csrftoken")
    (mine,) = phone.request.get(f"{house.url}/api/v1/broadcasts/?mine=1").json()["broadcasts"]
    headers = {"X-CSRFToken": token, "Referer": house.url}
    assert phone.request.post(f"{house.url}/api/v1/broadcasts/{mine['uid']}/seen/", headers=headers).ok
    expect(row).to_contain_text(re.compile(r"已读 1 / "))
    row.locator("summary").click()
    expect(row.locator("details")).not_to_contain_text(patrol_car.call_sign)
    row.get_by_role("button", name="撤销").click()
    desk.fill("#ask [name=reason]", "已找到")
    desk.locator("#ask [type=submit]").click()
    expect(row).to_contain_text("前撤销")
    assert phone.request.get(f"{house.url}/api/v1/broadcasts/?mine=1").json()["broadcasts"] == []


def test_a_shift_is_handed_over(visit: Callable[..., Any], fixes: Callable[[], None]) -> None:
    fixes()
    desk = visit("/command/handovers/", "dispatcher")
    desk.fill("[name=notes]", "对讲机 3 号坏了")
    desk.click("#sheet-form [type=submit]")
    expect(desk.locator(".sheet__notes")).to_contain_text("对讲机 3 号坏了")
    assert desk.evaluate(JUDGE) == []
    desk.click("#sheet-sign")
    desk.locator("#ask [type=submit]").click()
    expect(desk.locator("#sheet-state")).to_have_text("待接班签字")
    expect(desk.locator("#sheet-accept")).to_have_count(0)
    expect(desk.locator(".notice")).to_contain_text("等接班人")
    path = re.sub(r"^https?://[^/]+", "", desk.url)
    relief = visit(path, "commander")
    relief.click("#sheet-accept")
    relief.fill("#ask [name=remark]", "已核对")
    relief.locator("#ask [type=submit]").click()
    expect(relief.locator("#sheet-state")).to_have_text("已交接")
    expect(relief.locator("#accepted")).to_contain_text("已核对")
    relief.emulate_media(media="print")
    expect(relief.locator("#sheet-print")).to_be_hidden()
    expect(relief.locator("#signed")).to_be_visible()
    relief.emulate_media(media="screen")
    relief.goto(relief.url.rsplit("/", 2)[0] + "/")
    expect(relief.locator("#sheets tbody tr").first).to_contain_text("已交接")


def test_the_fallback_sheet_opens_under_its_own_policy(
    visit: Callable[..., Any], fixes: Callable[[], None], patrol_car: Crew
) -> None:
    fixes()
    sheet = visit("/command/board/", "dispatcher")
    expect(sheet.locator(".fallback")).to_contain_text(patrol_car.call_sign)
    expect(sheet.locator("#sheet-age")).not_to_be_empty()
    assert sheet.evaluate(JUDGE) == []


def test_who_is_alone_and_does_not_answer_is_called(
    visit: Callable[..., Any], fixes: Callable[[], None], patrol_car: Crew
) -> None:
    """The timers are tested at the service: here the picture says that nobody answered."""
    fixes()
    desk = _desk(visit)
    uid = take_in(desk, patrol_car, title="单人处置")
    sent = desk.locator(".sent:not(.sent--over)").first
    expect(sent).to_be_visible()
    call_sign = sent.locator("b").first.inner_text()

    def patched(route: Any) -> None:
        picture = route.fetch().json()
        for row in picture["assignments"]:
            if row["incident"] == uid:
                asked = {"welfare_asked_at": picture["at"], "welfare_safe_at": None, "welfare_radio_at": picture["at"]}
                row.update(state="on_scene", version=row["version"] + 100, **asked)
        route.fulfill(json=picture)

    expect(desk.locator("#calls")).to_be_hidden()
    desk.route("**/command/snapshot/", patched)
    desk.reload()
    line = desk.locator("#call-list li")
    expect(line).to_contain_text(call_sign)
    expect(line).to_contain_text("请用电台呼叫")
    assert desk.evaluate(JUDGE) == []
    sent_bodies: list[Any] = []

    def answer(route: Any) -> None:
        sent_bodies.append(route.request.post_data_json)
        route.fulfill(json={})

    desk.route("**/safe/", answer)
    line.get_by_role("button", name="电台确认").click()
    desk.fill("#ask [name=text]", "电台应答正常")
    desk.locator("#ask [type=submit]").click()
    expect(desk.locator(".toasts")).to_contain_text("已完成")
    assert sent_bodies == [{"by_radio": True, "text": "电台应答正常"}]
