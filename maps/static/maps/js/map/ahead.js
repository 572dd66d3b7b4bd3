// Heading a car off, on the map: the roads where it can be now, those where it can be next, and who can stand where.
import { el, scale } from "../dom.js";
import { gettext } from "../page.js";
import { ageText } from "../words.js";

const drawn = (lines, className, weight) => window.L.geoJSON(lines, { pane: "ahead", interactive: false, style: { className, weight: weight * scale(), fill: false } });
const place = ({ lat, lon }) => [lat, lon];

export class AheadLayer {
  constructor(map) {
    this.map = map;
    const pane = map.createPane("ahead");
    pane.style.zIndex = 430;
    pane.style.pointerEvents = "none";
    this.group = window.L.layerGroup().addTo(map);
  }

  /** `plan`: {seen, inner, outer, proposals} as the API has them; null takes all of it off. */
  show(plan) {
    this.group.clearLayers();
    if (!plan || plan.stale) return;
    drawn(plan.outer, "ahead ahead--outer", 4).addTo(this.group);
    drawn(plan.inner, "ahead ahead--inner", 5).addTo(this.group);
    window.L.circleMarker(place(plan.seen), { pane: "ahead", interactive: false, className: "ahead ahead--seen", radius: 7 * scale() })
      .bindTooltip(gettext("%(age)s前见到", { age: ageText(plan.seen.age_s) }), { permanent: true, direction: "top", className: "district-name", interactive: false })
      .addTo(this.group);
    for (const [at, one] of plan.proposals.entries()) {
      window.L.marker(place(one), {
        icon: window.L.divIcon({ className: "ahead-post", iconSize: [22 * scale(), 22 * scale()], html: el("b", {}, String(at + 1)) }),
        pane: "ahead", keyboard: false, interactive: false,
      }).addTo(this.group);
    }
  }
}
