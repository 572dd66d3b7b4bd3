// The parts of core/components.css as elements; /styleguide/ shows them all.
import { el } from "./dom.js";
import { gettext } from "./page.js";
import { AGENCIES, GRADES, timeText, UNIT_STATES } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const SPRITE = new URL("../../core/icons.svg", import.meta.url).href;

/** An icon of the sprite; the words beside it say what it means. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${SPRITE}#${name}`);
  svg.append(use);
  return svg;
}

/** red | yellow | blue | "" */
export const gradeChip = (grade) => el(`span.grade.grade--${grade || "none"}`, {}, GRADES[grade || ""] || grade);

/** free | sent | scene | break | off, as its mark on the map. */
export const unitChip = (state, text = UNIT_STATES[state]) => el(`span.chip.chip--${state}`, {}, text);

/** traffic | police_station | special | warden | joint */
export const agencyChip = (agency) => el(`span.chip.chip--agency.chip--${agency}`, {}, AGENCIES[agency] || agency);

/** An exercise: never taken for the real thing. */
export const exerciseChip = () => el("span.chip.chip--exercise", {}, gettext("演练"));

/** The agencies of a unit on duty: one chip, or one for each that takes part in a joint tour. */
export const agencyChips = (unit) => (unit.agencies?.length ? unit.agencies : [unit.agency]).map(agencyChip);

/** fresh | late | stale | unknown, with its words. */
export const ageStamp = (age, text) => el(`span.age.age--${age}`, {}, text);

/** Steps with the time each was taken: [[name, time or ""], …] in their order. */
export function stepTrack(steps) {
  const done = steps.findLastIndex(([, at]) => at);
  return el("ol.steps.steps--times", { "aria-label": gettext("进度") }, steps.map(([name, at], index) => el(
    `li${index <= done ? ".is-done" : ""}${index === done + 1 ? ".is-next" : ""}`, { "aria-current": index === done ? "step" : null },
    name, el("time", {}, at ? timeText(at) : ""))));
}

/** A part of a page without content; `kind`: empty | loading | stale | error. */
export function stateBlock(kind, title, text = "", ...actions) {
  const drawn = { empty: "empty", stale: "stale", error: "warn" }[kind];
  return el(`div.state.state--${kind}`, { role: kind === "error" ? "alert" : null },
    drawn && icon(drawn), el("b", {}, title), text && el("span", {}, text), actions.length > 0 && el("span.row", {}, actions));
}
