// Pictures of an incident: the small copy is shown, a tap opens the large one.
import { el } from "./dom.js";
import { gettext } from "./page.js";
import { timeText } from "./words.js";

const HEIGHT_PX = 72;

/** A row of small pictures, or null when there are none. */
export function pictures(rows) {
  if (!rows?.length) return null;
  return el("div.row.pictures", {}, rows.map((row, index) => el("a", { href: row.large_url, target: "_blank", rel: "noopener" },
    el("img", { src: row.small_url, height: HEIGHT_PX, loading: "lazy", alt: gettext("现场图片 %(n)s，%(time)s", { n: index + 1, time: timeText(row.taken_at || row.added_at) }) }))));
}
