// Where units came from: the last minutes as this page has seen them, faded with age. Nothing is asked of the server for
// it: what a page was shown live it may keep for a while; older tracks are read with a reason (replay).
import { scale } from "../dom.js";
import { CanvasPane } from "./canvas.js";
import { metresBetween, worldX, worldY } from "./project.js";
import { tone } from "./sprites.js";

const KEPT_S = 30 * 60;
const LEAST_M = 8;
// Older than this between two fixes, nobody knows the way: no line is drawn.
const GAP_S = 120;
const BANDS = 4;

export class TrailLayer {
  constructor(map) {
    this.trails = new Map();
    this.minutes = 0;
    this.only = null;
    this.pane = new CanvasPane(map, { name: "trails", level: 445, paint: (ctx, view) => this.paint(ctx, view) });
  }

  /** `minutes` 0 shows none; `only`: a tour's id, or null for all. */
  show(minutes, only = null) {
    this.minutes = minutes;
    this.only = only;
    this.pane.ask();
  }

  /** A fix of a unit: {tour_id, lon, lat, fixed_at} with the time in epoch seconds. */
  add({ tour_id: tour, lon, lat, fixed_at: at }) {
    if (lon == null || at == null) return;
    if (!this.trails.has(tour)) this.trails.set(tour, []);
    const trail = this.trails.get(tour);
    const last = trail.at(-1);
    if (last && (at <= last.at || metresBetween(last.lon, last.lat, lon, lat) < LEAST_M)) return;
    trail.push({ at, lon, lat, x: worldX(lon), y: worldY(lat) });
    while (trail.length && at - trail[0].at > KEPT_S) trail.shift();
  }

  keepOnly(tourIds) {
    for (const tour of [...this.trails.keys()]) if (!tourIds.has(tour)) this.trails.delete(tour);
  }

  /** Draw anew, seen from `nowS` (epoch seconds). */
  tick(nowS) {
    this.nowS = nowS;
    if (this.minutes) this.pane.ask();
  }

  paint(ctx, { width, height, scale: size, dx, dy }) {
    if (!this.minutes || this.nowS == null) return null;
    const bands = Array.from({ length: BANDS }, () => new Path2D());
    const span = this.minutes * 60;
    let count = 0;
    for (const [tour, trail] of this.trails) {
      if (this.only != null && tour !== this.only) continue;
      for (let at = 1; at < trail.length; at += 1) {
        const [from, to] = [trail[at - 1], trail[at]];
        const age = this.nowS - to.at;
        if (age > span || to.at - from.at > GAP_S) continue;
        const [ax, ay, bx, by] = [from.x * size - dx, from.y * size - dy, to.x * size - dx, to.y * size - dy];
        if (Math.max(ax, bx) < 0 || Math.max(ay, by) < 0 || Math.min(ax, bx) > width || Math.min(ay, by) > height) continue;
        const band = bands[Math.min(BANDS - 1, Math.floor((age / span) * BANDS))];
        band.moveTo(ax, ay);
        band.lineTo(bx, by);
        count += 1;
      }
    }
    ctx.lineCap = "round";
    ctx.strokeStyle = tone("--route");
    for (const [number, band] of bands.entries()) {
      ctx.globalAlpha = 0.85 - (0.65 * number) / BANDS;
      ctx.lineWidth = (4 - (2 * number) / BANDS) * scale();
      ctx.stroke(band);
    }
    ctx.globalAlpha = 1;
    this.pane.canvas.dataset.pieces = count;
    return null;
  }
}
