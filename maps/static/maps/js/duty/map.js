// A light map on a canvas: roads of our own vector tiles around a way, the way, where it leads, and where this phone is.
// Loaded when somebody asks for it; the words beside it are enough without.
import { el } from "../dom.js";
import { gettext } from "../page.js";
import { linesOfTile } from "./mvt.js";

const TILE_PX = 256;
const LEAST_ZOOM = 9;
const MOST_ZOOM = 18;
const MOST_TILE_ZOOM = 15;
const MOST_KEPT = 80;
const NAMED = 256; // flag of a line that is there for its name
const KEY_STEP_PX = 60;
// Widths in pixels at zoom 14, wider roads drawn last: [most road class, token, width].
const KINDS = [[99, "--map-road", 2.2], [6, "--map-trunk", 3.6], [2, "--map-motorway", 4.6]];

const across = ([lon, lat]) => {
  const sine = Math.sin((Math.min(85, Math.max(-85, lat)) * Math.PI) / 180);
  return [(lon + 180) / 360, 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)];
};

function parts(layer) {
  const paths = KINDS.map(() => new Path2D());
  const names = [];
  for (const { properties, lines } of layer.features) {
    if (properties.flags !== NAMED) {
      const kind = KINDS.findLastIndex(([most]) => properties.road_class <= most);
      for (const line of lines) trace(paths[Math.max(0, kind)], line);
    }
    const name = properties.flags === NAMED || !properties.flags ? properties.name || properties.ref : "";
    if (name) names.push({ name, line: lines.reduce((longest, line) => (line.length > longest.length ? line : longest), []) });
  }
  return { extent: layer.extent, paths, names };
}

function trace(path, points) {
  points.forEach(([x, y], index) => (index ? path.lineTo(x, y) : path.moveTo(x, y)));
}

/** A map in `place`. `show({line, target, posts})`, `me(fix)`, `fit()`, `remove()`. */
export class DutyMap {
  constructor(place, label = gettext("路线图")) {
    this.canvas = el("canvas", { tabIndex: 0 });
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", label);
    this.pen = this.canvas.getContext("2d");
    this.tiles = new Map();
    this.centre = [0.5, 0.5];
    this.zoom = 12;
    this.follows = false;
    this.hands = new Map();
    const button = (text, words, act) => el("button.btn.btn--icon.duty-map__button", { type: "button", "aria-label": words, title: words, onclick: act }, text);
    this.locate = button("◎", gettext("跟随我的位置"), () => this.follow(!this.follows));
    this.locate.setAttribute("aria-pressed", "false");
    place.replaceChildren(this.canvas, el("div.duty-map__buttons", {},
      button("+", gettext("放大"), () => this.zoomBy(1)), button("−", gettext("缩小"), () => this.zoomBy(-1)), this.locate));
    this.listen();
    this.size = new ResizeObserver(() => this.resized());
    this.size.observe(this.canvas);
    this.themed = () => this.draw();
    document.addEventListener("themechange", this.themed);
  }

  remove() {
    this.size.disconnect();
    document.removeEventListener("themechange", this.themed);
    this.gone = true;
  }

  show({ line = [], target = null }) {
    this.line = line.map(across);
    this.target = target && across(target);
    this.draw();
  }

  me(fix) {
    this.at = fix && { place: across([fix.lon, fix.lat]), course_deg: fix.speed_mps > 1 ? fix.course_deg : null };
    if (this.follows && this.at) this.centre = this.at.place;
    this.draw();
  }

  follow(on) {
    this.follows = on && Boolean(this.at);
    this.locate.setAttribute("aria-pressed", String(this.follows));
    if (this.follows) {
      this.centre = this.at.place;
      this.zoom = Math.max(this.zoom, 15);
    }
    this.draw();
  }

  /** Show the way whole. */
  fit() {
    const all = [...(this.line ?? []), ...(this.target ? [this.target] : []), ...(this.at ? [this.at.place] : [])];
    if (!all.length || !this.width) {
      this.unfitted = true;
      return;
    }
    this.unfitted = false;
    const [xs, ys] = [all.map(([x]) => x), all.map(([, y]) => y)];
    const [west, east, north, south] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    this.centre = [(west + east) / 2, (north + south) / 2];
    const margin = 56;
    const fits = Math.min((this.width - margin) / (east - west || 1e-9), (this.height - margin) / (south - north || 1e-9));
    this.zoom = Math.min(16, Math.max(LEAST_ZOOM, Math.log2(fits / TILE_PX)));
    this.draw();
  }

