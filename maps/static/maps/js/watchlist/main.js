// The desk of the watch-list: entries by state, what may be done with each, applications one by one or as a table.
import { get } from "../api.js";
import { byId, el, fill } from "../dom.js";
import { Feed } from "../feed.js";
import { gettext, page } from "../page.js";
import { alarmGradeChip, plate } from "../plates.js";
import { stateBlock } from "../parts.js";
import { ageText } from "../words.js";
import { application } from "./apply.js";
import { importing } from "./import.js";
import { openSheet } from "./sheet.js";
import { dayText, momentText, stateChip, stateName } from "./words.js";

const PAGE = 50;
const SOON_MS = 400;
const filter = byId("filter");
const shown = { offset: 0, wanted: 0, states: new Set(new URLSearchParams(location.search).get("state")?.split(",").filter(Boolean) || []) };

const query = (offset) => {
  const asked = new URLSearchParams({ limit: PAGE, offset });
  for (const [name, value] of new FormData(filter)) if (value.trim()) asked.set(name, value.trim());
  if (shown.states.size) asked.set("state", [...shown.states].join(","));
  return `recognition/watch/?${asked}`;
};

function row(entry) {
  const todo = entry.may.some((step) => ["check", "approve"].includes(step));
  return el("tr", { dataset: { uid: entry.uid } },
    el("th", { scope: "row" }, el("button.link", { type: "button", onclick: () => openSheet(entry, read) }, entry.number)),
    el("td", {}, plate(entry.plate)),
    el("td", {}, el("span.row", {}, alarmGradeChip(entry.grade), entry.category_name)),
    el("td", {}, el("span.row", {}, stateChip(entry.state), entry.urgent_until && el("span.chip.chip--late", {}, gettext("紧急至 %(time)s", { time: momentText(entry.urgent_until).slice(11) })))),
    el("td", {}, `${dayText(entry.valid_from)} – ${dayText(entry.valid_until)}`),
    el("td", {}, entry.case_number),
    el("td", {}, el("span", {}, entry.applied_by || "–"), el("small", {}, ` ${momentText(entry.applied_at)}`)),
    el("td.row.row--end", {}, el(`button.btn.btn--sm${todo ? ".btn--primary" : ""}`, { type: "button", onclick: () => openSheet(entry, read) }, todo ? gettext("办理…") : gettext("查看…"))));
}

/** The states with how many are in each; a press shows these alone. */
function chips(counts) {
  const chip = (code, name, count, pressed) => el("button.chip-button", { type: "button", "aria-pressed": String(pressed), dataset: { state: code }, onclick: () => press(code) }, name, el("b", {}, String(count)));
  const all = Object.values(counts).reduce((sum, each) => sum + each, 0);
  const focused = document.activeElement?.dataset?.state;
  fill(byId("states"), chip("", gettext("全部"), all, !shown.states.size), page.states.filter((each) => counts[each.code] || shown.states.has(each.code))
    .map((each) => chip(each.code, stateName(each.code), counts[each.code] || 0, shown.states.has(each.code))));
  if (focused !== undefined) byId("states").querySelector(`[data-state="${focused}"]`)?.focus();
}

function press(code) {
  if (!code) shown.states.clear();
  else if (!shown.states.delete(code)) shown.states.add(code);
  read();
}

/** Read from the start, or what comes next. */
async function read(more = false) {
  const mine = ++shown.wanted;
  if (more !== true) shown.offset = 0;
  try {
    const answer = await get(query(shown.offset));
    if (mine !== shown.wanted) return;
    const rows = answer.entries.map(row);
    if (more === true) byId("watch-rows").append(...rows);
    else fill(byId("watch-rows"), rows);
    shown.offset = answer.next_offset ?? shown.offset;
    chips(answer.counts);
    const none = !byId("watch-rows").children.length;
    byId("watch-table").hidden = none;
    byId("more").hidden = answer.next_offset == null;
    fill(byId("watch-state"), none && stateBlock("empty", gettext("没有符合条件的布控"), page.may.apply ? gettext("可申请布控，或改变筛选条件。") : ""));
  } catch (problem) {
    if (!("status" in problem)) throw problem;
    if (mine !== shown.wanted) return;
    fill(byId("watch-state"), stateBlock("error", gettext("读不到布控"), problem.words, el("button.btn.btn--sm", { type: "button", onclick: () => read() }, gettext("重试"))));
  }
}

filter.addEventListener("submit", (event) => { event.preventDefault(); read(); });
filter.addEventListener("change", () => read());
byId("more").addEventListener("click", () => read(true));
if (page.may.apply) {
  const apply = application(() => read());
  const table = importing(() => read());
  byId("apply-open").addEventListener("click", apply);
  byId("import-open").addEventListener("click", table);
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "n" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, dialog")) return;
    event.preventDefault();
    apply();
  });
}

let soon = null;
const readSoon = () => { clearTimeout(soon); soon = setTimeout(read, SOON_MS); };
const age = byId("age");
new Feed("", {
  change: ({ topic }) => { if (topic === "recognition.watch_changed") readSoon(); },
  reset: readSoon,
  age(seconds, late) {
    age.className = `age ${late ? "age--stale" : "age--fresh"}`;
    age.textContent = late ? gettext("实时通道中断 %(age)s，列表不是现在", { age: ageText(seconds) }) : gettext("随实时通道更新");
  },
});
await read();
