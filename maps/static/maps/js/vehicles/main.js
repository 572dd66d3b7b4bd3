// Looking passages up, and one vehicle's way. Reason and case are asked for first, and go with every question.
import { post } from "../api.js";
import { nowMs } from "../clock.js";
import { byId, el, fill } from "../dom.js";
import { gettext, page } from "../page.js";
import { stateBlock } from "../parts.js";
import { passageTable } from "./table.js";
import { showVehicle } from "./vehicle.js";

const HOUR_MS = 3_600_000;
const DAYS = 7;
const MOST = 200;
const form = byId("search");
const found = byId("found");
let wanted = 0;

const local = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "short", timeZone: page.time_zone || "Asia/Shanghai" });
const inputTime = (ms) => local.format(ms).replace(" ", "T");

function times() {
  form.elements.since.value = inputTime(nowMs() - DAYS * 24 * HOUR_MS);
  form.elements.until.value = inputTime(nowMs() + 60_000);
}
form.addEventListener("reset", () => setTimeout(times));
times();

/** What is asked, as the API takes it. */
function asked() {
  const given = new FormData(form);
  const body = Object.fromEntries([...given].filter(([, value]) => String(value).trim()).map(([name, value]) => [name, String(value).trim()]));
  body.alike = given.has("alike");
  if (body.cameras) body.cameras = [body.cameras];
  if (body.rings) body.rings = [Number(body.rings)];
  return body;
}

function fault(problem) {
  for (const place of form.querySelectorAll("[data-field]")) {
    place.querySelector(".field__error").hidden = true;
    place.querySelector(".input").removeAttribute("aria-invalid");
  }
  const banner = byId("search-error");
  banner.hidden = true;
  if (!problem) return;
  let first = null;
  for (const each of problem.details.length ? problem.details : [problem]) {
    const place = form.querySelector(`[data-field="${CSS.escape(each.field || "")}"]`);
    const words = each.cure ? `${each.message}（${each.cure}）` : each.message;
    if (!place) { banner.textContent = words; banner.hidden = false; continue; }
    place.closest("details")?.setAttribute("open", "");
    Object.assign(place.querySelector(".field__error"), { textContent: words, hidden: false });
    place.querySelector(".input").setAttribute("aria-invalid", "true");
    first ||= place.querySelector(".input");
  }
  first?.focus();
}

/** A whole plate without anything else: the vehicle itself. */
const isVehicle = (body) => body.plate && !/[?*？＊]/.test(body.plate) && !body.alike && !["cameras", "rings", "axis", "colour", "vehicle_class", "vehicle_colour"].some((name) => body[name]);

async function search(body) {
  const mine = ++wanted;
  fault(null);
  byId("way").hidden = true;
  fill(byId("rest"));
  fill(found, el("p.state.state--loading", {}, gettext("正在查询…")));
  try {
    if (isVehicle(body)) {
      const { plate, since, until, reason, case: number } = body;
      const told = await post("recognition/vehicles/way/", { plate, since, until, reason, case: number });
      if (mine === wanted) await showVehicle(told);
    } else {
      const { features } = await post("recognition/passages/search/", { ...body, limit: MOST, with_pictures: true });
      if (mine === wanted) passages(features, body);
    }
  } catch (problem) {
    if (!("status" in problem)) throw problem;
    if (mine !== wanted) return;
    fill(found, stateBlock("error", gettext("没有查成"), problem.words));
    fault(problem);
  }
}

function passages(features, body) {
  if (!features.length) return fill(found, stateBlock("empty", gettext("没有符合条件的过车"), gettext("可放宽时间或号牌；本次查询已留痕。")));
  return fill(found, el("section.card.stack", {}, el("h2", {}, gettext("过车 %(n)s 条", { n: features.length })),
    features.length >= MOST && el("p.notice", {}, gettext("只列最近 %(n)s 条，请缩小范围。", { n: MOST })),
    passageTable(features, { onPlate: (plate) => {
      // The same reason and case: another question of the same inquiry, and on the record as one of its own.
      form.elements.plate.value = plate;
      form.elements.alike.checked = false;
      for (const name of ["cameras", "rings", "axis", "colour", "vehicle_class", "vehicle_colour"]) form.elements[name].value = "";
      search({ plate, since: body.since, until: body.until, reason: body.reason, case: body.case });
    } })));
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  search(asked());
});
