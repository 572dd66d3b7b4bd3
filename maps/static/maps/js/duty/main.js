// The phone: what is true (state.js), with what was done here and is not sent yet upon it (local.js), one thing at a time.
import { post } from "../api.js";
import { ask } from "../ask.js";
import { everySecond, nowMs } from "../clock.js";
import { byId, el, fill, toast } from "../dom.js";
import { Feed } from "../feed.js";
import { gettext } from "../page.js";
import { ageText } from "../words.js";
import { addPhoto, finishTask, sayWell, takeCaseTask, takeStep, takeTourStep } from "./acts.js";
import { alertStart, alertStop } from "./alert.js";
import { askForBackup } from "./backup.js";
import { AT_POST_M, awayFrom, awayText, beforeView, dutyView } from "./day.js";
import { install, menu, stayAwake } from "./device.js";
import { guideTo } from "./guide.js";
import { projected } from "./local.js";
import { drawMap } from "./mapview.js";
import { noticesView, readNotices } from "./notices.js";
import { offerView } from "./offer.js";
import { showPending } from "./pending.js";
import { watchPlace } from "./place.js";
import { begin, onQueue, onSent } from "./queue.js";
import { draftOf, draftDrop, draftKeep } from "./draft.js";
import { fold, heard, isOffer, read, recallSeen, recollect, state } from "./state.js";
import { trackSheet } from "./track.js";
import { isAsked, workView } from "./work.js";

const place = byId("duty");
const age = byId("feed-age");
const LATE_S = 5;
// Nobody takes two steps within this: the second tap of a glove is none.
const TAP_MS = 700;
let acts = [];
let shown = "";
let running = null;
let again = false;
let fix = null;
let unwatch = null;
let quietFor = 0;
let busy = false;
let failed = false;
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
    const recalls = await read();
    failed = false;
    for (const row of recalls) recalled(row);
    readNotices(draw);
    draw();
    if (state.detail?.state === "offered") receipt(state.detail);
  } catch (problem) {
    if (!("status" in problem)) throw problem;
    state.live = false;
    failed = true;
    if (state.duty) draw();
    else if (problem.status !== 401) fill(place, el("p.banner.banner--error", { role: "alert" }, problem.words));
  }
}

/** Tell the centre that this phone has it: its own step, timed from sending. */
async function receipt(assignment) {
  const key = `${assignment.uid}:${assignment.fence}`;
  if (received.has(key)) return;
  received.add(key);
  try {
    await post(`assignments/${assignment.uid}/steps/`, {
      to_state: "delivered", fence: assignment.fence, client_key: `received:${key}`, device_time: new Date().toISOString(),
    });
  } catch (problem) {
    if (!("status" in problem)) throw problem;
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
    await recallSeen(assignment.uid);
  } catch (problem) {
    if (!("status" in problem)) throw problem;
    // Not through, or not answered: what is still open is read, said and confirmed with the next look.
    if (!(problem.status >= 400 && problem.status < 500)) told.delete(assignment.uid);
  }
}

/** Do something that goes through the line, and say plainly when the centre has decided otherwise. */
async function act(doing, done = "") {
  // Buttons stay dead until what they would do is known again: a second tap is not a second step.
  busy = true;
  still();
  alertStop();
  const [answer] = await Promise.all([doing, new Promise((resolve) => { setTimeout(resolve, TAP_MS); })]);
  if (answer.refused) {
    if (answer.refused.status === 409) lost(answer.refused.words);
    else toast(answer.refused.words, "error");
  } else if (answer.waiting) {
    // The count in the bar says the rest.
    if (acts.filter((each) => each.state === "waiting").length <= 1) toast(gettext("没有网络：已存在本机，联网后自动补发"), "warn");
  }
  else if (done) toast(done);
  if (!answer.waiting) await load();
  busy = false;
  shown = "";
  draw();
  return answer;
}

