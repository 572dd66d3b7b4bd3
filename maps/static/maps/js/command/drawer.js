// The drawer: everything about one incident, and what can be done with it.
import { get } from "../api.js";
import { directions } from "../directions.js";
import { byId, el, fill } from "../dom.js";
import { gettext, page } from "../page.js";
import { ageStamp, agencyChips, gradeChip, icon, stateBlock, stepTrack } from "../parts.js";
import {
  ageText, assignmentState, clockText, distanceText, FLAGS, INCIDENT_STATES, kindName, MARK_TARGETS, SHORTFALLS, SOURCES, timeText,
} from "../words.js";
import { pictures } from "../pictures.js";
import { Ahead } from "./ahead.js";
import { byRadio, deskActions, dispatch, merge, recall, reporter } from "./actions.js";
import { family, marks, origin, tasks } from "./casework.js";
import { history } from "./history.js";
import { timerOf } from "./list.js";

const DISPATCHABLE = new Set(["pending", "active"]);
const SAME_PLACE_M = 15;
// The chip of an assignment has the mark that its unit has on the map.
const MARKS = { offered: "sent", delivered: "sent", acknowledged: "sent", en_route: "sent", on_scene: "scene", declined: "late", expired: "late", recalled: "late", proposed: "line" };

const STAMPS = [
  ["offered_at", gettext("派警")], ["delivered_at", gettext("送达")], ["acknowledged_at", gettext("签收")],
  ["en_route_at", gettext("出发")], ["on_scene_at", gettext("到场")], ["cleared_at", gettext("处置")],
];

export class Drawer {
  constructor(store, { onRoute, onClose, onOpen, onHoles, onAhead }) {
    this.store = store;
    this.onOpen = onOpen;
    this.onHoles = onHoles;
    this.onRoute = onRoute;
    this.onClose = onClose;
    this.place = byId("drawer");
    this.uid = null;
    this.detail = null;
    this.proposal = null;
    this.busy = false;
    this.ahead = new Ahead({ changed: () => this.detail && this.draw(), show: onAhead });
    // What was just done here is seen at once: the feed may be slow, and the next act names the last row that was seen.
    document.addEventListener("incident-acted", () => this.refresh());
  }

  async open(uid) {
    if (uid !== this.uid) {
      this.detail = null;
      this.proposal = null;
      this.routeOf = null;
      this.onRoute(null);
      this.ahead.of(null);
    }
    this.uid = uid;
    this.place.hidden = false;
    this.place.setAttribute("aria-busy", "true");
    await this.refresh();
  }

  close() {
    this.uid = null;
    this.place.hidden = true;
    this.onRoute(null);
    this.ahead.of(null);
    this.onClose();
  }

  /** Read it anew; a call while one runs asks for one more afterwards. */
  async refresh() {
    if (!this.uid) return;
    if (this.busy) {
      this.again = true;
      return;
    }
    this.busy = true;
    const uid = this.uid;
    try {
      const detail = await get(`incidents/${uid}/`);
      if (uid !== this.uid) return;
      this.detail = detail;
      this.wantsProposal = page.may.propose && DISPATCHABLE.has(detail.state);
      if (!this.wantsProposal) this.proposal = null;
      this.draw();
      this.place.removeAttribute("aria-busy");
      this.route();
      this.propose(uid);
      this.ahead.of(detail);
    } catch (problem) {
      if (uid === this.uid) fill(this.place, this.head(gettext("打不开这条警情")), stateBlock("error", problem.words || problem.message, "", el("button.btn.btn--sm", { type: "button", onclick: () => this.refresh() }, gettext("重试"))));
    } finally {
      this.busy = false;
      if (this.again) {
        this.again = false;
        this.refresh();
      }
    }
  }

  /** Ask for the engine's list beside the rest: what is known already is shown meanwhile. */
  async propose(uid) {
    if (!this.wantsProposal || this.asking) {
      this.askAgain = this.asking;
      return;
    }
    this.asking = true;
    const proposal = await get(`incidents/${uid}/proposal/`).catch(() => null);
    this.asking = false;
    if (this.askAgain || uid !== this.uid) {
      this.askAgain = false;
      if (this.uid) this.propose(this.uid);
      return;
    }
    this.proposal = this.wantsProposal ? proposal : null;
    this.wantsProposal = false;
    if (!this.routeOf && this.proposal) this.onRoute(this.proposal.route || null);
    if (this.detail) this.draw();
  }

