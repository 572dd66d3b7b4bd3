// One camera: its week by day and night, its clock, when nothing came; and who passed last, after reason and case.
import { get, post } from "../api.js";
import { nowMs } from "../clock.js";
import { ask } from "../ask.js";
import { byId, el, fill, toast } from "../dom.js";
import { gettext, page } from "../page.js";
import { icon, stateBlock } from "../parts.js";
import { plate, sureText } from "../plates.js";
import { carWords } from "../vehicles/table.js";
import { momentText, RINGS } from "../watchlist/words.js";
import { ageText, timeText } from "../words.js";
import { clockChip, lastSign, shareText } from "./words.js";

const HOUR_MS = 3_600_000;
const LOOKED_BACK_H = 24;
const PICTURES = 24;
const place = byId("camera");
let wanted = 0;

const pair = (term, ...value) => [el("dt", {}, term), el("dd", {}, ...value)];
const close = () => { place.hidden = true; history.replaceState(null, "", location.pathname); };

/** Show the camera of this code above the list. */
export async function showCamera(code) {
  const mine = ++wanted;
  place.hidden = false;
  fill(place, el("p.state.state--loading", {}, gettext("正在读取…")));
  place.scrollIntoView({ block: "start" });
  try {
    const camera = await get(`recognition/cameras/${encodeURIComponent(code)}/`);
    if (mine === wanted) draw(camera);
  } catch (problem) {
    if (!("status" in problem)) throw problem;
    if (mine === wanted) fill(place, stateBlock("error", gettext("打不开这台摄像机"), problem.words, el("button.btn.btn--sm", { type: "button", onclick: () => showCamera(code) }, gettext("重试"))));
  }
}

function draw(camera) {
  const wall = el("div.stack", {});
  const rate = (share, least, name) => el(`div.sum${share != null && share < least ? ".sum--late" : ""}`, {}, el("dd", {}, shareText(share)), el("dt", {}, name));
  fill(place,
    el("div.row", {}, el("h2", { tabIndex: -1 }, camera.name), el("span.chip", {}, RINGS[camera.ring - 1]), camera.is_private && el("span.chip.chip--line", {}, gettext("社会面")), lastSign(camera),
      el("button.btn.btn--quiet.btn--icon.btn--sm.push", { type: "button", "aria-label": gettext("关闭"), onclick: close }, icon("close"))),
    el("dl.sums", {}, rate(camera.rate.day, camera.wanted.day, gettext("白天识读率（7 天）")), rate(camera.rate.night, camera.wanted.night, gettext("夜间识读率（7 天）")),
      el("div.sum", {}, el("dd", {}, `${camera.wrong} / ${camera.alarms}`), el("dt", {}, gettext("错报 / 预警（30 天）")))),
    el("dl.kv", {}, pair(gettext("编号"), camera.code), pair(gettext("卡口"), camera.checkpoint || "–"), pair(gettext("机构"), camera.organisation),
      pair(gettext("时钟"), camera.offset_s == null ? gettext("还没有数据") : clockChip(camera) ? [clockChip(camera), " ", gettext("比对时已校正")] : gettext("没有发现偏差"))),
    el("div.camera-parts", {},
      el("section.stack", {}, el("h3", {}, gettext("每天识读")), days(camera)),
      el("section.stack", {}, el("h3", {}, gettext("无过车时段（%(n)s 分钟以上，7 天）", { n: camera.gap_minutes })), gaps(camera))),
    el("h3", {}, gettext("最近过车")), wall);
  if (page.may.lookup) fill(wall, el("p.row", {}, el("span.muted", {}, gettext("过车涉及他人，查看须写明理由和案件编号并留痕。")), el("button.btn", { type: "button", onclick: () => pictures(camera, wall) }, gettext("查看最近过车…"))));
  else fill(wall, el("p.muted", {}, gettext("您的角色不能查看过车。")));
  place.querySelector("h2").focus({ preventScroll: true });
}

function days(camera) {
  if (!camera.days.length) return stateBlock("empty", gettext("7 天内没有过车"));
  const by = new Map();
  for (const row of camera.days) by.set(row.day, { ...by.get(row.day), [row.by_day ? "day" : "night"]: row });
  const cell = (row, least) => {
    const share = row?.with_plate ? row.read / row.with_plate : null;
    return el(`td.num${share != null && share < least ? ".is-low" : ""}`, {}, shareText(share));
  };
  return el("div.table-scroll", { tabIndex: 0, role: "region", "aria-label": gettext("每天识读") }, el("table.table.table--dense", {},
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, gettext("日期")), [gettext("过车"), gettext("白天"), gettext("夜间")].map((name) => el("th.num", { scope: "col" }, name)))),
    el("tbody", {}, [...by].map(([day, row]) => el("tr", {}, el("th", { scope: "row" }, day), el("td.num", {}, ((row.day?.passages || 0) + (row.night?.passages || 0)).toLocaleString()), cell(row.day, camera.wanted.day), cell(row.night, camera.wanted.night))))));
}

function gaps(camera) {
  if (!camera.gaps.length) return stateBlock("empty", camera.days.length ? gettext("没有") : gettext("7 天内没有过车"));
  return el("ul.plain-list", {}, camera.gaps.map((gap) => el("li.row", {}, el("time", {}, momentText(gap.since)), "–", gap.open ? el("span.chip.chip--late", {}, gettext("至今")) : el("time", {}, momentText(gap.until)),
    el("small", {}, ageText((Date.parse(gap.until) - Date.parse(gap.since)) / 1000)))));
}

async function pictures(camera, wall) {
  const given = await ask({
    title: gettext("查看 %(name)s 的最近过车", { name: camera.name }), text: gettext("本次查看会留痕。"),
    fields: [{ name: "reason", label: gettext("查看理由"), required: true }, { name: "case", label: gettext("案件编号"), required: true }], submit: gettext("查看"),
  });
  if (!given) return;
  fill(wall, el("p.state.state--loading", {}, gettext("正在读取…")));
  try {
    const { features } = await post("recognition/passages/search/", {
      ...given, cameras: [camera.code], since: new Date(nowMs() - LOOKED_BACK_H * HOUR_MS + 1000).toISOString(), until: new Date(nowMs()).toISOString(), limit: PICTURES, with_pictures: true,
    });
    if (!features.length) return fill(wall, stateBlock("empty", gettext("24 小时内没有过车"), gettext("本次查看已留痕。")));
    return fill(wall, el("ul.wall", {}, features.map(({ properties: row }) => {
      const scene = row.shown.find((one) => !one.is_plate) || row.shown[0];
      return el("li.wall__car", {},
        scene ? el("a", { href: scene.url, target: "_blank", rel: "noopener", "aria-label": gettext("过车照片") }, el("img", { src: scene.url, loading: "lazy", alt: gettext("过车照片") })) : el("span.wall__none", {}, gettext("没有图片")),
        el("p.row", {}, row.plate ? plate(row.plate, { colour: row.colour }) : el("span.muted", {}, row.reading === "no_plate" ? gettext("无牌") : gettext("未识别")), el("time.push", {}, timeText(row.passed_at))),
        el("small", {}, [carWords(row), sureText(row.reliability)].filter(Boolean).join(" · ")));
    })));
  } catch (problem) {
    if (!("status" in problem)) throw problem;
    toast(problem.words, "error");
    return fill(wall, stateBlock("error", gettext("没有查成"), problem.words, el("button.btn.btn--sm", { type: "button", onclick: () => pictures(camera, wall) }, gettext("重试"))));
  }
}