function still() {
  if (busy) for (const button of place.querySelectorAll("button")) button.disabled = true;
}

function lost(words) {
  document.querySelector(".banner.lost")?.remove();
  const said = el("p.banner.banner--error.lost", { role: "alert" }, words,
    el("button.btn.btn--task", { type: "button", onclick: () => said.remove() }, gettext("知道了")));
  place.before(said);
}

async function decline(detail) {
  const given = await ask({
    title: gettext("去不了的原因"),
    fields: [
      { name: "choice", label: gettext("原因"), options: [gettext("正在处置其他警情"), gettext("车辆故障"), gettext("道路不通"), gettext("人员受伤"), gettext("其他")].map((text) => [text, text]) },
      { name: "more", label: gettext("补充"), rows: 2 },
    ],
    submit: gettext("拒接"),
    danger: true,
  });
  if (given) await act(takeStep(detail, "declined", { text: [given.choice, given.more].filter(Boolean).join("：") }));
}

async function report(detail, given) {
  const { refused } = await act(takeStep(detail, "reported", given), gettext("已反馈"));
  if (!refused) draftDrop(detail.uid);
}

async function photo(detail, file) {
  const { refused } = await addPhoto(detail, file);
  if (refused) toast(refused.words, "error");
}

const tourAct = (tour, step, done) => () => act(takeTourStep(tour, step), done);

async function checkIn(duty) {
  const away = awayFrom(duty.post, fix);
  const text = awayText(duty.post, fix);
  if (away > AT_POST_M && !(await ask({ title: gettext("不在岗点"), text, submit: gettext("仍然签到") }))) return;
  await tourAct(duty.tour, "open", gettext("已签到"))();
}

async function checkOut(tour) {
  if (await ask({ title: gettext("签退"), text: gettext("签退后不再派警给你。"), danger: true, submit: gettext("签退") })) {
    await tourAct(tour, "close", gettext("已签退"))();
  }
}

async function finish(task) {
  const given = await ask({ title: task.title, fields: [{ name: "text", label: gettext("完成情况"), rows: 2 }] });
  if (given) await act(finishTask(task, given.text));
}

async function finishCaseTask(detail, task) {
  const given = await ask({ title: task.title || task.kind_name, fields: [{ name: "text", label: gettext("完成情况"), rows: 2 }] });
  if (given) await act(takeCaseTask(detail, task, "done", given.text));
}

function view({ duty, detail }) {
  const refuse = () => decline(detail);
  if (isOffer(detail)) return ["offer", () => offerView(detail, { sign: () => act(takeStep(detail, "acknowledged")), decline: refuse })];
  if (detail) {
    return ["work", () => workView(detail, {
      draft: draftOf(detail.uid), step: (to) => act(takeStep(detail, to)), report: (given) => report(detail, given), decline: refuse,
      backup: () => askForBackup(detail, act), photo: (file) => photo(detail, file), type: (given) => draftKeep(detail.uid, given),
      well: () => act(sayWell(detail), gettext("已报平安")), finishTask: (task) => finishCaseTask(detail, task),
    })];
  }
  const notices = noticesView(load);
  if (duty.tour?.state === "open") {
    return ["duty", () => dutyView(duty, {
      pause: tourAct(duty.tour, "break-start", gettext("开始休息")), resume: tourAct(duty.tour, "break-end", gettext("已回到岗位")),
      checkOut: () => checkOut(duty.tour), finish, notices,
    })];
  }
  return ["before", () => beforeView(duty, { checkIn: () => checkIn(duty), notices })];
}

/** Where the phone is matters for the check-in and on the way; a whole shift of asking would empty its battery. */
function watch(on) {
  if (on) {
    unwatch ??= watchPlace((now) => {
      fix = now;
      tick();
    });
    return;
  }
  unwatch?.();
  unwatch = null;
}