  /** The way of the unit that goes there. */
  async route() {
    const standing = this.detail.assignments.filter((row) => ["offered", "delivered", "acknowledged", "en_route"].includes(row.state));
    const lead = standing.find((row) => row.is_lead) || standing[0];
    if (!lead) {
      this.routeOf = null;
      this.onRoute(null);
      return;
    }
    if (this.routeOf === lead.uid) return;
    this.routeOf = lead.uid;
    const found = await get(`assignments/${lead.uid}/`).catch(() => null);
    if (!found || this.routeOf !== lead.uid) return;
    this.onRoute(found.route);
    this.way = { uid: lead.uid, legs: found.directions };
    this.draw();
  }

  head(title, ...more) {
    return el("header.drawer__head", {},
      el("div.drawer__bar", {}, el("div.row", {}, more), el("button.btn.btn--quiet.btn--icon.btn--sm", { type: "button", title: gettext("关闭"), "aria-label": gettext("关闭"), onclick: () => this.close() }, icon("close"))),
      el("h2", {}, title));
  }

  draw() {
    const row = this.detail;
    const open = this.place.querySelector(".drawer__body")?.scrollTop || 0;
    const opened = new Set([...this.place.querySelectorAll("details[open]")].map((each) => each.dataset.name));
    fill(this.place,
      this.head(row.title || kindName(row.kind),
        gradeChip(row.grade),
        el("span.chip", {}, row.state === "pending" && !row.assignments.some((each) => ["offered", "delivered"].includes(each.state)) ? gettext("待派警") : INCIDENT_STATES[row.state]),
        row.overdue_since && el("span.chip.chip--late", {}, gettext("超时")),
        el("small", {}, row.number)),
      row.exercise && el("p.stripe", {}, gettext("演练：不计入统计，不督办路长")),
      el("div.drawer__body", { tabIndex: -1 },
        this.duplicates(row), this.what(row), this.ahead.part(section, (one) => this.headOff(row, one)), this.where(row), this.assignments(row),
        // Until somebody goes, whom to send comes first.
        noneSent(row) ? [this.proposed(row), this.held(row)] : [this.held(row), this.proposed(row)],
        section(gettext("经过"), history(row.timeline))),
      this.foot(row));
    for (const each of this.place.querySelectorAll("details")) if (opened.has(each.dataset.name)) each.open = true;
    this.place.querySelector(".drawer__body").scrollTop = open;
    this.tick();
  }

  duplicates(row) {
    if (!row.duplicates.length || ["closed", "merged", "false"].includes(row.state)) return null;
    return el("div.banner.banner--warn", {}, el("div.stack", {},
      row.duplicates.slice(0, 3).map((near) => el("p", {},
        near.distance_m < SAME_PLACE_M
          ? gettext("同一地点另有 %(number)s「%(title)s」", { number: near.number, title: near.title })
          : gettext("附近 %(away)s 另有 %(number)s「%(title)s」", { away: distanceText(near.distance_m), number: near.number, title: near.title }),
        " ", page.may.change && el("button.btn.btn--sm", { type: "button", onclick: () => merge(row, this.store, near.uid) }, gettext("合并"))))));
  }

  what(row) {
    const timer = timerOf(row);
    return section(gettext("情况"),
      timer && el("p.drawer__timer", {}, el("span.ring", {}, el("span", {}, timer.text)), el("span", { className: "drawer__timer-label" }, timer.late ? gettext("已超%(what)s时限", { what: timer.label }) : gettext("距%(what)s时限", { what: timer.label }))),
      row.text && el("p", {}, row.text),
      pictures(row.attachments),
      el("dl.kv", {},
        pair(gettext("类别"), kindName(row.kind)),
        pair(gettext("来源"), `${SOURCES[row.source] || row.source} · ${timeText(row.received_at)}`),
        row.reporter_phone && pair(gettext("报警人"), el("span", {}, row.reporter_phone, " ", page.may.lookup && el("button.btn.btn--sm", { type: "button", onclick: () => reporter(row) }, gettext("查看（留痕）")))),
        row.grade_reasons.length > 0 && pair(gettext("定级依据"), row.grade_reasons.map((each) => each.text || each.reason || each).concat(row.marks.filter((mark) => mark.counted && mark.target !== "place").map((mark) => gettext("%(target)s标签「%(label)s」", { target: MARK_TARGETS[mark.target], label: mark.label }))).join("；")),
        row.deadline_reasons.length > 0 && pair(gettext("时限依据"), row.deadline_reasons.map((each) => each.reason).join("；"))));
  }

