// The card over the map: one unit, several in one place, a search for one, a place, or who is around.
import { nowMs } from "../clock.js";
import { post } from "../api.js";
import { ask } from "../ask.js";
import { byId, el, fill } from "../dom.js";
import { gettext, page } from "../page.js";
import { ageStamp, agencyChips, exerciseChip, icon, stateBlock, unitChip } from "../parts.js";
import { ageText, distanceText, UNIT_KINDS } from "../words.js";
import { attempt } from "./actions.js";
import { Around } from "./around.js";

const MOST_LISTED = 300;
const STATE_ORDER = { free: 0, sent: 1, scene: 2, break: 3 };

export class MapCard {
  constructor(side) {
    this.side = side;
    this.place = byId("unit-card");
    this.tourId = null;
    this.redraw = null;
    this.surroundings = new Around(side, this);
  }

  get isOpen() {
    return !this.place.hidden;
  }

  /** Show a title and parts; `redraw` draws the same anew when something changed. */
  show(title, parts, { redraw = null, tourId = null } = {}) {
    const opener = document.activeElement;
    if (!this.isOpen && opener && opener !== document.body) this.opener = opener;
    this.redraw = redraw;
    this.tourId = tourId;
    this.side.units.choose(tourId);
    this.place.setAttribute("aria-label", title);
    fill(this.place,
      el("div.unit-card__head", {}, el("h2", {}, title),
        el("button.btn.btn--quiet.btn--icon.btn--sm.push", { type: "button", "aria-label": gettext("关闭"), onclick: () => this.close() }, icon("close"))),
      el("div.unit-card__body", {}, parts));
    this.place.hidden = false;
  }

  close() {
    if (!this.isOpen) return;
    const within = this.place.contains(document.activeElement);
    this.place.hidden = true;
    this.redraw = null;
    this.tourId = null;
    this.side.units.choose(null);
    this.side.units.follow(null);
    this.surroundings.clear();
    if (within) this.opener?.focus?.({ preventScroll: true });
  }

  refresh() {
    // Whoever types or stands on a button in the card is not disturbed; ages are turned by tick().
    if (this.isOpen && this.redraw && !this.place.contains(document.activeElement)) this.redraw();
  }

  tick() {
    for (const stamp of this.place.querySelectorAll("[data-fixed-at]")) {
      const seconds = Math.max(0, nowMs() / 1000 - Number(stamp.dataset.fixedAt));
      stamp.className = `age age--${this.side.store.ageOf(seconds)}`;
      stamp.textContent = gettext("定位 %(age)s前", { age: ageText(seconds) });
    }
  }

  ageOf(unit) {
    const { seconds, age } = this.side.store.look(unit);
    if (seconds == null) return ageStamp("unknown", gettext("没有定位，图上是岗点"));
    const stamp = ageStamp(age, gettext("定位 %(age)s前", { age: ageText(seconds) }));
    stamp.dataset.fixedAt = unit.fixed_at;
    return stamp;
  }

  unit(tourId) {
    const { store, units } = this.side;
    const unit = store.units.get(tourId);
    if (!unit) return;
    const look = store.look(unit);
    const follows = units.followed === tourId;
    const speed = unit.speed_mps == null ? null : gettext("%(n)s 公里/时", { n: Math.round(unit.speed_mps * 3.6) });
    this.show(unit.call_sign, [
      el("p.row", {}, unitChip(look.state), unit.exercise && exerciseChip(), agencyChips(unit), el("small", {}, UNIT_KINDS[unit.kind] || unit.kind)),
      el("p.row", {}, this.ageOf(unit), speed && el("small", {}, speed), unit.is_mock && el("span.chip.chip--warn", {}, gettext("模拟定位"))),
      look.assignment && el("button.btn.btn--sm", { type: "button", onclick: () => this.side.choose(look.assignment.incident) },
        gettext("打开警情 %(number)s", { number: look.assignment.incident_number })),
      el("div.row", {},
        el("button.btn.btn--sm", { type: "button", id: "follow-unit", "aria-pressed": String(follows), "aria-keyshortcuts": "F", onclick: () => this.follow() }, gettext("跟随"), el("span.kbd", {}, "F")),
        el("button.btn.btn--sm", { type: "button", id: "trail-unit", "aria-pressed": String(this.side.layers.trailOf === tourId), onclick: () => this.trail(tourId) }, gettext("轨迹")),
        el("button.btn.btn--sm", { type: "button", id: "around-unit", onclick: () => this.surroundings.ofUnit(unit) }, gettext("周边")),
        page.may.dispatch && look.state === "free" && el("button.btn.btn--sm", { type: "button", id: "holes-unit", onclick: () => this.side.showHoles([unit.tour]) }, gettext("派出后空白")),
        page.may.tours && !look.assignment && el("button.btn.btn--sm", { type: "button", id: "exercise-unit", onclick: () => exercise(unit) }, unit.exercise ? gettext("结束演练") : gettext("转为演练"))),
    ], { tourId, redraw: () => this.unit(tourId) });
  }

