// 回传失败: what could not be told to 110 or 122. A card stays until it is sent again or told in another way.
import { post } from "../api.js";
import { ask } from "../ask.js";
import { byId, el, fill } from "../dom.js";
import { gettext, page } from "../page.js";
import { INCIDENT_STATES, timeText } from "../words.js";
import { attempt } from "./actions.js";

let drawn = "";

/** Before the list of cases; draws nothing where everything was told. */
export function drawReturns(store, choose) {
  const rows = [...store.failedReturns.values()].sort((a, b) => (a.at < b.at ? -1 : 1));
  byId("returns").hidden = !rows.length;
  byId("n-returns").textContent = rows.length;
  const said = JSON.stringify(rows);
  if (said === drawn) return;
  drawn = said;
  fill(byId("return-list"), rows.map((row) => el("li.help", {},
    el("button.press", { type: "button", onclick: () => choose(row.incident) },
      el("b", {}, gettext("%(system)s 未收到“%(state)s”", { system: row.system, state: INCIDENT_STATES[row.incident_state] })),
      el("small", {}, `${row.number} · ${row.incident_number} · ${timeText(row.at)}`),
      el("small", {}, row.detail)),
    page.may.change && el("div.help__acts", {},
      el("button.btn.btn--sm", { type: "button", onclick: () => again(row) }, gettext("重新回传")),
      el("button.btn.btn--sm", { type: "button", onclick: () => dismiss(row) }, gettext("已另行告知"))))));
}

const again = (row) => attempt(() => post(`status-returns/${row.uid}/again/`), gettext("将重新回传"));

async function dismiss(row) {
  const given = await ask({
    title: gettext("%(system)s 已另行告知", { system: row.system }),
    fields: [{ name: "text", label: gettext("怎样告知的"), required: true, rows: 2 }],
  });
  return given && attempt(() => post(`status-returns/${row.uid}/dismiss/`, given));
}
