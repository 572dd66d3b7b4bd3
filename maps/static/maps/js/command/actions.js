// What the desk does with an incident: each act is one POST to its owner's API; the feed brings the result.
import { clientKey, post } from "../api.js";
import { toast } from "../dom.js";
import { gettext, page } from "../page.js";
import { ASSIGNMENT_STATES, GRADES } from "../words.js";
import { ask } from "../ask.js";
import { nowMs } from "../clock.js";
import { attach } from "./casework.js";

const reason = (required = true, value = "") => [{ name: "reason", label: gettext("原因"), required, value, rows: 2 }];

/** Do it, say how it went, tell whether it worked. */
export async function attempt(act, done = gettext("已完成")) {
  try {
    const answer = await act();
    if (done) toast(done, "ok");
    acted();
    return answer || true;
  } catch (problem) {
    if (!("status" in problem)) throw problem;
    toast(problem.words, "error");
    if (problem.status === 409) acted();
    return null;
  }
}

/** Whoever shows an incident reads it anew: something was done, or somebody else was quicker. */
const acted = () => document.dispatchEvent(new CustomEvent("incident-acted"));

/**
 * Send a unit of the list, and no other: whatever the engine thinks by now. `isBest`: it was the engine's first when the
 * list was made; `because`: the reason that is offered to a person who has to give one. Says whom the centre has sent.
 */
export async function dispatch(incident, candidate, { isBest = false, preempt = false, tour = null, because = "" } = {}) {
  const why = (text) => ask({
    title: gettext("改派 %(unit)s", { unit: candidate.call_sign }), text, fields: reason(true, because), submit: gettext("派警"), danger: preempt,
  });
  const send = (given = {}) => post(`incidents/${incident.uid}/dispatch/`, { preempt, tour, seen: incident.seen, ...given }, { "Idempotency-Key": clientKey() });
  try {
    let answer = null;
    if (isBest) {
      try {
        answer = await send();
      } catch (problem) {
        if (problem.field !== "reason") throw problem;
      }
    }
    if (!answer) {
      let text = gettext("不是系统首选，请说明原因。");
      if (preempt) text = gettext("该单元正在处置其他警情，抽调将撤回它现在的任务。");
      else if (isBest) text = gettext("系统首选刚刚变了。仍派该单元请说明原因。");
      const given = await why(text);
      if (!given) return null;
      answer = await send(given);
    }
    toast(gettext("已派 %(unit)s", { unit: answer.call_sign }), "ok");
    for (const warning of answer.warnings || []) toast(warning.text, "warn");
    acted();
    return answer;
  } catch (problem) {
    if (!("status" in problem)) throw problem;
    toast(problem.words, "error");
    if (problem.status === 409) acted();
    return null;
  }
}

/** One act of the desk, with the last row of the history that this page had. */
export const desk = (incident, action, body = {}) => () => post(`incidents/${incident.uid}/${action}/`, { seen: incident.seen, ...body });

async function withReason(incident, action, title, { required = true, danger = false } = {}) {
  const given = await ask({ title, fields: reason(required), danger });
  return given && attempt(desk(incident, action, given));
}

// Back to the queue by a person's hand; from `received` and `active` the house goes there by itself.
const RESUMED = new Set(["waiting", "returned", "reopened"]);

/** Buttons for the state an incident is in: [{label, key, danger, act}]. */
export function deskActions(incident, store) {
  const allowed = new Set(incident.allowed || []);
  const may = page.may || {};
  const found = [];
  const add = (label, act, more = {}) => found.push({ label, act, ...more });
  if (may.review && allowed.has("reviewed")) add(gettext("审核通过"), () => withReason(incident, "review", gettext("审核通过"), { required: false }), { primary: true });
  if (may.review && allowed.has("closed")) add(gettext("办结"), () => withReason(incident, "close", gettext("办结"), { required: false }), { primary: true });
  if (may.review && allowed.has("returned") && incident.state !== "transferred") add(gettext("退回补充"), () => withReason(incident, "return", gettext("退回补充")));
  if (may.review && allowed.has("reopened")) add(gettext("重新打开"), () => withReason(incident, "reopen", gettext("重新打开")));
  if (may.change && allowed.has("pending") && RESUMED.has(incident.state)) add(gettext("恢复处置"), () => withReason(incident, "resume", gettext("恢复处置")), { primary: true });
  if (may.change && canConclude(incident)) add(gettext("指挥员反馈"), () => withReason(incident, "conclude", gettext("没有单元处置，由指挥员反馈")), { primary: true });
  if (may.change && allowed.has("waiting")) add(gettext("挂起"), () => hold(incident));
  if (may.change && incident.state === "transferred") add(gettext("收回"), () => withReason(incident, "take-back", gettext("收回转办")));
  if (may.change && allowed.has("merged")) add(gettext("合并"), () => merge(incident, store));
  if (may.change && !incident.parent && !incident.umbrella && !["closed", "merged", "false"].includes(incident.state)) add(gettext("挂到上级"), () => attach(incident));
  if (may.change && incident.state === "merged") add(gettext("取消合并"), () => withReason(incident, "unmerge", gettext("取消合并")));
  if (may.change && !["closed", "merged", "false"].includes(incident.state)) add(gettext("改级"), () => regrade(incident));
  if (may.change && allowed.has("transferred")) add(gettext("转办"), () => transfer(incident));
  if (may.review && !["closed", "merged", "false"].includes(incident.state)) add(gettext("督办"), () => withReason(incident, "supervise", gettext("督办")));
  if (may.change && allowed.has("false")) add(gettext("误报"), () => withReason(incident, "false", gettext("记为误报"), { danger: true }), { danger: true });
  return found;
}

