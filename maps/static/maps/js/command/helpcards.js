// 增援请求: calls for help of crews. A card stays until it is answered; who takes it is named.
import { clientKey, post } from "../api.js";
import { secondsSince } from "../clock.js";
import { ask } from "../ask.js";
import { byId, el, fill, toast } from "../dom.js";
import { gettext, page } from "../page.js";
import { ageText, assignmentState, BACKUP_REASONS, kindName, SHORTFALLS, timeText } from "../words.js";
import { attempt } from "./actions.js";

/** Nobody at the desk has taken it: it is heard again after so long. */
const HEARD_EVERY_S = 20;
const GOING = new Set(["offered", "delivered", "acknowledged", "en_route", "on_scene"]);

let drawn = "";

/** Not taken first, then the one that waits longest. */
const standing = (store) => [...store.backups.values()]
  .sort((a, b) => Number(Boolean(a.taken_at)) - Number(Boolean(b.taken_at)) || (a.asked_at < b.asked_at ? -1 : 1));

/** Before the list of cases; draws nothing where nobody calls. */
export function drawHelp(store, choose) {
  const place = byId("backups");
  const rows = standing(store);
  place.hidden = !rows.length;
  place.classList.toggle("calls--radio", rows.some((row) => !row.taken_at));
  byId("n-backups").textContent = rows.length;
  // Drawn anew only when it says something else: a button under the hand stays.
  const said = JSON.stringify(rows.map((row) => [row, stateWords(store, row, store.incidents.get(row.incident))]));
  if (said === drawn) return;
  drawn = said;
  const focused = document.activeElement?.dataset?.act;
  const of = document.activeElement?.closest("[data-backup]")?.dataset.backup;
  fill(byId("backup-list"), rows.map((row, index) => card(store, row, choose, index === 0)));
  if (focused) byId("backup-list").querySelector(`[data-backup="${of}"] [data-act]`)?.focus({ preventScroll: true });
}

function card(store, row, choose, first) {
  const incident = store.incidents.get(row.incident);
  const key = (name) => first && el("span.kbd", { "aria-hidden": "true" }, name);
  const act = (name, label, does, style = "") => el(`button.btn.btn--sm${style}`, { type: "button", dataset: { act: name }, onclick: does }, label);
  return el(`li.help${row.taken_at ? "" : ".help--new"}`, { dataset: { backup: row.uid } },
    el("button.press", { type: "button", onclick: () => choose(row.incident) },
      el("b", {}, `${row.call_sign} · ${BACKUP_REASONS[row.reason] || row.reason}`),
      row.text && el("span.help__text", {}, row.text),
      el("small", {}, [incident && (incident.title || kindName(incident.kind)), incident && (incident.chainage_text || incident.place_text), row.incident_number].filter(Boolean).join(" · ")),
      el("small.help__age", {}, ageWords(row)),
      el("small.help__state", {}, stateWords(store, row, incident))),
    page.may.radio && el("div.help__acts", {},
      !row.taken_at && act("take", [gettext("接应"), key("H")], () => take(row), ".btn--primary"),
      row.outcome !== "unit" && page.may.dispatch && act("send", [gettext("派增援"), key("E")], () => send(row)),
      act("answer", gettext("答复"), () => answer(row))));
}

/** Once a second: how long they have been waiting. */
export function tickHelp(store) {
  for (const line of byId("backup-list").children) {
    const row = store.backups.get(line.dataset.backup);
    if (row) line.querySelector(".help__age").textContent = ageWords(row);
  }
}

/** Whether a call that nobody has taken is to be heard (again) now. */
export const helpCalls = (store) => [...store.backups.values()].some((row) => {
  const waits = Math.floor(secondsSince(row.called_at));
  return !row.taken_at && waits > 0 && waits % HEARD_EVERY_S === 0;
});

function ageWords(row) {
  const age = gettext("%(age)s前请求", { age: ageText(secondsSince(row.asked_at)) });
  return row.times > 1 ? `${age} · ${gettext("第 %(n)s 次，%(age)s前", { n: row.times, age: ageText(secondsSince(row.called_at)) })}` : age;
}

/** Who has it, and who is on the way. */
function stateWords(store, row, incident) {
  const who = row.taken_at ? gettext("%(who)s %(time)s 接应", { who: row.taken_by, time: timeText(row.taken_at) }) : gettext("无人接应");
  if (row.outcome === "unit") return `${who} · ${gettext("%(unit)s 已到场", { unit: row.outcome_text })}`;
  if (row.outcome === "over") return `${who} · ${gettext("求助单元已结束")}`;
  const going = store.assignmentsOf(row.incident).filter((each) => each.uid !== row.assignment && GOING.has(each.state) && each.offered_at >= row.asked_at)
    .map((each) => `${each.call_sign} ${assignmentState(each)}`).join("、");
  const lack = incident?.shortfall ? SHORTFALLS[incident.shortfall] || incident.shortfall : gettext("尚未派出增援");
  return `${who} · ${going || lack}`;
}

const take = (row) => attempt(() => post(`backups/${row.uid}/take/`), gettext("已接应，已告知 %(unit)s", { unit: row.call_sign }));

/** Take it, and send whom the engine finds best. */
async function send(row) {
  if (!row.taken_at && !(await take(row))) return;
  const answer = await attempt(() => post(`incidents/${row.incident}/dispatch/`, { tour: null }, { "Idempotency-Key": clientKey() }), "");
  if (answer) toast(gettext("已派 %(unit)s", { unit: answer.call_sign }), "ok");
}

async function answer(row) {
  const given = await ask({
    title: gettext("答复 %(unit)s 的增援请求", { unit: row.call_sign }),
    fields: [{ name: "text", label: gettext("答复（求助单元会看到）"), required: true, rows: 2 }], submit: gettext("答复并结束"),
  });
  return given && attempt(() => post(`backups/${row.uid}/answer/`, given), gettext("已答复"));
}

/** H and E: what the first card's buttons do. */
export function helpKey(name) {
  byId("backup-list").querySelector(`[data-act=${name === "h" ? "take" : "send"}]`)?.click();
}
