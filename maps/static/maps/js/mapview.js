// A Leaflet map with our base map, and markers for units and incidents that say their state by shape and colour.
import { baseMap } from "./basemap.js";
import { el } from "./dom.js";
import { page } from "./page.js";

const SHAPES = {
  free: "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18z",
  sent: "M12 2 22 20H2z",
  scene: "M3.5 3.5h17v17h-17z",
  break: "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18z",
};
const GRADE_SHAPES = {
  red: "M8 2h8l6 6v8l-6 6H8l-6-6V8z",
  yellow: "M12 2 23 21H1z",
  blue: "M12 2a10 10 0 1 1 0 20 10 10 0 0 1 0-20z",
  "": "M12 2a10 10 0 1 1 0 20 10 10 0 0 1 0-20z",
};
const SVG = "http://www.w3.org/2000/svg";

function shape(path, size) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("width", size);
  svg.setAttribute("height", size);
  svg.setAttribute("aria-hidden", "true");
  const drawn = document.createElementNS(SVG, "path");
  drawn.setAttribute("d", path);
  svg.append(drawn);
  return svg;
}

/** Puts a map into `place`. Resolves to the Leaflet map with `.base` (layer switches) and `.baseFailed`. */
export async function makeMap(place, { layers = [], interactive = true } = {}) {
  const L = window.L;
  const [west, south, east, north] = page.bounds;
  const map = L.map(place, {
    zoomControl: false, attributionControl: false, minZoom: 5, maxZoom: 19, keyboard: interactive,
    scrollWheelZoom: interactive, zoomSnap: 0.5, fadeAnimation: false,
  });
  if (interactive) L.control.zoom({ position: "topright" }).addTo(map);
  L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
  map.fitBounds([[south, west], [north, east]], { animate: false });
  map.base = await baseMap(map, layers);
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

  /** `unit`: {tour_id, call_sign, lon, lat, course_deg}; `look`: {state, age} with age fresh | late | stale. */
  put(unit, look) {
    if (unit.lon == null) return this.drop(unit.tour_id);
    const sign = `${look.state}|${look.age}|${unit.call_sign}`;
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
      marker.setIcon(window.L.divIcon({
        className: `unit unit--${look.state} unit--${look.age}`,
        iconSize: [22, 22],
        html: el("span.unit__body", { title: unit.call_sign }, shape(SHAPES[look.state], 20),
          el("span.unit__name", {}, unit.call_sign)),
      }));
    }
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
        className: `case case--${incident.grade || "none"}${chosen ? " case--chosen" : ""}`,
        iconSize: [28, 28],
        html: el("span.case__body", { title: incident.title }, shape(GRADE_SHAPES[incident.grade || ""], 28),
          el("b", {}, word)),
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
    window.L.polyline(line, { className: "route route--case", weight: 9, interactive: false }).addTo(this.group);
    return window.L.polyline(line, { className: "route", weight: 5, interactive: false }).addTo(this.group);
  }
}

/** A pin that a person set. */
export function pin(map, lat, lon) {
  return window.L.marker([lat, lon], {
    icon: window.L.divIcon({ className: "pin", iconSize: [26, 36], iconAnchor: [13, 35],
      html: shape("M12 1a8 8 0 0 1 8 8c0 6-8 14-8 14S4 15 4 9a8 8 0 0 1 8-8zm0 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6z", 34) }),
    keyboard: false,
  }).addTo(map);
}
