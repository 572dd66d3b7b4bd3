// The command page: store, list, drawer, map and feed put together.
import { everySecond, nowMs } from "../clock.js";
import { byId, el, fill, toast } from "../dom.js";
import { Feed } from "../feed.js";
import { gettext, page } from "../page.js";
import { ageText, BACKUP_REASONS, STAGES, timeText } from "../words.js";
import { settle } from "./actions.js";
import { Drawer } from "./drawer.js";
import { Intake } from "./intake.js";
import { IncidentList, tabOf } from "./list.js";
import { MapSide } from "./mapside.js";
import { Store } from "./store.js";
import { AlarmQueue } from "./alarmqueue.js";
import { drawCalls, tickCalls } from "./calls.js";
import { drawHelp, helpCalls, helpKey, tickHelp } from "./helpcards.js";
import { Keys } from "./keys.js";
import { AlarmPanel, drawAlarms } from "./panel_alarms.js";
import { PressPanel, RedPanel } from "./panel_cases.js";
import { NoticesPanel } from "./panel_notices.js";
import { ShiftPanel } from "./panel_shift.js";
import { UnitsPanel } from "./panel_units.js";
import { Panels } from "./panels.js";
import { drawReturns } from "./returncards.js";
import { Sound } from "./sound.js";
import { onWall, wallStart, wallToggle } from "./wall.js";
import { weeksButton } from "./weeks.js";

const store = new Store();
let chosen = null;

wallStart();
const sound = new Sound();

const side = new MapSide(store, { choose: (uid) => choose(uid), report: (at) => intake?.open(at) });
const drawer = new Drawer(store, { onRoute: (points) => side.showRoute(points), onClose: () => choose(null), onOpen: (uid) => choose(uid), onHoles: (tours) => side.showHoles(tours), onAhead: (plan) => side.showAhead(plan) });
const list = new IncidentList(store, (uid) => choose(uid));
const intake = page.may.create ? new Intake({ pickPlace: () => side.pickPlace(), onMade: (made) => { store.apply({ topic: "", payload: { incident: made } }); choose(made.uid); }, onSame: (uid) => choose(uid) }) : null;

const queue = new AlarmQueue();
// The case of an alarm wants the map, where its car may be by now.
const alarms = new AlarmPanel(queue, { open: (uid) => { panels.close(); choose(uid); } });

const panels = new Panels({
  ...(page.may.alarms && { alarms }),
  red: new RedPanel(store, { choose: (uid) => choose(uid) }),
  presses: new PressPanel(store, { choose: (uid) => choose(uid) }),
  units: new UnitsPanel(store, { choose: (uid) => choose(uid) }),
  shift: new ShiftPanel(),
  notices: new NoticesPanel({ pickPlace: () => side.pickPlace(), away: (whether) => panels.aside(whether) }),
});

async function choose(uid) {
  // A wall shows; it takes nothing up.
  if (uid === chosen || (uid && onWall())) return;
  chosen = uid;
  document.body.classList.toggle("has-drawer", Boolean(uid));
  const row = store.incidents.get(uid);
  if (row && tabOf(row) !== list.tab) list.show(tabOf(row));
  list.mark(uid);
  side.mark(uid);
  if (uid) {
    history.replaceState(null, "", `#${uid}`);
    await drawer.open(uid);
  } else {
    history.replaceState(null, "", location.pathname + location.search);
    if (drawer.uid) drawer.close();
  }
}

function figures() {
  const rows = [...store.incidents.values()].filter((row) => tabOf(row) === "open");
  // Who rehearses is not there for anything real.
  const looks = [...store.units.values()].filter((unit) => !unit.exercise).map((unit) => store.look(unit));
  const set = (id, value) => { byId(id).textContent = value; };
  set("n-open", rows.length);
  set("n-red", rows.filter((row) => row.grade === "red").length);
  set("n-late", rows.filter((row) => row.overdue_since).length);
  set("n-units", looks.length);
  set("n-free", looks.filter((look) => look.state === "free" && look.age !== "stale").length);
  set("n-stale", looks.filter((look) => look.age === "stale").length);
}

/** Lateness that no chief answers for, and what is pressed upon me: seen here, answered here. */
function drawPresses() {
  const place = byId("presses");
  // Of others' presses the panel tells.
  const rows = store.presses;
  place.hidden = !rows.length;
  if (!rows.length) return;
  byId("n-presses").textContent = rows.length;
  fill(byId("press-list"), rows.map((row) => el("li", {},
    el("button.press", { type: "button", onclick: () => choose(row.incident) },
      el("b", {}, row.title), el("small", {}, `${STAGES[row.stage] || row.stage} · ${row.name || gettext("该处没有路长")} · ${timeText(row.raised_at)}`)),
    el("button.btn.btn--sm", { type: "button", onclick: () => settle(row) }, gettext("答复")))));
}

