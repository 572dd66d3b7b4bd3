// Before, during and between: the shift, the tasks of the day, check-in at the post.
import { el } from "../dom.js";
import { gettext } from "../page.js";
import { distanceText, timeText } from "../words.js";
import { metresBetween } from "./place.js";

// Nearer than this somebody is at the post.
export const AT_POST_M = 300;
const span = (tour) => `${timeText(tour.planned_from).slice(0, 5)}–${timeText(tour.planned_until).slice(0, 5)}`;

/** This outing rehearses: said on every screen of it. */
export const rehearsal = (tour) => tour?.exercise && el("p.stripe", { id: "rehearsal" }, gettext("本次出勤为演练，不派真实警情"));

/** On duty, nothing to do but the day's tasks. */
export function dutyView(duty, { pause, resume, checkOut, finish, notices }) {
  const tour = duty.tour;
  return el("section.stack", {},
    notices,
    rehearsal(tour),
    el("div.card", {},
      el("p.row", {}, el("b", {}, tour.unit.call_sign), (tour.agency_names.length ? tour.agency_names : [tour.unit.agency_name]).map((name) => el("span.chip", {}, name)), el("span.chip", {}, tour.unit.kind_name), tour.vehicle && el("span.muted", {}, tour.vehicle.plate)),
      el("dl.kv", {},
        el("dt", {}, gettext("时段")), el("dd", {}, span(tour)),
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
      task.done_at ? el("span.chip.chip--go", {}, gettext("已完成")) : finish && el("button.btn.btn--task", { type: "button", onclick: () => finish(task) }, gettext("完成"))))),
    open.length === 0 && rows.length > 0 && el("p.muted", {}, gettext("任务都完成了")));
}

/** Planned, not yet checked in; or nothing planned at all. */
export function beforeView(duty, { checkIn, notices }) {
  const tour = duty.tour;
  if (!tour || tour.state === "closed") {
    return el("section.stack", {}, notices, el("div.card.calm", {},
      el("h1", {}, tour ? gettext("已签退") : gettext("今天没有安排你的勤务")), !tour && el("p.muted", {}, gettext("如有疑问请联系指挥中心。"))));
  }
  return el("section.stack", {},
    notices,
    rehearsal(tour),
    el("div.card", {},
      el("h1", {}, gettext("下一班：%(unit)s", { unit: tour.unit.call_sign })),
      el("p", {}, `${span(tour)} · ${tour.members.map((member) => member.name).join("、")}`),
      tour.post_station && el("p.muted", {}, gettext("岗位"), " ", tour.post_station.name)),
    tasks(duty.tasks, null),
    el("footer.bottom", {},
      el("p.muted", { id: "post-away", role: "status" }),
      el("button.btn.btn--primary.btn--giant", { type: "button", id: "check-in", onclick: checkIn }, gettext("到岗签到"))));
}

/** Metres from a fix to the post, or null where one of both is not known. */
export const awayFrom = (post, fix) => (post && fix ? metresBetween(post, [fix.lon, fix.lat]) : null);

/** The distance in words, as the button's line says it. */
export function awayText(post, fix) {
  if (!post) return "";
  const away = awayFrom(post, fix);
  if (away == null) return gettext("没有定位，签到不带位置");
  return away <= AT_POST_M
    ? gettext("距岗点 %(far)s，在签到范围内", { far: distanceText(away) || gettext("0 米") })
    : gettext("距岗点 %(far)s，不在岗点也可签到，距离会记录", { far: distanceText(away) });
}
