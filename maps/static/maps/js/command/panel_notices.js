// 协查通报: look-out notices to the tours of an area, with receipts; a form for who may make one.
import { clientKey, get, post } from "../api.js";
import { nowMs, secondsSince } from "../clock.js";
import { ask } from "../ask.js";
import { el, fill } from "../dom.js";
import { gettext, page } from "../page.js";
import { stateBlock } from "../parts.js";
import { ageText, timeText } from "../words.js";
import { attempt } from "./actions.js";

const TEXT_CHARACTERS = 200;
const HOURS = [1, 2, 4, 8, 12, 24, 48, 72];
const RADII_KM = [1, 2, 3, 5, 10, 20];
const LEAST_CORNERS = 3;

export class NoticesPanel {
  /** `pickPlace()` asks for a point on the map: {lon, lat}, or null; `away(whether)` makes room for the map meanwhile. */
  constructor({ pickPlace, away }) {
    this.title = gettext("协查通报");
    this.pickPlace = pickPlace;
    this.away = away;
    this.rows = [];
    this.area = {};
    this.key = clientKey();
    this.list = el("ul.notices", {});
    this.place = el("div.notices-panel", {}, page.may.broadcast && this.makeForm(), this.list);
  }

  makeForm() {
    this.text = el("textarea.input", { name: "text", rows: 3, required: true, maxLength: TEXT_CHARACTERS, oninput: () => this.count() });
    this.left = el("small.muted", {});
    this.hours = el("select.input", { name: "hours" }, HOURS.map((hours) => el("option", { value: hours, defaultSelected: hours === 4 }, gettext("%(n)s 小时", { n: hours }))));
    this.where = el("select.input", { name: "where", onchange: () => this.chooseArea() },
      el("option", { value: "all" }, gettext("全部在勤单元")),
      el("option", { value: "circle" }, gettext("图上一点周围…")),
      el("option", { value: "polygon" }, gettext("图上圈定…")),
      (page.desks || []).map((desk) => el("option", { value: desk.uid }, desk.name)));
    this.radius = el("select.input", { name: "radius_km" }, RADII_KM.map((km) => el("option", { value: km, defaultSelected: km === 3 }, gettext("%(n)s 公里", { n: km }))));
    this.radiusField = el("label.field", { hidden: true }, el("span", {}, gettext("半径")), this.radius);
    this.areaWords = el("p.muted", { role: "status" });
    this.problem = el("p.banner.banner--error", { role: "alert", hidden: true });
    this.form = el("form.notice-form", { noValidate: true, onsubmit: (event) => { event.preventDefault(); this.send(); } },
      el("label.field", {}, el("span", {}, gettext("内容：人或车、特征、去向")), this.text, this.left),
      el("div.row", {}, el("label.field", {}, el("span", {}, gettext("发给")), this.where), this.radiusField,
        el("label.field", {}, el("span", {}, gettext("有效")), this.hours)),
      this.areaWords, this.problem,
      el("p.row.row--end", {}, el("button.btn.btn--primary", { type: "submit" }, gettext("发布通报"))));
    this.count();
    return this.form;
  }

  count() {
    this.left.textContent = gettext("还可写 %(n)s 字", { n: TEXT_CHARACTERS - this.text.value.length });
  }

  async chooseArea() {
    const kind = this.where.value;
    this.area = {};
    this.areaWords.textContent = "";
    this.radiusField.hidden = kind !== "circle";
    if (kind === "circle") await this.pickCircle();
    else if (kind === "polygon") await this.pickPolygon();
  }

  async pickCircle() {
    this.away(true);
    const at = await this.pickPlace();
    this.away(false);
    if (!at) return this.giveUp();
    this.area = { lon: at.lon, lat: at.lat, datum: "wgs84" };
    this.areaWords.textContent = gettext("圆心 %(lon)s, %(lat)s", { lon: at.lon.toFixed(5), lat: at.lat.toFixed(5) });
    this.where.focus();
    return undefined;
  }

