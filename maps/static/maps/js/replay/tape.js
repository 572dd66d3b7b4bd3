// A window of the past as it was read: where everybody was and what was open at any second of it. Nothing is drawn here.
import { metresBetween } from "../map/project.js";

// Between two samples further apart than this nobody knows the way: the unit stays where it was last heard, and ages.
const GAP_S = 180;
const BUSY = { offered: "sent", delivered: "sent", acknowledged: "sent", en_route: "sent", on_scene: "scene" };
const OVER = new Set(["closed", "merged", "false"]);
const RADIANS = Math.PI / 180;

/** Differences back to values: {t, lon, lat, v} as arrays of one length. */
export function decoded(track, perDegree) {
  const sums = (steps, by = 1) => {
    let sum = 0;
    return steps.map((step) => (sum += step) / by);
  };
  return { ...track, t: sums(track.t), lon: sums(track.x, perDegree), lat: sums(track.y, perDegree), v: track.v.map((each) => each == null ? null : each / 10), place: 0 };
}

/** The last index with times[index] <= at, from `hint` on when that is near; -1 before the first. */
function indexAt(times, at, hint = 0) {
  let low = hint;
  if (!(times[low] <= at)) low = 0;
  for (let steps = 0; steps < 8 && times[low + 1] <= at; steps += 1) low += 1;
  if (!(times[low + 1] <= at)) return times[low] <= at ? low : -1;
  let high = times.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (times[middle] <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Degrees from north in which one drives from one place to another. */
function courseOf(lonA, latA, lonB, latB) {
  return (Math.atan2((lonB - lonA) * Math.cos(latA * RADIANS), latB - latA) / RADIANS + 360) % 360;
}

export class Tape {
  /** `answer`: what `/command/replay/` said. */
  constructor(answer) {
    this.startMs = Date.parse(answer.from);
    this.lengthS = (Date.parse(answer.to) - this.startMs) / 1000;
    this.stepS = answer.step_s;
    this.tracks = new Map(answer.tracks.map((track) => [track.tour_id, decoded(track, answer.per_degree)]));
    this.incidents = answer.incidents.map((row) => ({ ...row, steps: row.steps.map((step) => ({ ...step, s: this.secondOf(step.at) })) }));
    this.doings = new Map();
    for (const incident of this.incidents) {
      for (const step of incident.steps) {
        if (step.tour_id == null || step.state === "proposed") continue;
        if (!this.doings.has(step.tour_id)) this.doings.set(step.tour_id, []);
        this.doings.get(step.tour_id).push({ s: step.s, state: BUSY[step.state] || "free" });
      }
    }
    for (const list of this.doings.values()) list.sort((a, b) => a.s - b.s);
  }

  secondOf(moment) {
    return (Date.parse(moment) - this.startMs) / 1000;
  }

  momentAt(second) {
    return this.startMs + second * 1000;
  }

  /** {lon, lat, course_deg, speed_mps, age_s} of a tour, or null before it was first heard. */
  unitAt(track, second) {
    const at = indexAt(track.t, second, track.place);
    if (at < 0) return null;
    track.place = at;
    const [lon, lat] = [track.lon[at], track.lat[at]];
    const elapsed = track.t[at + 1] - track.t[at];
    if (!(elapsed <= Math.max(GAP_S, 3 * this.stepS))) return { lon, lat, course_deg: null, speed_mps: null, age_s: second - track.t[at] };
    const part = (second - track.t[at]) / elapsed;
    const [nextLon, nextLat] = [track.lon[at + 1], track.lat[at + 1]];
    const made = metresBetween(lon, lat, nextLon, nextLat) / elapsed;
    return {
      lon: lon + (nextLon - lon) * part, lat: lat + (nextLat - lat) * part,
      course_deg: courseOf(lon, lat, nextLon, nextLat), speed_mps: made, age_s: 0,
    };
  }

  /** free | sent | scene: what a tour did. */
  doingAt(tourId, second) {
    const list = this.doings.get(tourId);
    const last = list?.findLast((each) => each.s <= second);
    return last ? last.state : "free";
  }

  /** The state of an incident then; null before it was received, and once it was settled for more than a minute. */
  stateAt(incident, second) {
    const last = incident.steps.findLast((step) => step.tour_id == null && step.s <= second);
    if (!last || (OVER.has(last.state) && second - last.s > 60)) return null;
    return last.state;
  }

  /** [second, m/s] of a track: as the device said, else by the way made. */
  speeds(track) {
    return track.t.map((second, at) => {
      if (track.v[at] != null || at === 0) return [second, track.v[at] ?? 0];
      const elapsed = second - track.t[at - 1];
      return [second, elapsed > GAP_S ? 0 : metresBetween(track.lon[at - 1], track.lat[at - 1], track.lon[at], track.lat[at]) / Math.max(1, elapsed)];
    });
  }
}
