// Who is around a point or a unit: rings of distance on the map, and a list in order of time by road.
import { get } from "../api.js";
import { el, scale } from "../dom.js";
import { gettext } from "../page.js";
import { agencyChip, stateBlock, unitChip } from "../parts.js";
import { ageText, clockText, distanceText } from "../words.js";

const RINGS_M = [1000, 3000, 5000];
// The engine's names of what a unit does, as the marks say them.
const STATES = { free: "free", on_way_back: "free", assigned: "sent", on_scene: "scene", break: "break" };

export class Around {
  constructor(side, card) {
    this.side = side;
    this.card = card;
    this.group = window.L.layerGroup().addTo(side.map);
  }

  clear() {
    this.group.clearLayers();
    this.asked = null;
  }

  /** Around what is looked at: the unit of the card, else the open incident, else a point that is picked now. */
  async begin() {
    const { store } = this.side;
    const unit = store.units.get(this.card.tourId);
    const incident = store.incidents.get(this.side.chosen);
    if (unit) return this.ofUnit(unit);
    if (incident) return this.ofPoint(incident.lon, incident.lat, incident.title);
    const at = await this.side.pickPlace();
    return at && this.ofPoint(at.lon, at.lat, gettext("所选地点"));
  }

  ofUnit(unit) {
    return this.show(gettext("%(unit)s 周边", { unit: unit.call_sign }), `tour=${unit.tour_id}`);
  }

  ofPoint(lon, lat, name) {
    return this.show(gettext("%(place)s周边", { place: name }), `lon=${lon.toFixed(6)}&lat=${lat.toFixed(6)}`);
  }

  async show(title, query) {
    this.asked = query;
    this.card.show(title, [stateBlock("loading", gettext("正在按道路计算…"))]);
    let answer;
    try {
      answer = await get(`/command/around/?${query}`);
    } catch (problem) {
      if (!("status" in problem)) throw problem;
      if (this.asked === query) {
        this.card.show(title, [stateBlock("error", problem.message, problem.cure,
          el("button.btn.btn--sm", { type: "button", onclick: () => this.show(title, query) }, gettext("重试")))]);
      }
      return;
    }
    if (this.asked !== query) return;
    this.draw(answer);
    this.card.show(title, [
      el("p.row", {}, el("small", {}, gettext("按此刻道路行车时间排列；圈为直线 1、3、5 公里")),
        el("button.btn.btn--quiet.btn--sm.push", { type: "button", onclick: () => this.show(title, query) }, gettext("重算"))),
      answer.units.length ? el("ol.unit-rows", { id: "around-rows" }, answer.units.map((unit) => this.row(unit))) : stateBlock("empty", gettext("没有在岗单元")),
    ]);
    this.asked = query;
  }

  row(unit) {
    const age = unit.position_age_s == null ? gettext("没有定位，按岗点") : gettext("定位 %(age)s前", { age: ageText(unit.position_age_s) });
    return el("li", {}, el("button.unit-row", { type: "button", dataset: { tour: unit.tour_id }, onclick: () => this.card.goTo(unit.tour_id) },
      el("b", {}, unit.call_sign), unitChip(STATES[unit.state] || "free"), agencyChip(unit.agency),
      el("span.unit-row__time", {}, unit.travel_s == null ? gettext("无路可达") : clockText(unit.travel_s)),
      el("small.unit-row__way", {}, gettext("道路 %(road)s · 直线 %(line)s", { road: unit.road_m == null ? "–" : distanceText(unit.road_m), line: distanceText(unit.line_m) })),
      el("small", {}, age)));
  }

  draw({ lon, lat }) {
    this.group.clearLayers();
    for (const radius of RINGS_M) {
      const ring = window.L.circle([lat, lon], { radius, className: "radar", fill: false, interactive: false, weight: 1.5 * scale() }).addTo(this.group);
      window.L.tooltip({ permanent: true, direction: "center", className: "radar-name", interactive: false })
        .setLatLng([ring.getBounds().getNorth(), lon]).setContent(distanceText(radius)).addTo(this.group);
    }
    window.L.circleMarker([lat, lon], { radius: 5 * scale(), className: "radar radar--middle", interactive: false }).addTo(this.group);
    const { map } = this.side;
    const view = map.getBounds();
    const wide = window.L.latLng(lat, lon).toBounds(2 * RINGS_M.at(-1));
    if (!view.contains(wide)) map.fitBounds(wide, { animate: false });
  }
}
