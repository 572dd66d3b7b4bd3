// The boards of a county: what must be printed again, all of them with what may be done, printing in bulk.
import { clientKey, get, post } from "../api.js";
import { byId, el, fill, toast } from "../dom.js";
import { gettext, page } from "../page.js";
import { stateBlock } from "../parts.js";
import { acts } from "./acts.js";
import { prints } from "./prints.js";

const PAGE = 50;
const MARKS = { due: "info", issued: "go", posted: "go", out_of_date: "warn", replaced: "line", removed: "line" };
const filter = byId("filter");
const shown = { offset: 0, count: 0, wanted: 0 };

const day = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeZone: page.time_zone || "Asia/Shanghai" });
const dayText = (moment) => (moment ? day.format(Date.parse(moment)) : "–");

const query = (offset) => {
  const asked = new URLSearchParams({ limit: PAGE, offset });
  for (const [name, value] of new FormData(filter)) if (value.trim()) asked.set(name, value.trim());
  return `boards/?${asked}`;
};

function row(board) {
  return el("tr", { dataset: { board: board.number } },
    el("th", { scope: "row" }, el("a", { href: `/b/${board.number}/` }, board.number)),
    el("td", {}, el("a", { href: `/segments/${board.segment.uid}/` }, board.segment.name), board.place_text && el("small", {}, ` ${board.place_text}`)),
    el("td", {}, el(`span.chip.chip--${MARKS[board.state]}`, {}, board.state_name)),
    el("td", {}, board.edition ? `${dayText(board.issued_at)} · ${gettext("第 %(n)s 版", { n: board.edition })}` : "–"),
    el("td", {}, board.posted_on || "–"),
    el("td.boards__acts", {}, acts(board, changed)));
}

/** Read from the start, or what comes next. */
async function read(more = false) {
  const mine = ++shown.wanted;
  const said = byId("boards-said");
  if (!more) shown.offset = 0;
  try {
    const answer = await get(query(shown.offset));
    if (mine !== shown.wanted) return;
    const rows = answer.results.map(row);
    if (more) byId("boards").append(...rows);
    else fill(byId("boards"), rows);
    shown.offset += rows.length;
    said.textContent = gettext("共 %(n)s 块", { n: answer.count });
    byId("boards-table").hidden = answer.count === 0;
    byId("more").hidden = shown.offset >= answer.count;
    fill(byId("boards-state"), answer.count === 0 && stateBlock("empty", gettext("没有符合条件的公示牌"), gettext("可先批量印制，为路段补牌。")));
  } catch (problem) {
    if (!("status" in problem)) throw problem;
    fill(byId("boards-state"), stateBlock("error", gettext("读不到公示牌"), problem.words,
      el("button.btn.btn--sm", { type: "button", onclick: () => read() }, gettext("重试"))));
  }
}

function reprintRow(board) {
  const changes = board.gone
    ? [el("li", {}, gettext("路段已停用，没有接续的路段：请撤除"))]
    : board.changes.map((each) => el("li", {}, el("b", {}, each.level_name || page.field_names[each.field] || each.field),
      " ", el("s", {}, each.printed || "–"), " → ", el("span", {}, each.now || "–")));
  return el("li", { dataset: { board: board.number } },
    el("p.row", {}, el("a", { href: `/b/${board.number}/` }, el("b", {}, board.number)), el("span", {}, board.segment.name),
      el("small.push", {}, dayText(board.issued_at))),
    el("ul.changes", {}, changes),
    el("p.row.row--end", {}, acts({ ...board, state: "out_of_date" }, changed)));
}

async function readReprints() {
  const list = byId("reprint");
  try {
    const { count, results } = await get("boards/reprint/");
    const mark = byId("reprint-count");
    mark.textContent = count;
    mark.hidden = count === 0;
    fill(list, count ? results.map(reprintRow) : el("li", {}, stateBlock("empty", gettext("没有要重印的牌"))));
  } catch (problem) {
    if (!("status" in problem)) throw problem;
    fill(list, el("li", {}, stateBlock("error", gettext("读不到重印清单"), problem.words,
      el("button.btn.btn--sm", { type: "button", onclick: readReprints }, gettext("重试")))));
  } finally {
    list.removeAttribute("aria-busy");
  }
}

/** After something was done with a board. */
async function changed(words) {
  if (words) toast(words);
  await Promise.all([read(), readReprints()]);
}

filter.addEventListener("submit", (event) => {
  event.preventDefault();
  read();
});
filter.addEventListener("change", () => read());
byId("more").addEventListener("click", () => read(true));

if (byId("print-form")) prints({ clientKey, get, post }, changed);
await Promise.all([read(), readReprints()]);
