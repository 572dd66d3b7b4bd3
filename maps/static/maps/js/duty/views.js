// What the phone shows: one thing at a time, the next act biggest.
import { nowMs } from "../clock.js";
import { directions } from "../directions.js";
import { el } from "../dom.js";
import { gettext } from "../page.js";
import { pictures } from "../pictures.js";
import { gradeChip } from "../parts.js";
import { clockText, distanceText, GRADES, kindName, timeText } from "../words.js";

const STEPS = [["acknowledged", gettext("签收")], ["en_route", gettext("出发")], ["on_scene", gettext("到场")], ["cleared", gettext("处置")], ["reported", gettext("反馈")]];
const NEXT = { acknowledged: ["en_route", gettext("出发")], en_route: ["on_scene", gettext("到场")], on_scene: ["cleared", gettext("处置完毕")] };

/** Where it is, in large. */
function place(summary) {
  return el("div", {},
    el("p.place", {}, summary.chainage_text || summary.place_text || `${summary.lon.toFixed(5)}, ${summary.lat.toFixed(5)}`),
    summary.chainage_text && summary.place_text && el("p.muted", {}, summary.place_text));
}

function travel(assignment) {
  if (assignment.predicted_travel_s == null) return null;
  const arrive = nowMs() + assignment.predicted_travel_s * 1000;
  return el("div.travel", {},
    el("p", {}, el("b", {}, distanceText(assignment.predicted_road_m) || "–"), el("span", {}, gettext("按道路算"))),
    el("p", {}, el("b", {}, clockText(assignment.predicted_travel_s)), el("span", {}, gettext("预计 %(time)s 到", { time: timeText(arrive).slice(0, 5) }))));
}

/** An offer that waits for a signature. */
export function offerView(detail, { sign, decline }) {
  const summary = detail.incident_summary;
  return el(`section.offer-card.offer-card--${summary.grade || "none"}`, { "aria-live": "assertive" },
    el("header", {}, el("p", {}, el("b", {}, GRADES[summary.grade] || ""), " · ", kindName(summary.kind), " · ", summary.number),
      el("h1", {}, summary.title || kindName(summary.kind))),
    el("div.offer-card__body", {},
      place(summary),
      el("div.row", {}, travel(detail), el("span.ring.ring--big.push", { id: "sign-ring", hidden: !detail.sign_by }, el("span", {}))),
      detail.text && el("p", {}, detail.text),
      pictures(detail.attachments)),
    el("div.offer-card__map", { id: "route-map" }),
    el("p.offer-card__body.why", {}, el("span.muted", {}, gettext("为何是你")), " ", detail.reasons.map((reason) => reason.text).join("；")),
    el("footer.bottom", {},
      el("button.btn.btn--primary.btn--giant", { type: "button", id: "sign", onclick: sign }, gettext("签收")),
      el("button.btn.btn--touch", { type: "button", id: "decline", onclick: decline }, gettext("去不了…")),
      el("p.muted", {}, gettext("未按时签收将自动改派其他单元"))));
}

/** The assignment that the unit is working on. */
export function workView(detail, { step, report, decline }) {
  const summary = detail.incident_summary;
  const at = STEPS.findIndex(([state]) => state === detail.state);
  const next = NEXT[detail.state];
  return el("section.work", {},
    el(`div.card.card--${summary.grade || "none"}`, {},
      el("p.row", {}, gradeChip(summary.grade), el("small", {}, summary.number), !detail.is_lead && el("span.chip", {}, gettext("增援"))),
      el("h1", {}, summary.title || kindName(summary.kind)),
      place(summary),
      detail.text && el("p", {}, detail.text),
      pictures(detail.attachments)),
    el("ol.steps", { "aria-label": gettext("进度") }, STEPS.map(([state, name], index) => el(`li${index <= at ? ".is-done" : ""}${index === at + 1 ? ".is-next" : ""}`, { "aria-current": index === at ? "step" : null }, name))),
    ["acknowledged", "en_route"].includes(detail.state) && [travel(detail), el("div.work__map", { id: "route-map" }), directions(detail.directions)],
    detail.state === "cleared" && reportForm(report),
    detail.chain.length > 0 && el("details", {}, el("summary", {}, gettext("路长")), el("ul.chain", {}, detail.chain.map((chief) => el("li", {},
      el("span.chain__level", {}, chief.level_name), el("span", {}, chief.acting_name || chief.name), el("a.chain__phone", { href: `tel:${chief.acting_phone || chief.duty_phone}` }, chief.acting_phone || chief.duty_phone))))),
    next && el("footer.bottom", {},
      el("button.btn.btn--primary.btn--giant", { type: "button", id: "next-step", onclick: () => step(next[0]) }, next[1]),
      ["acknowledged", "en_route"].includes(detail.state) && el("button.btn.btn--touch", { type: "button", id: "decline", onclick: decline }, gettext("去不了…"))));
}

