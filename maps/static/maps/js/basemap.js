// The base map: our own vector tiles, drawn by MapLibre inside Leaflet; by protomaps-leaflet where there is no WebGL.
import { scale } from "./dom.js";
import { page } from "./page.js";

const VENDOR = new URL("../../vendor/", import.meta.url).href;

/** Colours of the map come from the tokens, so that it follows the theme of its page. */
function tone(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

const CLASS = ["get", "road_class"];
const width = (wide_px, narrow_px, wide = wide_px * scale(), narrow = narrow_px * scale()) => [
  "interpolate", ["exponential", 1.5], ["zoom"],
  8, ["match", CLASS, [1, 2], wide * 0.3, [3, 4, 5, 6], wide * 0.22, narrow * 0.16],
  11, ["match", CLASS, [1, 2], wide * 0.5, [3, 4, 5, 6], wide * 0.4, [7, 8, 9, 10], narrow * 0.36, narrow * 0.24],
  13, ["match", CLASS, [1, 2], wide * 0.8, [3, 4], wide * 0.7, [5, 6], wide * 0.6, [7, 8, 9, 10], narrow * 0.6, narrow * 0.45],
  17, ["match", CLASS, [1, 2], wide * 3, [3, 4], wide * 2.6, [5, 6], wide * 2.2, [7, 8], narrow * 2.6, narrow * 1.8],
];
const LINE = ["!=", ["get", "flags"], 256];

function tiles(layer) {
  // A new network is a new address: tiles of the old one may rest in caches for a day.
  const query = new URLSearchParams();
  if (page.datum && page.datum !== "wgs84") query.set("datum", page.datum);
  if (layer === "roads") query.set("v", page.network || "");
  return [`${location.origin}/tiles/${layer}/{z}/{x}/{y}.mvt?${query}`];
}

function style(layers, lines) {
  const source = (name, minzoom, maxzoom) => ({ type: "vector", tiles: tiles(name), minzoom, maxzoom });
  const road = tone("--map-road");
  const name = ["coalesce", ["get", "name"], ""];
  const made = {
    version: 8,
    sources: { roads: source("roads", 5, 15), stations: source("stations", 6, 14) },
    layers: [
      { id: "land", type: "background", paint: { "background-color": tone("--map-land") } },
      {
        id: "case", type: "line", source: "roads", "source-layer": "roads", filter: LINE,
        layout: { "line-cap": "round", "line-join": "round" },
        paint: { "line-color": tone("--map-case"), "line-width": width(8.5, 6.5) },
      },
      {
        id: "road", type: "line", source: "roads", "source-layer": "roads", filter: LINE,
        layout: { "line-cap": "round", "line-join": "round", "line-sort-key": ["-", 20, CLASS] },
        paint: {
          "line-color": ["match", CLASS, [1, 2], tone("--map-motorway"), [3, 4, 5, 6], tone("--map-trunk"), road],
          "line-width": width(6.5, 4.8),
        },
      },
      {
        id: "road-name", type: "symbol", source: "roads", "source-layer": "roads", minzoom: 10,
        filter: ["all", ["!=", name, ""], ["any", ["<", ["zoom"], 13], ["==", ["get", "flags"], 256]]],
        layout: {
          "symbol-placement": "line", "text-field": name, "text-font": ["sans-serif"], "text-size": 12 * scale(),
          "symbol-spacing": 320 * scale(), "text-max-angle": 35,
        },
        paint: { "text-color": tone("--map-label"), "text-halo-color": tone("--map-halo"), "text-halo-width": lines.length ? 3 : 1.5 },
      },
      {
        id: "station", type: "circle", source: "stations", "source-layer": "stations", minzoom: 9,
        paint: {
          "circle-radius": ["interpolate", ["linear"], ["zoom"], 9, 2 * scale(), 14, 5 * scale()], "circle-color": tone("--brand"),
          "circle-stroke-color": tone("--marker-edge"), "circle-stroke-width": 1.5,
        },
      },
      {
        id: "station-name", type: "symbol", source: "stations", "source-layer": "stations", minzoom: 13.2,
        layout: {
          "text-field": ["get", "name"], "text-font": ["sans-serif"], "text-size": 11 * scale(), "text-anchor": "top",
          "text-offset": [0, 0.6], "text-optional": true,
        },
        paint: { "text-color": tone("--brand"), "text-halo-color": tone("--map-halo"), "text-halo-width": 1.5 },
      },
    ],
  };
  if (layers.includes("segments")) {
    made.sources.segments = source("segments", 8, 14);
    made.layers.splice(3, 0, {
      id: "segment", type: "line", source: "segments", "source-layer": "segments", minzoom: 8,
      layout: { visibility: "none", "line-cap": "butt" },
      paint: { "line-color": tone("--map-segment"), "line-width": 3, "line-opacity": 0.55, "line-dasharray": [4, 1.2] },
    });
  }
  if (lines.length) {
    made.sources.own = { type: "geojson", data: { type: "MultiLineString", coordinates: lines } };
    // Below the names, so that the road under a line can still be read.
    made.layers.splice(made.layers.findIndex(({ id }) => id === "road-name"), 0, {
      id: "own", type: "line", source: "own", layout: { "line-cap": "round", "line-join": "round" },
      paint: { "line-color": tone("--map-segment"), "line-width": 6 * scale() },
    });
  }
  if (layers.includes("checkpoints")) {
    made.sources.checkpoints = source("checkpoints", 8, 14);
    made.layers.push({
      id: "checkpoint", type: "circle", source: "checkpoints", "source-layer": "checkpoints",
      layout: { visibility: "none" },
      paint: {
        "circle-radius": 4, "circle-color": tone("--map-land"), "circle-stroke-color": tone("--map-segment"),
        "circle-stroke-width": 2,
      },
    });
  }
  return made;
}

function script(address) {
  return new Promise((resolve, reject) => {
    const made = document.createElement("script");
    made.src = address;
    made.onload = resolve;
    made.onerror = () => reject(new Error(address));
    document.head.append(made);
  });
}

/** Draw anew when day turns to night, for as long as the map is there. */
function onTheme(map, act) {
  document.addEventListener("themechange", act);
  map.on("unload", () => document.removeEventListener("themechange", act));
}

function hasWebGL() {
  const canvas = document.createElement("canvas");
  return Boolean(canvas.getContext("webgl2"));
}

async function withMapLibre(map, layers, lines) {
  const maplibregl = await import("../../vendor/maplibre-gl/maplibre-gl.mjs");
  maplibregl.setWorkerUrl(`${VENDOR}maplibre-gl/maplibre-gl-worker.mjs`);
  window.maplibregl = maplibregl; // the Leaflet plug-in is an old-style script and looks there
  await script(`${VENDOR}maplibre-gl-leaflet/leaflet-maplibre-gl.js`);
  const layer = window.L.maplibreGL({ style: style(layers, lines), attributionControl: false }).addTo(map);
  const gl = layer.getMaplibreMap();
  const shown = new Map();
  const apply = (name) => {
    const id = { segments: "segment", checkpoints: "checkpoint", stations: "station" }[name];
    for (const each of [id, `${id}-name`]) {
      if (gl.getLayer(each)) gl.setLayoutProperty(each, "visibility", shown.get(name) ? "visible" : "none");
    }
  };
  onTheme(map, () => {
    gl.setStyle(style(layers, lines));
    gl.once("styledata", () => [...shown.keys()].forEach(apply));
  });
  return {
    show(name, visible) {
      shown.set(name, visible);
      if (gl.isStyleLoaded()) apply(name);
      else gl.once("load", () => apply(name));
    },
  };
}

async function withCanvas(map) {
  await script(`${VENDOR}protomaps-leaflet/protomaps-leaflet.js`);
  let drawn = canvasLayer().addTo(map);
  onTheme(map, () => {
    drawn.remove();
    drawn = canvasLayer().addTo(map);
  });
  return { show() {} };
}

function canvasLayer() {
  const kit = window.protomapsL;
  const line = (color, wide, test) => ({
    dataLayer: "roads",
    symbolizer: new kit.LineSymbolizer({ color, width: (z) => Math.max(0.6, wide * 1.45 ** (z - 14)) }),
    filter: (_z, feature) => feature.props.flags !== 256 && test(feature.props.road_class),
  });
  return kit.leafletLayer({
    url: tiles("roads")[0],
    maxDataZoom: 15,
    attribution: "",
    backgroundColor: tone("--map-land"),
    paintRules: [
      line(tone("--map-case"), 3, () => true),
      line(tone("--map-road"), 2, (kind) => kind > 6),
      line(tone("--map-trunk"), 3, (kind) => kind > 2 && kind <= 6),
      line(tone("--map-motorway"), 3.5, (kind) => kind <= 2),
    ],
    labelRules: [],
  });
}

/** Lines over the base map, where it can't take them into itself. */
function linesOver(map, lines) {
  for (const line of lines) {
    window.L.polyline(line.map(([lon, lat]) => [lat, lon]), { className: "own-line", weight: 6 * scale(), interactive: false }).addTo(map);
  }
}

/**
 * Adds the base map to a Leaflet map. `layers`: extra layers, switched by `.show(name, visible)`; `lines`: lists of
 * [lon, lat] that the page is about. Never rejects: a page works without its map, and says so.
 */
export async function baseMap(map, layers = [], lines = []) {
  try {
    if (hasWebGL()) return await withMapLibre(map, layers, lines);
    linesOver(map, lines);
    return await withCanvas(map);
  } catch (problem) {
    console.warn("base map:", problem.message);
    if (hasWebGL()) linesOver(map, lines);
    return { show() {}, failed: true };
  }
}
