// Where a phone is on its way, and what it has to do next. Plain geometry without the page, so that it can be tried alone.
import { metresBetween } from "./place.js";

const DEGREE_M = 111195;
// Nearer than this the turn is done, and the next one is told.
const DONE_M = 15;
const OFF_M = 60;
const WORST_FIX_M = 150;

/** A way that can be asked: `line` of [lon, lat], `legs` with `length_m`. Null for a way of less than two points. */
export function makeRoute(line, legs) {
  if (!line || line.length < 2) return null;
  const along = [0];
  for (let index = 1; index < line.length; index += 1) along.push(along[index - 1] + metresBetween(line[index - 1], line[index]));
  const length_m = along.at(-1);
  const told = legs.reduce((sum, leg) => sum + leg.length_m, 0);
  // The lengths of legs are those of the road, the line is drawn with fewer digits: both end at the same place.
  const share = told > 0 ? length_m / told : 1;
  let begun = 0;
  const turns = legs.map((leg) => {
    const at_m = begun;
    begun += leg.length_m * share;
    return { leg, at_m };
  });
  return { line, along, length_m, turns };
}

/** The place on the way nearest to [lon, lat]: `{along_m, off_m}`. */
export function onRoute(route, [lon, lat]) {
  const scale = Math.cos((lat * Math.PI) / 180);
  let best = { along_m: 0, off_m: Infinity };
  for (let index = 1; index < route.line.length; index += 1) {
    const [ax, ay] = route.line[index - 1];
    const [bx, by] = route.line[index];
    const vx = (bx - ax) * scale;
    const vy = by - ay;
    const wx = (lon - ax) * scale;
    const wy = lat - ay;
    const size = vx * vx + vy * vy;
    const share = size > 0 ? Math.min(1, Math.max(0, (wx * vx + wy * vy) / size)) : 0;
    const off_m = Math.hypot(wx - vx * share, wy - vy * share) * DEGREE_M;
    if (off_m < best.off_m) best = { along_m: route.along[index - 1] + (route.along[index] - route.along[index - 1]) * share, off_m };
  }
  return best;
}

/** `{next, then, left_m, to_next_m, off}` at a fix `{lon, lat, accuracy_m}`; `off`: it has left the way. */
export function guide(route, fix) {
  const { along_m, off_m } = onRoute(route, [fix.lon, fix.lat]);
  const ahead = route.turns.findIndex(({ at_m }) => at_m > along_m + DONE_M);
  const next = route.turns[ahead < 0 ? route.turns.length - 1 : ahead];
  return {
    next: next.leg,
    then: ahead < 0 ? null : (route.turns[ahead + 1]?.leg ?? null),
    to_next_m: Math.max(0, next.at_m - along_m),
    left_m: Math.max(0, route.length_m - along_m),
    off: off_m > Math.max(OFF_M, Math.min(fix.accuracy_m || 0, WORST_FIX_M)),
  };
}
