// A Leaflet map with our base map, and markers for units and incidents that say their state by shape and colour.
import { baseMap } from "./basemap.js";
import { el, scale } from "./dom.js";
import { page } from "./page.js";

const SHAPES = {
  free: "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18z",
  sent: "M12 1.5 20.5 21.5 12 17 3.5 21.5z",
  scene: "M3.5 3.5h17v17h-17z",
  break: "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18z",
};
const GRADE_SHAPES = {
  red: "M8 2h8l6 6v8l-6 6H8l-6-6V8z",
  yellow: "M12 2 23 21H1z",
  blue: "M12 2a10 10 0 1 1 0 20 10 10 0 0 1 0-20z",
  "": "M12 2a10 10 0 1 1 0 20 10 10 0 0 1 0-20z",
};
// What a unit is, drawn within its shape.
const KIND_SHAPES = {
  car: "M6.5 14.5v-2.3L8.6 8.5h6.8l2.1 3.7v2.3zM6.5 12.2h11M8.3 14.5v1.6M15.7 14.5v1.6",
  motorcycle: "M7.5 12.7a2 2 0 1 0 0 4 2 2 0 0 0 0-4zM16.5 12.7a2 2 0 1 0 0 4 2 2 0 0 0 0-4zM7.5 14.7l3-4.2h3.5l2.5 4.2M14 10.5l-.7-2.2h2",
  foot: "M12 6.1a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3zM12 9.3v4l-2.2 4M12 13.3l2.2 4M9 11.3h6",
  station: "M7.5 16.5v-5.5L12 7.3l4.5 3.7v5.5z",
  drone: "M8 8l8 8M16 8l-8 8M8 6.7a1.3 1.3 0 1 0 0 2.6 1.3 1.3 0 0 0 0-2.6zM16 6.7a1.3 1.3 0 1 0 0 2.6 1.3 1.3 0 0 0 0-2.6z",
};
// A nose that looks out from under the shape: where a unit that moves is going.
const COURSE_SHAPE = "M12-4.5 18 7H6z";
const MOVES_MPS = 1;
const SVG = "http://www.w3.org/2000/svg";

function drawn(path, className = "") {
  const made = document.createElementNS(SVG, "path");
  made.setAttribute("d", path);
  if (className) made.setAttribute("class", className);
  return made;
}

function shape(path, { under = null, over = null } = {}) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.append(...[under, drawn(path, "shape"), over].filter(Boolean));
  return svg;
}

/** The mark of a unit; `look`: {state: free|sent|scene|break, age: fresh|late|stale}; `kind`: car | motorcycle | … */
export function unitMark(look, name, kind = "") {
  const course = drawn(COURSE_SHAPE, "unit__course");
  course.setAttribute("visibility", "hidden");
  return el(`span.unit.unit--${look.state}.unit--${look.age}`, {},
    el("span.unit__body", { title: name }, shape(SHAPES[look.state], { under: course, over: kind in KIND_SHAPES && drawn(KIND_SHAPES[kind], "unit__kind") }),
      name && el("span.unit__name", {}, name)));
}

/** Where a unit is going: its nose, or the arrow of one that was sent, points there; without a course, or standing, none. */
function pointTo(marker, { course_deg: course, speed_mps: speed }, { state, age }) {
  const way = course != null && speed >= MOVES_MPS && age !== "stale" ? Math.round(course) : null;
  const mark = marker.way === way ? null : marker.getElement();
  if (!mark) return;
  marker.way = way;
  const turned = mark.querySelector(state === "sent" ? ".shape" : ".unit__course");
  turned.setAttribute("transform", `rotate(${way ?? 0} 12 12)`);
  if (state !== "sent") turned.setAttribute("visibility", way == null ? "hidden" : "visible");
}

/** The mark of an incident: grade by shape and colour, kind by its first word. */
export function caseMark(grade, word, title) {
  return el(`span.case.case--${grade || "none"}`, {}, el("span.case__body", { title }, shape(GRADE_SHAPES[grade || ""]), el("b", {}, word)));
}