function drawAll() {
  list.draw();
  drawPresses();
  drawReturns(store, choose);
  drawHelp(store, choose);
  drawCalls(store, choose);
  panels.changed();
  side.drawAll();
  figures();
  drawer.refresh();
}

let reloading = null;
async function load() {
  try {
    await store.load();
  } catch (problem) {
    if (!("status" in problem)) throw problem;
    if (!store.loaded) toast(problem.words, "error");
    reloading = setTimeout(load, 3000);
  }
}
function reloadSoon() {
  clearTimeout(reloading);
  reloading = setTimeout(load, 300);
}

/* In a flood of events the page is drawn less often, so that it takes a fifth of its time and hears the feed at once. */
const DRAW_AFTER_MS = 120;
const DRAW_IN_FLOOD_MS = 500;
const DRAW_AT_LEAST_EVERY_MS = 1000;
const FLOOD = 5;
let drawing = null;
let drawnIn = 0;
let asked = 0;
let flooded = false;
function drawSoon() {
  asked += 1;
  if (drawing) return;
  const after = flooded ? DRAW_IN_FLOOD_MS : DRAW_AFTER_MS;
  drawing = setTimeout(() => {
    const begun = performance.now();
    drawing = null;
    flooded = asked > FLOOD;
    asked = 0;
    list.draw();
    drawHelp(store, choose);
    drawCalls(store, choose);
    panels.changed();
    side.drawIncidents();
    side.drawUnits();
    figures();
    drawnIn = performance.now() - begun;
  }, Math.min(DRAW_AT_LEAST_EVERY_MS, Math.max(after, 4 * drawnIn)));
}

store.addEventListener("all", drawAll);
store.addEventListener("reload", reloadSoon);
store.addEventListener("units", drawAll);
store.addEventListener("incident", ({ detail }) => {
  drawSoon();
  if (detail.uid === drawer.uid) drawer.refresh();
  if (detail.turned) sound.call(detail.turned);
  if (detail.topic === "incidents.incident_received" && !flooded) toast(gettext("新警情：%(title)s", { title: store.incidents.get(detail.uid).title }), "warn");
});
store.addEventListener("assignment", ({ detail }) => {
  drawSoon();
  if (detail.incident === drawer.uid) drawer.refresh();
});
store.addEventListener("radio", ({ detail }) => {
  sound.call("radio");
  const words = detail.welfare ? gettext("%(unit)s 单人在场未答平安，请用电台呼叫 %(radio)s", { unit: detail.call_sign, radio: detail.radio || "" })
    : detail.recalled ? gettext("%(unit)s 未确认撤回，请用电台呼叫 %(radio)s", { unit: detail.call_sign, radio: detail.radio || "" })
    : gettext("%(unit)s 未收到派警，请用电台呼叫 %(radio)s", { unit: detail.call_sign, radio: detail.radio || "" });
  toast(words, "error");
  if (store.assignments.get(detail.assignment)?.incident === drawer.uid) drawer.refresh();
});
store.addEventListener("backup", ({ detail: { row, asked } }) => {
  drawSoon();
  if (asked) {
    sound.call("red");
    toast(gettext("%(unit)s 请求增援：%(why)s", { unit: row.call_sign, why: [BACKUP_REASONS[row.reason] || row.reason, row.text].filter(Boolean).join("：") }), "error");
  }
  if (row.incident === drawer.uid) drawer.refresh();
});
store.addEventListener("return", (event) => {
  drawReturns(store, choose);
  if (event.detail.incident === drawer.uid) drawer.refresh();
});
store.addEventListener("positions", ({ detail }) => side.drawUnits(detail.map((each) => store.units.get(each.tour_id)).filter(Boolean)));

const age = byId("feed-age");
new Feed("positions=1", {
  change: (change) => { store.apply(change); if (page.may.alarms) queue.apply(change); },
  positions: (units) => store.move(units),
  reset: () => { reloadSoon(); if (page.may.alarms) queue.reload(); },
  age(seconds, late) {
    age.classList.remove("age--unknown");
    age.classList.toggle("is-late", late);
    age.classList.toggle("age--stale", late);
    age.textContent = late
      ? gettext("实时通道中断 %(age)s，图上不是现在", { age: ageText(seconds) })
      : gettext("实时 %(age)s", { age: ageText(seconds) });
    document.body.classList.toggle("is-stale", late);
  },
});

everySecond(() => {
  byId("wall-clock").textContent = timeText(nowMs());
  list.tick();
  drawer.tick();
  tickCalls(store);
  tickHelp(store);
  if (helpCalls(store)) sound.call("red");
  if (alarms.calls()) sound.call("alarm");
  alarms.tick();
  panels.tick();
});
setInterval(() => { side.drawUnits(); figures(); }, 5000);

store.addEventListener("notices", () => { if (panels.name === "notices") panels.load(); });

