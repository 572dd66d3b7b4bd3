// Passages as a table, on a phone as cards, with pictures.
import { el } from "../dom.js";
import { gettext } from "../page.js";
import { plate, PLATE_COLOURS, speedText, sureText } from "../plates.js";
import { momentText } from "../watchlist/words.js";

/** Pictures of one passage, small; each opens whole. */
export const thumbs = (shown) => shown.map((one) => {
  const words = one.is_plate ? gettext("车牌特写") : gettext("过车照片");
  return el("a.thumb", { href: one.url, target: "_blank", rel: "noopener", "aria-label": words }, el("img", { src: one.url, loading: "lazy", alt: words }));
});

export const carWords = (row) => [row.vehicle_colour, row.vehicle_class, PLATE_COLOURS[row.colour] && gettext("%(colour)s牌", { colour: PLATE_COLOURS[row.colour] })].filter(Boolean).join(" · ");

/** `onPlate(plate)`: a press on a plate; without it plates are plain. `numbered`: rows carry their number on the map. */
export function passageTable(features, { onPlate = null, numbered = false } = {}) {
  const head = [numbered && gettext("序"), gettext("时间"), gettext("号牌"), gettext("卡口"), gettext("特征"), gettext("可信度"), gettext("图片")].filter(Boolean);
  return el("div.table-scroll", { tabIndex: 0, role: "region", "aria-label": gettext("过车列表") }, el("table.table.cards", {},
    el("thead", {}, el("tr", {}, head.map((name) => el("th", { scope: "col" }, name)))),
    el("tbody", {}, features.map(({ id, properties: row, number }) => el("tr", { dataset: { passage: id } },
      numbered && el("td", {}, number ? el("b.track-number", {}, String(number)) : "–"),
      el("td", {}, el("time", {}, momentText(row.passed_at)), row.clock && el("span.chip.chip--warn", {}, row.clock === "corrected" ? gettext("已校时") : gettext("时间存疑"))),
      el("td", {}, row.plate ? (onPlate ? el("button.link", { type: "button", onclick: () => onPlate(row.plate) }, plate(row.plate, { colour: row.colour })) : plate(row.plate, { colour: row.colour })) : el("span.muted", {}, row.reading === "no_plate" ? gettext("无牌") : row.plate_text || gettext("未识别"))),
      el("td", {}, el("span", {}, row.camera_name), el("small.block", {}, row.place_text)),
      el("td", {}, carWords(row) || "–", row.speed_mps != null && el("small.block", {}, speedText(row.speed_mps))),
      el("td", {}, sureText(row.reliability)),
      el("td", {}, row.shown.length ? el("div.thumbs", {}, thumbs(row.shown)) : "–"))))));
}
