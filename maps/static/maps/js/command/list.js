// The list of incidents: graver first, longest waiting first, with timers that run.
import { nowMs } from "../clock.js";
import { arrange, byId, el, fill } from "../dom.js";
import { gettext } from "../page.js";
import { exerciseChip, gradeChip, stateBlock } from "../parts.js";
import { INCIDENT_STATES, kindName, ringText, SHORTFALLS } from "../words.js";

const SETTLED = new Set(["closed", "merged", "false"]);
const REVIEW = new Set(["reported", "reviewed"]);
// Nobody reads further down, and drawing thousands of rows would hold the page up.
const MOST_ROWS = 200;
const RANK = { red: 0, yellow: 1, blue: 2, "": 3 };

/** Which tab an incident belongs to. */
export const tabOf = (row) => (SETTLED.has(row.state) ? "settled" : REVIEW.has(row.state) ? "review" : "open");

/** From when until when the time of an incident runs that matters now, in milliseconds of the house; null for none. */
export function spanOf(row) {
  if (SETTLED.has(row.state) || REVIEW.has(row.state)) return null;
  const arrival = Boolean(!row.arrived_at && row.arrive_by);
  const until = arrival ? row.arrive_by : row.close_by;
  return until ? { fromMs: Date.parse(row.received_at), untilMs: Date.parse(until), arrival } : null;
}

/** The timer that matters now: {text, label, part, late} or null. */
export function timerOf(row) {
  const span = spanOf(row);
  if (!span) return null;
  const left = (span.untilMs - nowMs()) / 1000;
  return {
    text: (left < 0 ? "+" : "") + ringText(left), label: span.arrival ? gettext("到场") : gettext("办结"), late: left < 0,
    part: Math.max(0, Math.min(1, left / Math.max(1, (span.untilMs - span.fromMs) / 1000))),
  };
}

export class IncidentList {
  constructor(store, choose) {
    this.store = store;
    this.choose = choose;
    this.tab = "open";
    this.place = byId("incident-list");
    this.tabs = [...document.querySelectorAll("#incident-tabs [role=tab]")];
    this.chosen = null;
    // Only rows in sight turn their timers.
    this.sight = new IntersectionObserver((seen) => {
      for (const { target, isIntersecting } of seen) {
        target.inSight = isIntersecting;
        if (isIntersecting) this.turn(target);
      }
    });
    // What is drawn, by uid: {sign, node}. In a flood the rows that say the same stay where they are.
    this.drawn = new Map();
    for (const [at, tab] of this.tabs.entries()) {
      tab.addEventListener("click", () => this.show(tab.dataset.tab));
      tab.addEventListener("keydown", ({ key }) => {
        const by = { ArrowRight: 1, ArrowLeft: -1 }[key];
        if (!by) return;
        const next = this.tabs[(at + by + this.tabs.length) % this.tabs.length];
        this.show(next.dataset.tab);
        next.focus();
      });
    }
    this.place.addEventListener("keydown", (event) => this.key(event));
  }

  show(tab) {
    this.tab = tab;
    this.draw();
  }

  rows() {
    return [...this.store.incidents.values()]
      .filter((row) => tabOf(row) === this.tab)
      .sort((a, b) => RANK[a.grade] - RANK[b.grade] || (a.received_at < b.received_at ? -1 : 1));
  }

