// The map of the command page: units, incidents, the route, and picking a place on it.
import { byId, el, fill, toast } from "../dom.js";
import { gettext } from "../page.js";
import { ageStamp, agencyChips, icon, unitChip } from "../parts.js";
import { ageText, kindName } from "../words.js";
import { tabOf } from "./list.js";

/** The map beside the list. Everything else works without it: `map` is null until it is there, or for good. */
export class MapSide {
  /** `choose(uid)` opens an incident; `report({lon, lat})` begins a new one. */
  constructor(store, { choose, report }) {
    this.store = store;
    this.choose = choose;
    this.report = report;
    this.map = null;
    this.chosen = null;
    this.picking = null;
    this.start().catch((problem) => {
      console.warn("map:", problem.message);
      byId("map-note").hidden = false;
    });
  }

  async start() {
    const { IncidentLayer, makeMap, RouteLine, UnitLayer } = await import("../mapview.js");
    const map = await makeMap(byId("map"), { layers: ["segments", "checkpoints"] });
    this.map = map;
    this.route = new RouteLine(map);
    this.units = new UnitLayer(map, (tourId) => this.showUnit(tourId));
    this.incidents = new IncidentLayer(map, (uid) => this.choose(uid));
    map.on("click", ({ latlng }) => { if (this.picking) this.picked({ lon: latlng.lng, lat: latlng.lat }); });
    map.on("contextmenu", ({ latlng }) => this.report?.({ lon: latlng.lng, lat: latlng.lat }));
    for (const box of document.querySelectorAll("[data-layer]")) {
      box.addEventListener("change", () => {
        if (box.dataset.layer === "units") this.units.group[box.checked ? "addTo" : "removeFrom"](map);
        else map.base.show(box.dataset.layer, box.checked);
      });
    }
    if (map.base.failed) byId("map-note").hidden = false;
    this.drawAll();
  }

  /** Mark the incident with this uid and go there; null marks none. */
  mark(uid) {
    this.chosen = uid;
    this.drawIncidents();
    this.map?.invalidateSize({ pan: false });
    const row = this.store.incidents.get(uid);
    if (row && this.map) this.map.setView([row.lat, row.lon], Math.max(this.map.getZoom(), 13), { animate: false });
  }

  showRoute(points) {
    return this.route?.show(points);
  }

  drawIncidents() {
    if (!this.map) return;
    const open = [...this.store.incidents.values()].filter((row) => tabOf(row) !== "settled" || row.uid === this.chosen);
    this.incidents.keepOnly(new Set(open.map((row) => row.uid)));
    for (const row of open) this.incidents.put(row, { chosen: row.uid === this.chosen, word: kindName(row.kind).slice(0, 1) });
  }

  drawUnits(units = this.store.units.values()) {
    if (this.map) for (const unit of units) this.units.put(unit, this.store.look(unit));
  }

  drawAll() {
    this.drawIncidents();
    if (this.map) this.units.keepOnly(new Set(this.store.units.keys()));
    this.drawUnits();
  }

  /** Ask for a place on the map; resolves to {lon, lat}, or null when that was called off. */
  pickPlace() {
    if (!this.map) {
      toast(gettext("地图没有载入，请输入桩号或道路与路口"), "warn");
      return Promise.resolve(null);
    }
    document.body.classList.add("is-picking");
    return new Promise((resolve) => { this.picking = resolve; });
  }

  picked(at) {
    document.body.classList.remove("is-picking");
    const tell = this.picking;
    this.picking = null;
    tell?.(at);
  }

  showUnit(tourId) {
    const unit = this.store.units.get(tourId);
    if (!unit) return;
    const look = this.store.look(unit);
    const place = byId("unit-card");
    fill(place,
      el("div.row", {}, el("b", {}, unit.call_sign), el("button.btn.btn--quiet.btn--icon.btn--sm.push", { type: "button", "aria-label": gettext("关闭"), onclick: () => { place.hidden = true; } }, icon("close"))),
      el("p.row", {}, unitChip(look.state), agencyChips(unit), look.assignment && el("small", {}, look.assignment.incident_number)),
      el("p.row", {}, look.seconds == null ? ageStamp("unknown", gettext("没有定位，图上是岗点")) : ageStamp(look.age, gettext("定位 %(age)s前", { age: ageText(look.seconds) })),
        unit.is_mock && el("span.chip.chip--warn", {}, gettext("模拟定位"))),
      look.assignment && el("button.btn.btn--sm", { type: "button", onclick: () => this.choose(look.assignment.incident) }, gettext("打开警情")));
    place.hidden = false;
  }
}
