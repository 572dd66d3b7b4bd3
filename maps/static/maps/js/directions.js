// The way in words, with the kilometre posts as painted on the road.
import { get } from "./api.js";
import { el } from "./dom.js";
import { gettext } from "./page.js";
import { legWords } from "./words.js";

const known = new Map();
const keyOf = (leg) => `${leg.axis}:${leg.axis_m}`;
// Only numbered roads have posts that somebody at the wheel can read; the road itself is named beside it.
const hasPosts = (leg) => leg.axis != null && Boolean(leg.ref);
const postOf = (leg) => (known.get(keyOf(leg)) || "").replace(/^.*(?=K\d)/, "");

/** Posts of legs that lie on an axis; the words beside them are enough where the answer does not come. */
async function namePosts(legs) {
  const wanted = [...new Set(legs.map(keyOf))].filter((key) => !known.has(key));
  if (!wanted.length) return;
  const found = await get(`/posts.json?${wanted.slice(0, 100).map((key) => `at=${key}`).join("&")}`).catch(() => ({}));
  for (const [key, text] of Object.entries(found)) known.set(key, text);
}

/** A list of legs, or null without any. */
export function directions(legs) {
  if (!legs.length) return null;
  const waiting = [];
  const list = el("ol.legs", { "aria-label": gettext("路线") }, legs.map((leg) => {
    const said = legWords(leg);
    const post = el("small.legs__post", {}, hasPosts(leg) ? postOf(leg) : "");
    if (hasPosts(leg)) waiting.push([leg, post]);
    return el("li", {}, el("span.legs__arrow", { "aria-hidden": "true" }, said.arrow), el("span", {}, said.text, " ", post), el("span.legs__length", {}, said.length));
  }));
  namePosts(waiting.map(([leg]) => leg)).then(() => {
    for (const [leg, post] of waiting) post.textContent = postOf(leg);
  });
  return list;
}
