// The layers of the map: which are shown, how old what they show is, and what their marks mean.
import { get } from "../api.js";
import { nowMs } from "../clock.js";
import { byId, el, fill, toast } from "../dom.js";
import { DistrictLayer } from "../map/areas.js";
import { PlaceLayer } from "../map/places.js";
import { pathOf, RING_SHAPES, svgOf } from "../map/shapes.js";
import { gettext, page } from "../page.js";
import { AGENCIES, ageText } from "../words.js";

const KEPT = "command-layers";
const RINGS = [1, 2, 3, 4, 5, 6];
const RING_NAMES = {
  1: gettext("县界"), 2: gettext("干线卡口"), 3: gettext("街区网格"), 4: gettext("核心区域"), 5: gettext("移动卡口"), 6: gettext("社会面"),
};
const PAGE_ROWS = 1000;

/** Every page of a list of features. */
async function features(path) {
  const found = [];
  for (let at = 1, more = true; more; at += 1) {
    const answer = await get(`${path}?page=${at}&page_size=${PAGE_ROWS}`);
    found.push(...answer.features);
    more = answer.features.length === PAGE_ROWS;
  }
  return found;
}

const placed = (word, works = () => undefined) => ({ id, geometry, properties }) => ({
  id, word, name: properties.name, code: properties.code, ring: properties.ring, works: works(properties),
  address: properties.address, phone: properties.duty_phone, lon: geometry.coordinates[0], lat: geometry.coordinates[1],
});

export class MapLayers {
  constructor(side) {
    this.side = side;
    this.places = new PlaceLayer(side.map, { place: (place) => side.card.fixed(place) });
    this.districts = new DistrictLayer(side.map);
    this.base = null;
    this.sending = [];
    this.trailOf = null;
    this.kept = this.read();
    this.rings = new Set(this.kept.rings || RINGS);
    this.agencies = new Set(this.kept.agencies || Object.keys(AGENCIES));
    this.minutes = this.kept.minutes || 10;
    this.rows = this.declared().filter((row) => row.may !== false).map((row) => ({ readMs: null, failed: false, on: false, ...row, shown: this.kept.shown?.[row.id] ?? row.on ?? false }));
    this.place = byId("layers");
    this.draw();
    this.filter();
    for (const row of this.rows) if (row.shown && row.id !== "roads" && row.id !== "raster") this.apply(row);
  }

  declared() {
    const { may } = page;
    const put = (kind, places) => this.places.put(kind, places);
    return [
      { id: "units", name: gettext("单元"), on: true, act: (on) => this.side.units.show(on), read: () => this.side.heardMs, extra: () => this.agencyChoice() },
      { id: "trails", name: gettext("轨迹"), act: (on) => this.showTrails(on), extra: () => this.minutesChoice() },
      { id: "incidents", name: gettext("警情"), on: true, act: (on) => this.side.incidents.show(on) },
      { id: "holes", name: gettext("警力空白"), may: may.position, everyS: 15, load: () => this.loadHoles(), clear: () => this.side.holes.show(null) },
      { id: "segments", name: gettext("责任路段"), everyS: 120, load: async () => this.refreshBase("segments"), clear: () => this.base?.show("segments", false) },
      {
        id: "stations", name: gettext("警务站点"), on: true, everyS: 300, clear: () => put("stations", null),
        load: async () => put("stations", (await get("/ogc/collections/stations/items?limit=10000")).features.map(placed(gettext("警务站点")))),
      },
      {
        id: "checkpoints", name: gettext("卡口"), may: may.checkpoint, everyS: 60, clear: () => put("checkpoints", null), extra: () => this.ringChoice(),
        load: async () => put("checkpoints", (await get("/ogc/collections/checkpoints/items?limit=10000")).features.map(placed(gettext("卡口"), ({ state }) => state === "online"))),
      },
      {
        id: "cameras", name: gettext("摄像机"), may: may.camera, everyS: 300, clear: () => put("cameras", null),
        load: async () => put("cameras", (await features("cameras/")).map(placed(gettext("摄像机"), () => true))),
      },
      { id: "districts", name: gettext("辖区界线"), on: true, everyS: 3600, load: async () => this.districts.show(await get("/command/districts/")), clear: () => this.districts.show(null) },
      { id: "roads", name: gettext("道路底图"), on: !page.raster, act: (on) => this.base?.show("roads", on), read: () => page.network_at && Date.parse(page.network_at) },
      { id: "raster", name: gettext("栅格底图"), may: Boolean(page.raster), on: true, act: (on) => this.base?.show("raster", on) },
    ];
  }

  read() {
    try {
      return JSON.parse(localStorage.getItem(KEPT)) || {};
    } catch {
      return {}; // an older page kept something else
    }
  }

  keep() {
    const shown = Object.fromEntries(this.rows.map((row) => [row.id, row.shown]));
    localStorage.setItem(KEPT, JSON.stringify({ shown, rings: [...this.rings], agencies: [...this.agencies], minutes: this.minutes }));
  }

  row(id) {
    return this.rows.find((row) => row.id === id);
  }

  /** The base map has come: what it draws itself is switched now. Stations are drawn by us, with their age. */
  based(base) {
    this.base = base;
    base.show("stations", false);
    for (const id of ["roads", "raster", "segments"]) {
      const row = this.row(id);
      if (row) this.apply(row);
    }
    base.onFault((source) => {
      const row = this.row(source);
      if (row) row.failed = true;
      byId("map-note").hidden = source !== "roads";
    });
  }