queue.addEventListener("raised", ({ detail }) => {
  sound.call("alarm");
  if (!flooded && panels.name !== "alarms") toast(gettext("新预警待确认：%(number)s", { number: detail.number }), "warn");
});
queue.addEventListener("failed", ({ detail }) => { if (!queue.loaded) toast(detail.words, "error"); });
queue.addEventListener("rows", () => {
  drawAlarms(queue, byId("alarms"), openAlarm);
  if (panels.name === "alarms") alarms.draw();
});
function openAlarm(uid) {
  if (onWall()) return;
  if (panels.name !== "alarms") panels.open("alarms");
  if (uid) alarms.choose(uid);
}

weeksButton();
byId("new-incident")?.addEventListener("click", () => intake.open());

function escape() {
  if (side.picking) side.picked(null);
  else if (side.close()) return;
  else if (panels.name === "alarms" && alarms.card.whyOpen) alarms.card.why(false);
  else if (panels.name) panels.close();
  else if (chosen) choose(null);
}
const working = () => !onWall();
const openPanel = (name) => ({ when: () => panels.has(name) && working(), told: () => panels.has(name), act: () => panels.toggle(name) });
// What works and what `?` tells: one table.
const atAlarms = () => panels.name === "alarms" && working();
const judging = { when: () => atAlarms() && Boolean(page.may.judge), told: () => Boolean(page.may.judge), act: (key) => alarms.key(key) };
new Keys([
  { keys: ["y"], name: gettext("预警"), ...openPanel("alarms") },
  { keys: ["j"], name: gettext("下一条预警"), when: atAlarms, told: () => false, act: () => alarms.step(1) },
  { keys: ["k"], name: gettext("上一条预警"), when: atAlarms, told: () => false, act: () => alarms.step(-1) },
  { keys: ["c"], name: gettext("预警：确认，派警拦截"), ...judging },
  { keys: ["x"], name: gettext("预警：误报，再按 1 至 6 选原因"), ...judging },
  { keys: ["1", "2", "3", "4", "5", "6"], name: "", ...judging, when: () => judging.when() && alarms.card.whyOpen, told: () => false },
  { keys: ["z"], name: gettext("预警：暂缓"), ...judging },
  { keys: ["m"], name: gettext("预警：选中，可多选后一并记误报"), ...judging },
  { keys: ["v"], name: gettext("预警：全选"), ...judging },
  { keys: ["j"], name: gettext("下一件警情"), when: working, act: () => list.step(1) },
  { keys: ["k"], name: gettext("上一件警情"), when: working, act: () => list.step(-1) },
  { keys: ["n"], name: gettext("新警情"), told: () => Boolean(intake), when: () => Boolean(intake) && working(), act: () => intake.open() },
  { keys: ["d"], name: gettext("派首选，或增派"), told: () => page.may.dispatch, when: () => Boolean(chosen), act: (key) => drawer.key(key) },
  { keys: ["1", "2", "3", "4", "5"], shown: ["1", "–", "5"], name: gettext("派列出的第几个单元"), told: () => page.may.dispatch, when: () => Boolean(chosen), act: (key) => drawer.key(key) },
  { keys: ["h"], name: gettext("接应最早的增援请求"), told: () => page.may.radio, when: working, act: helpKey },
  { keys: ["e"], name: gettext("给最早的增援请求派增援"), told: () => page.may.radio && page.may.dispatch, when: working, act: helpKey },
  { keys: ["r"], name: gettext("重点警情"), ...openPanel("red") },
  { keys: ["p"], name: gettext("督办"), ...openPanel("presses") },
  { keys: ["u"], name: gettext("单元表"), ...openPanel("units") },
  { keys: ["b"], name: gettext("班次与缺口"), ...openPanel("shift") },
  { keys: ["t"], name: gettext("协查通报"), ...openPanel("notices") },
  { keys: ["g"], name: gettext("按呼号找单元"), told: () => page.may.position, when: () => page.may.position && side.ready, act: () => side.find() },
  { keys: ["a"], name: gettext("谁在周边，按道路时间"), told: () => page.may.position, when: () => page.may.position && side.ready, act: () => side.around() },
  { keys: ["f"], name: gettext("跟随所选单元"), told: () => page.may.position, when: () => side.ready, act: () => side.follow() },
  { keys: ["l"], name: gettext("图层"), when: () => side.ready, act: () => side.toggleLayers() },
  { keys: ["s"], name: gettext("提示音开关"), act: () => sound.toggle() },
  { keys: ["w"], name: gettext("大屏模式"), act: () => { panels.close(); choose(null); wallToggle(); side.map?.invalidateSize({ pan: false }); } },
  { keys: ["escape"], shown: ["Esc"], name: gettext("取消点选，关闭面板和详情"), act: escape },
  { keys: ["?"], name: gettext("显示快捷键"), act: () => byId("show-keys").click() },
]);

const wanted = location.hash.slice(1);
store.addEventListener("all", () => { if (wanted && store.incidents.has(wanted)) choose(wanted); }, { once: true });
