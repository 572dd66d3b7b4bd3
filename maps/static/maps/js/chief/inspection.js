// Logging a round: where, what, a photograph. What is typed is kept on the phone until the server has it.
import { clientKey, post } from "../api.js";
import { byId, toast } from "../dom.js";
import { gettext, page } from "../page.js";
import { onSignedInAgain } from "../session.js";
import { distanceText } from "../words.js";
import { draftDrop, draftKeep, draftOf, entriesOf, entryDrop, entryKeep } from "./keep.js";
import { metresTo } from "./map.js";

const NEAR_M = 150;
const GPS_MS = 15000;
const PLACES = { gps: gettext("定位"), map: gettext("地图点选") };
const FIELDS = { place: "place-error", lon: "place-error", lat: "place-error", text: "text-error" };

/** The form `#inspection`. `map()` gives the page's map once it is there; `sent()` is called when an entry was taken. */
export class InspectionForm {
  constructor(form, map, sent) {
    Object.assign(this, { form, map, sent, place: null, busy: false });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    form.addEventListener("input", () => this.changed());
    byId("place-gps").addEventListener("click", () => this.locate());
    byId("place-map").addEventListener("click", () => this.choose());
    byId("unsent-send").addEventListener("click", () => this.flush(true));
    window.addEventListener("online", () => this.flush());
    onSignedInAgain(() => this.flush());
  }

  async start() {
    await this.restore();
    const wanted = new URLSearchParams(location.search).get("segment");
    if (wanted) this.chooseSegment(wanted);
    this.changed();
    await this.flush();
  }

  get values() {
    const { segment, finding, text } = this.form.elements;
    return { segment: segment.value, finding: finding.value, text: text.value };
  }

  fill({ segment, finding, text, place, files = [] }) {
    const { elements } = this.form;
    if ([...elements.segment.options].some(({ value }) => value === segment)) elements.segment.value = segment;
    elements.finding.value = finding || "clear";
    elements.text.value = text || "";
    const held = new DataTransfer();
    files.forEach((file) => held.items.add(file));
    elements.file.files = held.files;
    this.put(place || null);
    byId("finding-said").hidden = elements.finding.value === "clear";
  }

  async restore() {
    const draft = await draftOf(page.person).catch(() => null);
    if (!draft) return;
    this.fill(draft);
    if (draft.text) toast(gettext("已恢复上次没有提交的内容"));
  }

  changed() {
    byId("finding-said").hidden = this.form.elements.finding.value === "clear";
    this.said({});
    const { files } = this.form.elements.file;
    const said = byId("draft-said");
    said.textContent = "";
    draftKeep(page.person, { ...this.values, place: this.place, files: [...files] })
      .then(() => { said.textContent = gettext("草稿已存本机"); }, () => {});
  }

  chooseSegment(uid) {
    this.form.elements.segment.value = uid;
    this.form.scrollIntoView({ block: "start" });
    byId("place-gps").focus({ preventScroll: true });
    this.map()?.show(uid);
    this.changed();
  }

  put(place) {
    this.place = place;
    this.map()?.mark(place);
    const accuracy = place?.accuracy_m ? ` ±${distanceText(place.accuracy_m)}` : "";
    byId("place-said").textContent = place
      ? `${PLACES[place.source]}：${place.lon.toFixed(5)}, ${place.lat.toFixed(5)}${accuracy}` : gettext("还没有位置");
  }

  locate() {
    if (!navigator.geolocation) return this.said({ field: "place", words: gettext("这台设备没有定位，请在地图上点选") });
    byId("place-said").textContent = gettext("正在定位…");
    return navigator.geolocation.getCurrentPosition(
      ({ coords }) => this.found({ lon: coords.longitude, lat: coords.latitude, accuracy_m: Math.round(coords.accuracy), source: "gps" }),
      () => {
        this.put(this.place);
        this.said({ field: "place", words: gettext("没有得到位置。请允许定位，或在地图上点选。") });
      },
      { enableHighAccuracy: true, timeout: GPS_MS },
    );
  }

  async choose() {
    const map = this.map();
    const button = byId("place-map");
    if (!map) return this.said({ field: "place", words: gettext("地图没有打开，请用我的位置") });
    if (map.picking) return map.stop(null);
    button.setAttribute("aria-pressed", "true");
    byId("place-said").textContent = gettext("请在地图上点一下；用键盘：方向键移动，回车选地图中心");
    map.show(this.form.elements.segment.value);
    map.place.scrollIntoView({ block: "center" });
    const found = await map.pick();
    button.setAttribute("aria-pressed", "false");
    if (found) this.found({ ...found, accuracy_m: null, source: "map" });
    else this.put(this.place);
    return button.focus({ preventScroll: true });
  }

