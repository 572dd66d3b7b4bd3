// A Leaflet map with our base map, a route, a pin; and the marks of units and incidents for lists and legends.
import { baseMap } from "./basemap.js";
import { el, scale } from "./dom.js";
import { COURSE_SHAPE, GRADE_SHAPES, KIND_SHAPES, pathOf, svgOf, UNIT_SHAPES } from "./map/shapes.js";
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

/** The mark of an incident for lists and legends: grade by shape and colour, kind by its first word. On maps incidents
 *  are drawn on a canvas (map/cases.js). */
export function caseMark(grade, word, title) {
  return el(`span.case.case--${grade || "none"}`, {}, el("span.case__body", { title }, svgOf(pathOf(GRADE_SHAPES[grade || ""], "shape")), el("b", {}, word)));
}

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
  // Leaflet sees only the window change; a drawer that opens or closes beside the map changes it too.
  const sized = new ResizeObserver(() => map.invalidateSize({ pan: false }));
  sized.observe(map.getContainer());
  map.on("unload", () => sized.disconnect());
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
    icon: window.L.divIcon({ className: "pin", iconSize: [34 * scale(), 34 * scale()], iconAnchor: [17 * scale(), 33 * scale()],
      html: svgOf(pathOf("M12 1a8 8 0 0 1 8 8c0 6-8 14-8 14S4 15 4 9a8 8 0 0 1 8-8zm0 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6z")) }),
    keyboard: false,
  }).addTo(map);
}
