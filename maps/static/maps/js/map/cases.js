// Incidents on a canvas: grade by shape and colour, kind by a word, what is left of the time by a ring. In a flood there
// are thousands of them, and each second all their rings turn.
import { nowMs } from "../clock.js";
import { scale } from "../dom.js";
import { kindName } from "../words.js";
import { CanvasPane } from "./canvas.js";
import { clustered } from "./cluster.js";
import { worldX, worldY } from "./project.js";
import { caseSprite, clusterSprite, nameSprite, RING_RADIUS, stamp, tone } from "./sprites.js";

const APART_FROM_ZOOM = 14;
const CLUSTER_CELL = 40;
const REACH = 16;
// A ring turns by steps: of a thousand marks, few are drawn anew each second.
const RING_STEPS = 40;
// More than these in one place are told in tens.
const TOLD_ONE_BY_ONE = 100;
const ORDER = { "": 0, blue: 1, yellow: 2, red: 3 };
const TONES = { red: "--red", yellow: "--yellow-mark", blue: "--blue", "": "--text-3" };

export class CaseLayer {
  /** `on.incident(uid)` when one is pressed; `span(row)` says of a row by when what has to be done: {fromMs, untilMs}
   *  in the house's time, or null. */
  constructor(map, { incident = () => {}, span = () => null } = {}) {
    this.map = map;
    this.tell = incident;
    this.span = span;
    this.marks = new Map();
    this.drawn = { singles: [], groups: [] };
    this.visible = true;
    this.pane = new CanvasPane(map, { name: "cases", level: 595, paint: (ctx, view) => this.paint(ctx, view) });
    map.on("mousemove", ({ containerPoint }) => this.hover(containerPoint));
  }

  /** `row`: {uid, grade, kind, title, lon, lat}. */
  put(row, { chosen = false, worded = true } = {}) {
    let mark = this.marks.get(row.uid);
    if (mark?.row === row && mark.chosen === chosen) return;
    if (!mark) {
      mark = { uid: row.uid };
      this.marks.set(row.uid, mark);
    }
    Object.assign(mark, {
      row, chosen, grade: row.grade || "", x: worldX(row.lon), y: worldY(row.lat), span: this.span(row),
      word: worded ? kindName(row.kind).slice(0, 1) : "", name: row.title || kindName(row.kind),
    });
    this.pane.ask();
  }

  drop(uid) {
    if (this.marks.delete(uid)) this.pane.ask();
  }

  keepOnly(uids) {
    for (const uid of [...this.marks.keys()]) if (!uids.has(uid)) this.drop(uid);
  }

  show(visible) {
    this.visible = visible;
    this.pane.show(visible);
  }

  /** Once a second: draw anew where a ring has come to its next step. */
  tick() {
    const now = nowMs();
    const turned = (mark) => mark.step !== stepOf(mark, now);
    if (this.drawn.singles.some(turned) || this.drawn.groups.some((group) => group.late !== isLate(group, now))) this.pane.ask();
  }

  paint(ctx, { width, height, scale: size, dx, dy, zoom }) {
    const margin = 40 * scale();
    const now = nowMs();
    const seen = [];
    for (const mark of this.marks.values()) {
      mark.px = mark.x * size - dx;
      mark.py = mark.y * size - dy;
      if (mark.px > -margin && mark.py > -margin && mark.px < width + margin && mark.py < height + margin) seen.push(mark);
    }
    // The gravest never hide in a group, nor does the one that somebody works at.
    const apart = zoom >= APART_FROM_ZOOM ? () => true : (mark) => mark.grade === "red" || mark.chosen;
    this.drawn = clustered(seen, { cell: CLUSTER_CELL * scale(), dx, dy, apart });
    for (const group of this.drawn.groups) this.paintGroup(ctx, group, now);
    this.drawn.singles.sort((a, b) => a.chosen - b.chosen || ORDER[a.grade] - ORDER[b.grade]);
    for (const mark of this.drawn.singles) this.paintMark(ctx, mark, now);
    const { dataset } = this.pane.canvas;
    dataset.cases = this.drawn.singles.length;
    dataset.caseGroups = this.drawn.groups.length;
    return null;
  }

  paintMark(ctx, mark, now) {
    mark.step = stepOf(mark, now);
    if (mark.step != null) {
      const late = mark.step < 0;
      arc(ctx, mark, RING_RADIUS, late ? 1 : mark.step / RING_STEPS, late ? "--red" : "--text-2");
    }
    if (mark.chosen) arc(ctx, mark, RING_RADIUS + 6, 1, "--brand");
    stamp(ctx, caseSprite(mark.grade, mark.word), mark.px, mark.py);
    if (mark.uid === this.over) {
      const plate = nameSprite(mark.name, TONES[mark.grade]);
      stamp(ctx, plate, mark.px + (RING_RADIUS + 4) * scale() + plate.width / 2, mark.py);
    }
  }

  paintGroup(ctx, group, now) {
    const { members } = group;
    const shares = Object.keys(ORDER)
      .map((grade) => [TONES[grade], members.filter((mark) => mark.grade === grade).length / members.length])
      .filter(([, part]) => part);
    const many = members.length < TOLD_ONE_BY_ONE ? members.length : `${Math.floor(members.length / 10)}0+`;
    const made = clusterSprite(many, shares);
    group.late = isLate(group, now);
    if (group.late) arc(ctx, group, made.width / scale() / 2 + 1, 1, "--red");
    stamp(ctx, made, group.px, group.py);
  }

  /** What lies under a point of the view: the uppermost mark, else a group, else null. */
  at({ x, y }) {
    if (!this.visible) return null;
    const near = (each) => Math.hypot(each.px - x, each.py - y) <= REACH * scale();
    return this.drawn.singles.findLast(near) || this.drawn.groups.find(near) || null;
  }

  /** Tell which was pressed at a point of the view, or go nearer to a group; false when nothing lies there. */
  press(point) {
    const found = this.at(point);
    if (!found) return false;
    if (found.members) {
      const places = found.members.map(({ row }) => [row.lat, row.lon]);
      this.map.fitBounds(places, { maxZoom: APART_FROM_ZOOM, padding: [48, 48], animate: false });
    } else this.tell(found.uid);
    return true;
  }

  hover(point) {
    const found = this.at(point);
    this.map.getContainer().classList.toggle("is-over-case", Boolean(found));
    if (found?.uid !== this.over) {
      this.over = found?.uid;
      this.pane.ask();
    }
  }
}

/** What is left of a mark's time in steps of its ring: -1 once it is over, null where nothing runs. */
function stepOf({ span }, now) {
  if (!span) return null;
  const left = (span.untilMs - now) / Math.max(1000, span.untilMs - span.fromMs);
  return left < 0 ? -1 : Math.ceil(Math.min(1, left) * RING_STEPS);
}

const isLate = ({ members }, now) => members.some(({ span }) => span && span.untilMs < now);

function arc(ctx, { px, py }, radius, part, colour) {
  ctx.beginPath();
  ctx.arc(Math.round(px), Math.round(py), radius * scale(), -Math.PI / 2, (2 * part - 0.5) * Math.PI);
  ctx.strokeStyle = tone(colour);
  ctx.lineWidth = 3 * scale();
  ctx.stroke();
}
