// The live feed: one EventSource, its age, and what to do when it was cut.
import { clockSet } from "./clock.js";
import { onSignedInAgain, signedOut } from "./session.js";

const BEAT_LATE_S = 5;

/**
 * Opens `/live/events?query` and keeps it open. `on.change({topic, subject, payload, at}, id)`, `on.positions(units)`,
 * `on.reset()` (load the snapshot anew), `on.age(seconds, isLate)` once a second.
 *
 * The browser reconnects by itself with Last-Event-ID; when the server closed the stream for good (`cut`) or refused it,
 * we open a new one, which begins with `reset`.
 */
export class Feed {
  constructor(query, on) {
    this.query = query;
    this.on = on;
    this.heardAt = performance.now();
    this.sourceAgeS = 0;
    this.source = null;
    this.lastId = "";
    this.waitMs = 1000;
    this.start();
    onSignedInAgain(() => {
      this.close();
      this.start();
    });
  }

  start() {
    this.open();
    this.timer = setInterval(() => this.tick(), 1000);
  }

  open() {
    const parts = [this.query, this.lastId && `last_event_id=${this.lastId}`].filter(Boolean);
    this.source = new EventSource(`/live/events?${parts.join("&")}`);
    const listen = (name, act) =>
      this.source.addEventListener(name, (event) => {
        this.heardAt = performance.now();
        this.waitMs = 1000;
        act(JSON.parse(event.data), event);
      });
    listen("change", (data, event) => {
      if (event.lastEventId) this.lastId = event.lastEventId;
      this.on.change?.(data, Number(event.lastEventId));
    });
    listen("positions", (data) => this.on.positions?.(data.units));
    listen("beat", (data, event) => {
      clockSet(data.at);
      // A quiet stream, too, comes back from now and not from its last change hours ago.
      if (event.lastEventId) this.lastId = event.lastEventId;
      this.sourceAgeS = data.age_s ?? 0;
    });
    listen("reset", (data, event) => {
      clockSet(data.at);
      if (event.lastEventId) this.lastId = event.lastEventId;
      this.on.reset?.();
    });
    listen("cut", (data) => {
      if (data.reason === "signed_out") {
        this.close();
        signedOut();
      } else this.reopen(0);
    });
    this.source.addEventListener("error", () => {
      if (this.source.readyState === EventSource.CLOSED) this.reopen(this.waitMs);
    });
  }

  reopen(afterMs) {
    this.source.close();
    clearTimeout(this.again);
    this.again = setTimeout(() => this.open(), afterMs);
    this.waitMs = Math.min(this.waitMs * 2, 10000);
  }

  close() {
    this.source.close();
    clearTimeout(this.again);
    clearInterval(this.timer);
  }

  /** Ask for something else, for instance another viewport. */
  change(query) {
    this.query = query;
    this.reopen(0);
  }

  tick() {
    const age = (performance.now() - this.heardAt) / 1000 + this.sourceAgeS;
    this.on.age?.(age, age > BEAT_LATE_S);
    // A dead connection that the browser has not noticed: three beats and more without a sign of life.
    if (performance.now() - this.heardAt > 15000 && this.source.readyState === EventSource.OPEN) this.reopen(0);
  }
}
