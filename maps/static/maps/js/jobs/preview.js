// What a dry run would put on the map: drawn once for each job and kept while the list is read anew.
import { el } from "../dom.js";
import { gettext } from "../page.js";

const places = new Map();

const turned = (line) => line.map(([lon, lat]) => [lat, lon]);

async function draw(place, rows) {
  const { makeMap, pin } = await import("../mapview.js");
  const map = await makeMap(place);
  const drawn = rows.map((row) => (row.point
    ? pin(map, row.point[1], row.point[0])
    : window.L.polyline(row.lines.map(turned), { className: "job__line", weight: 4 }).addTo(map))
    .bindTooltip(row.line ? gettext("第 %(line)s 行：%(text)s", { line: row.line, text: row.name }) : row.name || gettext("无名道路")));
  map.fitBounds(window.L.featureGroup(drawn).getBounds(), { padding: [24, 24], maxZoom: 15, animate: false });
}

/** A map that is drawn when somebody opens it; null where nothing has a place. */
export function preview(job) {
  const { preview: rows, preview_left_out: left } = job.result || {};
  if (!rows?.length) return null;
  let whole = places.get(job.uid);
  if (!whole) {
    const map = el("div.job__map");
    whole = el("details.job__preview", {},
      el("summary", {}, gettext("在地图上看 %(n)s 处", { n: rows.length })),
      left > 0 && el("p.muted", {}, gettext("另有 %(n)s 处未画出", { n: left })), map);
    whole.addEventListener("toggle", () => {
      if (whole.open && !map.dataset.drawn) {
        map.dataset.drawn = "yes";
        draw(map, rows).catch((problem) => {
          console.warn("map:", problem.message);
          map.replaceWith(el("p.banner.banner--warn", {}, gettext("地图没有画出来")));
        });
      }
    });
    places.set(job.uid, whole);
  }
  return whole;
}
