// One field for a place as a caller says it: a kilometre post, two roads that meet, a name or its pinyin, coordinates.
// What counts is the suggestion that was chosen: a point, never the words alone.
import { get } from "../api.js";
import { el, fill } from "../dom.js";
import { gettext } from "../page.js";
import { PLACE_KINDS } from "../words.js";

const WAIT_MS = 120;
const COORDINATES = /^\s*(-?\d{1,3}\.\d+)\s*[,，\s]\s*(-?\d{1,3}\.\d+)\s*$/;

export class PlaceField {
  /** `onChange` hears {lon, lat, name, kind, course_deg}, or null when the words no longer mean the chosen place. */
  constructor(input, list, said, onChange) {
    this.input = input;
    this.list = list;
    this.said = said;
    this.hint = said.textContent;
    this.onChange = onChange;
    this.chosen = null;
    this.options = [];
    this.active = -1;
    this.asked = 0;
    input.addEventListener("input", () => this.typed());
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => this.show(false));
    input.addEventListener("focus", () => { if (this.options.length && !this.chosen) this.show(true); });
    // The list keeps the focus in the field.
    list.addEventListener("mousedown", (event) => event.preventDefault());
  }

  /** Take a place that was found otherwise (a click on the map). */
  set(place) {
    this.asked += 1;
    this.options = [];
    this.show(false);
    this.input.value = place.name || `${place.lon.toFixed(6)}, ${place.lat.toFixed(6)}`;
    this.choose(place);
  }

  clear() {
    this.asked += 1;
    this.input.value = "";
    this.chosen = null;
    this.options = [];
    this.show(false);
    this.say(this.hint);
  }

  say(text, kind = "hint") {
    this.said.textContent = text;
    this.said.className = `field__${kind}`;
  }

  typed() {
    if (this.chosen) {
      this.chosen = null;
      this.onChange(null);
    }
    this.input.removeAttribute("aria-invalid");
    clearTimeout(this.waiting);
    const text = this.input.value.trim();
    if (!text) {
      this.options = [];
      this.show(false);
      this.say(this.hint);
      return;
    }
    const point = COORDINATES.exec(text);
    if (point) {
      this.options = [];
      this.show(false);
      this.choose({ kind: "point", name: "", lon: Number(point[1]), lat: Number(point[2]), course_deg: null });
      return;
    }
    this.waiting = setTimeout(() => this.ask(text), WAIT_MS);
  }

  /** Ask for suggestions; an answer to older words is dropped. */
  async ask(text) {
    this.asked += 1;
    const turn = this.asked;
    let found;
    try {
      found = await get(`places/suggest/?q=${encodeURIComponent(text)}`);
    } catch (problem) {
      if (!("status" in problem)) throw problem;
      if (turn === this.asked) this.say(problem.words, "error");
      return;
    }
    if (turn !== this.asked) return;
    this.options = found.results;
    this.draw();
    this.say(this.options.length ? gettext("%(n)s 个结果，↑↓ 选择，回车确认", { n: this.options.length }) : gettext("没有找到，可在地图上点选"));
  }

  draw() {
    this.active = this.options.length ? 0 : -1;
    fill(this.list, this.options.map((option, index) => el("li.place__option", {
      id: `${this.list.id}-${index}`, role: "option", "aria-selected": String(index === this.active),
      onclick: () => this.pick(index),
    }, el("span.chip.chip--line", {}, PLACE_KINDS[option.kind] || option.kind), el("span", {}, option.name), el("small.push", {}, option.kind === "chainage" ? "" : PLACE_KINDS[option.detail] || (option.kind === "road" ? option.detail : "")))));
    this.show(this.options.length > 0 && document.activeElement === this.input);
    this.mark();
  }

  show(open) {
    this.list.hidden = !open;
    this.input.setAttribute("aria-expanded", String(open));
    if (!open) this.input.removeAttribute("aria-activedescendant");
  }

  mark() {
    [...this.list.children].forEach((row, index) => row.setAttribute("aria-selected", String(index === this.active)));
    if (!this.list.hidden && this.active >= 0) {
      this.input.setAttribute("aria-activedescendant", `${this.list.id}-${this.active}`);
      this.list.children[this.active].scrollIntoView({ block: "nearest" });
    }
  }

  key(event) {
    const open = !this.list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!this.options.length) return;
      if (!open) this.show(true);
      else this.active = (this.active + (event.key === "ArrowDown" ? 1 : -1) + this.options.length) % this.options.length;
      this.mark();
    } else if (event.key === "Enter" && open && this.active >= 0) this.pick(this.active);
    else if (event.key === "Escape" && open) this.show(false);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  pick(index) {
    const option = this.options[index];
    if (option.lon == null) {
      // A road is the beginning of a place: its post or its junction follows.
      this.input.value = `${option.name} `;
      this.say(gettext("接着输入桩号（如 K12+300）或另一条路"));
      this.show(false);
      this.input.focus();
      return;
    }
    this.input.value = option.name;
    this.show(false);
    this.choose(option);
  }

  choose(place) {
    this.chosen = place;
    this.say(gettext("正在查找责任路段…"));
    this.onChange(place);
    this.whose(place);
  }

  /** Say which road and whose it is, as it will be kept. */
  async whose(place) {
    const course = place.course_deg == null ? "" : `&course_deg=${place.course_deg.toFixed(1)}`;
    let found;
    try {
      found = await get(`roads/where/?lon=${place.lon}&lat=${place.lat}&datum=wgs84${course}`);
    } catch (problem) {
      if (!("status" in problem)) throw problem;
      if (this.chosen === place) this.fail(problem.words);
      return;
    }
    if (this.chosen !== place) return;
    const chief = found.segments[0]?.chain.at(-1);
    const words = [found.chainage || found.road, found.segments[0]?.name, chief?.acting_name || chief?.name, chief?.acting_phone || chief?.duty_phone];
    this.say(words.filter(Boolean).join(" · ") || gettext("附近没有道路"), found.chainage || found.road ? "ok" : "hint");
  }

  /** The place can't be used as it is. */
  fail(text) {
    this.input.setAttribute("aria-invalid", "true");
    this.say(text, "error");
  }

  /** The chosen place; without one the only suggestion there is, else null and the field says what lacks. */
  async resolved() {
    if (this.chosen) return this.chosen;
    const text = this.input.value.trim();
    if (!text) this.fail(gettext("请输入地点，或在地图上点选"));
    else {
      clearTimeout(this.waiting);
      await this.ask(text);
      const points = this.options.filter((option) => option.lon != null);
      if (points.length === 1) {
        this.pick(this.options.indexOf(points[0]));
        return this.chosen;
      }
      this.fail(points.length ? gettext("有 %(n)s 个可能的地点，请选择其一", { n: points.length }) : gettext("没有找到，可在地图上点选"));
      this.show(points.length > 0);
    }
    this.input.focus();
    return null;
  }
}
