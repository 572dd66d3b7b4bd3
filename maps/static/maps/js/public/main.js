// What scripts add to the public pages: a map, "where I stand", printing. Everything else works without them.
import { byId, el } from "../dom.js";
import { gettext, page } from "../page.js";

const here = byId("here");
if (here && navigator.geolocation) {
  const note = byId("here-note");
  const say = (text) => {
    note.textContent = text;
    note.hidden = !text;
  };
  here.hidden = false;
  here.addEventListener("click", () => {
    say(gettext("正在定位…"));
    // Browsers give WGS-84, in mainland China too.
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => location.assign(`${here.dataset.address || "/"}?lon=${coords.longitude.toFixed(6)}&lat=${coords.latitude.toFixed(6)}&datum=wgs84`),
      () => say(gettext("没有得到位置。请允许定位，或直接搜索道路、点地图。")),
      { enableHighAccuracy: true, timeout: 10000 },
    );
  });
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

async function start() {
  const place = byId("map");
  if (!place) return;
  const { makeMap, pin } = await import("../mapview.js");
  const lines = (page.lines || (page.line ? [page.line] : [])).flat();
  const map = await makeMap(place, { lines });
  const marks = (page.marks || []).map(([lon, lat, name, href]) => {
    const mark = pin(map, lat, lon);
    if (name) mark.bindPopup(href ? el("a", { href }, name) : name);
    return mark;
  });
  if (lines.length) map.fitBounds(lines.flat().map(([lon, lat]) => [lat, lon]), { padding: [24, 24], maxZoom: 16, animate: false });
  else if (marks.length === 1) map.setView(marks[0].getLatLng(), 15, { animate: false });
  else if (marks.length) map.fitBounds(window.L.featureGroup(marks).getBounds(), { padding: [24, 24], maxZoom: 15, animate: false });
  if (page.picking) {
    byId("map-hint").hidden = false;
    map.on("click", ({ latlng }) => location.assign(`/?lon=${latlng.lng.toFixed(6)}&lat=${latlng.lat.toFixed(6)}&datum=wgs84`));
  }
}

start().catch((problem) => {
  console.warn("map:", problem.message);
  document.querySelector(".small-map")?.remove();
});
