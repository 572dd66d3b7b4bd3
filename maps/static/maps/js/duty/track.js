// My own track of this outing on the light map. Of nobody else's: the server would ask for a reason and write it down.
import { get } from "../api.js";
import { byId, el, fill } from "../dom.js";
import { gettext } from "../page.js";
import { distanceText, timeText } from "../words.js";
import { metresBetween } from "./place.js";

/** Show the track of a tour in a sheet. */
export async function trackSheet(tour) {
  const sheet = byId("sheet");
  sheet.dataset.of = "track";
  const body = el("div.dialog__body", {}, el("p.state.state--loading", {}, gettext("正在读取轨迹…")));
  fill(sheet, el("div.dialog__head", {}, el("h2", { id: "sheet-title" }, gettext("我今天的轨迹"))), body,
    el("div.dialog__foot", {}, el("button.btn.btn--touch", { type: "button", onclick: () => sheet.close() }, gettext("返回"))));
  sheet.setAttribute("aria-labelledby", "sheet-title");
  sheet.showModal();
  if (!tour) return fill(body, el("p.state.state--empty", {}, gettext("今天没有出勤")));
  try {
    const { geometry, properties } = await get(`patrols/tours/${tour.uid}/track/`);
    if (geometry?.type !== "LineString") return fill(body, el("p.state.state--empty", {}, gettext("还没有定位记录")));
    const at = el("div.duty-map.duty-map--tall");
    const line = geometry.coordinates;
    const metres = line.slice(1).reduce((sum, point, index) => sum + metresBetween(line[index], point), 0);
    fill(body, el("p", {}, `${timeText(properties.times[0]).slice(0, 5)}–${timeText(properties.times.at(-1)).slice(0, 5)} · ${distanceText(metres)}`,
      properties.truncated && el("small.muted", {}, " ", gettext("只显示前一部分"))), at);
    const { DutyMap } = await import("./map.js");
    const map = new DutyMap(at, gettext("我今天的轨迹"));
    map.show({ line });
    map.fit();
    sheet.addEventListener("close", () => map.remove(), { once: true });
  } catch (problem) {
    fill(body, el("p.state.state--error", { role: "alert" }, problem.words ?? gettext("地图没有载入")));
  }
}
