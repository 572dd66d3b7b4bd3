// What the command page knows: incidents, standing assignments, calls for help and units. A snapshot, then events on top of it.
import { get } from "../api.js";
import { clockSet, nowMs } from "../clock.js";

const STANDING = new Set(["proposed", "offered", "delivered", "acknowledged", "en_route", "on_scene", "cleared"]);
const SETTLED = new Set(["closed", "merged", "false"]);
// Invariant 10, until the snapshot names the limits of the policy in force.
const LIMITS = { fresh_s: 60, aged_s: 300 };

export class Store extends EventTarget {
  constructor() {
    super();
    this.incidents = new Map();
    this.assignments = new Map();
    // The same rows by incident and by tour: the lists and the map ask for every row of theirs.
    this.ofIncident = new Map();
    this.ofTour = new Map();
    this.units = new Map();
    this.presses = [];
    this.backups = new Map();
    this.failedReturns = new Map();
    this.limits = LIMITS;
    this.loaded = false;
  }

  /** Load the picture of now. What events told meanwhile stays where it is newer. */
  async load() {
    const picture = await get("/command/snapshot/");
    clockSet(picture.at);
    this.limits = picture.limits || LIMITS;
    this.presses = picture.presses || [];
    const before = { incidents: this.incidents, assignments: this.assignments, backups: this.backups };
    const returns = this.failedReturns;
    this.failedReturns = new Map();
    for (const row of picture.failed_returns || []) this.keepReturn(newer(returns.get(row.uid), row));
    this.backups = new Map();
    for (const row of picture.backups || []) this.keepBackup(newer(before.backups.get(row.uid), row));
    this.incidents = new Map(picture.incidents.map((row) => [row.uid, newer(before.incidents.get(row.uid), row)]));
    this.assignments = new Map();
    this.ofIncident = new Map();
    this.ofTour = new Map();
    for (const row of picture.assignments) this.keep(newer(before.assignments.get(row.uid), row));
    this.units = new Map(picture.units.map((row) => [row.tour_id, row]));
    this.loaded = true;
    this.tell("all");
  }

  /** One `change` of the feed. */
  apply({ topic, subject, payload }) {
    if (payload.incident) {
      const before = this.incidents.get(payload.incident.uid);
      const row = newer(before, payload.incident);
      this.incidents.set(row.uid, row);
      this.tell("incident", { uid: row.uid, topic, turned: turned(before, row) });
    }
    if (payload.assignment) {
      const row = newer(this.assignments.get(payload.assignment.uid), payload.assignment);
      if (STANDING.has(row.state)) this.keep(row);
      else this.forget(row);
      this.tell("assignment", { uid: row.uid, incident: row.incident, tour: row.tour_id, topic });
    }
    if (topic === "patrols.tour_closed") {
      this.units.delete(subject.tour_id);
      this.tell("units");
    } else if (topic.startsWith("patrols.tour_")) {
      this.tell("reload");
    }
    if (topic === "incidents.supervision_changed") this.tell("reload");
    if (topic === "incidents.broadcast_changed") this.tell("notices");
    if (payload.backup) {
      const row = newer(this.backups.get(payload.backup.uid), payload.backup);
      this.keepBackup(row);
      this.tell("backup", { row, asked: topic === "incidents.backup_asked" });
    }
    if (payload.status_return) {
      this.keepReturn(newer(this.failedReturns.get(payload.status_return.uid), payload.status_return));
      this.tell("return", payload.status_return);
    }
    if (topic === "incidents.radio_card") this.tell("radio", { ...payload, assignment: subject.assignment });
  }

  /** Units that moved. One that we do not know yet needs a new snapshot: its tour was opened meanwhile. */
  move(units) {
    let unknown = false;
    for (const moved of units) {
      const known = this.units.get(moved.tour_id);
      if (known) Object.assign(known, moved, { unit: known.unit });
      else unknown = true;
    }
    this.tell("positions", units);
    if (unknown) this.tell("reload");
  }

  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  keep(row) {
    this.assignments.set(row.uid, row);
    for (const [index, key] of [[this.ofIncident, row.incident], [this.ofTour, row.tour_id]]) {
      if (!index.has(key)) index.set(key, new Map());
      index.get(key).set(row.uid, row);
    }
  }

  /** A call for help stays until it is answered. */
  keepBackup(row) {
    if (row.state === "answered") this.backups.delete(row.uid);
    else this.backups.set(row.uid, row);
  }

  /** What another system was not told stays until somebody settles it. */
  keepReturn(row) {
    if (row.sending === "failed") this.failedReturns.set(row.uid, row);
    else this.failedReturns.delete(row.uid);
  }

  /** Somebody calls for help on this case. */
  calls(incidentUid) {
    return [...this.backups.values()].some((row) => row.incident === incidentUid);
  }

  forget(row) {
    this.assignments.delete(row.uid);
    this.ofIncident.get(row.incident)?.delete(row.uid);
    this.ofTour.get(row.tour_id)?.delete(row.uid);
  }

  assignmentsOf(incidentUid) {
    return [...(this.ofIncident.get(incidentUid)?.values() || [])];
  }

  /** fresh|late|stale of a fix of so many seconds; null is no fix. */
  ageOf(seconds) {
    if (seconds == null || seconds > this.limits.aged_s) return "stale";
    return seconds > this.limits.fresh_s ? "late" : "fresh";
  }

  /** {state: free|sent|scene|break, age: fresh|late|stale, seconds, assignment} of a unit. */
  look(unit) {
    const held = this.ofTour.get(unit.tour_id);
    const assignment = held && [...held.values()].find((row) => row.state !== "cleared" && row.state !== "proposed");
    let state = "free";
    if (assignment) state = assignment.state === "on_scene" ? "scene" : "sent";
    else if (unit.on_break) state = "break";
    const seconds = unit.fixed_at == null ? null : Math.max(0, nowMs() / 1000 - unit.fixed_at);
    return { state, age: this.ageOf(seconds), seconds, assignment };
  }
}

/** What a row has turned into that wants to be heard: "red", "late" or "". */
function turned(before, row) {
  if (row.exercise || SETTLED.has(row.state)) return "";
  if (row.grade === "red" && before?.grade !== "red") return "red";
  return row.overdue_since && !before?.overdue_since ? "late" : "";
}

/** Of two versions of one row the newer. */
function newer(known, come) {
  return known && known.version > come.version ? known : come;
}