  resized() {
    const ratio = devicePixelRatio || 1;
    this.width = this.canvas.clientWidth;
    this.height = this.canvas.clientHeight;
    this.canvas.width = Math.round(this.width * ratio);
    this.canvas.height = Math.round(this.height * ratio);
    if (this.unfitted) this.fit();
    this.paint();
  }

  zoomBy(step) {
    this.zoom = Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, this.zoom + step));
    this.draw();
  }

  move(dx, dy) {
    const scale = TILE_PX * 2 ** this.zoom;
    this.centre = [this.centre[0] - dx / scale, this.centre[1] - dy / scale];
    if (this.follows) this.follow(false);
    this.draw();
  }

  listen() {
    const { canvas } = this;
    const spread = () => {
      const [a, b] = [...this.hands.values()];
      return b ? Math.hypot(a.x - b.x, a.y - b.y) : 0;
    };
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.hands.set(event.pointerId, { x: event.clientX, y: event.clientY });
    });
    canvas.addEventListener("pointermove", (event) => {
      const hand = this.hands.get(event.pointerId);
      if (!hand) return;
      const before = spread();
      const share = 1 / this.hands.size;
      this.move((event.clientX - hand.x) * share, (event.clientY - hand.y) * share);
      Object.assign(hand, { x: event.clientX, y: event.clientY });
      if (before > 0) this.zoomBy(Math.log2(spread() / before || 1));
    });
    for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, (event) => this.hands.delete(event.pointerId));
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.zoomBy(-Math.sign(event.deltaY) / 2);
    }, { passive: false });
    const keys = {
      "+": () => this.zoomBy(1), "=": () => this.zoomBy(1), "-": () => this.zoomBy(-1), ArrowLeft: () => this.move(KEY_STEP_PX, 0),
      ArrowRight: () => this.move(-KEY_STEP_PX, 0), ArrowUp: () => this.move(0, KEY_STEP_PX), ArrowDown: () => this.move(0, -KEY_STEP_PX),
    };
    canvas.addEventListener("keydown", (event) => {
      if (!keys[event.key]) return;
      event.preventDefault();
      keys[event.key]();
    });
  }

  /** Draw before the next frame, once however often it is asked. */
  draw() {
    if (this.asked || this.gone) return;
    this.asked = requestAnimationFrame(() => {
      this.asked = 0;
      this.paint();
    });
  }

  /** Pixels of a place. */
  px([x, y]) {
    const scale = TILE_PX * 2 ** this.zoom;
    return [(x - this.centre[0]) * scale + this.width / 2, (y - this.centre[1]) * scale + this.height / 2];
  }

  paint() {
    if (!this.width || this.gone) return;
    const style = getComputedStyle(document.documentElement);
    const tone = (name) => style.getPropertyValue(name).trim();
    const { pen } = this;
    const ratio = devicePixelRatio || 1;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.fillStyle = tone("--map-land");
    pen.fillRect(0, 0, this.width, this.height);
    pen.lineCap = pen.lineJoin = "round";
    const shown = this.shownTiles();
    const grow = 1.4 ** (this.zoom - 14);
    for (const [index, [, colour, width]] of KINDS.entries()) {
      for (const [stroke, wide] of [["--map-case", width * grow + 1.6], [colour, width * grow]]) {
        for (const { tile, x, y, scale } of shown) {
          pen.setTransform(ratio * scale, 0, 0, ratio * scale, ratio * x, ratio * y);
          pen.strokeStyle = tone(stroke);
          pen.lineWidth = wide / scale;
          pen.stroke(tile.paths[index]);
        }
      }
    }
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.paintWay(tone);
    this.paintNames(shown, tone, style.getPropertyValue("--font"));
    this.paintMarks(tone);
  }

  paintWay(tone) {
    if (!this.line?.length) return;
    const path = new Path2D();
    trace(path, this.line.map((point) => this.px(point)));
    for (const [colour, width] of [["--marker-edge", 9], ["--route", 5.5]]) {
      this.pen.strokeStyle = tone(colour);
      this.pen.lineWidth = width;
      this.pen.stroke(path);
    }
  }

  paintMarks(tone) {
    const { pen } = this;
    pen.strokeStyle = tone("--marker-edge");
    pen.lineWidth = 2.5;
    if (this.target) {
      const [x, y] = this.px(this.target);
      pen.fillStyle = tone("--red");
      pen.beginPath();
      pen.moveTo(x, y);
      pen.bezierCurveTo(x - 16, y - 18, x - 12, y - 34, x, y - 34);
      pen.bezierCurveTo(x + 12, y - 34, x + 16, y - 18, x, y);
      pen.fill();
      pen.stroke();
    }
    if (!this.at) return;
    const [x, y] = this.px(this.at.place);
    pen.fillStyle = tone("--brand");
    pen.save();
    pen.translate(x, y);
    pen.beginPath();
    if (this.at.course_deg == null || Number.isNaN(this.at.course_deg)) pen.arc(0, 0, 9, 0, 2 * Math.PI);
    else {
      pen.rotate((this.at.course_deg * Math.PI) / 180);
      trace(pen, [[0, -13], [9, 10], [0, 5], [-9, 10]]);
      pen.closePath();
    }
    pen.fill();
    pen.stroke();
    pen.restore();
  }

  /** Names along the middle of their longest stretch, none upon another. */
  paintNames(shown, tone, font) {
    const { pen } = this;
    const taken = [];
    const said = new Set();
    pen.font = `600 13px ${font}`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillStyle = tone("--map-label");
    pen.strokeStyle = tone("--map-halo");
    pen.lineWidth = 3.5;
    for (const { tile, x, y, scale } of shown) {
      for (const { name, line } of tile.names) {
        const middle = Math.floor(line.length / 2);
        const [a, b] = [line[middle - 1], line[middle]];
        if (!a || said.has(name)) continue;
        const at = [x + ((a[0] + b[0]) / 2) * scale, y + ((a[1] + b[1]) / 2) * scale];
        const wide = pen.measureText(name).width;
        const inside = at[0] > wide / 2 && at[1] > 12 && at[0] < this.width - wide / 2 && at[1] < this.height - 12;
        const runs = Math.hypot(line.at(-1)[0] - line[0][0], line.at(-1)[1] - line[0][1]) * scale;
        if (!inside || runs < wide * 0.8 || taken.some(([tx, ty, tw]) => Math.abs(tx - at[0]) < (tw + wide) / 2 + 8 && Math.abs(ty - at[1]) < 30)) continue;
        taken.push([...at, wide]);
        said.add(name);
        let turn = Math.atan2(b[1] - a[1], b[0] - a[0]);
        if (Math.abs(turn) > Math.PI / 2) turn += Math.PI;
        pen.save();
        pen.translate(...at);
        pen.rotate(turn);
        pen.strokeText(name, 0, 0);
        pen.fillText(name, 0, 0);
        pen.restore();
      }
    }
  }

  /** Tiles of the view that are there, with their place and scale in pixels; the others are sent for. */
  shownTiles() {
    const z = Math.min(MOST_TILE_ZOOM, Math.max(0, Math.floor(this.zoom)));
    const count = 2 ** z;
    const side = TILE_PX * 2 ** (this.zoom - z);
    const [left, top] = [this.centre[0] * count - this.width / 2 / side, this.centre[1] * count - this.height / 2 / side];
    const found = [];
    for (let x = Math.floor(left); x <= left + this.width / side; x += 1) {
      for (let y = Math.max(0, Math.floor(top)); y <= Math.min(count - 1, top + this.height / side); y += 1) {
        const tile = this.tile(z, ((x % count) + count) % count, y);
        if (tile.paths) found.push({ tile, x: (x - left) * side, y: (y - top) * side, scale: side / tile.extent });
      }
    }
    return found;
  }

  tile(z, x, y) {
    const key = `${z}/${x}/${y}`;
    let tile = this.tiles.get(key);
    if (!tile) {
      tile = {};
      this.tiles.set(key, tile);
      if (this.tiles.size > MOST_KEPT) this.tiles.delete(this.tiles.keys().next().value);
      this.load(key, tile);
    }
    return tile;
  }

  async load(key, tile) {
    try {
      const answer = await fetch(`/tiles/roads/${key}.mvt`);
      if (answer.status !== 200) return;
      const roads = linesOfTile(new Uint8Array(await answer.arrayBuffer())).find(({ name }) => name === "roads");
      if (roads) Object.assign(tile, parts(roads));
      this.draw();
    } catch {
      // Without network the way is drawn on an empty ground; what comes back is asked for with the next look.
      this.tiles.delete(key);
    }
  }
}