  /** Corner by corner; Esc ends it. */
  async pickPolygon() {
    const corners = [];
    this.away(true);
    for (let at = await this.pickPlace(); at; at = await this.pickPlace()) corners.push([at.lon, at.lat]);
    this.away(false);
    if (corners.length < LEAST_CORNERS) return this.giveUp();
    this.area = { polygon: corners, datum: "wgs84" };
    this.areaWords.textContent = gettext("圈定 %(n)s 个顶点", { n: corners.length });
    this.where.focus();
    return undefined;
  }

  giveUp() {
    this.where.value = "all";
    this.radiusField.hidden = true;
    this.areaWords.textContent = gettext("没有选定范围，改为全部在勤单元");
    this.where.focus();
  }

  async send() {
    const kind = this.where.value;
    const body = {
      text: this.text.value, valid_until: new Date(nowMs() + Number(this.hours.value) * 3_600_000).toISOString(), ...this.area,
      ...(kind === "circle" && { radius_m: Number(this.radius.value) * 1000 }),
      ...(!["all", "circle", "polygon"].includes(kind) && { organisation: kind }),
    };
    this.problem.hidden = true;
    this.text.removeAttribute("aria-invalid");
    try {
      await post("broadcasts/", body, { "Idempotency-Key": this.key });
    } catch (problem) {
      if (!("status" in problem)) throw problem;
      this.problem.textContent = problem.words;
      this.problem.hidden = false;
      // What is sent next is another request: a refused one leaves its key unused, a lost answer keeps it.
      if (problem.status) this.key = clientKey();
      if (problem.field === "text") { this.text.setAttribute("aria-invalid", "true"); this.text.focus(); }
      return;
    }
    this.key = clientKey();
    this.form.reset();
    this.area = {};
    this.areaWords.textContent = "";
    this.radiusField.hidden = true;
    this.count();
    await this.load();
    this.draw();
  }

  async load() {
    this.rows = (await get("broadcasts/")).broadcasts;
  }

  draw() {
    if (!this.rows.length) return fill(this.list, el("li", {}, stateBlock("empty", gettext("没有通报"))));
    return fill(this.list, this.rows.map((row) => el(`li.notice-row${row.in_force ? "" : ".is-over"}`, { dataset: { uid: row.uid } },
      el("p", {}, row.text),
      el("p.row", {},
        el(`span.chip.${row.seen === row.sent ? "chip--go" : "chip--warn"}`, {}, gettext("已读 %(seen)s / %(sent)s", { seen: row.seen, sent: row.sent })),
        el("small", {}, this.words(row)),
        row.in_force && page.may.broadcast && el("button.btn.btn--sm.push", { type: "button", onclick: () => this.withdraw(row) }, gettext("撤销"))),
      row.in_force && row.unseen_by.length > 0 && el("details", {}, el("summary", {}, gettext("未读 %(n)s 个单元", { n: row.unseen_by.length })), el("p", {}, row.unseen_by.join("、"))))));
  }

  words(row) {
    const where = row.radius_m ? gettext("方圆 %(n)s 公里", { n: row.radius_m / 1000 }) : row.area ? gettext("图上圈定") : row.organisation;
    const until = row.withdrawn_at ? gettext("%(age)s前撤销", { age: ageText(secondsSince(row.withdrawn_at)) })
      : row.in_force ? gettext("有效至 %(time)s", { time: timeText(row.valid_until).slice(0, 5) }) : gettext("已过期");
    return [where, `${timeText(row.made_at).slice(0, 5)} ${row.made_by}`, until].join(" · ");
  }

  async withdraw(row) {
    const given = await ask({ title: gettext("撤销通报"), text: row.text, fields: [{ name: "reason", label: gettext("原因"), required: true, rows: 2 }], submit: gettext("撤销"), danger: true });
    if (!given || !(await attempt(() => post(`broadcasts/${row.uid}/withdraw/`, given), gettext("已撤销")))) return;
    await this.load();
    this.draw();
  }
}
