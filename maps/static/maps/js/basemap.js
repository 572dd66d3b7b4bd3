// The base map: our own vector tiles, drawn by MapLibre inside Leaflet; by protomaps-leaflet where there is no WebGL; or a
// raster map of the deployment's choice beneath them.
import { scale } from "./dom.js";
import { rasterLayer } from "./map/raster.js";
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
  // A new network is a new address: tiles of the old one may rest in caches for a day. Maps of pages lie in WGS-84
  // always: a raster map in a shifted datum is moved beneath them (map/raster.js).
  const query = layer === "roads" ? `?v=${encodeURIComponent(page.network || "")}` : "";
  return [`${location.origin}/tiles/${layer}/{z}/{x}/{y}.mvt${query}`];
}

/** Which layers of the style belong to a switch. */
const SWITCHES = {
  roads: ["land", "case", "road", "road-name"],
  segments: ["segment", "segment-name"],
  stations: ["station", "station-name"],
};

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
      paint: { "line-color": tone("--map-segment"), "line-width": 3 * scale(), "line-opacity": 0.55, "line-dasharray": [4, 1.2] },
    });
    made.layers.push({
      id: "segment-name", type: "symbol", source: "segments", "source-layer": "segments", minzoom: 12.5,
      layout: {
        visibility: "none", "symbol-placement": "line", "text-font": ["sans-serif"], "text-size": 11 * scale(),
        "text-field": ["case", ["!=", ["get", "chief"], ""], ["concat", ["get", "name"], " ", ["get", "chief"]], ["get", "name"]],
        "symbol-spacing": 400 * scale(), "text-offset": [0, 1],
      },
      paint: { "text-color": tone("--map-segment"), "text-halo-color": tone("--map-halo"), "text-halo-width": 1.5 },
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
    for (const id of SWITCHES[name]) {
      if (gl.getLayer(id)) gl.setLayoutProperty(id, "visibility", shown.get(name) ? "visible" : "none");
    }
  };
  onTheme(map, () => {
    gl.setStyle(style(layers, lines));
    gl.once("styledata", () => [...shown.keys()].forEach(apply));
  });
  return {
    kind: "webgl",
    show(name, visible) {
      shown.set(name, visible);
      if (gl.isStyleLoaded()) apply(name);
      else gl.once("load", () => apply(name));
    },
    /** Read the tiles of a layer anew. */
    refresh(name) {
      gl.getSource(name)?.setTiles(tiles(name));
    },
    onFault(tell) {
      gl.on("error", ({ sourceId }) => { if (sourceId) tell(sourceId); });
    },
  };
}

async function withCanvas(map, layers) {
  await script(`${VENDOR}protomaps-leaflet/protomaps-leaflet.js`);
  const shown = new Map([["roads", true], ["stations", true], ["segments", false]]);
  let drawn = null;
  const draw = () => {
    const before = drawn;
    drawn = canvasLayer(shown, layers).addTo(map);
    before?.remove();
  };
  draw();
  onTheme(map, draw);
  return {
    kind: "canvas",
    show(name, visible) {
      if (shown.get(name) === visible || !shown.has(name)) return;
      shown.set(name, visible);
      draw();
    },
    refresh: draw,
    onFault() {},
  };
}

function canvasLayer(shown, layers) {
  const kit = window.protomapsL;
  const wide = (px) => (zoom) => Math.max(0.6, px * scale() * 1.45 ** (zoom - 14));
  const line = (color, px, test) => ({
    dataSource: "roads", dataLayer: "roads", symbolizer: new kit.LineSymbolizer({ color, width: wide(px) }),
    filter: (_zoom, feature) => feature.props.flags !== 256 && test(feature.props.road_class),
  });
  const label = (dataSource, color, size, rule) => ({
    dataSource, dataLayer: dataSource, ...rule,
    symbolizer: new kit.LineLabelSymbolizer({ labelProps: ["name"], fill: color, stroke: tone("--map-halo"), width: 3, font: `${size * scale()}px sans-serif`, repeatDistance: 320 }),
  });
  const paintRules = [];
  const labelRules = [];
  if (shown.get("roads")) {
    paintRules.push(
      line(tone("--map-case"), 3, () => true), line(tone("--map-road"), 2, (kind) => kind > 6),
      line(tone("--map-trunk"), 3, (kind) => kind > 2 && kind <= 6), line(tone("--map-motorway"), 3.5, (kind) => kind <= 2),
    );
    labelRules.push(label("roads", tone("--map-label"), 12, {
      minzoom: 10, filter: (zoom, { props }) => Boolean(props.name) && (zoom < 13 || props.flags === 256),
    }));
  }
  const sources = { roads: { url: tiles("roads")[0], maxDataZoom: 15 }, stations: { url: tiles("stations")[0], maxDataZoom: 14 } };
  if (layers.includes("segments")) sources.segments = { url: tiles("segments")[0], maxDataZoom: 14 };
  if (shown.get("segments") && sources.segments) {
    paintRules.push({ dataSource: "segments", dataLayer: "segments", symbolizer: new kit.LineSymbolizer({ color: tone("--map-segment"), width: 3 * scale(), opacity: 0.55 }) });
    labelRules.push(label("segments", tone("--map-segment"), 11, { minzoom: 13 }));
  }
  if (shown.get("stations")) {
    paintRules.push({
      dataSource: "stations", dataLayer: "stations", minzoom: 9,
      symbolizer: new kit.CircleSymbolizer({ radius: 4 * scale(), fill: tone("--brand"), stroke: tone("--marker-edge"), width: 1.5 }),
    });
  }
  return kit.leafletLayer({
    sources, attribution: "", backgroundColor: shown.get("roads") ? tone("--map-land") : undefined, paintRules, labelRules,
  });
}

/** Lines over the base map, where it can't take them into itself. */
function linesOver(map, lines) {
  for (const line of lines) {
    window.L.polyline(line.map(([lon, lat]) => [lat, lon]), { className: "own-line", weight: 6 * scale(), interactive: false }).addTo(map);
  }
}

/** The raster map of the deployment, if it has one, below everything else. Tells `failed` while none of its tiles come. */
function withRaster(map) {
  const layer = rasterLayer(page.raster);
  map.createPane("raster").style.zIndex = 150;
  layer.options.pane = "raster";
  layer.addTo(map);
  return layer;
}

/**
 * Adds the base map to a Leaflet map. `layers`: extra layers, switched by `.show(name, visible)`, as are "roads",
 * "stations" and "raster"; `lines`: lists of [lon, lat] that the page is about. Never rejects: a page works without its map,
 * and says so (`failed`).
 */
export async function baseMap(map, layers = [], lines = []) {
  const raster = page.raster ? withRaster(map) : null;
  const base = await vectors(map, layers, lines);
  if (!raster) return base;
  const show = base.show.bind(base);
  show("roads", false);
  return {
    ...base,
    raster,
    show(name, visible) {
      if (name === "raster") raster[visible ? "addTo" : "removeFrom"](map);
      else show(name, visible);
    },
  };
}

async function vectors(map, layers, lines) {
  try {
    if (hasWebGL()) return await withMapLibre(map, layers, lines);
    linesOver(map, lines);
    return await withCanvas(map, layers);
  } catch (problem) {
    console.warn("base map:", problem.message);
    if (hasWebGL()) linesOver(map, lines);
    return { kind: "none", show() {}, refresh() {}, onFault() {}, failed: true };
  }
}
