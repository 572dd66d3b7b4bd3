// The map of the way, when somebody asks for it: its code is not even loaded before.
import { byId, el } from "../dom.js";
import { gettext } from "../page.js";
import { onWay, wayNow } from "./guide.js";

const OPEN = "duty-map";
let map = null;
let mapAt = null;
let stop = null;

/** A button that opens and closes the map below it. */
export function mapButton() {
  const open = sessionStorage.getItem(OPEN) === "yes";
  return [
    el("button.btn.btn--touch", {
      type: "button", id: "map-button", "aria-expanded": String(open), "aria-controls": "route-map",
      onclick: ({ currentTarget }) => {
        const wanted = currentTarget.getAttribute("aria-expanded") !== "true";
        sessionStorage.setItem(OPEN, wanted ? "yes" : "no");
        currentTarget.setAttribute("aria-expanded", String(wanted));
        byId("route-map").hidden = !wanted;
        drawMap(shownFor);
        // The buttons lie over the foot of the page.
        if (wanted) byId("route-map").scrollIntoView({ block: "center" });
      },
    }, gettext("看路线图")),
    el("div.duty-map", { id: "route-map", hidden: !open }),
  ];
}

let shownFor = null;

/** Draw the way of this assignment where the page has an open map; with null the map goes. */
export async function drawMap(detail) {
  shownFor = detail;
  const at = byId("route-map");
  if (!detail || !at || at.hidden) return drop();
  if (mapAt !== at) {
    drop();
    mapAt = at;
    try {
      const { DutyMap } = await import("./map.js");
      if (mapAt !== at || !at.isConnected) return;
      map = new DutyMap(at);
    } catch (problem) {
      console.warn("map:", problem.message);
      at.replaceChildren(el("p.state.state--error", {}, gettext("地图没有载入，请按文字路线前往")));
      mapAt = null;
      return;
    }
    stop = onWay(follow);
    follow();
    map.fit();
  } else follow();
}

function follow() {
  if (!map || !shownFor) return;
  const { way, fix } = wayNow();
  const { lon, lat } = shownFor.incident_summary;
  map.show({ line: (way ?? shownFor).route, target: [lon, lat] });
  map.me(fix);
}

function drop() {
  map?.remove();
  stop?.();
  map = mapAt = stop = null;
}