  follow() {
    const { units } = this.side;
    units.follow(units.followed === this.tourId ? null : this.tourId);
    byId("follow-unit")?.setAttribute("aria-pressed", String(units.followed === this.tourId));
  }

  trail(tourId) {
    this.side.layers.trail(this.side.layers.trailOf === tourId ? null : tourId);
    byId("trail-unit")?.setAttribute("aria-pressed", String(this.side.layers.trailOf === tourId));
  }

  row(unit) {
    const look = this.side.store.look(unit);
    return el("li", {}, el("button.unit-row", { type: "button", onclick: () => this.goTo(unit.tour_id) },
      el("b", {}, unit.call_sign), unitChip(look.state), unit.exercise && exerciseChip(), agencyChips(unit), el("small", {}, UNIT_KINDS[unit.kind] || unit.kind), this.ageOf(unit)));
  }

  goTo(tourId) {
    this.side.units.goTo(tourId);
    this.unit(tourId);
    byId("follow-unit")?.focus({ preventScroll: true });
  }

  sorted(units) {
    const rank = (unit) => STATE_ORDER[this.side.store.look(unit).state];
    return units.sort((a, b) => rank(a) - rank(b) || a.call_sign.localeCompare(b.call_sign, "zh-CN"));
  }

  group(tourIds, at) {
    const units = this.sorted(tourIds.map((id) => this.side.store.units.get(id)).filter(Boolean));
    const { map } = this.side;
    this.show(gettext("此处 %(n)s 个单元", { n: units.length }), [
      map.getZoom() < map.getMaxZoom() && el("button.btn.btn--sm", { type: "button", onclick: () => map.setView([at.lat, at.lon], map.getZoom() + 2) }, gettext("放大")),
      el("ul.unit-rows", {}, units.map((unit) => this.row(unit))),
    ], { redraw: () => this.group(tourIds, at) });
  }

  /** All units, to be found by what is typed: the map for hands on a keyboard and for readers of the screen. */
  search() {
    const list = el("ul.unit-rows", { id: "unit-rows" });
    const count = el("small", { role: "status" });
    const draw = () => {
      const wanted = input.value.trim().toLowerCase();
      const units = this.sorted([...this.side.store.units.values()].filter((unit) => unit.call_sign.toLowerCase().includes(wanted)));
      count.textContent = gettext("%(n)s 个单元", { n: units.length });
      fill(list, units.length ? units.slice(0, MOST_LISTED).map((unit) => this.row(unit)) : el("li", {}, stateBlock("empty", gettext("没有这个呼号"))));
    };
    const input = el("input.input", { id: "unit-search", type: "search", autocomplete: "off", oninput: draw });
    this.show(gettext("找单元"), [el("label.field", {}, el("span", {}, gettext("呼号")), input), count, list]);
    draw();
    input.focus();
  }

  /** A fixed place: {kind, name, ring, works, address, phone}. */
  fixed(place) {
    const line = (name, value) => value && [el("dt", {}, name), el("dd", {}, value)];
    this.show(place.name, [
      el("p.row", {}, el("span.chip", {}, place.word), place.ring && el("span.chip", {}, gettext("第 %(n)s 圈", { n: place.ring })),
        place.works === false && el("span.chip.chip--late", {}, gettext("不在线"))),
      el("dl.kv", {}, [line(gettext("编号"), place.code), line(gettext("地址"), place.address), line(gettext("值班电话"), place.phone)].flat().filter(Boolean)),
      page.may.position && el("button.btn.btn--sm", { type: "button", onclick: () => this.surroundings.ofPoint(place.lon, place.lat, place.name) }, gettext("周边")),
    ]);
  }

  /** Who is around: the unit that is shown, the chosen incident, or a point that is picked now. */
  around() {
    this.surroundings.begin();
  }

  distance(metres) {
    return metres == null ? gettext("无路可达") : distanceText(metres);
  }
}

/** Take a unit into an exercise, or back to real duty. */
async function exercise(unit) {
  const given = await ask({
    title: unit.exercise ? gettext("%(unit)s 结束演练", { unit: unit.call_sign }) : gettext("%(unit)s 转为演练", { unit: unit.call_sign }),
    text: unit.exercise ? gettext("恢复接受真实警情。") : gettext("演练期间不派真实警情，也不计入警力。"),
    fields: [{ name: "reason", label: gettext("原因"), required: true, rows: 2 }],
  });
  return given && attempt(() => post(`patrols/tours/${unit.tour}/exercise/`, { exercise: !unit.exercise, ...given }));
}
