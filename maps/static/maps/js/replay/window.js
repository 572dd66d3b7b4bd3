// The form of a replay: which window, and why. Times are those of the deployment, whatever zone this computer is in.
import { nowMs } from "../clock.js";
import { gettext, page } from "../page.js";

const parts = new Intl.DateTimeFormat("sv-SE", {
  timeZone: page.time_zone || "Asia/Shanghai", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
});

/** An instant as a form's local time: 2026-11-21T14:30. */
export const localText = (ms) => parts.format(ms).replace(" ", "T");

/** A form's local time as ISO 8601 with the offset that the deployment's zone has then; "" for none. */
export function isoText(local) {
  if (!local) return "";
  const asUtc = Date.parse(`${local.slice(0, 16)}:00Z`);
  if (Number.isNaN(asUtc)) return local;
  const offset = Math.round((Date.parse(`${localText(asUtc)}:00Z`) - asUtc) / 60000);
  const two = (number) => String(Math.floor(Math.abs(number))).padStart(2, "0");
  return `${local.slice(0, 16)}:00${offset < 0 ? "-" : "+"}${two(offset / 60)}:${two(offset % 60)}`;
}

/** Fill in the window of an address (`from/to`), or the last hour. */
export function formBegun(form, given) {
  const [from, to] = (given || "").split("/");
  const hour = nowMs() - 3_600_000;
  // The running minute counts, too: the server ends at its own now.
  const soon = nowMs() + 59_999;
  form.from.value = /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(from) ? from.slice(0, 16) : localText(hour);
  form.to.value = /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(to || "") ? to.slice(0, 16) : localText(soon);
  form.reason.focus();
}

export function formRead(form) {
  return { from: isoText(form.from.value), to: isoText(form.to.value), reason: form.reason.value };
}

/** Say what is wrong beside its field; null clears it. */
export function problemShown(form, problem) {
  for (const place of form.querySelectorAll("[data-error]")) {
    const here = problem && (place.dataset.error === problem.field || (place.dataset.error === "" && !form.querySelector(`[data-error="${problem.field}"]`)));
    place.textContent = here ? problem.words || gettext("请求失败") : "";
    place.hidden = !here;
    const input = form.elements[place.dataset.error];
    if (!input) continue;
    input.toggleAttribute("aria-invalid", Boolean(here));
    if (here) {
      input.setAttribute("aria-invalid", "true");
      input.focus();
    }
  }
}
