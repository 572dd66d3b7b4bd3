// The next turn in large, from where the phone is; a new way once the unit has left the one it was given.
import { get } from "../api.js";
import { namePosts, postAt, postTo } from "../directions.js";
import { byId, el, fill } from "../dom.js";
import { gettext } from "../page.js";
import { distanceText, legWords } from "../words.js";
import { watchPlace } from "./place.js";
import { guide, makeRoute } from "./route.js";

// Fixes in a row beside the way before it counts as left; how long a new way is not asked for again.
const OFF_FIXES = 3;
const ASK_AGAIN_MS = 15000;
const PATIENCE_MS = 30000;

let of = "";
let route = null;
let way = null;
let fix = null;
let offFixes = 0;
let asked = -Infinity;
let words = "";
let stop = null;
const listeners = new Set();

/** The way that is shown now, `{route, directions}`, and the last fix, for the map. */
export const wayNow = () => ({ way, fix });

/** Hear of every new fix and way. Returns what ends it. */
export function onWay(tell) {
  listeners.add(tell);
  return () => listeners.delete(tell);
}

/** Guide along the way of this assignment, or of none with null. */
export function guideTo(assignment) {
  if (!assignment) {
    stop?.();
    stop = null;
    of = "";
    route = way = null;
    return;
  }
  if (of !== assignment.uid) {
    of = assignment.uid;
    take(assignment);
  }
  stop ??= watchPlace(moved);
  draw();
}

function take({ route: line, directions }) {
  way = { route: line, directions };
  route = makeRoute(line, directions);
  offFixes = 0;
  words = "";
  namePosts(directions).then(draw);
}

function moved(place) {
  fix = place;
  if (route) {
    offFixes = guide(route, fix).off ? offFixes + 1 : 0;
    if (offFixes >= OFF_FIXES) replan();
  }
  draw();
}

async function replan() {
  if (performance.now() - asked < ASK_AGAIN_MS) return;
  asked = performance.now();
  const wanted = of;
  const course = fix.course_deg == null || Number.isNaN(fix.course_deg) ? "" : `&course_deg=${Math.round(fix.course_deg)}`;
  try {
    const found = await get(`assignments/${wanted}/way/?lon=${fix.lon}&lat=${fix.lat}&datum=wgs84${course}`, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (wanted !== of) return;
    take(found);
    words = gettext("已离开原路线，这是新的走法");
  } catch (problem) {
    if (!("status" in problem)) throw problem;
    words = gettext("已离开原路线，暂时没有新的走法（%(why)s）", { why: problem.message });
  }
  draw();
}

/** Draw into #guide, where the page has one. */
export function draw() {
  for (const tell of listeners) tell();
  const place = byId("guide");
  if (!place) return;
  const shown = route && fix ? guide(route, fix) : null;
  place.hidden = !route;
  place.dataset.off = String(offFixes);
  if (!route) return;
  const first = way.directions.find((leg) => leg.kind !== "depart") || way.directions[0];
  const next = shown ? shown.next : first;
  const said = legWords(next);
  const post = postAt(next);
  const metres = shown ? shown.to_next_m : way.directions[0]?.length_m;
  fill(place,
    el("p.turn__next", {},
      el("span.turn__arrow", { "aria-hidden": "true" }, said.arrow),
      el("b.turn__far", {}, distanceText(metres) || gettext("现在")),
      el("span.turn__move", {}, said.text, post && ` (${post})`)),
    shown?.then && el("p.turn__then", {}, gettext("然后 %(move)s", { move: thenWords(shown.then) })),
    !fix && el("p.turn__then", {}, gettext("没有定位，按出发地说明")),
    words && el("p.turn__note", { role: "status" }, words));
}

function thenWords(leg) {
  const said = legWords(leg);
  return [said.text, said.length, postTo(leg) && gettext("到 %(post)s", { post: postTo(leg) })].filter(Boolean).join(" · ");
}
