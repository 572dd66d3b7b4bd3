// 预警 that wait for a person: the rows, and how the live feed changes them. Nothing is polled.
import { get } from "../api.js";

const SOON_MS = 200;
/** In a storm the list is read once in this time, however many alarms come. */
const APART_MS = 1000;
const JUST_DONE = 4;
const OVER = new Set(["confirmed", "false", "ordered", "turned_out", "reported", "closed"]);

export class AlarmQueue extends EventTarget {
  constructor() {
    super();
    this.rows = new Map();
    this.count = 0;
    this.loaded = false;
    // What was decided lately, by anybody: {uid, number, state, by, at, incident}, the last one first.
    this.done = [];
    this.readAt = -APART_MS;
    this.asked = null;
  }

  /** In the order of the list: graver first, then longest waiting. */
  get list() {
    return [...this.rows.values()];
  }

  async load() {
    this.readAt = performance.now();
    const { alarms, count } = await get("recognition/alarms/queue/");
    this.rows = new Map(alarms.map((row) => [row.uid, row]));
    this.count = count;
    this.loaded = true;
    this.tell("rows");
  }

  /** Read it anew, soon and not too often; what goes wrong is told as "failed" and tried again. */
  reload() {
    if (this.asked) return;
    const wait = Math.max(SOON_MS, APART_MS - (performance.now() - this.readAt));
    this.asked = setTimeout(async () => {
      this.asked = null;
      try {
        await this.load();
      } catch (problem) {
        if (!("status" in problem)) throw problem;
        this.tell("failed", problem);
        setTimeout(() => this.reload(), 3000);
      }
    }, wait);
  }

  /** One `change` of the feed. */
  apply({ topic, subject, payload, at }) {
    if (!topic.startsWith("recognition.alarm_")) return;
    const uid = subject.alarm;
    if (OVER.has(payload.state)) {
      if (this.rows.delete(uid)) this.count = Math.max(this.rows.size, this.count - 1);
      this.keep({ uid, number: payload.number, state: payload.state, by: payload.by || "", at, incident: payload.incident_uid || null });
      this.tell("decided", uid);
      this.tell("rows");
    } else {
      if (topic === "recognition.alarm_raised" && payload.ask) this.tell("raised", payload);
      this.reload();
    }
  }

  /** The case of an alarm comes a moment after its confirmation: one line for both. */
  keep(told) {
    const known = this.done.find((row) => row.uid === told.uid);
    if (known) Object.assign(known, { incident: told.incident || known.incident, state: told.state });
    else if (told.state === "confirmed" || told.state === "false") this.done = [told, ...this.done].slice(0, JUST_DONE);
  }

  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
