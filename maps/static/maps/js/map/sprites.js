// Marks drawn once and stamped often. Their colours are tokens: with the theme they are drawn anew.
import { scale } from "../dom.js";
import { COURSE_SHAPE, GRADE_SHAPES, KIND_SHAPES, PLACE_SHAPE, RING_COLOURS, RING_SHAPES, UNIT_SHAPES } from "./shapes.js";

const BOX = 24;
const ROOM = 8; // around the box, for rims and shadows
const MOST_KEPT = 3000;

const AGENCY_TONES = {
  traffic: "--agency-traffic", police_station: "--agency-station", special: "--agency-special",
  warden: "--agency-warden", joint: "--text-1",
};

const tones = new Map();
const kept = new Map();
let keptAt = 0;
document.addEventListener("themechange", () => { tones.clear(); kept.clear(); });

/** The colour of a token as the page has it now. */
export function tone(name) {
  if (!tones.has(name)) tones.set(name, getComputedStyle(document.documentElement).getPropertyValue(name).trim());
  return tones.get(name);
}

/** The sprite with this key: {canvas, width, height} in CSS pixels, drawn by `paint(ctx)` in the first need. */
function sprite(key, width, height, paint) {
  const ratio = Math.min(2, window.devicePixelRatio || 1) * scale();
  if (ratio !== keptAt) {
    kept.clear();
    keptAt = ratio;
  }
  if (kept.size > MOST_KEPT) kept.clear();
  let made = kept.get(key);
  if (!made) {
    const canvas = new OffscreenCanvas(Math.ceil(width * ratio), Math.ceil(height * ratio));
    const ctx = canvas.getContext("2d");
    ctx.scale(ratio, ratio);
    ctx.lineJoin = "round";
    ctx.lineCap = "round";
    paint(ctx);
    // A picture that can change no more: stamping from a canvas would copy it each time.
    made = { canvas: canvas.transferToImageBitmap(), width: width * scale(), height: height * scale() };
    kept.set(key, made);
  }
  return made;
}

const paths = new Map();
function path(shape) {
  if (!paths.has(shape)) paths.set(shape, new Path2D(shape));
  return paths.get(shape);
}

/** The body of a unit: state by shape and colour, age by fill, kind by the sign within, agency by the rim. */
export function unitSprite({ state, age, kind, agency, way }) {
  // An arrow is turned as a whole; 10° steps are finer than an eye tells.
  const turn = state === "sent" && way != null ? Math.round(way / 10) * 10 : 0;
  return sprite(`u|${state}|${age}|${kind}|${agency}|${turn}`, BOX + 2 * ROOM, BOX + 2 * ROOM, (ctx) => {
    ctx.translate(ROOM + BOX / 2, ROOM + BOX / 2);
    ctx.rotate((turn * Math.PI) / 180);
    ctx.translate(-BOX / 2, -BOX / 2);
    const body = path(UNIT_SHAPES[state]);
    const colour = tone(`--unit-${state}`);
    const hollow = state === "break" || age === "stale";
    ctx.strokeStyle = tone(AGENCY_TONES[agency] || "--text-1");
    ctx.lineWidth = 6;
    ctx.stroke(body);
    ctx.strokeStyle = tone("--marker-edge");
    ctx.lineWidth = 3;
    ctx.stroke(body);
    ctx.fillStyle = hollow ? tone("--surface-1") : colour;
    ctx.fill(body);
    if (age === "late" && !hollow) {
      ctx.globalAlpha = 0.4;
      ctx.fillStyle = tone("--surface-1");
      ctx.fill(body);
      ctx.globalAlpha = 1;
    }
    if (hollow) {
      ctx.strokeStyle = colour;
      ctx.lineWidth = 2.6;
      ctx.setLineDash(age === "stale" ? [4, 3] : []);
      ctx.stroke(body);
      ctx.setLineDash([]);
    }
    if (state !== "sent" && KIND_SHAPES[kind]) {
      ctx.strokeStyle = hollow ? colour : tone("--marker-edge");
      ctx.lineWidth = 1.6;
      ctx.stroke(path(KIND_SHAPES[kind]));
    }
  });
}

/** The nose of a unit that moves, in steps of 10°. */
export function courseSprite({ state, way }) {
  const turn = Math.round(way / 10) * 10;
  return sprite(`c|${state}|${turn}`, BOX + 2 * ROOM, BOX + 2 * ROOM, (ctx) => {
    ctx.translate(ROOM + BOX / 2, ROOM + BOX / 2);
    ctx.rotate((turn * Math.PI) / 180);
    ctx.translate(-BOX / 2, -BOX / 2);
    ctx.strokeStyle = tone("--marker-edge");
    ctx.lineWidth = 2.5;
    ctx.stroke(path(COURSE_SHAPE));
    ctx.fillStyle = tone(`--unit-${state}`);
    ctx.fill(path(COURSE_SHAPE));
  });
}

/** The sizes of tokens in pixels of a sprite, which grows with `scale()`. */
const px = (name) => parseFloat(tone(name)) * 16;
const fontOf = (size, weight = "") => `${weight} ${size}px ${tone("--font")}`.trim();

const measuring = document.createElement("canvas").getContext("2d");
function widthOf(text, font) {
  measuring.font = font;
  return measuring.measureText(text).width;
}

