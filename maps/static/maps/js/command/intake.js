// The form for a new incident: place by map click, chainage text, or road and junction. One key a form: sending twice is harmless.
import { clientKey, get, post } from "../api.js";
import { byId, el, fill, toast } from "../dom.js";
import { gettext, page } from "../page.js";
import { distanceText } from "../words.js";

export class Intake {
  constructor({ pickPlace, onMade }) {
    this.dialog = byId("intake");
    this.form = byId("intake-form");
    this.pickPlace = pickPlace;
    this.onMade = onMade;
    this.key = clientKey();
    fill(this.form.elements.kind, (page.kinds || []).map((kind) => el("option", { value: kind.code }, kind.name)));
    this.form.addEventListener("submit", (event) => this.send(event));
    byId("intake-pick").addEventListener("click", () => this.pick());
    for (const each of this.dialog.querySelectorAll("[data-close]")) each.addEventListener("click", () => this.dialog.close());
    this.form.elements.kind.addEventListener("change", () => this.near());
  }

  open(at) {
    if (!this.dialog.open) this.dialog.showModal();
    if (at) this.place(at);
  }

  async pick() {
    this.dialog.close();
    const at = await this.pickPlace();
    this.open(at);
  }

  place({ lon, lat }) {
    this.form.elements.lon.value = lon.toFixed(6);
    this.form.elements.lat.value = lat.toFixed(6);
    this.near();
  }

  /** Open cases nearby, while it is being typed. */
  async near() {
    const { lon, lat, kind } = this.form.elements;
    const place = byId("intake-near");
    fill(place);
    if (!lon.value || !lat.value) return;
    const found = await get(`incidents/duplicates/?lon=${lon.value}&lat=${lat.value}&datum=wgs84&kind=${kind.value}`).catch(() => null);
    if (!found?.duplicates.length) return;
    fill(place, el("div.banner.banner--warn", {}, el("ul", {}, found.duplicates.slice(0, 3).map((row) => el("li", {},
      gettext("附近 %(away)s 另有 %(number)s「%(title)s」", { away: distanceText(row.distance_m), number: row.number, title: row.title }))))));
  }

  body() {
    const values = Object.fromEntries([...new FormData(this.form)].map(([name, value]) => [name, String(value).trim()]));
    const body = { kind: values.kind, source: values.source, title: values.title, text: values.text, risk: {} };
    for (const name of ["reporter_name", "reporter_phone", "place_text"]) if (values[name]) body[name] = values[name];
    for (const name of ["injured", "hazmat", "weapon"]) if (values[name]) body.risk[name] = name === "injured" ? Number(values[name]) : true;
    if (values.exercise) body.exercise = true;
    if (values.chainage) body.chainage = values.chainage;
    else if (values.road) Object.assign(body, { road: values.road, junction: values.junction });
    else if (values.lon && values.lat) Object.assign(body, { lon: Number(values.lon), lat: Number(values.lat), datum: "wgs84" });
    return body;
  }

  async send(event) {
    event.preventDefault();
    for (const field of this.form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
    const said = byId("intake-error");
    said.hidden = true;
    const button = this.form.querySelector("[type=submit]");
    button.disabled = true;
    try {
      const made = await post("incidents/", this.body(), { "Idempotency-Key": this.key });
      this.key = clientKey();
      this.form.reset();
      fill(byId("intake-near"));
      this.dialog.close();
      toast(gettext("已接警 %(number)s", { number: made.number }));
      this.onMade(made);
    } catch (problem) {
      if (!("status" in problem)) throw problem;
      said.textContent = problem.words;
      said.hidden = false;
      this.form.elements[problem.field]?.setAttribute("aria-invalid", "true");
      // A refused body was not stored: a corrected one is a new act.
      if (problem.status >= 400 && problem.status < 500) this.key = clientKey();
    } finally {
      button.disabled = false;
    }
  }
}
