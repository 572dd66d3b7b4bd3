// Small parts of pages. Text goes in as text, never as HTML.

/** An element: `el("b.name", {title: "…", onclick}, child, "text")`. Children that are null or false are left out. */
export function el(spec, props = {}, ...children) {
  const [tag, ...classes] = spec.split(".");
  const made = document.createElement(tag || "div");
  if (classes.length) made.className = classes.join(" ");
  for (const [name, value] of Object.entries(props)) {
    if (value == null || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "dataset") Object.assign(made.dataset, value);
    else if (name in made && name !== "list") made[name] = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat(Infinity).filter((child) => child != null && child !== false && child !== ""));
  return made;
}

// Asking for a computed style makes the browser lay out all that was changed before: once a second is enough.
const SCALE_KEPT_MS = 1000;
let knownScale = 0;
addEventListener("resize", () => { knownScale = 0; });

/** How much bigger than on a desk everything is: on a wall, or where the reader wants larger letters. */
export function scale() {
  if (!knownScale) {
    knownScale = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
    setTimeout(() => { knownScale = 0; }, SCALE_KEPT_MS);
  }
  return knownScale;
}

export const byId = (id) => document.getElementById(id);

/** Put these children in place of all that is there. */
export function fill(parent, ...children) {
  parent.replaceChildren(...children.flat().filter((child) => child != null && child !== false && child !== ""));
}

/** Make `nodes` the children, in this order; what is in its place already is not touched. */
export function arrange(parent, nodes) {
  const wanted = new Set(nodes);
  for (const node of [...parent.childNodes]) if (!wanted.has(node)) node.remove();
  let at = parent.firstChild;
  for (const node of nodes) {
    if (node === at) at = at.nextSibling;
    else parent.insertBefore(node, at);
  }
}

const MOST_TOASTS = 3;

/** Say something for a few seconds; errors stay longer. */
export function toast(text, kind = "ok") {
  let place = document.querySelector(".toasts");
  if (!place) {
    place = el("div.toasts", { role: "status" });
    place.setAttribute("aria-live", "polite");
    document.body.append(place);
  }
  const shown = el(`p.banner.banner--${kind}`, {}, text);
  place.append(shown);
  while (place.children.length > MOST_TOASTS) place.firstChild.remove();
  setTimeout(() => shown.remove(), kind === "error" ? 9000 : 4000);
}