  where(row) {
    const own = row.chain.filter((chief) => !chief.border);
    const borders = row.chain.filter((entry) => entry.border);
    const flags = row.place_flags.map((flag) => el("span.chip.chip--warn", {}, FLAGS[flag] || flag));
    return section(gettext("地点与责任人"),
      el("p.strong", {}, row.chainage_text || row.place_text || `${row.lon.toFixed(5)}, ${row.lat.toFixed(5)}`),
      row.chainage_text && row.place_text && el("p.muted", {}, row.place_text),
      flags.length > 0 && el("p.row", {}, flags),
      own.length ? el("ul.chain", {}, own.map(chiefLine)) : el("p.muted", {}, gettext("该处没有路长")),
      borders.map((border) => el("div.border", {},
        el("p", {}, el("span.chip.chip--line", {}, gettext("交界 50 米内")), " ", border.name || border.segment),
        (border.chain || []).length
          ? el("ul.chain", {}, border.chain.map(chiefLine))
          : el("p.muted", {}, gettext("相邻路段没有路长")))));
  }

  assignments(row) {
    // A proposal that was let go became an offer beside it, or nothing: the history tells of it, the list need not.
    const sent = row.assignments.filter((each) => each.state !== "expired" || each.offered_at);
    return sent.length ? section(gettext("派出单元"), sent.map((each) => this.assignment(each))) : null;
  }

  assignment(each) {
    const live = ["proposed", "offered", "delivered", "acknowledged", "en_route", "on_scene", "cleared"].includes(each.state);
    const radio = each.deliveries?.some((row) => row.channel === "radio_card" && row.state === "sent") && ["offered", "delivered"].includes(each.state);
    return el(`div.sent${live ? "" : ".sent--over"}`, {},
      el("div.row", {},
        el("b", {}, each.call_sign),
        each.is_lead && el("span.chip.chip--line", {}, gettext("主办")),
        el(`span.chip.chip--${MARKS[each.state] || "go"}`, {}, assignmentState(each)),
        each.predicted_travel_s != null && el("small", {}, gettext("预计 %(time)s · %(road)s", { time: clockText(each.predicted_travel_s), road: distanceText(each.predicted_road_m) }))),
      live && each.offered_at && stepTrack(STAMPS.map(([stamp, name]) => [name, each[stamp]])),
      this.way?.uid === each.uid && this.way.legs.length > 0 && ["offered", "delivered", "acknowledged", "en_route"].includes(each.state)
        && el("details", { dataset: { name: "way" } }, el("summary", {}, gettext("路线")), directions(this.way.legs)),
      live && each.offered_at && each.warnings.map((warning) => this.warned(warning, [])),
      radio && el("p.chip.chip--late", {}, gettext("未收到，请用电台呼叫")),
      each.recall_radio_at && !each.recall_seen_at && el("p.chip.chip--late", {}, gettext("撤回未确认，请用电台呼叫")),
      live && el("div.row", {},
        page.may.radio && each.state !== "proposed" && el("button.btn.btn--sm", { type: "button", onclick: () => byRadio(each) }, gettext("电台代录")),
        page.may.radio && el("button.btn.btn--sm.btn--danger", { type: "button", onclick: () => recall(each) }, gettext("撤回"))));
  }

  /** What the case holds beside its loop. */
  held(row) {
    return [tasks(row), marks(row), family(row, this.onOpen), origin(row)];
  }

  proposed(row) {
    const plan = this.proposal;
    if (!plan) return this.wantsProposal ? section(gettext("派警建议"), el("p.muted", {}, gettext("正在计算…"))) : null;
    const best = plan.candidates[0];
    return section(gettext("派警建议"),
      el("p", {}, el("small", {}, gettext("按道路行驶时间 · %(time)s 算出 · %(ms)s 毫秒", { time: timeText(plan.at), ms: Math.round(plan.engine_ms) }))),
      plan.shortfall && el("p.banner.banner--error", { id: "shortfall" }, SHORTFALLS[plan.shortfall] || plan.shortfall),
      plan.warnings.map((warning) => el("p.banner.banner--warn", {}, warning.text)),
      el("ol.offers", {}, plan.candidates.slice(0, 5).map((candidate, index) => this.candidate(row, candidate, index, best))),
      plan.preemptions.length > 0 && el("details", { dataset: { name: "preempt" } }, el("summary", {}, gettext("可抽调 %(n)s 个", { n: plan.preemptions.length })),
        el("ol.offers", {}, plan.preemptions.slice(0, 5).map((candidate) => this.candidate(row, candidate, -1, null)))),
      plan.rejected.length > 0 && el("details", { dataset: { name: "rejected" } }, el("summary", {}, gettext("未列入 %(n)s 个及原因", { n: plan.rejected.length })),
        el("table.table", {}, el("tbody", {}, plan.rejected.map((each) => el("tr", {}, el("th", { scope: "row" }, each.call_sign), el("td", {}, each.text, " ", this.rehearse(row, each))))))));
  }

  /** In an exercise only units that rehearse go by themselves: a person draws another one in, with a reason. */
  rehearse(row, each) {
    const unit = this.store.units.get(each.tour_id);
    if (!row.exercise || each.code !== "exercise_mismatch" || !unit || !page.may.dispatch) return null;
    return el("button.btn.btn--sm", { type: "button", onclick: () => dispatch(row, each, { tour: unit.tour }) }, gettext("参加演练"));
  }

