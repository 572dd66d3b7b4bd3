// My segments as lines that say their state by colour and dash, open incidents as marks, and choosing a place.
import { scale } from "../dom.js";
import { CaseLayer } from "../map/cases.js";
import { makeMap, pin } from "../mapview.js";

const MANY = 80;
const WEIGHTS = { late: 6, today: 6, open: 5, fine: 4 };
const ORDER = ["fine", "open", "today", "late"];

const turned = (line) => line.map(([lon, lat]) => [lat, lon]);

/** The map of the page. `press(uid)` when a segment is chosen on it. */
export class ChiefMap {
  static async make(place, data, press) {
    const own = new ChiefMap();
    own.place = place;
    own.map = await makeMap(place);
    own.press = press;
    own.lines = window.L.layerGroup().addTo(own.map);
    own.cases = new CaseLayer(own.map);
    own.draw(data);
    own.fit(data);
    return own;
  }

  fit({ segments, incidents }) {
    const points = [...segments.flatMap(({ line }) => line.flatMap(turned)), ...incidents.map(({ lat, lon }) => [lat, lon])];
    if (points.length) this.map.fitBounds(points, { padding: [24, 24], maxZoom: 15, animate: false });
  }

  /** Draw anew what the server says now; the view stays. */
  draw({ segments, incidents }) {
    this.lines.clearLayers();
    this.place.classList.toggle("is-many", segments.length > MANY);
    this.shown = new Map();
    const sorted = [...segments].sort((one, two) => ORDER.indexOf(one.look) - ORDER.indexOf(two.look));
    for (const { uid, name, look, line } of sorted) {
      const parts = line.map(turned);
      window.L.polyline(parts, { className: "seg seg--under", weight: (WEIGHTS[look] + 3) * scale(), interactive: false }).addTo(this.lines);
      const drawn = window.L.polyline(parts, { className: `seg seg--${look}`, weight: WEIGHTS[look] * scale() }).addTo(this.lines);
      drawn.bindTooltip(name);
      drawn.on("click", (event) => {
        if (this.picking) return;
        window.L.DomEvent.stop(event);
        this.press(uid);
      });
      this.shown.set(uid, drawn);
    }
    for (const incident of incidents) this.cases.put(incident, { worded: false });
    this.cases.keepOnly(new Set(incidents.map(({ uid }) => uid)));
  }

  /** Look at one segment. */
  show(uid) {
    for (const [key, line] of this.shown) line.getElement()?.classList.toggle("is-chosen", key === uid);
    const line = this.shown.get(uid);
    if (line) this.map.fitBounds(line.getBounds(), { padding: [32, 32], maxZoom: 16, animate: false });
  }

  /** Choose a place by a press, or by Enter for the middle of the map. Resolves to {lon, lat}; null when given up. */
  pick() {
    this.stop?.(null);
    return new Promise((resolve) => {
      const box = this.place.parentElement;
      const done = (found) => {
        this.map.off("click", onClick);
        document.removeEventListener("keydown", onKey, true);
        box.classList.remove("is-picking");
        this.picking = false;
        this.stop = null;
        resolve(found);
      };
      const onClick = ({ latlng }) => done({ lon: latlng.lng, lat: latlng.lat });
      const onKey = (event) => {
        if (event.key === "Escape") return done(null);
        // What has a press of its own keeps it; anywhere else Enter means the map.
        if (event.key !== "Enter" || event.target.closest("button, a, input, select, textarea, summary")) return null;
        event.preventDefault();
        return onClick({ latlng: this.map.getCenter() });
      };
      this.stop = done;
      this.picking = true;
      this.map.on("click", onClick);
      document.addEventListener("keydown", onKey, true);
      box.classList.add("is-picking");
      this.place.focus();
    });
  }

  /** Where the round was. */
  mark(found) {
    this.pin?.remove();
    this.pin = found && pin(this.map, found.lat, found.lon);
  }
}

/** Metres from a point to a segment, in the plane around the point: good for "which of mine is nearest". */
export function metresTo({ lon, lat }, segment) {
  const east = 111320 * Math.cos((lat * Math.PI) / 180);
  const points = segment.line.map((part) => part.map(([x, y]) => [(x - lon) * east, (y - lat) * 110600]));
  let least = Infinity;
  for (const part of points) {
    for (let at = 1; at < part.length; at += 1) {
      const [[x, y], [u, v]] = [part[at - 1], part[at]];
      const [dx, dy] = [u - x, v - y];
      const along = Math.max(0, Math.min(1, -(x * dx + y * dy) / (dx * dx + dy * dy || 1)));
      least = Math.min(least, Math.hypot(x + along * dx, y + along * dy));
    }
  }
  return least;
}
