// Units on a canvas: two thousand that move at once, each with state, kind, agency, course and the age of its fix.
import { scale } from "../dom.js";
import { gettext } from "../page.js";
import { CanvasPane } from "./canvas.js";
import { clustered } from "./cluster.js";
import { latOf, lonOf, metresBetween, worldX, worldY } from "./project.js";
import { agencyTone, clusterSprite, courseSprite, nameSprite, stamp, tone, unitSprite } from "./sprites.js";

const MOVES_MPS = 1;
// From one fix to the next a mark glides, so that the eye can follow it; over more than this it jumps.
const GLIDE_MS = 900;
const GLIDE_MOST_M = 600;
// A step that the eye takes for gliding; where marks creep, whole frames between two steps are spared.
const STEP_PX = 0.5;
const SLOWEST_STEP_MS = 250;
const CLUSTER_BELOW_ZOOM = 14;
const CLUSTER_CELL = 40;
const NAMES_FROM_ZOOM = 13.5;
// More names than these lie on one another.
const MOST_NAMES = 400;
const REACH = 16;
const ORDER = { break: 0, free: 1, scene: 2, sent: 3 };
const STATE_TONES = { free: "--unit-free", break: "--unit-break", sent: "--unit-sent", scene: "--unit-scene" };

const calm = matchMedia("(prefers-reduced-motion: reduce)");

export class UnitLayer {
  /** `on.unit(tourId)` when one is pressed, `on.group(tourIds, {lon, lat})` for several in one place. */
  constructor(map, on, { glides = true } = {}) {
    this.map = map;
    this.on = on;
    this.glides = glides;
    this.marks = new Map();
    this.chosen = null;
    this.followed = null;
    this.visible = true;
    this.wanted = () => true;
    this.drawn = { singles: [], groups: [] };
    this.pane = new CanvasPane(map, { name: "units", level: 590, paint: (ctx, view) => this.paint(ctx, view) });
    map.on("dragstart", () => this.follow(null));
    map.on("mousemove", ({ containerPoint }) => this.hover(containerPoint));
  }

  /** `unit`: {tour_id, call_sign, kind, agency, lon, lat, course_deg, speed_mps}; `look`: {state, age}. */
  put(unit, look) {
    if (unit.lon == null) return this.drop(unit.tour_id);
    let mark = this.marks.get(unit.tour_id);
    if (!mark) {
      mark = { id: unit.tour_id, x: worldX(unit.lon), y: worldY(unit.lat), since: 0, fromX: 0, fromY: 0, lon: unit.lon, lat: unit.lat, px: 0, py: 0 };
      this.marks.set(unit.tour_id, mark);
    } else if (mark.lon !== unit.lon || mark.lat !== unit.lat) this.move(mark, unit);
    mark.name = unit.call_sign;
    mark.kind = unit.kind;
    mark.exercise = Boolean(unit.exercise);
    mark.agency = unit.agency;
    mark.state = look.state;
    mark.age = look.age;
    mark.way = unit.course_deg != null && unit.speed_mps >= MOVES_MPS && look.age !== "stale" ? unit.course_deg : null;
    mark.hidden = !this.wanted(unit, look);
    if (this.followed === mark.id) this.center(mark);
    this.pane.ask();
    return mark;
  }

  move(mark, { lon, lat }) {
    const glides = this.glides && !calm.matches && metresBetween(mark.lon, mark.lat, lon, lat) < GLIDE_MOST_M;
    const now = performance.now();
    const part = Math.min(1, (now - mark.since) / GLIDE_MS);
    mark.fromX = mark.since ? mark.fromX + (mark.x - mark.fromX) * part : mark.x;
    mark.fromY = mark.since ? mark.fromY + (mark.y - mark.fromY) * part : mark.y;
    mark.x = worldX(lon);
    mark.y = worldY(lat);
    mark.lon = lon;
    mark.lat = lat;
    mark.since = glides ? now : 0;
  }

  drop(tourId) {
    if (this.marks.delete(tourId)) this.pane.ask();
    if (this.followed === tourId) this.follow(null);
  }

  keepOnly(tourIds) {
    for (const tourId of [...this.marks.keys()]) if (!tourIds.has(tourId)) this.drop(tourId);
  }

  /** Show only units for which `wanted(unit, look)` is true, from the next `put` on. */
  filter(wanted) {
    this.wanted = wanted;
  }

  show(visible) {
    this.visible = visible;
    this.pane.show(visible);
  }

  choose(tourId) {
    this.chosen = tourId;
    this.pane.ask();
  }

  /** Keep a unit in view; null ends it, and so does whoever drags the map. */
  follow(tourId) {
    if (this.followed === tourId) return;
    this.followed = tourId;
    const mark = this.marks.get(tourId);
    if (mark) this.center(mark, true);
    this.on.followed?.(tourId);
  }

  center(mark, always = false) {
    const { x, y } = this.map.getSize();
    const at = this.map.latLngToContainerPoint([mark.lat, mark.lon]);
    if (always || Math.abs(at.x - x / 2) > x / 5 || Math.abs(at.y - y / 2) > y / 5) this.map.panTo([mark.lat, mark.lon], { animate: !calm.matches && !always });
  }

