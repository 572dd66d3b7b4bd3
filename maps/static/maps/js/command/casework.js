// What a case holds beside its loop: tasks, marks, parent and children, where it came from, recordings.
import { ask } from "../ask.js";
import { clientKey, get, post } from "../api.js";
import { el } from "../dom.js";
import { gettext, page } from "../page.js";
import { gradeChip } from "../parts.js";
import { nowMs } from "../clock.js";
import { INCIDENT_STATES, MARK_TARGETS, TASK_STATES, timeText } from "../words.js";
import { attempt, desk } from "./actions.js";

const reason = { name: "reason", label: gettext("原因"), required: true, rows: 2 };
const small = (label, onclick, more = {}) => el("button.btn.btn--sm", { type: "button", onclick, ...more }, label);
const SETTLED = new Set(["closed", "merged", "false"]);
const DAY_MS = 86400000;

const TASK_STEPS = { taken: gettext("领取"), done: gettext("完成"), dropped: gettext("取消"), open: gettext("退回") };
const TASK_MARKS = { open: "warn", taken: "sent", done: "go", dropped: "off" };

/** A section with its heading and, beside it, the one thing that adds to it. */
function section(title, add, ...children) {
  return el("section.drawer__sec.stack", {}, el("div.row", {}, el("h3", {}, title), add && el("span.push", {}, add)), children);
}

/* — tasks — */

export function tasks(row) {
  const add = page.may.tasks && !SETTLED.has(row.state) && small(gettext("加任务"), () => taskAdd(row));
  if (!row.tasks.length && !add) return null;
  const left = row.tasks.filter((task) => ["open", "taken"].includes(task.state)).length;
  return section(left ? gettext("任务（%(n)s 项未完成）", { n: left }) : gettext("任务"), add,
    row.tasks.length > 0 && el("ul.tasks", {}, row.tasks.map((task) => el("li.task", {},
      el("span", {}, el("b", {}, task.title), el("small", {}, ` ${task.kind_name === task.title ? "" : task.kind_name} ${task.owner}`), task.text && el("small", {}, ` ${task.text}`)),
      el(`span.chip.chip--${TASK_MARKS[task.state]}`, {}, TASK_STATES[task.state]),
      el("span.row.push", {}, ["taken", "done", "dropped"].filter((step) => task.steps.includes(step)).map((step) => small(TASK_STEPS[step], () => taskStep(row, task, step))),
        ["done", "dropped"].includes(task.state) && task.steps.includes("open") && !SETTLED.has(row.state) && small(gettext("重做"), () => taskStep(row, task, "open")))))));
}

async function taskAdd(row) {
  const kinds = page.task_kinds || [];
  const owners = [["", gettext("按类别默认角色")], ...row.assignments.filter((each) => !each.ended_at && each.offered_at).map((each) => [`unit:${each.unit}`, each.call_sign]), ...(page.task_roles || []).map((role) => [`role:${role.code}`, role.name])];
  const given = await ask({
    title: gettext("加任务"),
    fields: [
      { name: "kind", label: gettext("类别"), options: kinds.map((kind) => [kind.code, kind.name]) },
      { name: "title", label: gettext("内容（不填用类别名）") },
      { name: "owner", label: gettext("交给"), options: owners },
      { name: "text", label: gettext("说明"), rows: 2 },
    ],
    submit: gettext("下达"),
  });
  if (!given) return;
  const [what, who] = given.owner.split(":");
  const body = { kind: given.kind, title: given.title, text: given.text, ...(what ? { [what]: who } : {}) };
  await attempt(() => post(`incidents/${row.uid}/tasks/`, body, { "Idempotency-Key": clientKey() }), gettext("任务已下达"));
}

async function taskStep(row, task, step) {
  let text = "";
  if (step === "dropped" || step === "open") {
    const given = await ask({ title: `${TASK_STEPS[step]}：${task.title}`, fields: [{ ...reason, name: "text" }], danger: step === "dropped" });
    if (!given) return;
    text = given.text;
  }
  await attempt(() => post(`incidents/${row.uid}/tasks/${task.uid}/step/`, { to_state: step, text }));
}

/* — marks — */

export function marks(row) {
  const add = page.may.marks && small(gettext("加标签"), () => markAdd(row));
  if (!row.marks.length && !add) return null;
  return section(gettext("标签"), add, row.marks.length > 0 && el("ul.tasks", {}, row.marks.map((mark) => el("li.task", {},
    el("span", {}, el("b", {}, mark.label), el("small", {}, ` ${MARK_TARGETS[mark.target]}${mark.plate ? ` ${mark.plate}` : ""} · ${gettext("权重 %(n)s", { n: mark.weight })} · ${mark.reason}`),
      mark.valid_until && el("small", {}, ` ${gettext("至 %(day)s", { day: new Date(mark.valid_until).toLocaleDateString(page.language) })}`)),
    mark.counted && el("span.chip.chip--line", {}, gettext("计入定级")),
    mark.ended_at ? el("span.chip.chip--off", {}, gettext("已结束")) : page.may.marks && el("span.push", {}, small(gettext("结束"), () => markEnd(mark)))))));
}