  candidate(row, candidate, index, best) {
    const preempt = index < 0;
    const unit = this.store.units.get(candidate.tour_id);
    const age = candidate.position_age_s == null ? gettext("无定位") : gettext("定位 %(age)s前", { age: ageText(candidate.position_age_s) });
    return el("li.offer", {},
      el("div.row", {},
        el("b", {}, candidate.call_sign),
        unit && agencyChips(unit),
        ageStamp(candidate.position_age_s == null ? "unknown" : this.store.ageOf(candidate.position_age_s), age),
        el("b.push.offer__time", {}, clockText(candidate.travel_s))),
      el("p.offer__why", {}, candidate.reasons.map((reason) => reason.text).join(" · ")),
      candidate.warnings.map((warning) => this.warned(warning, unit ? [unit.tour] : [])),
      page.may.dispatch && el("button.btn.btn--sm", {
        type: "button", disabled: !unit,
        onclick: () => dispatch(row, candidate, { isBest: candidate === best && !preempt, preempt, tour: unit?.tour }),
      }, index === 0 ? gettext("派首选") : preempt ? gettext("抽调") : gettext("改派"), index >= 0 && index < 5 && el("span.kbd", {}, String(index + 1))));
  }

  /** Send a unit that can stand ahead of the car: in place of the best by the road to where the car was. */
  headOff(row, one) {
    const unit = this.store.units.get(one.tour_id);
    if (!unit || one.on_its_way || !DISPATCHABLE.has(row.state)) return null;
    return el("button.btn.btn--sm", { type: "button", onclick: () => dispatch(row, one, { tour: unit.tour, because: one.reasons[0] }) }, gettext("派去拦截"));
  }

  /** A warning; one that an area would be left without units shows these areas on the map. */
  warned(warning, tourUids) {
    if (warning.code !== "last_free_unit") return el("p.chip.chip--warn", {}, warning.text);
    return el("button.chip.chip--warn.warned", { type: "button", title: gettext("在地图上显示警力空白"), onclick: () => this.onHoles(tourUids) }, warning.text);
  }

  foot(row) {
    const best = this.proposal?.candidates[0];
    const unit = best && this.store.units.get(best.tour_id);
    return el("footer.drawer__foot", {},
      page.may.dispatch && best && el("button.btn.btn--touch", {
        type: "button", id: "dispatch-best", className: `btn btn--touch${noneSent(row) ? " btn--primary" : ""}`,
        onclick: () => dispatch(row, best, { isBest: true, tour: unit?.tour }),
      }, noneSent(row)
        ? gettext("派 %(unit)s，约 %(time)s 到场", { unit: best.call_sign, time: clockText(best.travel_s) })
        : gettext("增派 %(unit)s", { unit: best.call_sign }), el("span.kbd", {}, "D")),
      el("div.row", {}, deskActions(row, this.store).map(({ label, act, danger, primary }) => el("button", {
        type: "button", className: `btn${danger ? " btn--danger" : ""}${primary ? " btn--primary" : ""}`, onclick: act,
      }, label)),
      el("a.btn.btn--quiet.push", { href: `/command/briefing/${row.uid}/`, download: "" }, gettext("简报"))));
  }

  tick() {
    const ring = this.place.querySelector(".drawer__timer .ring");
    const row = this.detail && (this.store.incidents.get(this.uid) || this.detail);
    const timer = row && timerOf(row);
    if (!ring || !timer) return;
    ring.firstChild.textContent = timer.text;
    ring.style.setProperty("--p", String(timer.late ? 1 : timer.part));
    ring.classList.toggle("ring--late", timer.late);
  }

  /** Keys 1–5 and D while the drawer is open. */
  key(name) {
    if (name === "d") this.place.querySelector("#dispatch-best")?.click();
    else this.place.querySelectorAll(".offers > li .btn")[Number(name) - 1]?.click();
  }
}

const chiefLine = (chief) => el("li", {},
  el("span.chain__level", {}, chief.level_name || ""),
  el("span", {}, chief.acting_name ? gettext("%(name)s（代 %(chief)s）", { name: chief.acting_name, chief: chief.name }) : chief.name || ""),
  el("span.chain__phone", {}, chief.acting_phone || chief.duty_phone || ""));
const noneSent = (row) => !row.assignments.some((each) => ["offered", "delivered", "acknowledged", "en_route", "on_scene", "cleared"].includes(each.state));
const section = (title, ...children) => el("section.drawer__sec.stack", {}, el("h3", {}, title), ...children);
const pair = (term, value) => [el("dt", {}, term), el("dd", {}, value)];