const OUTCOMES = [["handled", gettext("现场处置完毕")], ["handed_over", gettext("移交其他单位")], ["nothing_found", gettext("到场未发现")], ["persuaded", gettext("劝导放行")], ["other", gettext("其他")]];

function reportForm(send) {
  const outcome = el("select.input.input--touch", { name: "outcome" }, OUTCOMES.map(([code, text]) => el("option", { value: code }, text)));
  const text = el("textarea.input", { name: "text", rows: 3, maxLength: 2000, required: true });
  return el("form.card", { id: "report", onsubmit: (event) => { event.preventDefault(); send({ outcome: outcome.value, text: text.value.trim() }); } },
    el("h2", {}, gettext("反馈")),
    el("label.field", {}, el("span", {}, gettext("结果")), outcome),
    el("label.field", {}, el("span", {}, gettext("处置情况")), text),
    el("button.btn.btn--primary.btn--giant", { type: "submit" }, gettext("反馈")));
}

/** On duty, nothing to do but the day's tasks. */
export function dutyView(duty, { pause, resume, checkOut, finish }) {
  const tour = duty.tour;
  return el("section.stack", {},
    el("div.card", {},
      el("p.row", {}, el("b", {}, tour.unit.call_sign), (tour.agency_names.length ? tour.agency_names : [tour.unit.agency_name]).map((name) => el("span.chip", {}, name)), el("span.chip", {}, tour.unit.kind_name), tour.vehicle && el("span.muted", {}, tour.vehicle.plate)),
      el("dl.kv", {},
        el("dt", {}, gettext("时段")), el("dd", {}, `${timeText(tour.planned_from).slice(0, 5)}–${timeText(tour.planned_until).slice(0, 5)}`),
        el("dt", {}, gettext("人员")), el("dd", {}, tour.members.map((member) => member.name).join("、")),
        tour.partners.length > 0 && [el("dt", {}, gettext("联勤机构")), el("dd", {}, tour.partners.map((each) => each.name).join("、"))],
        tour.segments.length > 0 && [el("dt", {}, gettext("路段")), el("dd", {}, tour.segments.map((segment) => segment.name).join("、"))],
        tour.post_station && [el("dt", {}, gettext("岗位")), el("dd", {}, tour.post_station.name)])),
    tasks(duty.tasks, finish),
    el("p.card.calm", {}, tour.on_break_since ? gettext("休息中，不会派警给你") : gettext("待命。新派警会在这里响起")),
    el("footer.bottom.bottom--two", {},
      tour.on_break_since
        ? el("button.btn.btn--touch.btn--primary", { type: "button", id: "break-end", onclick: resume }, gettext("结束休息"))
        : el("button.btn.btn--touch", { type: "button", id: "break-start", onclick: pause }, gettext("休息")),
      el("button.btn.btn--touch.btn--danger", { type: "button", id: "check-out", onclick: checkOut }, gettext("签退"))));
}

function tasks(rows, finish) {
  const open = rows.filter((task) => !task.done_at);
  return el("div.card", {},
    el("h2", {}, gettext("今日任务")),
    rows.length === 0 && el("p.muted", {}, gettext("没有布置任务")),
    el("ul.tasks", {}, rows.map((task) => el("li", {},
      el("div", {}, el("b", {}, task.title), task.text && el("p.muted", {}, task.text), task.due_at && el("small", {}, gettext("时限 %(time)s", { time: timeText(task.due_at).slice(0, 5) }))),
      task.done_at ? el("span.chip.chip--go", {}, gettext("已完成")) : el("button.btn", { type: "button", onclick: () => finish(task) }, gettext("完成"))))),
    open.length === 0 && rows.length > 0 && el("p.muted", {}, gettext("任务都完成了")));
}

/** Planned, not yet checked in; or nothing planned at all. */
export function beforeView(duty, { checkIn }) {
  const tour = duty.tour;
  if (!tour) {
    return el("section.card.calm", {}, el("h1", {}, gettext("今天没有安排你的勤务")), el("p.muted", {}, gettext("如有疑问请联系指挥中心。")));
  }
  return el("section.stack", {},
    el("div.card", {},
      el("h1", {}, gettext("下一班：%(unit)s", { unit: tour.unit.call_sign })),
      el("p", {}, `${timeText(tour.planned_from).slice(0, 5)}–${timeText(tour.planned_until).slice(0, 5)} · ${tour.members.map((member) => member.name).join("、")}`)),
    tasks(duty.tasks, () => null),
    el("footer.bottom", {}, el("button.btn.btn--primary.btn--giant", { type: "button", id: "check-in", onclick: checkIn }, gettext("签到"))));
}
