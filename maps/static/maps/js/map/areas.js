// Areas: outlines of districts, and where nobody is free. Few shapes, so Leaflet's own drawing does.
import { gettext } from "../page.js";

/** Outlines of districts with their names; never in the way of a click. */
export class DistrictLayer {
  constructor(map) {
    this.map = map;
    this.pane = map.createPane("districts");
    this.pane.style.zIndex = 410;
    this.pane.style.pointerEvents = "none";
  }

  /** `collection`: GeoJSON of areas with `name`; null takes them off. */
  show(collection) {
    this.drawn?.remove();
    this.drawn = collection && window.L.geoJSON(collection, {
      pane: "districts", interactive: false, style: { className: "district", fill: false },
      onEachFeature: (feature, shape) => shape.bindTooltip(feature.properties.name, {
        permanent: true, direction: "center", className: "district-name", pane: "districts", interactive: false,
      }),
    }).addTo(this.map);
  }
}

/** Areas without a free unit: `now` as it is, `then` what a send would add to it. */
export class HoleLayer {
  constructor(map) {
    this.map = map;
    this.pane = map.createPane("holes");
    this.pane.style.zIndex = 405;
    this.pane.style.pointerEvents = "none";
    this.group = window.L.layerGroup();
  }

  /** `holes`: [{name, geometry, new}]; those without an area are told in words by whoever asks. */
  show(holes) {
    this.group.clearLayers();
    if (!holes) {
      this.group.remove();
      return;
    }
    this.group.addTo(this.map);
    for (const hole of holes.filter(({ geometry }) => geometry)) {
      const words = hole.new ? gettext("%(place)s：派出后无空闲警力", { place: hole.name }) : gettext("%(place)s：无空闲警力", { place: hole.name });
      window.L.geoJSON(hole.geometry, {
        pane: "holes", interactive: false, style: { className: hole.new ? "hole hole--new" : "hole" },
      }).bindTooltip(words, { permanent: true, direction: "center", className: "hole-name", pane: "districts", interactive: false })
        .addTo(this.group);
    }
  }
}
