// Open cases like the one being typed: of the same caller, and nearby. "The same" adds a report to a case instead of a second case.
import { clientKey, get, post } from "../api.js";
import { el, fill, toast } from "../dom.js";
import { gettext, page } from "../page.js";
import { distanceText, INCIDENT_STATES, kindName, timeText } from "../words.js";

const WAIT_MS = 250;
const SHOWN = 3;

/** A whole number: a mobile one has eleven digits, others seven at least. Every look-up is written down. */
function isWhole(phone) {
  const digits = phone.replace(/\D/g, "");
  return digits.length >= (digits.startsWith("1") ? 11 : 7);
}

export class Similar {
  /** `known()` gives what the form knows: {lon, lat, kind, reporter_phone, reporter_name, source, text}. */
  constructor(place, known, onSame) {
    this.place = place;
    this.known = known;
    this.onSame = onSame;
    this.asked = 0;
    this.key = clientKey();
  }

  clear() {
    this.asked += 1;
    clearTimeout(this.waiting);
    this.key = clientKey();
    fill(this.place);
  }

  soon() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.ask(), WAIT_MS);
  }

  async ask() {
    this.asked += 1;
    const turn = this.asked;
    const { lon, lat, kind, reporter_phone: phone } = this.known();
    const called = page.may.lookup && isWhole(phone);
    if (lon == null && !called) {
      fill(this.place);
      return;
    }
    const body = { kind, reporter_phone: called ? phone : "", ...(lon == null ? {} : { lon, lat, datum: "wgs84" }) };
    // Who may not look callers up sees what is nearby.
    const asking = page.may.lookup ? post("incidents/similar/", body)
      : get(`incidents/duplicates/?lon=${lon}&lat=${lat}&datum=wgs84&kind=${kind}`).then(({ duplicates }) => ({ of_caller: [], near: duplicates }));
    const found = await asking.catch((problem) => {
      if (!("status" in problem)) throw problem;
      return null;
    });
    if (!found || turn !== this.asked) return;
    const seen = new Set();
    const rows = [
      ...found.of_caller.map((row) => ({ ...row, why: gettext("同一号码，%(time)s 接警", { time: timeText(row.received_at) }) })),
      ...found.near.map((row) => ({ ...row, why: gettext("相距 %(away)s", { away: distanceText(row.distance_m) }) })),
    ].filter((row) => !seen.has(row.uid) && seen.add(row.uid));
    fill(this.place, rows.length > 0 && el("section.banner.banner--warn.similar", { "aria-label": gettext("可能是同一件") },
      el("b", {}, gettext("可能是同一件")),
      el("ul", {}, rows.slice(0, SHOWN).map((row) => this.row(row)))));
  }

  row(row) {
    return el("li.similar__row", {},
      el("span", {}, `${row.number} ${row.title || kindName(row.kind)}`, el("small", {}, ` ${INCIDENT_STATES[row.state]} · ${row.why}`)),
      el("button.btn.btn--sm", { type: "button", onclick: (event) => this.same(row, event.currentTarget) }, gettext("就是这件")));
  }

  async same(row, button) {
    button.disabled = true;
    const { source, text, reporter_name: name, reporter_phone: phone } = this.known();
    try {
      await post(`incidents/${row.uid}/reports/`, { source, text, reporter_name: name, reporter_phone: phone }, { "Idempotency-Key": this.key });
      toast(gettext("已并入 %(number)s 的报警记录", { number: row.number }), "ok");
      this.onSame(row.uid);
    } catch (problem) {
      if (!("status" in problem)) throw problem;
      if (problem.status >= 400 && problem.status < 500) this.key = clientKey();
      toast(problem.words, "error");
      button.disabled = false;
    }
  }
}
