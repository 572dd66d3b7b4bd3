// One vehicle: its way on the map and by time, its alarms, whether it is watched.
import { byId, el, fill } from "../dom.js";
import { gettext } from "../page.js";
import { stateBlock } from "../parts.js";
import { ALARM_STATES, alarmGradeChip, matchChip, OUTCOMES, plate } from "../plates.js";
import { momentText, stateChip } from "../watchlist/words.js";
import { passageTable } from "./table.js";
import { Track } from "./track.js";

let track = null;

/** `told`: what `recognition/vehicles/way/` answers. */
export async function showVehicle(told) {
  // Numbered in the order of time; the table shows the last one first.
  const rows = told.passages.features;
  let number = rows.filter((row) => row.geometry).length;
  for (const row of rows) {
    row.number = row.geometry ? number : 0;
    if (row.geometry) number -= 1;
  }
  fill(byId("found"), el("section.card.stack", {},
    el("div.row", {}, plate(told.plate, { big: true, colour: rows[0]?.properties.colour }),
      told.entries.some((entry) => entry.in_force) && el("span.chip.chip--late", {}, gettext("布控中"))),
    el("dl.sums", {}, sum(rows.length, gettext("过车")), sum(new Set(rows.map((row) => row.properties.camera_code)).size, gettext("经过摄像机")), sum(told.alarms.length, gettext("预警")), sum(told.entries.length, gettext("布控"))),
    told.more && el("p.notice", {}, gettext("过车太多，只列最近 %(n)s 条。", { n: rows.length }))));
  const placed = rows.filter((row) => row.geometry).reverse();
  byId("way").hidden = !placed.length;
  if (placed.length) {
    track ||= await Track.make(byId("track-map"), (id) => document.querySelector(`[data-passage="${CSS.escape(id)}"]`)?.scrollIntoView({ block: "center" }));
    track.show(placed);
    byId("way-said").textContent = gettext("虚线连接先后经过的卡口，不是行驶路线；数字为先后次序。");
  }
  fill(byId("rest"),
    el("section.card.stack", {}, el("h2", {}, gettext("过车")), rows.length ? passageTable(rows, { numbered: true }) : stateBlock("empty", gettext("这段时间没有过车"), gettext("可放宽时间；本次查询已留痕。"))),
    el("section.card.stack", {}, el("h2", {}, gettext("预警")), told.alarms.length ? el("ul.plain-list", {}, told.alarms.map(alarmLine)) : stateBlock("empty", gettext("没有预警"))),
    el("section.card.stack", {}, el("h2", {}, gettext("布控")), told.entries.length ? el("ul.plain-list", {}, told.entries.map(entryLine)) : stateBlock("empty", gettext("没有布控"), gettext("或不在您可见的范围内。"))));
}

const sum = (value, name) => el("div.sum", {}, el("dd", {}, String(value)), el("dt", {}, name));

const alarmLine = (row) => el("li.row", {}, alarmGradeChip(row.grade), el("time", {}, momentText(row.passed_at)), el("b", {}, row.category_name), matchChip(row.match),
  el("span.chip", {}, ALARM_STATES[row.state]), row.outcome && el("span.chip.chip--line", {}, OUTCOMES[row.outcome]),
  el("small", {}, [row.camera_name, row.place_text, row.decided && [row.decided.by, row.decided.words !== "policy" && row.decided.words].filter(Boolean).join("：")].filter(Boolean).join(" · ")),
  row.incident && el("a.btn.btn--sm.push", { href: `/command/#${row.incident}` }, gettext("打开警情")));

const entryLine = (row) => el("li.row", {}, alarmGradeChip(row.grade), el("b", {}, row.category_name), stateChip(row.state), el("small", {}, [row.number, row.case_number, `${momentText(row.valid_from).slice(0, 10)} – ${momentText(row.valid_until).slice(0, 10)}`, row.organisation].join(" · ")));