/** A name on a plate; the bar at its left has the colour of `bar` (a token). */
export function nameSprite(text, bar = "") {
  const font = fontOf(px("--t-xs"));
  const width = widthOf(text, font) + (bar ? 12 : 8);
  return sprite(`n|${text}|${bar}`, width, 18, (ctx) => {
    ctx.fillStyle = tone("--surface-1");
    ctx.beginPath();
    ctx.roundRect(0, 0, width, 18, 4);
    ctx.fill();
    if (bar) {
      ctx.fillStyle = tone(bar);
      ctx.fillRect(0, 2, 3, 14);
    }
    ctx.font = font;
    ctx.textBaseline = "middle";
    ctx.fillStyle = tone("--text-1");
    ctx.fillText(text, bar ? 7 : 4, 9.5);
  });
}

export const agencyTone = (agency) => AGENCY_TONES[agency] || "--text-1";

/** Several units in one place: how many, and as arcs how many of them are in which state. */
export function clusterSprite(count, shares) {
  const radius = count < 10 ? 15 : count < 100 ? 18 : 22;
  const side = 2 * radius + 6;
  const key = `k|${count}|${shares.map(([name, part]) => `${name}${Math.round(part * 12)}`).join()}`;
  return sprite(key, side, side, (ctx) => {
    const middle = side / 2;
    ctx.beginPath();
    ctx.arc(middle, middle, radius + 2, 0, 2 * Math.PI);
    ctx.fillStyle = tone("--marker-edge");
    ctx.fill();
    let from = -Math.PI / 2;
    for (const [name, part] of shares) {
      ctx.beginPath();
      ctx.moveTo(middle, middle);
      ctx.arc(middle, middle, radius, from, from + part * 2 * Math.PI);
      ctx.fillStyle = tone(name);
      ctx.fill();
      from += part * 2 * Math.PI;
    }
    ctx.beginPath();
    ctx.arc(middle, middle, radius - 4, 0, 2 * Math.PI);
    ctx.fillStyle = tone("--surface-1");
    ctx.fill();
    ctx.font = fontOf(px("--t-sm"), "700");
    ctx.fillStyle = tone("--text-1");
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.fillText(String(count), middle, middle + 1);
  });
}

const CASE_TONES = {
  red: ["--red", "--text-on-red"], yellow: ["--yellow-mark", "--text-on-yellow"], blue: ["--blue", "--text-on-blue"], "": ["--text-3", "--surface-1"],
};
const CASE_SIDE = 32;
/** Of the ring around an incident, in pixels of a desk. */
export const RING_RADIUS = (14.5 * CASE_SIDE) / BOX;

/** An incident: its grade by shape and colour, its kind by one letter. */
export function caseSprite(grade, word) {
  return sprite(`i|${grade}|${word}`, CASE_SIDE + 4, CASE_SIDE + 4, (ctx) => {
    const [body, letter] = CASE_TONES[grade];
    ctx.save();
    ctx.translate(2, 2);
    ctx.scale(CASE_SIDE / BOX, CASE_SIDE / BOX);
    ctx.fillStyle = tone(body);
    ctx.fill(path(GRADE_SHAPES[grade]));
    ctx.strokeStyle = tone("--marker-edge");
    ctx.lineWidth = 2;
    ctx.stroke(path(GRADE_SHAPES[grade]));
    ctx.restore();
    ctx.font = fontOf(px("--t-xs"), "700");
    ctx.fillStyle = tone(letter);
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    // A triangle has its room below.
    ctx.fillText(word, CASE_SIDE / 2 + 2, CASE_SIDE / 2 + (grade === "yellow" ? 6 : 3));
  });
}

/** A checkpoint or camera of a ring; one that does not report is hollow. */
export function ringSprite(ring, works) {
  return sprite(`r|${ring}|${works}`, BOX, BOX, (ctx) => {
    ctx.translate(4, 4);
    ctx.scale(2 / 3, 2 / 3);
    const shape = path(RING_SHAPES[ring] || RING_SHAPES[3]);
    const colour = tone(RING_COLOURS[ring] || "--text-2");
    ctx.strokeStyle = tone("--marker-edge");
    ctx.lineWidth = 5;
    ctx.stroke(shape);
    ctx.fillStyle = works ? colour : tone("--surface-1");
    ctx.fill(shape);
    ctx.strokeStyle = colour;
    ctx.lineWidth = 2.4;
    ctx.stroke(shape);
    ctx.font = fontOf(14, "700");
    ctx.fillStyle = works ? tone("--marker-edge") : tone("--text-1");
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.fillText(String(ring), 12, ring === 3 ? 15 : 13);
  });
}

/** A place where police work. */
export function placeSprite() {
  return sprite("p", BOX, BOX, (ctx) => {
    ctx.translate(4, 4);
    ctx.scale(2 / 3, 2 / 3);
    ctx.strokeStyle = tone("--marker-edge");
    ctx.lineWidth = 4;
    ctx.stroke(path(PLACE_SHAPE));
    ctx.fillStyle = tone("--brand");
    ctx.fill(path(PLACE_SHAPE));
  });
}

/** Stamp a sprite with its middle at (x, y); on whole pixels, where nothing has to be drawn between them. */
export function stamp(ctx, made, x, y) {
  ctx.drawImage(made.canvas, Math.round(x - made.width / 2), Math.round(y - made.height / 2), made.width, made.height);
}
