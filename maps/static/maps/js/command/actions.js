// What the desk does with an incident: each act is one POST to its owner's API; the feed brings the result.
import { clientKey, post } from "../api.js";
import { toast } from "../dom.js";
import { gettext, page } from "../page.js";
import { ASSIGNMENT_STATES, GRADES } from "../words.js";
import { ask } from "../ask.js";

const reason = (required = true) => [{ name: "reason", label: gettext("原因"), required, rows: 2 }];

/** Do it, say how it went, tell whether it worked. */
export async function attempt(act, done = gettext("已完成")) {
  try {
    const answer = await act();
    toast(done, "ok");
    return answer || true;
  } catch (problem) {
    if (!("status" in problem)) throw problem;
    toast(problem.words, "error");
    return null;
  }
}

/**
 * Send a unit of the list, and no other: whatever the engine thinks by now. `isBest`: it was the engine's first when the
 * list was made. Says whom the centre has sent.
 */
export async function dispatch(incident, candidate, { isBest = false, preempt = false, tour = null } = {}) {
  const why = (text) => ask({
    title: gettext("改派 %(unit)s", { unit: candidate.call_sign }), text, fields: reason(), submit: gettext("派警"), danger: preempt,
  });
  const send = (given = {}) => post(`incidents/${incident.uid}/dispatch/`, { preempt, tour, ...given }, { "Idempotency-Key": clientKey() });
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
    return answer;
  } catch (problem) {
    if (!("status" in problem)) throw problem;
    toast(problem.words, "error");
    return null;
  }
}

const desk = (incident, action, body = {}) => () => post(`incidents/${incident.uid}/${action}/`, body);

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
  if (may.change && allowed.has("waiting")) add(gettext("挂起"), () => withReason(incident, "wait", gettext("挂起警情")));
  if (may.change && incident.state === "transferred") add(gettext("收回"), () => withReason(incident, "take-back", gettext("收回转办")));
  if (may.change && allowed.has("merged")) add(gettext("合并"), () => merge(incident, store));
  if (may.change && incident.state === "merged") add(gettext("取消合并"), () => withReason(incident, "unmerge", gettext("取消合并")));
  if (may.change && !["closed", "merged", "false"].includes(incident.state)) add(gettext("改级"), () => regrade(incident));
  if (may.change && allowed.has("transferred")) add(gettext("转办"), () => transfer(incident));
  if (may.review && !["closed", "merged", "false"].includes(incident.state)) add(gettext("督办"), () => withReason(incident, "supervise", gettext("督办")));
  if (may.change && allowed.has("false")) add(gettext("误报"), () => withReason(incident, "false", gettext("记为误报"), { danger: true }), { danger: true });
  return found;
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