  draw() {
    const counts = { open: 0, review: 0, settled: 0 };
    for (const row of this.store.incidents.values()) counts[tabOf(row)] += 1;
    for (const tab of this.tabs) {
      const is = tab.dataset.tab === this.tab;
      tab.setAttribute("aria-selected", String(is));
      tab.tabIndex = is ? 0 : -1;
      if (is) byId("incident-panel").setAttribute("aria-labelledby", tab.id);
      tab.querySelector("b").textContent = counts[tab.dataset.tab];
    }
    const rows = this.rows();
    const focused = document.activeElement?.dataset?.uid;
    if (!this.store.loaded) return;
    if (!rows.length) {
      fill(this.place, el("li", {}, stateBlock("empty", this.tab === "open" ? gettext("没有在办警情") : gettext("没有记录"))));
      return;
    }
    const before = this.drawn;
    this.drawn = new Map();
    const keep = (name, sign, make) => {
      const known = before.get(name);
      const part = known?.sign === sign ? known : { sign, node: make() };
      this.drawn.set(name, part);
      return part.node;
    };
    const nodes = [];
    let grade = null;
    for (const [place, row] of rows.entries()) {
      if (place >= MOST_ROWS && row.uid !== this.chosen) continue;
      if (row.grade !== grade) {
        grade = row.grade;
        const count = rows.filter((other) => other.grade === row.grade).length;
        nodes.push(keep(`head ${row.grade}`, count, () => el("li.list-head", {}, gradeChip(row.grade), String(count))));
      }
      const shown = this.shown(row);
      nodes.push(keep(row.uid, JSON.stringify(shown), () => this.row(row, shown)));
    }
    const left = rows.length - MOST_ROWS;
    if (left > 0) nodes.push(keep("left", left, () => el("li.state", {}, gettext("另有 %(n)s 条未列出，先处置列出的", { n: left }))));
    arrange(this.place, nodes);
    for (const [name, part] of before) if (this.drawn.get(name)?.node !== part.node) this.sight.unobserve(part.node);
    if (focused) this.place.querySelector(`[data-uid="${focused}"]`)?.focus({ preventScroll: true });
    this.tick();
  }

  /** All that a row says, but for its ring. */
  shown(row) {
    const standing = this.store.assignmentsOf(row.uid).filter((each) => each.state !== "proposed");
    const wants = !standing.length && ["pending", "graded", "received", "reopened", "returned"].includes(row.state);
    return {
      grade: row.grade || "none", state: row.state, wants, chosen: row.uid === this.chosen, title: row.title || kindName(row.kind),
      place: row.chainage_text || row.place_text || "", units: standing.map((each) => each.call_sign).join("、"),
      calls: this.store.calls(row.uid), late: Boolean(row.overdue_since), short: wants && row.shortfall, exercise: row.exercise,
    };
  }

  row({ uid }, shown) {
    const item = el("li", {},
      el(`button.case-row.case-row--${shown.grade}`, {
        type: "button", "aria-pressed": String(shown.chosen), dataset: { uid }, onclick: () => this.choose(uid),
      },
      el("span.case-row__title", {}, shown.title),
      el("span.case-row__place", {}, shown.place),
      el("span.case-row__state", {},
        shown.wants ? el("span.chip.chip--late", {}, gettext("待派警")) : el("span.chip", {}, INCIDENT_STATES[shown.state]),
        shown.units && el("span.case-row__units", {}, shown.units),
        shown.calls && el("span.chip.chip--late", {}, gettext("求增援")),
        shown.late && el("span.chip.chip--late", {}, gettext("超时")),
        shown.short && el("span.chip.chip--warn", { title: SHORTFALLS[shown.short] || shown.short }, gettext("缺口")),
        shown.exercise && exerciseChip()),
      el("span.ring", { hidden: true }, el("span", {}))));
    item.inSight = true;
    this.sight.observe(item);
    return item;
  }

  /** Once a second: the rings and ages only. */
  tick() {
    for (const item of this.place.children) if (item.inSight) this.turn(item);
  }

  turn(item) {
    const row = this.store.incidents.get(item.querySelector(".case-row").dataset.uid);
    const ring = item.querySelector(".ring");
    const timer = row && timerOf(row);
    ring.hidden = !timer;
    if (!timer || ring.firstChild.textContent === timer.text) return;
    ring.firstChild.textContent = timer.text;
    ring.title = timer.label;
    ring.style.setProperty("--p", String(timer.late ? 1 : timer.part));
    ring.classList.toggle("ring--late", timer.late);
    ring.classList.toggle("ring--warn", !timer.late && timer.part < 0.34);
  }

  mark(uid) {
    this.chosen = uid;
    for (const button of this.place.querySelectorAll(".case-row")) {
      const is = button.dataset.uid === uid;
      button.setAttribute("aria-pressed", String(is));
      if (is) button.scrollIntoView({ block: "nearest" });
    }
  }

  /** The next (1) or previous (-1) incident of the list. */
  step(by) {
    const rows = this.rows();
    if (!rows.length) return;
    const at = rows.findIndex((row) => row.uid === this.chosen);
    const next = rows[Math.max(0, Math.min(rows.length - 1, at < 0 ? 0 : at + by))];
    this.choose(next.uid);
    this.place.querySelector(`[data-uid="${next.uid}"]`)?.focus();
  }

  key(event) {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    this.step(by);
  }
}

