// The keys of the desk as one table: what works and what `?` tells are the same.
import { byId, el, fill } from "../dom.js";

/**
 * `table`: [{keys: ["j"], name, act(key), when?()}]. A key whose `when` says no does nothing and is not told. `shown`: how
 * the keys are written where they are many (["1", "–", "5"]).
 */
export class Keys {
  constructor(table) {
    this.table = table;
    document.addEventListener("keydown", (event) => this.pressed(event));
    byId("show-keys").addEventListener("click", () => this.tell());
  }

  pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    // A dialogue that was just closed has the focus until the page is drawn again.
    if (event.target.closest("input:not([type=checkbox]), textarea, select, dialog")?.checkVisibility()) return;
    const key = event.key.toLowerCase();
    const row = this.table.find((each) => each.keys.includes(key) && (each.when?.() ?? true));
    if (!row) return;
    event.preventDefault();
    row.act(key);
  }

  tell() {
    const rows = this.table.filter((row) => row.told?.() ?? true);
    fill(byId("keys-list"), rows.map((row) => [
      el("dt", {}, (row.shown || row.keys.map((key) => (key.length === 1 ? key.toUpperCase() : key))).flatMap((key) => (key === "–" ? [" – "] : [el("span.kbd", {}, key), " "]))),
      el("dd", {}, row.name),
    ]).flat());
    byId("keys").showModal();
  }
}