const sized = (side) => [side * scale(), side * scale()];

/** Puts a map into `place`. `lines`: what the page is about. Resolves to the Leaflet map with `.base` (layer switches). */
export async function makeMap(place, { layers = [], lines = [], interactive = true } = {}) {
  const L = window.L;
  const [west, south, east, north] = page.bounds;
  const map = L.map(place, {
    zoomControl: false, attributionControl: false, minZoom: 5, maxZoom: 19, keyboard: interactive,
    scrollWheelZoom: interactive, zoomSnap: 0.5, fadeAnimation: false,
  });
  if (interactive) L.control.zoom({ position: "topright" }).addTo(map);
  L.control.scale({ imperial: false, position: "bottomright", maxWidth: 100 * scale() }).addTo(map);
  map.fitBounds([[south, west], [north, east]], { animate: false });
  map.base = await baseMap(map, layers, lines);
  return map;
}

/** Units by tour, moved in place. `press(tourId)` when one is chosen. */
export class UnitLayer {
  constructor(map, press) {
    this.map = map;
    this.press = press;
    this.group = window.L.layerGroup().addTo(map);
    this.markers = new Map();
    const names = () => map.getContainer().classList.toggle("shows-names", map.getZoom() >= 13.5);
    map.on("zoomend", names);
    names();
  }

  /** `unit`: {tour_id, call_sign, kind, lon, lat, course_deg, speed_mps}; `look`: {state, age} with age fresh | late | stale. */
  put(unit, look) {
    if (unit.lon == null) return this.drop(unit.tour_id);
    const sign = `${look.state}|${look.age}|${unit.call_sign}|${unit.kind}`;
    let marker = this.markers.get(unit.tour_id);
    if (!marker) {
      marker = window.L.marker([unit.lat, unit.lon], { keyboard: false, riseOnHover: true }).addTo(this.group);
      marker.on("click", () => this.press(unit.tour_id));
      this.markers.set(unit.tour_id, marker);
    }
    const at = marker.getLatLng();
    if (at.lat !== unit.lat || at.lng !== unit.lon) marker.setLatLng([unit.lat, unit.lon]);
    if (marker.sign !== sign) {
      marker.sign = sign;
      marker.way = undefined;
      marker.setIcon(window.L.divIcon({
        className: "", iconSize: sized(24), html: unitMark(look, unit.call_sign, unit.kind),
      }));
    }
    pointTo(marker, unit, look);
    return marker;
  }

  drop(tourId) {
    this.markers.get(tourId)?.remove();
    this.markers.delete(tourId);
  }

  keepOnly(tourIds) {
    for (const tourId of [...this.markers.keys()]) if (!tourIds.has(tourId)) this.drop(tourId);
  }
}

/** Incidents by uid. */
export class IncidentLayer {
  constructor(map, press) {
    this.press = press;
    this.group = window.L.layerGroup().addTo(map);
    this.markers = new Map();
  }

  put(incident, { chosen = false, word = "" } = {}) {
    const sign = `${incident.grade}|${chosen}|${word}`;
    let marker = this.markers.get(incident.uid);
    if (!marker) {
      marker = window.L.marker([incident.lat, incident.lon], { keyboard: false, zIndexOffset: 1000 }).addTo(this.group);
      marker.on("click", () => this.press(incident.uid));
      this.markers.set(incident.uid, marker);
    }
    if (marker.sign !== sign) {
      marker.sign = sign;
      marker.setZIndexOffset(chosen ? 3000 : 1000);
      marker.setIcon(window.L.divIcon({
        className: chosen ? "case--chosen" : "", iconSize: sized(32), html: caseMark(incident.grade, word, incident.title),
      }));
    }
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
      html: shape("M12 1a8 8 0 0 1 8 8c0 6-8 14-8 14S4 15 4 9a8 8 0 0 1 8-8zm0 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6z") }),
    keyboard: false,
  }).addTo(map);
}
