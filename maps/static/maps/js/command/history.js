// The history of one incident: every row of its own and of its assignments', who did it and what it was.
import { el } from "../dom.js";
import { gettext } from "../page.js";
import { ASSIGNMENT_STATES, clockText, GRADES, INCIDENT_STATES, MARK_TARGETS, SHORTFALLS, SOURCES, STAGES, TASK_STATES, timeText } from "../words.js";

const grade = (code) => GRADES[code] || gettext("未定级");

/** What a row of the incident's own says beside its kind. */
const OF_INCIDENT = {
  transition: (step) => INCIDENT_STATES[step.to_state] || step.to_state,
  note: () => gettext("记录"),
  grade: ({ details }) => gettext("改级 %(from)s → %(to)s", { from: grade(details.from), to: grade(details.to) }),
  dispatch: ({ details }) => (details.unit
    ? gettext("派出 %(unit)s", { unit: details.unit }) + (details.travel_s == null ? "" : ` · ${clockText(details.travel_s)}`)
    : details.shortfall ? SHORTFALLS[details.shortfall] || details.shortfall : gettext("派警")),
  supervision: ({ details }) => [details.settled ? gettext("答复督办") : gettext("督办"), STAGES[details.stage], details.name].filter(Boolean).join(" · "),
  link: ({ details }) => {
    if (details.merged) return gettext("并入 %(number)s", { number: details.merged });
    if (details.parent) return details.attached ? gettext("挂到 %(number)s", { number: details.parent }) : gettext("脱离 %(number)s", { number: details.parent });
    if (details.child) return details.attached ? gettext("挂入 %(number)s", { number: details.child }) : gettext("解除 %(number)s", { number: details.child });
    return gettext("关联");
  },
  task: ({ details }) => gettext("任务「%(title)s」%(state)s", { title: details.title, state: TASK_STATES[details.to] || details.to }),
  mark: ({ details }) => [details.ended ? gettext("结束标签") : gettext("加标签"), MARK_TARGETS[details.target], details.label].filter(Boolean).join(" · "),
  call: ({ details }) => (details.recording
    ? gettext("登记录音 %(system)s", { system: details.system })
    : gettext("又有人报警（共 %(n)s 次，%(source)s）", { n: details.reports, source: SOURCES[details.source] || details.source })),
};

function what(step) {
  if (step.of === "incident") return (OF_INCIDENT[step.kind] || OF_INCIDENT.note)(step);
  const withdrawn = step.from_state === "proposed" && step.to_state === "expired";
  return `${step.of} ${withdrawn ? gettext("建议已撤") : ASSIGNMENT_STATES[step.to_state] || gettext("记录")}`;
}

function isLate(step) {
  const withdrawn = step.of !== "incident" && step.from_state === "proposed";
  return step.kind === "supervision" || (["expired", "declined"].includes(step.to_state) && !withdrawn) || step.details?.stale_fence;
}

/** The rows as a timeline, oldest first. */
export function history(steps) {
  // That a unit was offered the case is said by the incident's own row, with the way there.
  const told = steps.filter((step) => step.of === "incident" || step.to_state !== "offered");
  return el("ol.timeline", {}, told.map((step) => el(`li${isLate(step) ? ".is-late" : ""}`, {},
    el("time", { dateTime: step.at }, timeText(step.at)),
    el("div", {}, what(step), step.by_radio && gettext("（电台代录）"), step.details?.stale_fence && gettext("（失效操作，留存）"),
      step.text && el("small", {}, ` ${step.text}`),
      step.actor && el("small.timeline__who", {}, ` ${step.actor}`)))));
}