  draw() {
    fill(byId("layer-list"), this.rows.map((row) => {
      row.box = el("input", { type: "checkbox", checked: row.shown, dataset: { layer: row.id }, onchange: () => this.set(row, row.box.checked) });
      row.stamp = el("small.layer__age");
      return el("li.layer", {}, el("label", {}, row.box, el("span", {}, row.name)), row.stamp, row.extra?.());
    }));
    this.tick();
  }

  toggle() {
    this.place.open = !this.place.open;
    this.place.querySelector("summary").focus();
  }

  set(row, shown) {
    row.shown = shown;
    row.box.checked = shown;
    this.keep();
    this.apply(row);
  }

  apply(row) {
    clearTimeout(row.again);
    if (row.act) row.act(row.shown);
    else if (row.shown) this.load(row);
    else {
      row.readMs = null;
      row.clear();
    }
    this.tick();
  }

  async load(row) {
    clearTimeout(row.again);
    row.again = setTimeout(() => this.load(row), row.everyS * 1000);
    try {
      await row.load();
      if (!row.shown) return row.clear();
      row.readMs = nowMs();
      row.failed = false;
    } catch (problem) {
      if (!("status" in problem)) throw problem;
      row.failed = true;
      if (row.readMs == null) toast(gettext("%(layer)s没有载入：%(why)s", { layer: row.name, why: problem.message }), "warn");
    }
    this.tick();
  }

  async refreshBase(name) {
    if (!this.base) return;
    this.base.show(name, true);
    this.base.refresh(name);
  }

  /** How old what a layer shows is: late after two rounds that should have read it anew, and red when reading failed. */
  tick() {
    for (const row of this.rows) {
      const readMs = row.shown ? (row.read ? row.read() : row.readMs) : null;
      const seconds = readMs == null ? null : Math.max(0, (nowMs() - readMs) / 1000);
      const late = row.failed || (row.everyS && seconds > 2 * row.everyS) || (row.id === "units" && seconds > 60);
      row.stamp.textContent = row.failed ? gettext("未能更新") : seconds == null ? "" : gettext("%(age)s前", { age: ageText(seconds) });
      row.stamp.classList.toggle("is-late", Boolean(late));
    }
  }

  press(point) {
    return this.places.press(point);
  }

  choice(name, text, chosen, set, mark = null) {
    return el("label.pick", {}, el("input", {
      type: "checkbox", checked: chosen.has(name), "aria-label": text, onchange: ({ target }) => {
        if (target.checked) chosen.add(name);
        else chosen.delete(name);
        this.keep();
        set();
      },
    }), mark, el("span", {}, text));
  }

  agencyChoice() {
    return el("div.layer__more", { role: "group", "aria-label": gettext("警种") },
      Object.entries(AGENCIES).map(([name, text]) => this.choice(name, text, this.agencies, () => this.filter(), el(`i.agency-mark.agency-mark--${name}`))));
  }

  ringChoice() {
    return el("div.layer__more", { role: "group", "aria-label": gettext("圈层") },
      RINGS.map((ring) => this.choice(ring, `${ring} ${RING_NAMES[ring]}`, this.rings, () => this.filter(), el(`span.ring-mark.ring-mark--${ring}`, {}, svgOf(pathOf(RING_SHAPES[ring]))))));
  }

  minutesChoice() {
    const chosen = el("select.input.input--sm", {
      "aria-label": gettext("轨迹时长"), onchange: ({ target }) => {
        this.minutes = Number(target.value);
        this.keep();
        this.showTrails(this.row("trails").shown);
      },
    }, [5, 10, 30].map((minutes) => el("option", { value: String(minutes), selected: minutes === this.minutes }, gettext("%(n)s 分钟", { n: minutes }))));
    return el("div.layer__more", {}, chosen, el("small", {}, gettext("自打开本页起；更早的用回放")));
  }

  filter() {
    this.places.filter((place) => !place.ring || this.rings.has(place.ring));
    // A joint tour is shown while one of its agencies is.
    this.side.units.filter((unit) => (unit.agencies?.length ? unit.agencies : [unit.agency]).some((agency) => this.agencies.has(agency)));
    this.side.drawUnits();
  }

  showTrails(on) {
    this.side.trails.show(on || this.trailOf != null ? this.minutes : 0, on ? null : this.trailOf);
  }

  /** The trail of one unit, while those of all are not shown; null ends it. */
  trail(tourId) {
    this.trailOf = tourId;
    this.showTrails(this.row("trails").shown);
  }

  async loadHoles() {
    const query = this.sending.length ? `&sending=${this.sending.join(",")}` : "";
    const { holes } = await get(`patrols/coverage-holes/?geometry=1${query}`);
    this.side.holes.show(holes);
    const opened = holes.filter((hole) => hole.new);
    if (this.sending.length && !this.told) {
      this.told = true;
      toast(opened.length ? gettext("派出后无空闲警力：%(places)s", { places: opened.map(({ name }) => name).join("、") }) : gettext("派出后没有新的警力空白"), opened.length ? "warn" : "ok");
    }
    return holes;
  }

  showHoles(tourUids) {
    const row = this.row("holes");
    if (!row) return;
    this.sending = tourUids;
    this.told = false;
    this.set(row, true);
  }
}
