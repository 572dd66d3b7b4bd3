// What was done goes through this line, with or without network: written down first, then sent in order. An act has a
// client key (sending it again is harmless), the fence it knew, and the device's own clocks; the server keeps both times.
import { clientKey, post } from "../api.js";
import { page } from "../page.js";
import { onSignedInAgain } from "../session.js";
import { actAdd, actDrop, actPut, actsAll } from "./store.js";

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60000;
const PATIENCE_MS = 15000;
const FILE_PATIENCE_MS = 120000;
// A hand does not wait longer than this to be told that it was written down.
const HAND_MS = 4000;
// The monotonic clock begins anew with each page: only within one do two of its readings have a distance.
const RUN = clientKey();

const listeners = new Set();
const sentListeners = new Set();
const settled = new Map();
let sending = null;
let again = false;
let waitMs = FIRST_WAIT_MS;
let timer = null;
let signedOut = false;

/** Hear of every change: `tell(acts)` with all that is not sent, in order. */
export function onQueue(tell) {
  listeners.add(tell);
}

/** Hear of every act that the server took, before it leaves the line: `tell(act)` may be a promise. */
export function onSent(tell) {
  sentListeners.add(tell);
}

/** Acts of whoever is signed in that have not been sent or were refused, in order. */
export async function acts() {
  return (await actsAll()).filter((act) => act.user === page.user);
}

async function changed() {
  const all = await acts();
  for (const tell of listeners) tell(all);
  return all;
}

/**
 * Write an act down and try to send it. `{name, path, body, of, does, file}`: its words, where to, what, which assignment
 * or tour it is about, what it changes (local.js), a picture. Resolves to `{sent}`, `{refused}`, or `{waiting: true}` as
 * soon as it is known that the network does not carry it now.
 */
export async function enqueue({ name, path, body = {}, of = "", does = {}, file = null }) {
  const act = {
    user: page.user, key: clientKey(), name, path, body, of, does, file, at: new Date().toISOString(), run: RUN,
    monotonic: performance.now(), state: "waiting", tries: 0, words: "",
  };
  try {
    act.id = await actAdd(act);
  } catch {
    return sendUnkept(act);
  }
  const answer = new Promise((resolve) => { settled.set(act.id, resolve); });
  setTimeout(() => settle(act, { waiting: true }), HAND_MS);
  await changed();
  flush(true);
  return answer;
}

/** This device keeps nothing (its disk is full, or it was told so): what is not sent now has not happened. */
async function sendUnkept(act) {
  try {
    const sent = await carried(act);
    for (const tell of sentListeners) await tell(act);
    return { sent };
  } catch (problem) {
    if (!("status" in problem)) throw problem;
    return { refused: problem };
  }
}

/** Send what waits, in order, one at a time; what cannot be sent now is tried again later, ever less often. */
export function flush(now = false) {
  if (now) waitMs = FIRST_WAIT_MS;
  again = true;
  sending ??= alone(async () => {
    while (again) {
      again = false;
      await sendAll();
    }
  }).finally(() => { sending = null; });
  return sending;
}

/** Two tabs would send everything twice: harmless, but the line would no longer be one. */
const alone = (work) => (navigator.locks ? navigator.locks.request("luzhang-queue", work) : work());

async function sendAll() {
  clearTimeout(timer);
  for (const act of (await acts()).filter((each) => each.state === "waiting")) {
    const answer = await sendOne(act);
    settle(act, answer);
    await changed();
    if (answer.waiting) return later();
  }
  waitMs = FIRST_WAIT_MS;
}

function settle(act, answer) {
  settled.get(act.id)?.(answer);
  settled.delete(act.id);
}

async function later() {
  for (const act of await acts()) settle(act, { waiting: true });
  if (signedOut) return;
  timer = setTimeout(() => flush(), waitMs);
  waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
}

async function sendOne(act) {
  try {
    const sent = await carried(act);
    for (const tell of sentListeners) await tell(act);
    await actDrop(act.id);
    return { sent };
  } catch (problem) {
    if (!("status" in problem)) throw problem;
    signedOut = problem.status === 401;
    const comesAgain = problem.status === 0 || problem.status >= 500 || [401, 408, 425, 429].includes(problem.status);
    act.tries += 1;
    act.words = problem.words;
    if (!comesAgain) act.state = "refused";
    await actPut(act);
    return comesAgain ? { waiting: true } : { refused: problem };
  }
}

const carried = (act) => post(act.path, written(act), { "Idempotency-Key": act.key }, {
  signal: AbortSignal.timeout(act.file ? FILE_PATIENCE_MS : PATIENCE_MS),
});

function written(act) {
  const clocks = {
    device_time: act.at,
    device_sent_at: new Date().toISOString(),
    monotonic_ms: act.run === RUN ? Math.max(0, Math.round(performance.now() - act.monotonic)) : null,
  };
  if (!act.file) return { ...act.body, ...clocks, client_key: act.key };
  const form = new FormData();
  form.append("file", act.file, act.file.name || "photo.jpg");
  return form;
}

/** Forget a refused act: its words were read. */
export async function dismiss(id) {
  await actDrop(id);
  await changed();
}

addEventListener("online", () => flush(true));
onSignedInAgain(() => flush(true));
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && flush(true));

/** Tell everybody what waits from earlier, and send it. */
export async function begin() {
  await changed();
  flush(true);
}
