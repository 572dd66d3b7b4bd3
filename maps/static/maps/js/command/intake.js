// The form for a new incident, made for ten seconds: place, kind, enter. One key a form: sending twice is harmless.
import { clientKey, post } from "../api.js";
import { byId, el, fill, toast } from "../dom.js";
import { gettext, page } from "../page.js";
import { PlaceField } from "./placefield.js";
import { Similar } from "./similar.js";

export class Intake {
  constructor({ pickPlace, onMade, onSame }) {
    this.dialog = byId("intake");
    this.form = byId("intake-form");
    this.pickPlace = pickPlace;
    this.onMade = onMade;
    this.key = clientKey();
    this.at = null;
    const { kind, exercise, reporter_phone: phone } = this.form.elements;
    fill(kind, (page.kinds || []).map((each) => el("option", { value: each.code }, each.name)));
    this.similar = new Similar(byId("intake-similar"), () => this.known(), (uid) => { this.done(); onSame(uid); });
    this.place = new PlaceField(byId("intake-place"), byId("intake-places"), byId("intake-place-said"), (at) => {
      this.at = at;
      this.similar.soon();
    });
    this.form.addEventListener("submit", (event) => this.send(event));
    this.form.addEventListener("keydown", (event) => { if (event.key === "Enter" && event.ctrlKey) this.form.requestSubmit(); });
    byId("intake-pick").addEventListener("click", () => this.pick());
    for (const each of this.dialog.querySelectorAll("[data-close]")) each.addEventListener("click", () => this.dialog.close());
    kind.addEventListener("change", () => this.similar.soon());
    phone.addEventListener("input", () => this.similar.soon());
    exercise.addEventListener("change", () => { byId("intake-exercise").hidden = !exercise.checked; });
  }

  open(at) {
    if (!this.dialog.open) this.dialog.showModal();
    if (at) this.place.set({ kind: "point", name: "", course_deg: null, ...at });
    else byId("intake-place").focus();
  }

  async pick() {
    this.dialog.close();
    const at = await this.pickPlace();
    this.open(at);
  }

  values() {
    return Object.fromEntries([...new FormData(this.form)].map(([name, value]) => [name, String(value).trim()]));
  }

  known() {
    const values = this.values();
    return { ...values, lon: this.at?.lon ?? null, lat: this.at?.lat ?? null };
  }

  body(at) {
    const values = this.values();
    const body = { kind: values.kind, source: values.source, title: values.title, text: values.text, risk: {} };
    for (const name of ["reporter_name", "reporter_phone", "plate"]) if (values[name]) body[name] = values[name];
    // A name says more than the road it stands at; a kilometre post says itself.
    const named = ["place", "station", "junction"].includes(at.kind) ? at.name : "";
    const where = [named, values.place_text].filter(Boolean).join("，");
    if (where) body.place_text = where;
    for (const name of ["injured", "hazmat", "weapon"]) if (values[name]) body.risk[name] = name === "injured" ? Number(values[name]) : true;
    if (values.exercise) body.exercise = true;
    Object.assign(body, { lon: at.lon, lat: at.lat, datum: "wgs84" });
    if (at.course_deg != null) body.course_deg = at.course_deg;
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
      const at = await this.place.resolved();
      if (!at) return;
      const made = await post("incidents/", this.body(at), { "Idempotency-Key": this.key });
      this.done();
      toast(gettext("已接警 %(number)s", { number: made.number }));
      this.onMade(made);
    } catch (problem) {
      if (!("status" in problem)) throw problem;
      this.refused(problem, said);
    } finally {
      button.disabled = false;
    }
  }

  refused(problem, said) {
    said.textContent = problem.words;
    said.hidden = false;
    if (["lon", "lat", "lon,lat", "chainage"].includes(problem.field)) this.place.fail(problem.words);
    else this.form.elements[problem.field]?.setAttribute("aria-invalid", "true");
    // A refused body was not stored: a corrected one is a new act.
    if (problem.status >= 400 && problem.status < 500) this.key = clientKey();
  }

  done() {
    this.key = clientKey();
    this.form.reset();
    byId("intake-exercise").hidden = true;
    this.at = null;
    this.place.clear();
    this.similar.clear();
    this.dialog.close();
  }
}
