// How a camera's state is said: its last sign, its share of plates read, its clock.
import { secondsSince } from "../clock.js";
import { el } from "../dom.js";
import { gettext } from "../page.js";
import { ageStamp } from "../parts.js";
import { ageText } from "../words.js";

const QUIET_S = { late: 1800, stale: 7200 };
const CLOCK_OFF_S = 2;

/** How long nothing came, and whether its sender is known to be off line. */
export function lastSign(row) {
  if (!row.last_received_at) return ageStamp("unknown", gettext("没有收到过"));
  const seconds = secondsSince(row.last_received_at);
  const age = row.online === false || seconds > QUIET_S.stale ? "stale" : seconds > QUIET_S.late ? "late" : "fresh";
  return ageStamp(age, row.online === false ? gettext("离线，%(age)s前", { age: ageText(seconds) }) : gettext("%(age)s前", { age: ageText(seconds) }));
}

export const shareText = (share) => (share == null ? "–" : `${(share * 100).toFixed(1)}%`);

/** A clock that is off, in words; nothing where nothing is certain. */
export function clockChip(row) {
  if (!row.offset_s || Math.abs(row.offset_s) < CLOCK_OFF_S) return null;
  const words = row.offset_s < 0 ? gettext("快 %(n)s", { n: ageText(-row.offset_s) }) : gettext("慢 %(n)s", { n: ageText(row.offset_s) });
  return el("span.chip.chip--warn", {}, words);
}
