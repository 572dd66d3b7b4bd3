// The house's clock: server time, carried on by the monotonic clock of this device between two signs of life.
import { page } from "./page.js";

let serverMs = page.now ? Date.parse(page.now) : Date.now();
let at = performance.now();

/** Take the server's time, an ISO text, from a beat or a reset. */
export function clockSet(iso) {
  const value = Date.parse(iso);
  if (Number.isFinite(value)) {
    serverMs = value;
    at = performance.now();
  }
}

/** Server time in milliseconds since the epoch. */
export const nowMs = () => serverMs + (performance.now() - at);

/** Seconds from a moment (ISO text or epoch seconds) until now; negative when it lies ahead. */
export function secondsSince(moment) {
  const ms = typeof moment === "number" ? moment * 1000 : Date.parse(moment);
  return (nowMs() - ms) / 1000;
}

/** Call `tell` now and every second. */
export function everySecond(tell) {
  tell();
  return setInterval(tell, 1000);
}
