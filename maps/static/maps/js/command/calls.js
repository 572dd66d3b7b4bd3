// Who has to be called now: one who is alone on scene and has not said that all is well.
import { post } from "../api.js";
import { secondsSince } from "../clock.js";
import { ask } from "../ask.js";
import { byId, el, fill } from "../dom.js";
import { gettext, page } from "../page.js";
import { ageText } from "../words.js";
import { attempt } from "./actions.js";

/** An open question of this assignment: "" | asked | radio. */
export function welfareOf(row) {
  if (row.state !== "on_scene" || !row.welfare_asked_at || row.welfare_safe_at) return "";
  return row.welfare_radio_at ? "radio" : "asked";
}

/** The list before the list of cases; draws nothing where nobody waits. */
export function drawCalls(store, choose) {
  const place = byId("calls");
  const rows = [...store.assignments.values()].filter(welfareOf)
    .sort((a, b) => (welfareOf(a) === welfareOf(b) ? (a.welfare_asked_at < b.welfare_asked_at ? -1 : 1) : welfareOf(a) === "radio" ? -1 : 1));
  place.hidden = !rows.length;
  place.classList.toggle("calls--radio", rows.some((row) => welfareOf(row) === "radio"));
  byId("n-calls").textContent = rows.length;
  fill(byId("call-list"), rows.map((row) => el("li", { dataset: { assignment: row.uid } },
    el("button.press", { type: "button", onclick: () => choose(row.incident) },
      el("b", {}, row.call_sign),
      el("small", { className: "call-words" }, words(row))),
    page.may.radio && el("button.btn.btn--sm", { type: "button", onclick: () => safe(row) }, gettext("电台确认")))));
}

/** Once a second: how long they have been waited for. */
export function tickCalls(store) {
  for (const line of byId("call-list").children) {
    const row = store.assignments.get(line.dataset.assignment);
    if (row) line.querySelector(".call-words").textContent = words(row);
  }
}

function words(row) {
  const age = ageText(secondsSince(row.welfare_asked_at));
  return welfareOf(row) === "radio"
    ? gettext("单人在场，%(age)s未答平安，请用电台呼叫", { age }) : gettext("单人在场，已询问平安 %(age)s", { age });
}

async function safe(row) {
  const given = await ask({
    title: gettext("%(unit)s 电台答复平安", { unit: row.call_sign }),
    fields: [{ name: "text", label: gettext("说明"), rows: 2 }], submit: gettext("记为平安"),
  });
  return given && attempt(() => post(`assignments/${row.uid}/safe/`, { by_radio: true, ...given }));
}
