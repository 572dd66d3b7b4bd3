// Names of the watch-list's states and rings.
import { el } from "../dom.js";
import { gettext, page } from "../page.js";

const MARKS = { applied: "info", checked: "info", approved: "go", modifying: "warn", withdrawal_applied: "warn", withdrawal_checked: "warn", withdrawn: "line", expired: "line", refused: "late" };
const NAMES = Object.fromEntries((page.states || []).map((each) => [each.code, each.name]));

export const stateName = (state) => NAMES[state] || state;
export const stateChip = (state) => el(`span.chip.chip--${MARKS[state] || "line"}`, {}, stateName(state));

export const RINGS = [gettext("县界"), gettext("干线"), gettext("网格"), gettext("核心区"), gettext("移动"), gettext("社会")];

const day = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "short", timeZone: page.time_zone || "Asia/Shanghai" });
/** A moment as date and minute of the house's zone. */
export const momentText = (moment) => (moment ? day.format(Date.parse(moment)) : "–");
export const dayText = (moment) => momentText(moment).slice(0, 10);