async function markAdd(row) {
  const targets = [["place", gettext("地点（周围）")]];
  if (row.markable?.plate) targets.push(["plate", gettext("号牌")]);
  if (row.markable?.caller) targets.push(["caller", gettext("来电人（只存索引，不显示号码）")]);
  const given = await ask({
    title: gettext("加标签"),
    text: gettext("标签在有效期内计入同一地点、号牌或来电人的定级。"),
    fields: [
      { name: "target", label: gettext("对象"), options: targets },
      { name: "label", label: gettext("标签"), required: true },
      { name: "weight", label: gettext("权重"), options: [1, 2, 3, 4, 5].map((n) => [String(n), String(n)]) },
      { name: "radius_m", label: gettext("半径（地点）"), options: [["100", "100 m"], ["200", "200 m"], ["500", "500 m"], ["1000", "1 km"]], value: "200" },
      { name: "days", label: gettext("有效期"), options: [["30", gettext("30 天")], ["7", gettext("7 天")], ["90", gettext("90 天")], ["365", gettext("一年")], ["", gettext("直到结束")]] },
      reason,
    ],
  });
  if (!given) return;
  const until = given.days ? new Date(nowMs() + Number(given.days) * DAY_MS).toISOString() : null;
  const body = { incident: row.uid, target: given.target, label: given.label, reason: given.reason, weight: Number(given.weight), radius_m: Number(given.radius_m), valid_until: until };
  await attempt(() => post("marks/", body, { "Idempotency-Key": clientKey() }), gettext("标签已加"));
}

async function markEnd(mark) {
  const given = await ask({ title: gettext("结束标签「%(label)s」", { label: mark.label }), fields: [reason] });
  if (given) await attempt(() => post(`marks/${mark.uid}/end/`, given));
}

/* — parent and children — */

export function family(row, open) {
  const link = (other) => el("li.task", {},
    el("button.press", { type: "button", onclick: () => open(other.uid) }, el("b", {}, other.title), el("small", {}, other.number)),
    gradeChip(other.grade), el("span.chip.push", {}, INCIDENT_STATES[other.state]));
  if (row.parent) {
    return section(gettext("上级警情"), page.may.change && small(gettext("解除挂接"), () => detach(row)), el("ul.tasks", {}, link(row.parent)));
  }
  if (row.umbrella) {
    const total = Object.values(row.children_states).reduce((sum, n) => sum + n, 0);
    const states = Object.entries(row.children_states).map(([state, n]) => el("span.chip", {}, `${INCIDENT_STATES[state]} ${n}`));
    return section(gettext("下级警情 %(n)s 件", { n: total }), null,
      states.length ? el("p.row", {}, states) : el("p.muted", {}, gettext("还没有挂接。在下级警情中选择“挂到上级”。")),
      row.children.length > 0 && el("ul.tasks", {}, row.children.map(link)));
  }
  return null;
}

export async function attach(row) {
  const found = await attempt(() => get(`incidents/${row.uid}/parents/`), "");
  if (!found) return;
  if (!found.parents.length) {
    await ask({ title: gettext("挂到上级警情"), text: gettext("没有可挂接的上级警情。先接一条大雾、台风暴雨或警卫车队警情。") });
    return;
  }
  const given = await ask({
    title: gettext("挂到上级警情"),
    fields: [{ name: "parent", label: gettext("上级警情"), options: found.parents.map((each) => [each.uid, `${each.number} ${each.title}`]) }, { ...reason, required: false }],
  });
  if (given) await attempt(desk(row, "attach", given));
}

async function detach(row) {
  const given = await ask({ title: gettext("解除挂接"), fields: [reason] });
  if (given) await attempt(desk(row, "detach", given));
}

/* — where it came from, and what was recorded — */

const SENDING = { waiting: gettext("待回传"), sent: gettext("已回传"), failed: gettext("回传失败"), dismissed: gettext("已另行告知") };

export function origin(row) {
  const given = row.transfer;
  if (!given && !row.recordings.length && !row.reports) return null;
  return section(gettext("来源与录音"), null,
    row.reports > 0 && el("p", {}, gettext("除首报外另有 %(n)s 次报警", { n: row.reports })),
    given && el("p", {}, gettext("%(system)s 转入，对方编号 %(number)s", { system: given.name, number: given.number })),
    given && given.returns.length > 0 && el("ul.tasks", {}, given.returns.map((each) => el("li.task", {},
      el("small", {}, timeText(each.at)), el("span", {}, INCIDENT_STATES[each.state]),
      el(`span.chip.chip--${each.sending === "failed" ? "late" : each.sending === "sent" ? "go" : "line"}.push`, { title: each.detail }, SENDING[each.sending])))),
    row.recordings.length > 0 && el("ul.tasks", {}, row.recordings.map((each) => el("li.task", {},
      el("span", {}, gettext("录音 %(system)s", { system: each.system }), el("small", {}, ` ${each.begun_at ? timeText(each.begun_at) : ""} SHA-256 ${each.sha256.slice(0, 12)}…`)),
      page.may.recordings && el("span.push", {}, small(gettext("调取（留痕）"), () => recording(row, each)))))));
}

async function recording(row, each) {
  const given = await ask({ title: gettext("调取录音"), text: gettext("查询会被记录。"), fields: [reason] });
  if (!given) return;
  const found = await attempt(() => post(`incidents/${row.uid}/recordings/${each.uid}/`, given), "");
  if (found) await ask({ title: gettext("录音 %(system)s", { system: found.system }), text: `${found.reference}\nSHA-256 ${found.sha256}` });
}
