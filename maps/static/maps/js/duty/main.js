// The phone: reads what is true from the APIs after every event, so that a reload never shows less or more.
import { get, post } from "../api.js";
import { ask } from "../ask.js";
import { everySecond, nowMs, clockSet } from "../clock.js";
import { byId, el, fill, toast } from "../dom.js";
import { Feed } from "../feed.js";
import { gettext } from "../page.js";
import { ageText } from "../words.js";
import { alertStart, alertStop, soundAllow } from "./alert.js";
import { takeStep } from "./steps.js";
import { beforeView, dutyView, offerView, workView } from "./views.js";

const place = byId("duty");
const WAITING = new Set(["offered", "delivered"]);
const OVER = new Set(["declined", "expired", "recalled"]);
let duty = null;
let detail = null;
let shown = "";
let running = null;
let again = false;
const received = new Set();
const told = new Set();

/** Read everything anew; resolves when what is shown is at least as new as this call. */
function load() {
  again = true;
  running ??= (async () => {
    while (again) {
      again = false;
      await loadOnce();
    }
  })().finally(() => { running = null; });
  return running;
}

async function loadOnce() {
  try {
    const [now, mine] = await Promise.all([get("patrols/duty/"), get("assignments/?mine=1&open=1&recalls=1")]);
    clockSet(now.at);
    duty = now;
    for (const row of mine.assignments) if (row.state === "recalled") recalled(row);
    const open = mine.assignments.filter((row) => row.state !== "proposed" && row.state !== "recalled");
    const current = open.find((row) => WAITING.has(row.state)) || open.find((row) => row.state !== "cleared") || open[0];
    detail = current ? await get(`assignments/${current.uid}/`) : null;
    if (OVER.has(detail?.state)) {
      // It ended between the two reads: what stands, and a recall to be told, is in the next look.
      again = true;
      return;
    }
    draw();
    if (detail?.state === "offered") receipt(detail);
  } catch (problem) {
    if (!("status" in problem)) throw problem;
    if (!duty) fill(place, el("p.banner.banner--error", {}, problem.words));
    else toast(problem.words, "error");
  }
}

/** Tell the centre that this phone has it: its own step, timed from sending. */
async function receipt(assignment) {
  const key = `${assignment.uid}:${assignment.fence}`;
  if (received.has(key)) return;
  received.add(key);
  try {
    await takeStep(assignment, "delivered");
  } catch (problem) {
    received.delete(key);
    if (problem.status === 409) load();
  }
}

/** The centre has called this unit back: say so once, and tell the centre that this phone shows it. */
async function recalled(assignment) {
  if (told.has(assignment.uid)) return;
  told.add(assignment.uid);
  lost(gettext("指挥中心已撤回本次派警"));
  try {
    await post(`assignments/${assignment.uid}/seen/`, {});
  } catch (problem) {
    if (!("status" in problem)) throw problem;
    // Not through, or not answered: what is still open is read, said and confirmed with the next look.
    if (!(problem.status >= 400 && problem.status < 500)) told.delete(assignment.uid);
  }
}

/** Take a step and say plainly when the centre has decided otherwise. */
async function act(state, more) {
  for (const button of place.querySelectorAll("button")) button.disabled = true;
  try {
    await takeStep(detail, state, more);
    alertStop();
  } catch (problem) {
    if (!("status" in problem)) throw problem;
    if (problem.status === 409) {
      alertStop();
      lost(problem.words);
    } else toast(problem.words, "error");
  } finally {
    // Buttons stay dead until what they would do is known again: a second tap is not a second step.
    shown = "";
    await load();
    for (const button of place.querySelectorAll("button")) button.disabled = false;
  }
}

function lost(words) {
  document.querySelector(".banner.lost")?.remove();
  const said = el("p.banner.banner--error.lost", { role: "alert" }, words,
    el("button.btn.btn--sm", { type: "button", onclick: () => said.remove() }, gettext("知道了")));
  place.before(said);
}

async function decline() {
  const given = await ask({
    title: gettext("去不了的原因"),
    fields: [
      { name: "choice", label: gettext("原因"), options: [gettext("正在处置其他警情"), gettext("车辆故障"), gettext("道路不通"), gettext("人员受伤"), gettext("其他")].map((text) => [text, text]) },
      { name: "more", label: gettext("补充"), rows: 2 },
    ],
    submit: gettext("拒接"),
    danger: true,
  });
  if (given) await act("declined", { text: [given.choice, given.more].filter(Boolean).join("：") });
}

const tourAct = (name, body, done) => async () => {
  try {
    await post(`patrols/tours/${duty.tour.uid}/${name}/`, body ?? {});
    toast(done);
  } catch (problem) {
    if (!("status" in problem)) throw problem;
    toast(problem.words, "error");
  }
  shown = "";
  await load();
};

async function checkOut() {
  if (await ask({ title: gettext("签退"), text: gettext("签退后不再派警给你。"), danger: true, submit: gettext("签退") })) {
    await tourAct("close", {}, gettext("已签退"))();
  }
}

