// The panels of the desk, in the place of the map: red list, presses, shift, units as a table, notices.
import { byId, el, fill } from "../dom.js";
import { gettext } from "../page.js";
import { ageStamp, icon, stateBlock } from "../parts.js";
import { ageText } from "../words.js";

const RELOAD_MS = 30_000;

/**
 * One panel at a time; `panels`: {name: panel}. A panel has `title`, `place`, `load()`, and `draw()` for what changed;
 * `live`: it reads nothing and lives from the feed alone.
 */
export class Panels {
  constructor(panels) {
    this.panels = panels;
    this.name = null;
    this.loadedAt = null;
    this.place = byId("panel");
    this.map = document.querySelector(".map-place");
    this.buttons = [...document.querySelectorAll("[data-panel]")];
    for (const button of this.buttons) button.addEventListener("click", () => this.toggle(button.dataset.panel));
    this.age = el("span", { id: "panel-age" });
    this.title = el("h2", { id: "panel-title", tabIndex: -1 });
    this.body = el("div.panel__body", {});
    fill(this.place,
      el("header.panel__head", {}, this.title, this.age,
        el("button.btn.btn--quiet.btn--icon.btn--sm.push", { type: "button", id: "panel-close", "aria-label": gettext("关闭"), onclick: () => this.close() }, icon("close"))),
      this.body);
    setInterval(() => { if (this.name) this.load(); }, RELOAD_MS);
  }

  get panel() {
    return this.panels[this.name];
  }

  has(name) {
    return Boolean(this.panels[name] && this.buttons.some((button) => button.dataset.panel === name));
  }

  toggle(name) {
    if (this.name === name) this.close();
    else this.open(name);
  }

  open(name) {
    this.name = name;
    this.loadedAt = null;
    this.title.textContent = this.panel.title;
    this.place.hidden = false;
    this.place.dataset.name = name;
    if (this.map) this.map.inert = true;
    fill(this.body, el("p.state.state--loading", {}, gettext("正在读取…")));
    this.mark();
    this.title.focus();
    this.load();
  }

  close() {
    const button = this.buttons.find((each) => each.dataset.panel === this.name);
    this.name = null;
    this.place.hidden = true;
    if (this.map) this.map.inert = false;
    this.mark();
    button?.focus();
  }

  /** Make room for the map while a place is picked on it, and come back. */
  aside(whether) {
    if (!this.name) return;
    this.place.hidden = whether;
    if (this.map) this.map.inert = !whether;
  }

  mark() {
    for (const button of this.buttons) button.setAttribute("aria-expanded", String(button.dataset.panel === this.name));
    this.tick();
  }

  async load() {
    const { name, panel } = this;
    try {
      await panel.load();
    } catch (problem) {
      if (!("status" in problem)) throw problem;
      if (this.name === name && this.loadedAt == null) {
        fill(this.body, stateBlock("error", problem.words, "", el("button.btn.btn--sm", { type: "button", onclick: () => this.load() }, gettext("重试"))));
      }
      return;
    }
    if (this.name !== name) return;
    this.loadedAt = performance.now();
    panel.draw();
    if (panel.place.parentNode !== this.body) fill(this.body, panel.place);
    this.tick();
  }

  /** What the feed brought; a panel that lives from it draws itself anew. */
  changed() {
    if (this.name && this.loadedAt != null) this.panel.draw();
  }

  /** Once a second: how old it is what is shown. */
  tick() {
    if (!this.name || this.loadedAt == null) return fill(this.age);
    if (this.panel.live) {
      const dead = document.body.classList.contains("is-stale");
      return fill(this.age, ageStamp(dead ? "stale" : "fresh", dead ? gettext("实时通道中断，停在那时") : gettext("随实时通道更新")));
    }
    const seconds = (performance.now() - this.loadedAt) / 1000;
    const late = seconds > (2 * RELOAD_MS) / 1000;
    fill(this.age, ageStamp(late ? "stale" : "fresh", late
      ? gettext("%(age)s前的数据，没有更新", { age: ageText(seconds) }) : gettext("%(age)s前读取", { age: ageText(seconds) })));
    return undefined;
  }
}