function draw() {
  if (!state.duty) return;
  const now = projected(state.duty, state.detail, acts);
  const { duty, detail } = now;
  const [name, make] = view(now);
  const open = duty.tour?.state === "open";
  byId("unit-name").textContent = duty.tour?.unit.call_sign || gettext("勤务");
  byId("unit-state").textContent = !open ? gettext("未签到") : duty.tour.on_break_since ? gettext("休息") : detail ? gettext("执行派警") : gettext("待命");
  const mark = !open ? "off" : duty.tour.on_break_since ? "break" : detail ? (detail.state === "on_scene" ? "scene" : "sent") : "free";
  byId("unit-state").className = `chip chip--${mark}`;
  if (name === "offer" || (detail && isAsked(detail))) alertStart();
  else alertStop();
  stayAwake(name === "offer" || name === "work");
  watch(name !== "duty");
  document.body.dataset.view = name;
  const sign = JSON.stringify([name, detail && { ...detail, state: isOffer(detail) ? "offered" : detail.state, version: 0 }, { ...duty, at: 0 }, noticesView.sign()]);
  if (shown !== sign) {
    shown = sign;
    show(make());
    drawMap(name === "offer" || name === "work" ? detail : null);
  }
  guideTo(name === "work" && ["acknowledged", "en_route"].includes(detail.state) ? detail : null);
  tick();
}

/** Put a view in place; whoever is typing goes on typing. */
function show(made) {
  const { id, selectionStart } = document.activeElement ?? {};
  const at = place.contains(document.activeElement) ? id : "";
  fill(place, made);
  still();
  const again = at && byId(at);
  if (!again) return;
  again.focus({ preventScroll: true });
  if (selectionStart != null && again.setSelectionRange) again.setSelectionRange(selectionStart, selectionStart);
}

function tick() {
  sayAge();
  const away = byId("post-away");
  if (away && state.duty) away.textContent = awayText(state.duty.post, fix);
  const ring = byId("sign-ring");
  const { detail } = state;
  if (!ring || !detail?.sign_by) return;
  const left = (Date.parse(detail.sign_by) - nowMs()) / 1000;
  const whole = (Date.parse(detail.sign_by) - Date.parse(detail.offered_at)) / 1000;
  ring.hidden = false;
  ring.firstChild.textContent = String(Math.max(0, Math.ceil(left)));
  ring.style.setProperty("--p", String(Math.max(0, left / Math.max(1, whole))));
  ring.classList.toggle("ring--late", left < whole / 3);
  if (left < -1.5 && state.live) load();
}

/** Red as soon as the centre is not heard: what is shown is that old, and may have been overtaken. */
function sayAge() {
  const seconds = Math.max(quietFor, state.live ? 0 : (nowMs() - state.at) / 1000);
  const late = quietFor > LATE_S || (Boolean(state.duty) && !state.live && failed);
  age.hidden = !late;
  age.textContent = late ? gettext("与指挥中心断开 %(age)s，下面是那时的内容；请留意电台", { age: ageText(seconds) }) : "";
}

function listen() {
  new Feed("own=1", {
    change: ({ topic, payload }) => {
      if (topic === "incidents.assignment_recalled" && payload.assignment) recalled(payload.assignment);
      load();
    },
    reset: () => load(),
    age(seconds, late) {
      quietFor = seconds;
      if (!late) heard();
      sayAge();
    },
  });
}

menu();
install(() => ["duty", "before"].includes(document.body.dataset.view) && !document.querySelector("dialog[open]"));
byId("track")?.addEventListener("click", () => trackSheet(state.duty?.tour));
showPending((all) => {
  acts = all;
  draw();
});
onSent(fold);
// Something waited and is through: what it changed is read from where it is true.
let before = 0;
onQueue((all) => {
  const waiting = all.filter((each) => each.state === "waiting").length;
  if (waiting < before) load();
  before = waiting;
});
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && load());
addEventListener("online", load);
everySecond(tick);
await recollect();
await begin().catch(() => null);
draw();
listen();
load();
