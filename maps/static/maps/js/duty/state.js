// What is true: read whole from the APIs after every event, kept for when there is no network, with its age.
import { get, post } from "../api.js";
import { clockSet, nowMs } from "../clock.js";
import { page } from "../page.js";
import { projected } from "./local.js";
import { keep, kept } from "./store.js";

const PATIENCE_MS = 10000;
const WAITING = new Set(["offered", "delivered"]);
const OVER = new Set(["declined", "expired", "recalled"]);
const LAST = "duty";

export const isOffer = (detail) => Boolean(detail) && WAITING.has(detail.state);

/** Duty and case as the server knows them; `at`: when it said so, in milliseconds of the house's clock. */
export const state = { duty: null, detail: null, at: 0, live: false };

let folded = 0;
const patient = () => ({ signal: AbortSignal.timeout(PATIENCE_MS) });

/** Read anew. Returns the recalls that this crew has not confirmed. Raises ApiError. */
export async function read() {
  for (;;) {
    const mark = folded;
    const [now, mine] = await Promise.all([
      get("patrols/duty/", patient()), get("assignments/?mine=1&open=1&recalls=1", patient()),
    ]);
    clockSet(now.at);
    const open = mine.assignments.filter((row) => row.state !== "proposed" && row.state !== "recalled");
    const current = open.find((row) => WAITING.has(row.state)) || open.find((row) => row.state !== "cleared") || open[0];
    const detail = current ? await get(`assignments/${current.uid}/`, patient()) : null;
    // It ended between the two reads: what stands, and a recall to be told, is in the next look.
    // So is a step that was taken meanwhile: what was read does not undo it on the screen.
    if ((detail && OVER.has(detail.state)) || mark !== folded) continue;
    Object.assign(state, { duty: now, detail, at: nowMs(), live: true });
    await save();
    return mine.assignments.filter((row) => row.state === "recalled");
  }
}

/** A kept state is a convenience: a phone that keeps nothing shows nothing without network, and says so. */
const save = () => keep(LAST, {
  user: page.user, duty: state.duty, detail: state.detail, at: state.at, ahead_ms: nowMs() - Date.now(),
}).catch(() => null);

/** The server took this act: what it changed is true from now on, also before it is read. */
export async function fold(act) {
  folded += 1;
  Object.assign(state, projected(state.duty, state.detail, [{ ...act, state: "waiting" }]));
  await save();
}

/** Take what was read last on this phone, if it was read for the same person. */
export async function recollect() {
  const last = await kept(LAST).catch(() => null);
  if (!last || last.user !== page.user || state.live) return;
  // A kept page has the time of then: go on from this device's clock and what the house's was ahead of it.
  if (document.body.hasAttribute("data-kept")) clockSet(new Date(Date.now() + last.ahead_ms).toISOString());
  Object.assign(state, { duty: last.duty, detail: last.detail, at: last.at });
}

/** The server is heard: what is shown is as new as now. */
export function heard() {
  if (state.live) state.at = nowMs();
}

/** Tell the centre that this phone shows a recall. */
export const recallSeen = (uid) => post(`assignments/${uid}/seen/`, {}, {}, patient());
