// The map of the command page: units, incidents, routes, layers, and what is asked of it.
import { nowMs } from "../clock.js";
import { byId, toast } from "../dom.js";
import { gettext, page } from "../page.js";
import { spanOf, tabOf } from "./list.js";
import { MapCard } from "./mapcard.js";
import { MapLayers } from "./maplayers.js";

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
    this.heardMs = null;
    store.addEventListener("positions", ({ detail }) => this.heard(detail));
    this.start().catch((problem) => {
      console.warn("map:", problem.message);
      byId("map-note").hidden = false;
    });
  }

  async start() {
    const [{ newMap, RouteLine }, { UnitLayer }, { CaseLayer }, { TrailLayer }, { HoleLayer }, { AheadLayer }] = await Promise.all([
      import("../mapview.js"), import("../map/units.js"), import("../map/cases.js"), import("../map/trails.js"), import("../map/areas.js"),
      import("../map/ahead.js"),
    ]);
    const map = newMap(byId("map"), { layers: ["segments"] });
    this.map = map;
    this.route = new RouteLine(map);
    this.units = new UnitLayer(map, {
      unit: (tourId) => this.card.unit(tourId),
      group: (tourIds, at) => this.card.group(tourIds, at),
      followed: () => this.card.refresh(),
    });
    this.trails = new TrailLayer(map);
    this.holes = new HoleLayer(map);
    this.ahead = new AheadLayer(map);
    this.ahead.show(this.plan || null);
    this.incidents = new CaseLayer(map, { incident: (uid) => this.choose(uid), span: spanOf });
    this.card = new MapCard(this);
    this.layers = new MapLayers(this);
    map.on("click", ({ latlng, containerPoint }) => this.pressed(latlng, containerPoint));
    byId("find-unit")?.addEventListener("click", () => this.card.search());
    byId("look-around")?.addEventListener("click", () => this.card.around());
    map.on("contextmenu", ({ latlng }) => this.report?.({ lon: latlng.lng, lat: latlng.lat }));
    setInterval(() => this.tick(), 1000);
    this.drawAll();
    const base = await map.ready;
    if (base.failed) byId("map-note").hidden = false;
    this.layers.based(base);
  }

  pressed({ lat, lng }, point) {
    if (this.picking) this.picked({ lon: lng, lat });
    else if (![this.incidents, this.units, this.layers].some((layer) => layer.press(point))) this.card.close();
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

  /** Where the car of an interception can be, and who can stand ahead of it; null for nothing. */
  showAhead(plan) {
    this.plan = plan;
    this.ahead?.show(plan);
  }

  /** Show where nobody would be free if the tours with these uids were sent; without any, only where nobody is now. */
  showHoles(tourUids = []) {
    return this.layers?.showHoles(tourUids);
  }

  drawIncidents() {
    if (!this.map) return;
    const open = [...this.store.incidents.values()].filter((row) => tabOf(row) !== "settled" || row.uid === this.chosen);
    this.incidents.keepOnly(new Set(open.map((row) => row.uid)));
    for (const row of open) this.incidents.put(row, { chosen: row.uid === this.chosen });
  }

  drawUnits(units = this.store.units.values()) {
    if (this.map) for (const unit of units) this.units.put(unit, this.store.look(unit));
  }

  drawAll() {
    this.drawIncidents();
    if (this.map) {
      const known = new Set(this.store.units.keys());
      this.units.keepOnly(known);
      this.trails.keepOnly(known);
    }
    this.drawUnits();
    this.card?.refresh();
  }

  heard(units) {
    this.heardMs = nowMs();
    if (!this.map) return;
    for (const unit of units) this.trails.add(unit);
  }

  tick() {
    this.incidents.tick();
    this.trails.tick(nowMs() / 1000);
    this.layers.tick();
    this.card.tick();
  }

  /** Whether the map and its card are there: until then their keys do nothing. */
  get ready() {
    return Boolean(this.card);
  }

  find() {
    this.card.search();
  }

  around() {
    this.card.around();
  }

  /** Follow the unit of the card, or no longer. */
  follow() {
    if (this.card.tourId != null) this.card.follow();
  }

  toggleLayers() {
    this.layers.toggle();
  }

  /** Close the card; false when none is open. */
  close() {
    const wasOpen = Boolean(this.card?.isOpen);
    if (wasOpen) this.card.close();
    return wasOpen;
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
}