async function finish(task) {
  const given = await ask({ title: task.title, fields: [{ name: "text", label: gettext("完成情况"), rows: 2 }] });
  if (!given) return;
  try {
    await post(`patrols/tasks/${task.uid}/done/`, { text: given.text });
  } catch (problem) {
    if (!("status" in problem)) throw problem;
    toast(problem.words, "error");
  }
  shown = "";
  await load();
}

function view() {
  if (detail && WAITING.has(detail.state)) return ["offer", () => offerView(detail, { sign: () => act("acknowledged"), decline })];
  if (detail) return ["work", () => workView(detail, { step: (state) => act(state), report: (given) => act("reported", given), decline })];
  if (duty.tour?.state === "open") {
    return ["duty", () => dutyView(duty, {
      pause: tourAct("break-start", null, gettext("开始休息")), resume: tourAct("break-end", null, gettext("已回到岗位")), checkOut, finish,
    })];
  }
  return ["before", () => beforeView(duty, { checkIn: tourAct("open", {}, gettext("已签到")) })];
}

function draw() {
  const [name, make] = view();
  const sign = `${name}|${detail?.uid}|${detail?.state === "delivered" ? "offered" : detail?.state}|${detail?.fence}|${JSON.stringify(duty)}`;
  byId("unit-name").textContent = duty.tour?.unit.call_sign || gettext("勤务");
  const state = byId("unit-state");
  state.textContent = duty.tour?.state === "open" ? (duty.tour.on_break_since ? gettext("休息") : detail ? gettext("执行派警") : gettext("待命")) : gettext("未签到");
  const mark = duty.tour?.state !== "open" ? "off" : duty.tour.on_break_since ? "break" : detail ? (detail.state === "on_scene" ? "scene" : "sent") : "free";
  state.className = `chip chip--${mark}`;
  if (name === "offer") alertStart();
  else alertStop();
  document.body.dataset.view = name;
  if (shown.replace(/"at":"[^"]*"/, "") === sign.replace(/"at":"[^"]*"/, "")) return;
  shown = sign;
  fill(place, make());
  drawRoute();
  tick();
}

let map = null;
let mapFor = null;

/** A small map of the way; the words beside it are enough without it. */
async function drawRoute() {
  map?.remove();
  map = null;
  const at = byId("route-map");
  if (!at || !detail) return;
  const mine = {};
  mapFor = mine;
  try {
    const { makeMap, pin, RouteLine } = await import("../mapview.js");
    if (mapFor !== mine || !at.isConnected) return;
    const made = await makeMap(at, { interactive: detail.state !== "offered" && detail.state !== "delivered" });
    if (mapFor !== mine) {
      made.remove();
      return;
    }
    map = made;
    const summary = detail.incident_summary;
    pin(map, summary.lat, summary.lon);
    const line = new RouteLine(map).show(detail.route);
    if (line) {
      const start = detail.route[0];
      window.L.circleMarker([start[1], start[0]], { radius: 8, className: "start", weight: 3 }).addTo(map);
      // The buttons lie over the foot of a long page, the head of the pin stands above its point.
      map.fitBounds(line.getBounds().extend([summary.lat, summary.lon]), {
        paddingTopLeft: [24, 40], paddingBottomRight: [24, 16 + covered(at)], maxZoom: 16, animate: false,
      });
    } else map.setView([summary.lat, summary.lon], 15);
  } catch (problem) {
    console.warn("map:", problem.message);
    at.hidden = true;
  }
}

/** Pixels of a map's foot that the buttons hide. */
function covered(at) {
  const buttons = place.querySelector(".bottom");
  const hidden = buttons ? at.getBoundingClientRect().bottom - buttons.getBoundingClientRect().top : 0;
  return Math.min(Math.max(0, hidden), at.clientHeight / 3);
}

function tick() {
  const ring = byId("sign-ring");
  if (!ring || !detail?.sign_by) return;
  const left = (Date.parse(detail.sign_by) - nowMs()) / 1000;
  const whole = (Date.parse(detail.sign_by) - Date.parse(detail.offered_at)) / 1000;
  ring.hidden = false;
  ring.firstChild.textContent = String(Math.max(0, Math.ceil(left)));
  ring.style.setProperty("--p", String(Math.max(0, left / Math.max(1, whole))));
  ring.classList.toggle("ring--late", left < whole / 3);
  if (left < -1.5) load();
}

everySecond(tick);

const age = byId("feed-age");
new Feed("own=1", {
  change: ({ topic, payload }) => {
    if (topic === "incidents.assignment_recalled" && payload.assignment) recalled(payload.assignment);
    load();
  },
  reset: () => load(),
  age(seconds, late) {
    age.hidden = !late;
    age.textContent = late ? gettext("与指挥中心断开 %(age)s，请留意电台", { age: ageText(seconds) }) : "";
  },
});

byId("sound").addEventListener("click", (event) => {
  soundAllow();
  event.currentTarget.setAttribute("aria-pressed", "true");
  event.currentTarget.querySelector("span").textContent = gettext("声音已开");
});
// Any first touch is permission enough.
document.addEventListener("pointerdown", () => byId("sound").getAttribute("aria-pressed") === "false" && byId("sound").click(), { once: true });

document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && load());
load();