  /** A place is there; where it lies on another segment of mine than the chosen one, that one is meant. */
  found(place) {
    this.put(place);
    const { segment } = this.form.elements;
    const near = page.segments.map((each) => ({ ...each, metres: metresTo(place, each) })).sort((one, two) => one.metres - two.metres);
    const chosen = near.find(({ uid }) => uid === segment.value);
    if (near.length && near[0].metres <= NEAR_M && !(chosen?.metres <= NEAR_M) && near[0].uid !== segment.value) {
      segment.value = near[0].uid;
      toast(gettext("已选最近的路段：%(name)s", { name: near[0].name }));
    }
    this.changed();
  }

  said({ field = "", words = "" }) {
    const wanted = words ? FIELDS[field] || "inspection-error" : "";
    for (const id of ["place-error", "text-error", "inspection-error"]) {
      byId(id).hidden = id !== wanted;
      if (id === wanted) byId(id).textContent = words;
    }
    this.form.elements.text.toggleAttribute("aria-invalid", wanted === "text-error");
    if (wanted === "text-error") this.form.elements.text.focus();
  }

  async submit() {
    if (!this.place) {
      this.said({ field: "place", words: gettext("请先取位置：用我的位置，或在地图上点选") });
      byId("place-gps").focus();
      return;
    }
    const entry = {
      key: clientKey(), person: page.person, madeAt: Date.now(), deviceAt: new Date().toISOString(),
      ...this.values, place: this.place, files: [...this.form.elements.file.files],
    };
    const button = this.form.querySelector("[type=submit]");
    button.disabled = true;
    // Kept before it is sent: a sign-in that has run out on the way loses nothing.
    await entryKeep(entry).catch(() => {});
    try {
      await this.send(entry);
      await this.clear();
    } catch (problem) {
      if (!("status" in problem)) throw problem;
      if (lasting(problem)) {
        await entryDrop(entry.key).catch(() => {});
        this.said({ field: problem.field, words: problem.words });
      } else {
        await this.clear();
        toast(gettext("没有送达，已存在本机，恢复网络后自动发送"), "warn");
      }
    } finally {
      button.disabled = false;
      await this.tell();
    }
  }

  async clear() {
    const { segment } = this.values;
    this.fill({ segment });
    this.said({});
    await draftDrop(page.person).catch(() => {});
  }

  async send(entry) {
    const body = new FormData();
    const { place } = entry;
    const held = Math.max(0, (Date.now() - entry.madeAt) / 1000);
    const fields = {
      segment: entry.segment, finding: entry.finding, text: entry.text, lon: place.lon, lat: place.lat, datum: "wgs84",
      place_source: place.source, held_s: held.toFixed(1), device_at: entry.deviceAt,
    };
    for (const [name, value] of Object.entries(fields)) body.append(name, value);
    if (place.accuracy_m) body.append("accuracy_m", place.accuracy_m);
    entry.files.forEach((file) => body.append("file", file));
    await post("inspections/", body, { "Idempotency-Key": entry.key });
    await entryDrop(entry.key).catch(() => {});
    toast(entry.finding === "clear" ? gettext("巡查已记录") : gettext("巡查已记录，已报指挥中心"));
    this.sent();
  }

  /** Send what lies here. What the server will never take goes back into the form, with its reason. */
  async flush(asked = false) {
    if (this.busy) return;
    this.busy = true;
    try {
      for (const entry of await entriesOf(page.person).catch(() => [])) {
        try {
          await this.send(entry);
        } catch (problem) {
          if (!("status" in problem)) throw problem;
          if (!lasting(problem)) {
            if (asked) toast(problem.words, "error");
            break;
          }
          await entryDrop(entry.key);
          this.fill(entry);
          this.said({ field: problem.field, words: problem.words });
          break;
        }
      }
    } finally {
      this.busy = false;
      await this.tell();
    }
  }

  async tell() {
    const count = (await entriesOf(page.person).catch(() => [])).length;
    byId("unsent").hidden = !count;
    byId("unsent-said").textContent = gettext("%(n)s 条巡查未发送", { n: count });
  }
}

/** An answer that will be the same tomorrow: the entry itself is wrong. */
function lasting({ status }) {
  return status >= 400 && status < 500 && ![401, 408, 429].includes(status);
}
