// Look-out notices of the centre for this tour, until they are read.
import { get, post } from "../api.js";
import { el, toast } from "../dom.js";
import { gettext } from "../page.js";
import { timeText } from "../words.js";

let rows = [];

/** Read what is not seen yet; `changed()` when it differs from what was read before. */
export async function readNotices(changed) {
  const before = noticesView.sign();
  try {
    rows = (await get("broadcasts/?mine=1")).broadcasts.filter((row) => !row.seen);
  } catch (problem) {
    if (!("status" in problem)) throw problem;
    return; // What was read before stands until it can be read again.
  }
  if (noticesView.sign() !== before) changed();
}

async function seen(row, load) {
  try {
    await post(`broadcasts/${row.uid}/seen/`);
    rows = rows.filter((each) => each.uid !== row.uid);
  } catch (problem) {
    if (!("status" in problem)) throw problem;
    toast(problem.words, "error");
  }
  await load();
}

/** Notices as cards, or null. */
export function noticesView(load) {
  if (!rows.length) return null;
  return el("div.stack", { id: "notices" }, rows.map((row) => el("article.card.notice-card", { role: "status" },
    el("p.row", {}, el("b", {}, gettext("协查通报")), el("small.muted", {}, timeText(row.made_at).slice(0, 5))),
    el("p", {}, row.text),
    el("button.btn.btn--touch", { type: "button", onclick: () => seen(row, load) }, gettext("已阅")))));
}

noticesView.sign = () => rows.map((row) => row.uid).join();