  /** Go to a unit, near enough to tell it from others. */
  goTo(tourId) {
    const mark = this.marks.get(tourId);
    if (mark) this.map.setView([mark.lat, mark.lon], Math.max(this.map.getZoom(), CLUSTER_BELOW_ZOOM), { animate: false });
  }

  paint(ctx, view) {
    const { width, height, scale: size, dx, dy, now, zoom } = view;
    const margin = 40 * scale();
    const seen = [];
    let fastest = 0;
    for (const mark of this.marks.values()) {
      if (mark.hidden) continue;
      let { x, y } = mark;
      let glide = 0;
      if (mark.since) {
        const part = (now - mark.since) / GLIDE_MS;
        if (part >= 1) mark.since = 0;
        else {
          glide = Math.hypot(x - mark.fromX, y - mark.fromY);
          x = mark.fromX + (x - mark.fromX) * Math.max(0, part);
          y = mark.fromY + (y - mark.fromY) * Math.max(0, part);
        }
      }
      mark.px = x * size - dx;
      mark.py = y * size - dy;
      if (mark.px > -margin && mark.py > -margin && mark.px < width + margin && mark.py < height + margin) {
        seen.push(mark);
        fastest = Math.max(fastest, glide);
      }
    }
    // Who is under way is never hidden in a group, nor is the one that somebody looks at.
    const apart = zoom >= CLUSTER_BELOW_ZOOM ? () => true
      : (mark) => mark.state === "sent" || mark.state === "scene" || mark.id === this.chosen || mark.id === this.followed;
    this.drawn = clustered(seen, { cell: CLUSTER_CELL * scale(), dx, dy, apart });
    for (const group of this.drawn.groups) this.paintGroup(ctx, group);
    this.drawn.singles.sort((a, b) => ORDER[a.state] - ORDER[b.state]);
    const named = zoom >= NAMES_FROM_ZOOM && this.drawn.singles.length <= MOST_NAMES;
    for (const mark of this.drawn.singles) this.paintMark(ctx, mark, named);
    const { dataset } = this.pane.canvas;
    dataset.singles = this.drawn.singles.length;
    dataset.groups = this.drawn.groups.length;
    return fastest ? Math.min(SLOWEST_STEP_MS, STEP_PX / ((fastest * size) / GLIDE_MS)) : null;
  }

  paintMark(ctx, mark, named) {
    if (mark.id === this.chosen) {
      ctx.beginPath();
      ctx.arc(mark.px, mark.py, 19 * scale(), 0, 2 * Math.PI);
      ctx.strokeStyle = tone("--brand");
      ctx.lineWidth = 3 * scale();
      ctx.stroke();
    }
    if (mark.way != null && mark.state !== "sent") stamp(ctx, courseSprite(mark), mark.px, mark.py);
    stamp(ctx, unitSprite(mark), mark.px, mark.py);
    if (mark.exercise) this.paintExercise(ctx, mark);
    if (named || mark.id === this.chosen || mark.id === this.over) {
      const plate = nameSprite(mark.exercise ? gettext("%(unit)s 演练", { unit: mark.name }) : mark.name, agencyTone(mark.agency));
      stamp(ctx, plate, mark.px + 16 * scale() + plate.width / 2, mark.py);
    }
  }

  /** In a frame: it rehearses. Everything else around a mark is round. */
  paintExercise(ctx, mark) {
    const half = 15 * scale();
    ctx.strokeStyle = tone("--yellow-mark");
    ctx.lineWidth = 2.5 * scale();
    ctx.strokeRect(mark.px - half, mark.py - half, 2 * half, 2 * half);
  }

  paintGroup(ctx, group) {
    const counts = {};
    for (const { state, age } of group.members) {
      const name = age === "stale" ? "--unit-stale" : STATE_TONES[state];
      counts[name] = (counts[name] || 0) + 1;
    }
    const shares = Object.entries(counts).sort().map(([name, count]) => [name, count / group.members.length]);
    stamp(ctx, clusterSprite(group.members.length, shares), group.px, group.py);
  }

  /** What lies under a point of the view: a mark, a group, or null. */
  at({ x, y }) {
    const reach = REACH * scale();
    const near = (each, more = 0) => Math.hypot(each.px - x, each.py - y) <= reach + more;
    const singles = this.visible ? this.drawn.singles.filter((mark) => near(mark)) : [];
    if (singles.length) return singles.length === 1 ? singles[0] : { members: singles };
    return (this.visible && this.drawn.groups.find((group) => near(group, 4 * scale()))) || null;
  }

  /** Tell who was pressed at a point of the view; false when nobody was. */
  press(point) {
    const found = this.at(point);
    if (!found) return false;
    if (found.members) {
      const middle = found.members[0];
      this.on.group(found.members.map((mark) => mark.id), { lon: lonOf(middle.x), lat: latOf(middle.y) });
    } else this.on.unit(found.id);
    return true;
  }

  hover(point) {
    const found = this.at(point);
    const over = found && !found.members ? found.id : null;
    this.map.getContainer().classList.toggle("is-over-mark", Boolean(found));
    if (over !== this.over) {
      this.over = over;
      this.pane.ask();
    }
  }
}
