// A past window of the command map, played again: never live, and it says so.
import { get, post } from "../api.js";
import { byId, el, fill } from "../dom.js";
import { gettext, page } from "../page.js";
import { icon, stateBlock, unitChip } from "../parts.js";
import { ASSIGNMENT_STATES, clockText, INCIDENT_STATES, kindName, timeText, UNIT_KINDS } from "../words.js";
import { SpeedGraph } from "./graph.js";
import { Tape } from "./tape.js";
import { formBegun, formRead, problemShown } from "./window.js";

const SPEEDS = [1, 2, 5, 10, 20];
const FRESH_S = 60;
const AGED_S = 300;

const form = byId("replay-form");
const scrub = byId("scrub");
const graph = new SpeedGraph(byId("speed-graph"), (second) => seek(second));
let tape = null;
let second = 0;
let playing = false;
let speed = 10;
let chosen = null;
let last = 0;
let drawnSecond = -1;
let view = null;

/** The map, its layers; made once, since it costs most. */
async function theMap() {
  const [{ newMap }, { UnitLayer }, { CaseLayer }] = await Promise.all([import("../mapview.js"), import("../map/units.js"), import("../map/cases.js")]);
  const map = newMap(byId("map"));
  const units = new UnitLayer(map, { unit: choose, group: (ids) => group(ids), followed: followShown }, { glides: false });
  const incidents = new CaseLayer(map, { incident: jumpTo });
  map.on("click", ({ containerPoint }) => incidents.press(containerPoint) || units.press(containerPoint));
  map.ready.then((base) => { if (base.failed) byId("map-note").hidden = false; });
  return { map, units, incidents };
}

async function load(wanted) {
  fill(byId("replay-state"), stateBlock("loading", gettext("正在读取轨迹…")));
  form.querySelector("[type=submit]").disabled = true;
  problemShown(form, null);
  try {
    const answer = await post("/command/replay/", wanted);
    tape = new Tape(answer);
    view = await ready;
    begin();
  } catch (problem) {
    if (!("status" in problem)) throw problem;
    fill(byId("replay-state"));
    problemShown(form, problem);
  } finally {
    form.querySelector("[type=submit]").disabled = false;
  }
}

function begin() {
  document.body.classList.add("has-tape");
  byId("replay-what").textContent = gettext("回放 %(from)s – %(to)s，不是现在", { from: dayTime(tape.startMs), to: timeText(tape.momentAt(tape.lengthS)) });
  byId("replay-setup").open = false;
  byId("player").hidden = false;
  scrub.max = String(Math.floor(tape.lengthS));
  const heard = [...tape.tracks.values()].filter((track) => track.t.length);
  view.units.keepOnly(new Set());
  view.incidents.keepOnly(new Set());
  fill(byId("replay-state"), heard.length ? el("p.muted", {}, gettext("%(units)s 个单元，%(cases)s 起警情；轨迹点间隔 %(n)s 秒", { units: heard.length, cases: tape.incidents.length, n: tape.stepS }))
    : stateBlock("empty", gettext("这段时间没有轨迹"), gettext("没有单元在勤，或轨迹已按保存期限删除")));
  drawLists(heard);
  const query = new URLSearchParams(location.search);
  const unit = heard.find((track) => track.tour === query.get("unit"));
  const incident = tape.incidents.find((row) => row.uid === query.get("incident"));
  seek(incident ? tape.secondOf(incident.received_at) : 0);
  if (unit) choose(unit.tour_id);
  if (incident) view.map.setView([incident.lat, incident.lon], 14, { animate: false });
  play(heard.length > 0);
  byId("play").focus();
}

const dayTime = (ms) => `${new Intl.DateTimeFormat("zh-CN", { month: "numeric", day: "numeric", timeZone: page.time_zone }).format(ms)} ${timeText(ms)}`;

function drawLists(heard) {
  byId("tab-count").textContent = tape.incidents.length;
  fill(byId("replay-incidents"), tape.incidents.length ? tape.incidents.map((row) => el("li", { dataset: { uid: row.uid } },
    el("button.replay-case", { type: "button", onclick: () => jumpTo(row.uid) }, el("b", {}, row.title || kindName(row.kind)), el("small", {}, row.number)),
    el("ol", {}, row.steps.filter((step) => step.s >= 0 && step.s <= tape.lengthS).map((step) => el("li", {},
      el("button.replay-step", { type: "button", dataset: { s: step.s }, onclick: () => seek(step.s) },
        el("time", {}, timeText(tape.momentAt(step.s))), " ", step.call_sign ? `${step.call_sign} ${ASSIGNMENT_STATES[step.state] || step.state}` : INCIDENT_STATES[step.state] || step.state))))))
    : el("li", {}, stateBlock("empty", gettext("这段时间没有警情"))));
  fill(byId("replay-units"), heard.map((track) => el("option", { value: String(track.tour_id) }, `${track.call_sign} · ${UNIT_KINDS[track.kind] || track.kind}`)));
  byId("replay-units").prepend(el("option", { value: "" }, gettext("不跟随")));
}

function jumpTo(uid) {
  const row = tape.incidents.find((each) => each.uid === uid);
  if (!row) return;
  seek(Math.max(0, tape.secondOf(row.received_at)));
  view.map.setView([row.lat, row.lon], Math.max(view.map.getZoom(), 14), { animate: false });
}

function group(ids) {
  const first = tape.tracks.get(ids[0]);
  const where = first && tape.unitAt(first, second);
  if (where && view.map.getZoom() < view.map.getMaxZoom()) view.map.setView([where.lat, where.lon], view.map.getZoom() + 2);
  else choose(ids[0]);
}

