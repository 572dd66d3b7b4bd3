// An offer that waits for a signature: what, where, how far, how long still, and one button for the thumb.
import { nowMs } from "../clock.js";
import { el } from "../dom.js";
import { gettext } from "../page.js";
import { pictures } from "../pictures.js";
import { clockText, distanceText, GRADES, kindName, timeText } from "../words.js";
import { mapButton } from "./mapview.js";

/** Where it is, in large. */
export function placeOf(summary) {
  return el("div", {},
    el("p.place", {}, summary.chainage_text || summary.place_text || `${summary.lon.toFixed(5)}, ${summary.lat.toFixed(5)}`),
    summary.chainage_text && summary.place_text && el("p.muted", {}, summary.place_text));
}

/** How far and how long by road, as it was when the unit was sent. */
export function travelOf(assignment) {
  if (assignment.predicted_travel_s == null) return null;
  const arrive = nowMs() + assignment.predicted_travel_s * 1000;
  return el("div.travel", {},
    el("p", {}, el("b", {}, distanceText(assignment.predicted_road_m) || "–"), el("span", {}, gettext("按道路算"))),
    el("p", {}, el("b", {}, clockText(assignment.predicted_travel_s)), el("span", {}, gettext("预计 %(time)s 到", { time: timeText(arrive).slice(0, 5) }))));
}

export function offerView(detail, { sign, decline }) {
  const summary = detail.incident_summary;
  return el(`section.offer-card.offer-card--${summary.grade || "none"}`, { "aria-live": "assertive" },
    el("header", {}, el("p", {}, el("b", {}, GRADES[summary.grade] || ""), " · ", kindName(summary.kind), " · ", summary.number),
      el("h1", {}, summary.title || kindName(summary.kind))),
    summary.exercise && el("p.stripe", {}, gettext("演练警情")),
    el("div.offer-card__body", {},
      placeOf(summary),
      el("div.row", {}, travelOf(detail), el("span.ring.ring--big.push", { id: "sign-ring", hidden: !detail.sign_by }, el("span", {}))),
      detail.text && el("p", {}, detail.text),
      pictures(detail.attachments),
      ...mapButton()),
    el("p.offer-card__body.why", {}, el("span.muted", {}, gettext("为何是你")), " ", detail.reasons.map((reason) => reason.text).join("；")),
    el("footer.bottom", {},
      el("button.btn.btn--primary.btn--giant", { type: "button", id: "sign", onclick: sign }, gettext("签收")),
      el("button.btn.btn--touch", { type: "button", id: "decline", onclick: decline }, gettext("去不了…")),
      el("p.muted", {}, gettext("未按时签收将自动改派其他单元"))));
}
