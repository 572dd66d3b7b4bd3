// The way of one vehicle: cameras in the order in which it passed them, joined by straight dashes.
import { el, scale } from "../dom.js";
import { gettext } from "../page.js";
import { makeMap } from "../mapview.js";
import { momentText } from "../watchlist/words.js";

export class Track {
  /** The map in `place`; `press(id)` when a number is pressed. */
  static async make(place, press) {
    const own = new Track();
    own.press = press;
    own.map = await makeMap(place);
    own.lines = window.L.layerGroup().addTo(own.map);
    return own;
  }

  /** `features` in the order of time. Several passages of one camera share a mark. */
  show(features) {
    const L = window.L;
    this.map.invalidateSize({ animate: false });
    this.lines.clearLayers();
    const points = features.map(({ geometry: { coordinates: [lon, lat] } }) => [lat, lon]);
    L.polyline(points, { className: "track-line", weight: 3 * scale(), interactive: false }).addTo(this.lines);
    const places = new Map();
    for (const [at, feature] of features.entries()) {
      const key = points[at].join();
      if (!places.has(key)) places.set(key, { point: points[at], rows: [] });
      places.get(key).rows.push(feature);
    }
    const last = features.at(-1);
    for (const { point, rows } of places.values()) {
      const shown = rows.map((row) => row.number).slice(-3).join(" ");
      const label = `${rows.length > 3 ? "… " : ""}${shown}`;
      const body = el(`span.track-mark${rows.includes(last) ? ".track-mark--last" : ""}`, {}, label);
      const marker = L.marker(point, { icon: L.divIcon({ className: "track-place", html: body, iconSize: null }), keyboard: true, alt: gettext("第 %(n)s 次经过", { n: label }) });
      marker.bindTooltip(el("span", {}, rows[0].properties.camera_name, el("br", {}), rows.slice(-3).map((row) => momentText(row.properties.passed_at)).join("、")));
      marker.on("click", () => this.press(rows.at(-1).id));
      marker.addTo(this.lines);
    }
    this.map.fitBounds(points, { padding: [40, 40], maxZoom: 15, animate: false });
  }
}
