// A table that is sorted by its heads, filtered by a text and walked through by keys. /styleguide/ shows it.
import { el, fill } from "./dom.js";
import { gettext } from "./page.js";
import { stateBlock } from "./parts.js";

/**
 * `columns`: [{key, name, of(row) → value to sort and search by, draw?(row) → children, num?}]. `rowKey(row)` tells rows
 * apart; `onOpen(row)`: Enter or a click on a row. What is sorted and filtered stays so when the rows come anew.
 */
export class SortTable {
  constructor({ id, label, columns, rowKey, onOpen = null, sort = columns[0].key, empty = gettext("没有记录") }) {
    Object.assign(this, { id, columns, rowKey, onOpen, sort, empty });
    this.down = false;
    this.rows = [];
    this.words = "";
    this.input = el("input.input", {
      type: "search", placeholder: gettext("筛选：任意文字，空格分隔"), "aria-label": gettext("筛选"), "aria-controls": id,
      oninput: () => { this.words = this.input.value; this.draw(); },
    });
    this.count = el("span.muted", { role: "status" });
    this.head = el("tr", {}, columns.map((column) => el(`th${column.num ? ".num" : ""}`, { scope: "col" },
      el("button.sort", { type: "button", dataset: { sort: column.key }, onclick: () => this.sortBy(column.key) }, column.name))));
    this.body = el("tbody", {});
    this.body.addEventListener("keydown", (event) => this.key(event));
    this.place = el("div.sort-table", {},
      el("div.row.sort-table__bar", {}, this.input, this.count),
      el("div.table-scroll", { tabIndex: 0, role: "region", "aria-label": label },
        el("table.table.table--dense", { id, "aria-label": label }, el("thead", {}, this.head), this.body)));
  }

  sortBy(key) {
    this.down = this.sort === key ? !this.down : false;
    this.sort = key;
    this.draw();
  }

  show(rows) {
    this.rows = rows;
    this.draw();
  }

  /** The rows that the filter leaves, in their order. */
  shown() {
    const wanted = this.words.toLowerCase().split(/\s+/).filter(Boolean);
    const column = this.columns.find((each) => each.key === this.sort);
    const text = (row) => this.columns.map((each) => `${each.of(row) ?? ""} ${each.words?.(row) ?? ""}`).join(" ").toLowerCase();
    return this.rows
      .filter((row) => { const said = wanted.length ? text(row) : ""; return wanted.every((word) => said.includes(word)); })
      .sort((a, b) => compare(column.of(a), column.of(b)) * (this.down ? -1 : 1) || compare(this.rowKey(a), this.rowKey(b)));
  }

  draw() {
    const rows = this.shown();
    for (const [at, cell] of [...this.head.children].entries()) {
      const is = this.columns[at].key === this.sort;
      if (is) cell.setAttribute("aria-sort", this.down ? "descending" : "ascending");
      else cell.removeAttribute("aria-sort");
    }
    this.count.textContent = rows.length === this.rows.length
      ? gettext("%(n)s 条", { n: rows.length }) : gettext("%(n)s / %(all)s 条", { n: rows.length, all: this.rows.length });
    const focused = this.body.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    if (!rows.length) {
      fill(this.body, el("tr", {}, el("td", { colSpan: this.columns.length }, stateBlock("empty", this.rows.length ? gettext("没有符合筛选的记录") : this.empty))));
      return;
    }
    fill(this.body, rows.map((row, index) => el("tr", {
      tabIndex: index ? -1 : 0, dataset: { key: String(this.rowKey(row)) }, onclick: (event) => { if (!event.target.closest("a, button")) this.onOpen?.(row); },
    }, this.columns.map((column) => el(`td${column.num ? ".num" : ""}`, {}, column.draw ? column.draw(row) : String(column.of(row) ?? ""))))));
    if (focused) this.body.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }

  key(event) {
    const row = event.target.closest("tr");
    if (!row || event.target !== row) return;
    const next = { ArrowDown: row.nextElementSibling, ArrowUp: row.previousElementSibling, Home: this.body.firstElementChild, End: this.body.lastElementChild }[event.key];
    if (next) next.focus();
    else if (event.key === "Enter") this.onOpen?.(this.rows.find((each) => String(this.rowKey(each)) === row.dataset.key));
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

/** Numbers as numbers, words as the language sorts them, nothing last. */
function compare(a, b) {
  if (a == null || a === "") return b == null || b === "" ? 0 : 1;
  if (b == null || b === "") return -1;
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), "zh-CN", { numeric: true });
}
