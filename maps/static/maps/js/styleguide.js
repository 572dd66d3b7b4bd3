// The page of all parts: those that only a script draws, day and night, a dialogue and a toast to try.
import { choose } from "../../core/look.js";
import { ask } from "./ask.js";
import { byId, el, fill, toast } from "./dom.js";
import { caseMark, unitMark } from "./mapview.js";
import { gettext } from "./page.js";
import { unitChip } from "./parts.js";
import { SortTable } from "./table.js";
import { GRADES, UNIT_KINDS, UNIT_STATES } from "./words.js";

for (const ring of document.querySelectorAll("[data-part]")) ring.style.setProperty("--p", ring.dataset.part);

const marks = ["free", "sent", "scene", "break"].map((state) => [unitMark({ state, age: "fresh" }, "", "car"), UNIT_STATES[state]]);
marks.push([unitMark({ state: "free", age: "late" }, "", "car"), gettext("定位晚到")], [unitMark({ state: "free", age: "stale" }, "", "car"), gettext("定位失效")]);
for (const [kind, name] of Object.entries(UNIT_KINDS)) marks.push([unitMark({ state: "free", age: "fresh" }, "", kind), name]);
for (const grade of ["red", "yellow", "blue"]) marks.push([caseMark(grade, "!", ""), GRADES[grade]]);
fill(byId("marks"), marks.map(([mark, words]) => el("li", {}, mark, words)));

/** Every colour of the tokens, as the page has it now. */
function swatches() {
  const sheet = [...document.styleSheets].find((each) => each.href?.includes("tokens"));
  const names = [...[...sheet.cssRules].find((rule) => rule.selectorText === ":root").style];
  const now = getComputedStyle(document.documentElement);
  const colours = names.filter((name) => /^(#|rgb)/.test(now.getPropertyValue(name).trim()));
  fill(byId("swatches"), colours.map((name) => {
    const shown = el("i");
    shown.style.background = `var(${name})`;
    return el("li", {}, shown, el("code", {}, name.slice(2)), now.getPropertyValue(name).trim());
  }));
  for (const button of document.querySelectorAll("[data-look]")) {
    button.setAttribute("aria-pressed", String(button.dataset.look === document.documentElement.dataset.theme));
  }
}

const sorted = new SortTable({
  id: "sorted-table", label: gettext("可排序、可筛选的表"), rowKey: (row) => row.call_sign,
  columns: [
    { key: "call_sign", name: gettext("呼号"), of: (row) => row.call_sign },
    { key: "state", name: gettext("状态"), of: (row) => UNIT_STATES[row.state], draw: (row) => unitChip(row.state) },
    { key: "people", name: gettext("人数"), of: (row) => row.people, num: true },
  ],
});
byId("sorted").append(sorted.place);
sorted.show([["G98-102", "free", 2], ["G98-103", "sent", 1], ["G98-11", "scene", 3]].map(([call_sign, state, people]) => ({ call_sign, state, people })));

swatches();
document.addEventListener("themechange", swatches);
matchMedia("print").addEventListener("change", swatches);
for (const button of document.querySelectorAll("[data-look]")) button.addEventListener("click", () => choose(button.dataset.look));
byId("print").addEventListener("click", () => print());
byId("try-toast").addEventListener("click", () => toast(gettext("已完成")));
byId("try-ask").addEventListener("click", async () => {
  const given = await ask({
    title: gettext("撤回"), text: gettext("查询会被记录。"), danger: true, submit: gettext("撤回"),
    fields: [{ name: "reason", label: gettext("原因"), required: true, rows: 2 }],
  });
  toast(given ? given.reason : gettext("取消"), given ? "ok" : "warn");
});