/** Look at one unit: its speeds, its stops; it is kept in view. Null looks at nobody. */
function choose(tourId) {
  chosen = tourId;
  const track = tape.tracks.get(tourId);
  byId("replay-units").value = tourId == null ? "" : String(tourId);
  byId("unit-part").hidden = !track;
  byId("speed-graph").hidden = !track;
  graph.show(tape, track);
  view.units.choose(tourId);
  draw(true);
  view.units.follow(tourId);
  if (!track) return;
  byId("mock-note").hidden = !track.has_mock;
  fill(byId("stops"), track.stops.length ? track.stops.map((stop) => el("li", {},
    el("button.replay-step", { type: "button", onclick: () => { seek(stop.from_s); view.map.panTo([stop.lat, stop.lon], { animate: false }); } },
      `${timeText(tape.momentAt(stop.from_s))} – ${timeText(tape.momentAt(stop.to_s))} · ${clockText(stop.to_s - stop.from_s)}`)))
    : el("li", {}, el("small", {}, gettext("没有停留 2 分钟以上"))));
}

function followShown(tourId) {
  byId("follow").setAttribute("aria-pressed", String(tourId != null));
}

function follow() {
  view.units.follow(view.units.followed == null ? chosen : null);
}

function seek(to) {
  second = Math.max(0, Math.min(tape.lengthS, to));
  draw(true);
}

function play(on) {
  if (on && second >= tape.lengthS) second = 0;
  playing = on;
  const words = on ? gettext("暂停") : gettext("播放");
  byId("play").setAttribute("aria-label", words);
  fill(byId("play"), icon(on ? "pause" : "play"));
  if (on) {
    last = performance.now();
    requestAnimationFrame(frame);
  }
}

function frame(now) {
  if (!playing) return;
  second = Math.min(tape.lengthS, second + ((now - last) / 1000) * speed);
  last = now;
  draw();
  if (second >= tape.lengthS) play(false);
  else requestAnimationFrame(frame);
}

function draw(always = false) {
  for (const track of tape.tracks.values()) {
    const where = tape.unitAt(track, second);
    if (!where) {
      view.units.drop(track.tour_id);
      continue;
    }
    const age = where.age_s > AGED_S ? "stale" : where.age_s > FRESH_S ? "late" : "fresh";
    view.units.put({ ...track, ...where }, { state: tape.doingAt(track.tour_id, second), age });
  }
  const whole = Math.floor(second);
  if (whole === drawnSecond && !always) return;
  drawnSecond = whole;
  scrub.value = String(whole);
  const clock = timeText(tape.momentAt(second));
  scrub.setAttribute("aria-valuetext", clock);
  byId("replay-clock").textContent = clock;
  graph.at(second);
  drawIncidents();
  drawChosen();
}

function drawIncidents() {
  const open = new Set();
  for (const row of tape.incidents) {
    const state = tape.stateAt(row, second);
    const item = byId("replay-incidents").querySelector(`[data-uid="${row.uid}"]`);
    item.classList.toggle("is-now", Boolean(state));
    if (!state) continue;
    open.add(row.uid);
    view.incidents.put(row);
  }
  view.incidents.keepOnly(open);
  for (const step of byId("replay-incidents").querySelectorAll("[data-s]")) step.classList.toggle("is-past", Number(step.dataset.s) <= second);
}

function drawChosen() {
  const track = tape.tracks.get(chosen);
  const where = track && tape.unitAt(track, second);
  if (!where) return;
  fill(byId("unit-now"), el("b", {}, track.call_sign), unitChip(tape.doingAt(chosen, second)),
    el("span", {}, where.speed_mps == null ? gettext("没有定位") : gettext("%(n)s 公里/时", { n: Math.round(where.speed_mps * 3.6) })));
}

function faster(by) {
  const next = SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, SPEEDS.indexOf(speed) + by))];
  const box = document.querySelector(`[name=speed][value="${next}"]`);
  box.checked = true;
  speed = next;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  load(formRead(form));
});
byId("play").addEventListener("click", () => play(!playing));
byId("follow").addEventListener("click", follow);
byId("replay-units").addEventListener("change", ({ target }) => choose(target.value ? Number(target.value) : null));
scrub.addEventListener("input", () => seek(Number(scrub.value)));
for (const box of document.querySelectorAll("[name=speed]")) box.addEventListener("change", () => { speed = Number(box.value); });

const KEYS = {
  " ": () => play(!playing),
  ArrowLeft: (event) => seek(second - (event.shiftKey ? 60 : 10)),
  ArrowRight: (event) => seek(second + (event.shiftKey ? 60 : 10)),
  Home: () => seek(0),
  End: () => seek(tape.lengthS),
  "[": () => faster(-1),
  "]": () => faster(1),
  f: () => { if (chosen != null) follow(); },
};
document.addEventListener("keydown", (event) => {
  if (!tape || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea, .leaflet-container") || (event.key === " " && event.target.closest("button, a, summary"))) return;
  const act = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!act) return;
  event.preventDefault();
  act(event);
});

// Before this script is there, the form would go to an address and carry its reason with it.
form.querySelector("[type=submit]").disabled = false;
const ready = theMap();
ready.catch((problem) => {
  console.warn("map:", problem.message);
  byId("map-note").hidden = false;
});
formBegun(form, new URLSearchParams(location.search).get("replay"));
// Who is signed out meanwhile hears of it before the form is filled in.
get("/command/snapshot/").catch((problem) => problemShown(form, problem));
