// The shift: who is on, who is planned and has not checked in, and where fewer are planned than are required.
import { get } from "../api.js";
import { el, fill } from "../dom.js";
import { gettext } from "../page.js";
import { agencyChip, stateBlock } from "../parts.js";
import { AGENCIES, ageText, timeText, UNIT_KINDS } from "../words.js";
import { phoneLinks } from "./panel_units.js";

const hour = (moment) => timeText(moment).slice(0, 5);
const span = (row) => `${hour(row.starts_at)}–${hour(row.ends_at)}`;

export class ShiftPanel {
  constructor() {
    this.title = gettext("班次与缺口");
    this.place = el("div.shift", {});
    this.shift = null;
  }

  async load() {
    this.shift = await get("/command/shift/");
  }

  draw() {
    const { on, not_checked_in: missing, gaps, rehearsing } = this.shift;
    fill(this.place,
      el("section", { "aria-labelledby": "shift-on" }, el("h3", { id: "shift-on" }, gettext("在岗")), this.onDuty(on), rehearsing > 0 && el("p.muted", { id: "shift-rehearsing" }, gettext("另有 %(n)s 个单元在演练，不计入", { n: rehearsing }))),
      el("section", { "aria-labelledby": "shift-missing" }, el("h3", { id: "shift-missing" }, gettext("计划在岗而未签到")), this.missing(missing)),
      el("section", { "aria-labelledby": "shift-gaps" }, el("h3", { id: "shift-gaps" }, gettext("今天的勤务缺口")), this.gaps(gaps)));
  }

  onDuty(rows) {
    if (!rows.length) return stateBlock("empty", gettext("没有单元在岗"));
    const kinds = [...new Set(rows.map((row) => row.kind))];
    const agencies = [...new Set(rows.map((row) => row.agency))];
    const count = (test) => rows.filter(test).reduce((sum, row) => sum + row.count, 0);
    return table("shift-on-table", [gettext("警种"), ...kinds.map((kind) => UNIT_KINDS[kind] || kind), gettext("合计")], [
      ...agencies.map((agency) => [AGENCIES[agency] || agency, ...kinds.map((kind) => count((row) => row.agency === agency && row.kind === kind) || "–"), count((row) => row.agency === agency)]),
      [gettext("合计"), ...kinds.map((kind) => count((row) => row.kind === kind)), count(() => true)],
    ]);
  }

  missing(rows) {
    if (!rows.length) return stateBlock("empty", gettext("都已签到"));
    return table("shift-missing-table", [gettext("呼号"), gettext("警种"), gettext("类别"), gettext("时段"), gettext("状态"), gettext("带班"), gettext("值班电话")],
      rows.map((row) => [
        el("b", {}, row.call_sign), agencyChip(row.agency), UNIT_KINDS[row.kind] || row.kind, span(row),
        row.late_s > 0 ? el("span.chip.chip--late", {}, gettext("晚 %(age)s", { age: ageText(row.late_s) })) : el("span.chip", {}, gettext("%(age)s后", { age: ageText(-row.late_s) })),
        row.lead, phoneLinks(row.phones),
      ]), 3);
  }

  gaps(rows) {
    if (!rows.length) return stateBlock("empty", gettext("没有缺口"));
    return table("shift-gaps-table", [gettext("勤务"), gettext("时段"), gettext("需要"), gettext("计划"), gettext("缺")],
      rows.map((row) => [
        [row.name, row.now && el("span.chip.chip--late", {}, gettext("正在缺"))], span(row), String(row.required), String(row.planned), el("b", {}, String(row.missing)),
      ]), 2);
  }
}

/** A plain table; columns from `numbers` on hold figures where every cell is one. */
function table(id, heads, rows, numbers = 1) {
  const figures = heads.map((_, at) => at >= numbers && rows.every((row) => /^[\d–]+$/.test(String(row[at]?.textContent ?? row[at]))));
  return el("div.table-scroll", {}, el("table.table", { id },
    el("thead", {}, el("tr", {}, heads.map((head, at) => el(`th${figures[at] ? ".num" : ""}`, { scope: "col" }, head)))),
    el("tbody", {}, rows.map((row) => el("tr", {}, row.map((cell, at) => el(`td${figures[at] ? ".num" : ""}`, {}, typeof cell === "number" ? String(cell) : cell)))))));
}
