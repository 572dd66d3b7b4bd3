"""What the desk sends and takes up again, what a chief hears, and where a feed comes back from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import take_in
from tests.browser.stack import Crew, Installation

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.usefixtures("tidy")

_FEED = """async () => {
  const made = [];
  class Fake {
    constructor(url) { this.url = url; this.heard = {}; this.readyState = 1; made.push(this); }
    addEventListener(name, act) { this.heard[name] = act; }
    close() {}
  }
  Object.assign(Fake, { OPEN: 1, CLOSED: 2 });
  window.EventSource = Fake;
  const { Feed } = await import("/static/maps/js/feed.js");
  const feed = new Feed("own=1", {});
  made[0].heard.beat({ data: JSON.stringify({ at: new Date().toISOString(), seq: 7, age_s: 0 }), lastEventId: "7" });
  await new Promise((done) => { feed.reopen(0); setTimeout(done, 50); });
  feed.close();
  return made[1].url;
}"""


def _post(page: Any, house: Installation, path: str, body: dict[str, Any], **headers: str) -> Any:
    token = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "csrftoken")
    sent = {"X-CSRFToken": token, "Referer": house.url, **headers}
    answer = page.request.post(f"{house.url}/api/v1/{path}", headers=sent, data=body)
    assert answer.ok, answer.text()
    return answer.json()


def test_a_feed_comes_back_from_its_last_beat(visit: Callable[..., Any]) -> None:
    assert "last_event_id=7" in visit("/").evaluate(_FEED)


def test_what_is_sent_is_named_and_said(
    visit: Callable[..., Any], house: Installation, fixes: Callable[[], None], patrol_car: Crew
) -> None:
    fixes()
    desk = visit("/command/", "dispatcher")
    expect(desk.locator("#n-units")).not_to_have_text("0")
    take_in(desk, patrol_car, title="派谁就是谁")
    expect(desk.locator(".sent").first).to_be_visible()
    sent = []

    def answer(route: Any) -> None:
        sent.append(route.request.post_data_json)
        route.fulfill(json={"call_sign": "答复里的单元"})

    desk.route("**/dispatch/", answer)
    named = desk.locator("#dispatch-best").inner_text()
    desk.click("#dispatch-best")
    expect(desk.locator(".toasts")).to_contain_text("已派 答复里的单元")
    tours = {crew.tour: crew.call_sign for crew in house.crews}
    assert sent[0]["tour"] in tours and tours[sent[0]["tour"]] in named


def test_a_reopened_case_is_taken_up_again(
    visit: Callable[..., Any], fixes: Callable[[], None], patrol_car: Crew
) -> None:
    fixes()
    desk = visit("/command/", "commander")
    take_in(desk, patrol_car, title="重新打开后再派")
    expect(desk.locator(".sent").first).to_be_visible()
    for button in ("误报", "重新打开", "恢复处置"):
        desk.locator("#drawer").get_by_role("button", name=button, exact=True).click()
        desk.fill("#ask [name=reason]", "测试")
        desk.locator("#ask [type=submit]").click()
        expect(desk.locator("#ask")).to_be_hidden()
    expect(desk.locator(".sent:not(.sent--over)").first).to_contain_text("已")


def test_a_confirmed_proposal_leaves_one_offer(
    visit: Callable[..., Any], house: Installation, fixes: Callable[[], None], patrol_car: Crew
) -> None:
    fixes()
    desk = visit("/command/", "dispatcher")
    place = {"lon": patrol_car.lon + 0.002, "lat": patrol_car.lat + 0.001, "datum": "wgs84"}
    body = {"kind": "crash", "source": "phone", "title": "先确认再派", "automatic": False, **place}
    made = _post(desk, house, "incidents/", body, **{"Idempotency-Key": "browser-confirm-1"})
    desk.locator(f'[data-uid="{made["uid"]}"]').click()
    expect(desk.locator(".sent")).to_contain_text("建议")
    desk.click("#dispatch-best")
    expect(desk.locator(".sent")).to_contain_text("已")
    expect(desk.locator(".sent")).to_have_count(1)
    expect(desk.locator("#drawer")).not_to_contain_text("超时未签收")
    expect(desk.locator("#drawer .timeline")).to_contain_text("建议已撤")


def test_a_chief_hears_what_happens_on_the_own_stretch(visit: Callable[..., Any], house: Installation) -> None:
    chief, desk = visit("/chief/", "chief", phone=True), visit("/command/", "commander")
    assert chief.evaluate("() => document.documentElement.scrollWidth") <= 360
    lon, lat = chief.evaluate(
        "() => { const line = JSON.parse(document.getElementById('page-data').textContent).segments[0].line[0];"
        " return line[Math.floor(line.length / 2)]; }"
    )
    body = {"kind": "hazard", "source": "phone", "title": "路长听得到", "lon": lon, "lat": lat, "datum": "wgs84"}
    made = _post(desk, house, "incidents/", body, **{"Idempotency-Key": "browser-chief-1"})
    expect(chief.locator(".segment-list")).to_contain_text("路长听得到")
    _post(desk, house, f"incidents/{made['uid']}/supervise/", {"reason": "请到场查看"})
    press = chief.locator(".press").filter(has_text="请到场查看")
    expect(press).to_be_visible()
    press.get_by_role("button", name="已到场处置").click()
    expect(chief.locator(".press").filter(has_text="请到场查看")).to_have_count(0)


def test_directions_name_posts_of_numbered_roads_only(visit: Callable[..., Any]) -> None:
    page = visit("/")
    page.route("**/posts.json*", lambda route: route.fulfill(json={"5:1200": "G98 K1+200", "6:80": "红星路 K0+080"}))
    page.evaluate(
        """async () => {
          const { directions } = await import("/static/maps/js/directions.js");
          const leg = { kind: "right", length_m: 500 };
          document.body.append(directions([
            { ...leg, ref: "G98", name: "G98 环岛高速", axis: 5, axis_m: 1200 },
            { ...leg, ref: "", name: "红星路", axis: 6, axis_m: 80 },
          ]));
        }"""
    )
    expect(page.locator(".legs li")).to_have_text(["→右转，沿G98 环岛高速 K1+200500 米", "→右转，沿红星路 500 米"])
