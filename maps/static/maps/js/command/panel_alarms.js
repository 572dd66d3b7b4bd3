// 预警: those that wait, and the card of the chosen one; one keystroke each to confirm, call false or hold.
import { post } from "../api.js";
import { ask } from "../ask.js";
import { secondsSince } from "../clock.js";
import { arrange, el, fill, toast } from "../dom.js";
import { gettext, page } from "../page.js";
import { stateBlock } from "../parts.js";
import { ALARM_STATES, alarmGrade, FALSE_REASONS, MATCHES } from "../plates.js";
import { ringText, timeText } from "../words.js";
import { AlarmCard } from "./alarmcard.js";

/** Nobody has said a word on a grave one: it is heard again after so long. */
const HEARD_EVERY_S = 30;

export class AlarmPanel {
  constructor(queue, { open }) {
    this.title = gettext("预警");
    this.live = true;
    this.queue = queue;
    this.openCase = open;
    this.chosen = null;
    this.marked = new Set();
    this.drawn = new Map();
    this.busy = false;
    this.card = new AlarmCard({
      confirm: () => this.decide("confirm"), hold: () => this.decide("hold"), askFalse: () => this.card.why(!this.card.whyOpen), sayFalse: (reason) => this.sayFalse([this.chosen], reason),
    });
    this.list = el("ul.alarm-list", { "aria-label": gettext("待确认的预警") });
    this.said = el("span.muted", { role: "status" });
    this.all = el("button.btn.btn--sm", { type: "button", onclick: () => this.markAll() }, gettext("全选"), el("span.kbd", { "aria-hidden": "true" }, "V"));
    this.together = el("select.input", { "aria-label": gettext("批量误报原因") }, FALSE_REASONS.map(([code, name]) => el("option", { value: code }, name)));
    this.bulk = el("div.alarm-bulk", { hidden: true }, this.together,
      el("button.btn.btn--sm.btn--danger", { type: "button", onclick: () => this.sayFalse([...this.marked], this.together.value) }, gettext("所选均为误报")));
    this.done = el("ul.alarm-done", { "aria-label": gettext("刚刚处理") });
    this.place = el("div.alarms", {},
      el("div.alarms__side", {}, el("div.row.alarms__bar", {}, this.said, page.may.judge && this.all), this.bulk, this.list, this.done), this.card.place);
    queue.addEventListener("decided", ({ detail: uid }) => this.heard(uid));
  }

  /** Only the first time: from then on the feed tells. */
  load() {
    return this.queue.loaded ? Promise.resolve() : this.queue.load();
  }

  draw() {
    const rows = this.queue.list;
    for (const uid of this.marked) if (!this.queue.rows.has(uid)) this.marked.delete(uid);
    // What somebody else has just decided stays in view until the eye has left it.
    if (!this.chosen || (!this.queue.rows.has(this.chosen) && !this.card.said)) this.choose(rows[0]?.uid || null);
    else if (this.queue.rows.has(this.chosen)) this.card.show(this.queue.rows.get(this.chosen));
    const nodes = rows.map((row) => this.line(row));
    if (nodes.length) arrange(this.list, nodes);
    else fill(this.list, el("li", {}, stateBlock("empty", gettext("没有待确认的预警"))));
    this.drawn = new Map([...this.drawn].filter(([uid]) => this.queue.rows.has(uid)));
    this.said.textContent = this.queue.count > rows.length
      ? gettext("显示 %(n)s / %(all)s 条", { n: rows.length, all: this.queue.count }) : gettext("%(n)s 条待确认", { n: rows.length });
    this.all.hidden = rows.length < 2;
    this.mark();
    fill(this.done, this.queue.done.map((row) => el("li", {},
      el(`span.chip.chip--${row.state === "false" ? "line" : "go"}`, {}, ALARM_STATES[row.state] || row.state), el("small", {}, [row.number, row.by || gettext("系统"), timeText(row.at)].join(" · ")),
      row.incident && el("button.btn.btn--sm", { type: "button", onclick: () => this.openCase(row.incident) }, gettext("打开警情")))));
    this.tick();
  }

  line(row) {
    const sign = JSON.stringify([row.state, row.count, row.match]);
    const known = this.drawn.get(row.uid);
    if (known?.sign === sign) return known.node;
    const where = [row.place_text, row.camera_name].filter(Boolean).join(" · ");
    const node = el("li.alarm-line", { dataset: { uid: row.uid } },
      page.may.judge && el("label.check.alarm-line__mark", {}, el("input", { type: "checkbox", "aria-label": gettext("选中 %(number)s", { number: row.number }), onchange: ({ target }) => this.toggle(row.uid, target.checked) })),
      el(`button.case-row.case-row--${alarmGrade(row.grade)}`, { type: "button", onclick: () => this.choose(row.uid) },
        el("span.case-row__title", {}, `${row.plate} · ${row.category_name}`),
        el("span.case-row__place", { title: where }, where),
        el("span.case-row__state", {},
          row.match !== "exact" && el("span.chip.chip--warn", {}, MATCHES[row.match]),
          row.state === "held" && el("span.chip.chip--line", {}, ALARM_STATES.held),
          row.count > 1 && el("span.chip", {}, gettext("%(n)s 次", { n: row.count }))),
        el("span.alarm-line__age", {})));
    this.drawn.set(row.uid, { sign, node });
    return node;
  }

  /** Once a second: how long each has been waiting. */
  tick() {
    for (const [uid, { node }] of this.drawn) {
      const row = this.queue.rows.get(uid);
      if (row) node.querySelector(".alarm-line__age").textContent = ringText(secondsSince(row.raised_at));
    }
  }