/** Nobody was sent and nobody is needed: a parent case, or one whose tasks did the work. */
function canConclude(incident) {
  if (incident.state !== "pending" || incident.assignments.some((each) => !each.ended_at && each.offered_at)) return false;
  const left = incident.tasks.some((task) => ["open", "taken"].includes(task.state));
  return !left && (incident.umbrella || incident.tasks.some((task) => task.state === "done"));
}

const MINUTE_MS = 60000;

async function hold(incident) {
  const given = await ask({
    title: gettext("挂起警情"),
    fields: [
      { name: "minutes", label: gettext("到时自动恢复"), options: [["", gettext("由人恢复")], ["15", gettext("15 分钟后")], ["30", gettext("30 分钟后")], ["60", gettext("1 小时后")], ["240", gettext("4 小时后")]] },
      ...reason(),
    ],
  });
  if (!given) return null;
  const until = given.minutes ? new Date(nowMs() + Number(given.minutes) * MINUTE_MS).toISOString() : null;
  return attempt(desk(incident, "wait", { reason: given.reason, until }));
}

async function regrade(incident) {
  const given = await ask({
    title: gettext("改变等级"),
    fields: [
      { name: "grade", label: gettext("等级"), options: ["red", "yellow", "blue"].map((code) => [code, GRADES[code]]), value: incident.grade },
      ...reason(),
    ],
  });
  return given && attempt(desk(incident, "grade", given));
}

async function transfer(incident) {
  const given = await ask({
    title: gettext("转办其他单位"),
    fields: [{ name: "to", label: gettext("转给"), required: true }, ...reason()],
  });
  return given && attempt(desk(incident, "transfer", given));
}

/** Merge into one of the duplicates nearby, or another open incident. */
export async function merge(incident, store, into = "") {
  const near = (incident.duplicates || []).map((row) => [row.uid, `${row.number} ${row.title}`]);
  const known = new Set(near.map(([uid]) => uid));
  const others = [...store.incidents.values()]
    .filter((row) => row.uid !== incident.uid && !known.has(row.uid) && !["closed", "merged", "false"].includes(row.state))
    .map((row) => [row.uid, `${row.number} ${row.title}`]);
  const options = [...near, ...others];
  if (!options.length) {
    toast(gettext("没有可合并的警情"), "warn");
    return null;
  }
  const given = await ask({
    title: gettext("合并到另一条警情"),
    fields: [{ name: "into", label: gettext("合并到"), options, value: into }, ...reason()],
  });
  return given && attempt(desk(incident, "merge", given));
}

const NEXT_BY_RADIO = {
  offered: ["acknowledged", "declined"],
  delivered: ["acknowledged", "declined"],
  acknowledged: ["en_route", "on_scene", "declined"],
  en_route: ["on_scene", "declined"],
  on_scene: ["cleared"],
  cleared: ["reported"],
};

/** Any step for a unit that spoke by radio. */
export async function byRadio(assignment) {
  const steps = NEXT_BY_RADIO[assignment.state] || [];
  if (!steps.length) return null;
  const given = await ask({
    title: gettext("电台代录 %(unit)s", { unit: assignment.call_sign }),
    fields: [
      { name: "to_state", label: gettext("状态"), options: steps.map((code) => [code, ASSIGNMENT_STATES[code]]) },
      { name: "text", label: gettext("说明"), rows: 2 },
    ],
  });
  if (!given) return null;
  return attempt(() => post(`assignments/${assignment.uid}/steps/`, {
    ...given, fence: assignment.fence, client_key: clientKey(), by_radio: true,
  }));
}

/** Take the unit back. */
export async function recall(assignment) {
  const given = await ask({
    title: gettext("撤回 %(unit)s", { unit: assignment.call_sign }),
    fields: [{ name: "text", label: gettext("原因"), required: true, rows: 2 }],
    submit: gettext("撤回"),
    danger: true,
  });
  return given && attempt(() => post(`assignments/${assignment.uid}/steps/`, {
    to_state: "recalled", text: given.text, fence: assignment.fence, client_key: clientKey(),
  }), gettext("已撤回"));
}

/** Answer a press (督办). */
export async function settle(press) {
  const given = await ask({
    title: gettext("答复督办"), text: `${press.number} ${press.title}`,
    fields: [{ name: "text", label: gettext("答复"), required: true, rows: 3 }], submit: gettext("答复"),
  });
  return given && attempt(() => post(`supervisions/${press.id}/settle/`, given), gettext("已答复"));
}

/** Who reported it, in clear: a look-up with a reason, which is written down. */
export async function reporter(incident) {
  const given = await ask({ title: gettext("查看报警人"), text: gettext("查询会被记录。"), fields: reason() });
  if (!given) return;
  try {
    const found = await post(`incidents/${incident.uid}/reporter/`, given);
    await ask({ title: gettext("报警人"), text: [found.name, found.phone].filter(Boolean).join(" ") });
  } catch (problem) {
    if (!("status" in problem)) throw problem;
    toast(problem.words, "error");
  }
}
