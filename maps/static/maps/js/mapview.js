// A Leaflet map with our base map, and markers for units and incidents that say their state by shape and colour.
import { baseMap } from "./basemap.js";
import { el, scale } from "./dom.js";
import { COURSE_SHAPE, GRADE_SHAPES, KIND_SHAPES, pathOf, ringOf, svgOf, UNIT_SHAPES } from "./map/shapes.js";
import { page } from "./page.js";

/** The mark of a unit; `look`: {state: free|sent|scene|break, age: fresh|late|stale}; `kind`: car | motorcycle | … On maps
 *  units are drawn on a canvas (map/units.js); this is the same mark for lists and legends. */
export function unitMark(look, name, kind = "") {
  const course = pathOf(COURSE_SHAPE, "unit__course");
  course.setAttribute("visibility", "hidden");
  return el(`span.unit.unit--${look.state}.unit--${look.age}`, {},
    el("span.unit__body", { title: name }, svgOf(course, pathOf(UNIT_SHAPES[look.state], "shape"), kind in KIND_SHAPES && pathOf(KIND_SHAPES[kind], "unit__kind")),
      name && el("span.unit__name", {}, name)));
}

/** The mark of an incident: grade by shape and colour, kind by its first word. */
export function caseMark(grade, word, title) {
  return el(`span.case.case--${grade || "none"}`, {}, el("span.case__body", { title }, svgOf(ringOf("case__ring"), pathOf(GRADE_SHAPES[grade || ""], "shape")), el("b", {}, word)));
}

// A ring around a mark turns by steps: of a thousand marks, few are painted anew each second.
const RING_STEPS = 40;

const sized = (side) => [side * scale(), side * scale()];

/** A map in `place` at once; its base map comes when it is loaded: `map.ready` resolves to it, and is `map.base` then. */
export function newMap(place, { layers = [], lines = [], interactive = true } = {}) {
  const L = window.L;
  const [west, south, east, north] = page.bounds;
  const map = L.map(place, {
    zoomControl: false, attributionControl: false, minZoom: 5, maxZoom: 19, keyboard: interactive,
    scrollWheelZoom: interactive, zoomSnap: 0.5, fadeAnimation: false,
  });
  if (interactive) L.control.zoom({ position: "topright" }).addTo(map);
  L.control.scale({ imperial: false, position: "bottomright", maxWidth: 100 * scale() }).addTo(map);
  if (page.raster?.attribution) L.control.attribution({ prefix: false, position: "bottomright" }).addTo(map);
  map.fitBounds([[south, west], [north, east]], { animate: false });
  map.ready = baseMap(map, layers, lines).then((base) => {
    map.base = base;
    return base;
  });
  return map;
}

/** Puts a map into `place`. `lines`: what the page is about. Resolves to the Leaflet map with `.base` (layer switches). */
export async function makeMap(place, options = {}) {
  const map = newMap(place, options);
  await map.ready;
  return map;
}

/** Incidents by uid. */
export class IncidentLayer {
  constructor(map, press) {
    this.press = press;
    this.group = window.L.layerGroup().addTo(map);
    this.markers = new Map();
  }

  /** `timer`: {part, late} as the list has it, or null. */
  put(incident, { chosen = false, word = "", timer = null } = {}) {
    const sign = `${incident.grade}|${chosen}|${word}`;
    let marker = this.markers.get(incident.uid);
    if (marker?.sign !== sign) {
      const icon = window.L.divIcon({
        className: chosen ? "case--chosen" : "", iconSize: sized(32), html: caseMark(incident.grade, word, incident.title),
      });
      if (marker) marker.setIcon(icon);
      else {
        marker = window.L.marker([incident.lat, incident.lon], { icon, keyboard: false, zIndexOffset: 1000 }).addTo(this.group);
        marker.on("click", () => this.press(incident.uid));
        this.markers.set(incident.uid, marker);
      }
      marker.sign = sign;
      marker.timer = null;
      marker.setZIndexOffset(chosen ? 3000 : 1000);
    }
    this.tick(incident.uid, timer);
  }

  /** Turn the timer of an incident: what is left of it, red once it is over. */
  tick(uid, timer) {
    const marker = this.markers.get(uid);
    const part = timer ? (Math.ceil(timer.part * RING_STEPS) / RING_STEPS).toFixed(2) : "";
    const sign = timer ? `${part}|${timer.late}` : "";
    if (!marker || marker.timer === sign) return;
    marker.timer = sign;
    const ring = marker.getElement().querySelector(".case__ring");
    ring.classList.toggle("is-on", Boolean(timer));
    if (!timer) return;
    ring.style.setProperty("--p", part);
    ring.classList.toggle("is-late", timer.late);
  }

  drop(uid) {
    this.markers.get(uid)?.remove();
    this.markers.delete(uid);
  }

  keepOnly(uids) {
    for (const uid of [...this.markers.keys()]) if (!uids.has(uid)) this.drop(uid);
  }
}

/** A route as a line with a white case; `show([[lon, lat], …])` or nothing to remove it. */
export class RouteLine {
  constructor(map) {
    this.map = map;
    this.group = window.L.layerGroup().addTo(map);
  }

  show(points) {
    this.group.clearLayers();
    if (!points || points.length < 2) return null;
    const line = points.map(([lon, lat]) => [lat, lon]);
    window.L.polyline(line, { className: "route route--case", weight: 9 * scale(), interactive: false }).addTo(this.group);
    return window.L.polyline(line, { className: "route", weight: 5 * scale(), interactive: false }).addTo(this.group);
  }
}

/** A pin that a person set. */
export function pin(map, lat, lon) {
  return window.L.marker([lat, lon], {
    icon: window.L.divIcon({ className: "pin", iconSize: sized(34), iconAnchor: [17 * scale(), 33 * scale()],
      html: svgOf(pathOf("M12 1a8 8 0 0 1 8 8c0 6-8 14-8 14S4 15 4 9a8 8 0 0 1 8-8zm0 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6z")) }),
    keyboard: false,
  }).addTo(map);
}