  choose(uid) {
    this.chosen = uid;
    if (uid && this.queue.rows.has(uid)) this.card.show(this.queue.rows.get(uid));
    else this.card.empty();
    this.mark();
    this.drawn.get(uid)?.node.scrollIntoView({ block: "nearest" });
  }

  mark() {
    for (const [uid, { node }] of this.drawn) {
      node.querySelector(".case-row").setAttribute("aria-pressed", String(uid === this.chosen));
      const box = node.querySelector("input");
      if (box) box.checked = this.marked.has(uid);
    }
    this.bulk.hidden = !this.marked.size;
    this.bulk.querySelector(".btn").textContent = gettext("所选 %(n)s 条均为误报", { n: this.marked.size });
  }

  toggle(uid, on = !this.marked.has(uid)) {
    if (!uid) return;
    if (on) this.marked.add(uid);
    else this.marked.delete(uid);
    this.mark();
  }

  markAll() {
    const rows = this.queue.list;
    this.marked = this.marked.size === rows.length ? new Set() : new Set(rows.map((row) => row.uid));
    this.mark();
  }

  step(by) {
    const uids = [...this.queue.rows.keys()];
    const at = uids.indexOf(this.chosen);
    const next = uids[at < 0 ? 0 : Math.max(0, Math.min(uids.length - 1, at + by))];
    if (next) this.choose(next);
  }

  /** The feed tells that somebody decided on an alarm. */
  heard(uid) {
    if (uid !== this.chosen || this.busy) return;
    const told = this.queue.done.find((row) => row.uid === uid);
    if (told) this.card.decided(told);
  }

  /** The next one that waits, after the chosen one is done with. */
  next(uid) {
    const uids = [...this.queue.rows.keys()];
    const at = uids.indexOf(uid);
    this.queue.rows.delete(uid);
    this.chosen = null;
    const after = uids[at + 1] || uids[at - 1];
    if (at >= 0 && after) this.choose(after);
    this.draw();
  }

  async decide(step, body = {}) {
    const uid = this.chosen;
    if (!uid || this.busy || this.card.said || !this.queue.rows.has(uid)) return;
    this.busy = true;
    try {
      await post(`recognition/alarms/${uid}/${step}/`, body);
      toast({ confirm: gettext("已确认，正在建警情"), hold: gettext("已暂缓"), false: gettext("已记为误报") }[step], "ok");
      if (step === "hold") this.queue.reload();
      else this.next(uid);
    } catch (problem) {
      if (!("status" in problem)) throw problem;
      toast(problem.words, "error");
      if (problem.code === "already_decided") {
        const told = this.queue.done.find((row) => row.uid === uid);
        if (told) this.card.decided(told);
        else this.card.again();
        this.queue.reload();
      }
    } finally {
      this.busy = false;
    }
  }

  /** One reason for one alarm, or for all that are marked. "Other" asks for words. */
  async sayFalse(uids, reason) {
    const given = reason === "other"
      ? await ask({ title: gettext("误报原因"), fields: [{ name: "words", label: gettext("原因"), required: true, rows: 2 }], submit: gettext("记为误报"), danger: true }) : {};
    if (!given || this.busy) return;
    if (uids.length === 1 && uids[0] === this.chosen) {
      await this.decide("false", { reason, ...given });
      return;
    }
    this.busy = true;
    try {
      const { done, before } = await post("recognition/alarms/false/", { alarms: uids, reason, ...given });
      this.marked.clear();
      toast(gettext("%(n)s 条已记为误报", { n: done.length }), "ok");
      if (before.length) {
        toast(gettext("%(n)s 条此前已被处理：%(who)s", { n: before.length, who: before.slice(0, 5).map((row) => `${row.number} ${row.by || gettext("系统")} ${timeText(row.at)} ${ALARM_STATES[row.state]}`).join("；") }), "warn");
      }
      await this.queue.load();
    } catch (problem) {
      if (!("status" in problem)) throw problem;
      toast(problem.words, "error");
    } finally {
      this.busy = false;
    }
  }

  /** Whether a grave one that nobody has looked into is to be heard (again) now. */
  calls() {
    return this.queue.list.some((row) => {
      const waits = Math.floor(secondsSince(row.raised_at));
      return row.grade === 1 && row.state === "raised" && waits > 0 && waits % HEARD_EVERY_S === 0;
    });
  }

  /** Keys while the panel is open: C X Z, 1 to 6 for the reason, M and V to mark. */
  key(name) {
    if (name === "c") this.decide("confirm");
    else if (name === "z") this.decide("hold");
    else if (name === "m") this.toggle(this.chosen);
    else if (name === "v") this.markAll();
    else if (name === "x") {
      if (this.marked.size) this.together.focus();
      else if (this.chosen) this.card.why(!this.card.whyOpen);
    } else if (this.card.whyOpen) this.sayFalse([this.chosen], FALSE_REASONS[Number(name) - 1][0]);
  }
}

/** Where the panel is not open: the first few beside the cases, so that none is overlooked. */
export function drawAlarms(queue, place, open) {
  const rows = queue.list;
  place.hidden = !rows.length;
  place.classList.toggle("calls--radio", rows.some((row) => row.grade === 1 && row.state === "raised"));
  place.querySelector("b").textContent = queue.count;
  fill(place.querySelector("ul"), rows.slice(0, 3).map((row) => el("li", {},
    el("button.press", { type: "button", onclick: () => open(row.uid) }, el("b", {}, `${row.plate} · ${row.category_name}`),
      el("small", {}, [row.place_text, row.camera_name, timeText(row.passed_at).slice(0, 5)].filter(Boolean).join(" · "))))),
  rows.length > 3 && el("li", {}, el("button.press", { type: "button", onclick: () => open(null) }, el("small", {}, gettext("另有 %(n)s 条", { n: queue.count - 3 })))));
}
