// The way in words, with the kilometre posts as painted on the road.
import { get } from "./api.js";
import { el } from "./dom.js";
import { gettext } from "./page.js";
import { legWords } from "./words.js";

const MOST_ASKED = 100;
const known = new Map();
// Only numbered roads have posts that somebody at the wheel can read; the road itself is named beside it.
const hasPosts = (leg) => leg.axis != null && Boolean(leg.ref);
const keyAt = (leg) => `${leg.axis}:${leg.axis_m}`;
const keyTo = (leg) => `${leg.axis}:${leg.axis_to_m}`;
const post = (key) => (known.get(key) || "").replace(/^.*(?=K\d)/, "");

/** Post where a leg begins, or "". */
export const postAt = (leg) => (hasPosts(leg) ? post(keyAt(leg)) : "");

/** Post where a leg ends, or "" where it ends on another road. */
export const postTo = (leg) => (hasPosts(leg) && leg.axis_to_m != null ? post(keyTo(leg)) : "");

/** Learn the posts of legs that lie on an axis; the words beside them are enough where the answer does not come. */
export async function namePosts(legs) {
  const wanted = legs.filter(hasPosts).flatMap((leg) => (leg.axis_to_m == null ? [keyAt(leg)] : [keyAt(leg), keyTo(leg)]));
  const asked = [...new Set(wanted)].filter((key) => !known.has(key)).slice(0, MOST_ASKED);
  if (!asked.length) return;
  const found = await get(`/posts.json?${asked.map((key) => `at=${key}`).join("&")}`).catch(() => ({}));
  for (const [key, text] of Object.entries(found)) known.set(key, text);
}

const posts = (leg) => [postAt(leg), leg.length_m && postTo(leg) && gettext("到 %(post)s", { post: postTo(leg) })].filter(Boolean).join(" · ");

/** A list of legs, or null without any: "左转，沿海兴路 · K11+000 · 到 K12+300 … 1.2 公里". */
export function directions(legs) {
  if (!legs.length) return null;
  const waiting = [];
  const list = el("ol.legs", { "aria-label": gettext("路线") }, legs.map((leg) => {
    const said = legWords(leg);
    const shown = el("small.legs__post", {}, posts(leg));
    waiting.push([leg, shown]);
    return el("li", {}, el("span.legs__arrow", { "aria-hidden": "true" }, said.arrow), el("span", {}, said.text, " ", shown), el("span.legs__length", {}, said.length));
  }));
  namePosts(legs).then(() => {
    for (const [leg, shown] of waiting) shown.textContent = posts(leg);
  });
  return list;
}
