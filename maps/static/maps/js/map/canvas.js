// A canvas over a Leaflet map: painted when asked to, it follows pan and zoom. Thousands of marks cost one element.
import { worldSize } from "./project.js";

const MOST_RATIO = 2;
// A frame is drawn at the next turn of the screen after it was asked for.
const FRAME_MS = 17;

export class CanvasPane {
  /** `paint(ctx, view)` draws everything and says in how many milliseconds it wants to draw again, null for not by
   *  itself. `view`: {width, height, zoom, scale, dx, dy, now}; a place of the world is at (x * scale - dx, y * scale - dy). */
  constructor(map, { name, level, paint }) {
    this.map = map;
    this.paint = paint;
    this.asked = 0;
    this.later = 0;
    const pane = map.createPane(name);
    pane.style.zIndex = level;
    pane.style.pointerEvents = "none";
    this.canvas = window.L.DomUtil.create("canvas", "map-canvas leaflet-zoom-animated", pane);
    this.canvas.setAttribute("aria-hidden", "true");
    this.ctx = this.canvas.getContext("2d");
    this.draw = this.draw.bind(this);
    this.ask = this.ask.bind(this);
    map.on("move resize viewreset zoomend", this.ask);
    map.on("zoomanim", this.follow, this);
    document.addEventListener("themechange", this.ask);
    map.on("unload", () => {
      cancelAnimationFrame(this.asked);
      clearTimeout(this.later);
      document.removeEventListener("themechange", this.ask);
    });
    this.ask();
  }

  show(visible) {
    this.canvas.hidden = !visible;
    if (visible) this.ask();
  }

  ask() {
    if (!this.asked) this.asked = requestAnimationFrame(this.draw);
  }

  /** While Leaflet grows or shrinks what is there, so does what was painted. */
  follow({ zoom, center }) {
    if (!this.corner) return;
    const corner = this.map._latLngToNewLayerPoint(this.corner, zoom, center);
    window.L.DomUtil.setTransform(this.canvas, corner, this.map.getZoomScale(zoom, this.zoom));
  }

  draw(now) {
    this.asked = 0;
    clearTimeout(this.later);
    const { map, canvas, ctx } = this;
    if (canvas.hidden || map._animatingZoom) {
      if (map._animatingZoom) this.ask();
      return;
    }
    const { x: width, y: height } = map.getSize();
    const ratio = Math.min(MOST_RATIO, window.devicePixelRatio || 1);
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
    }
    const corner = map.containerPointToLayerPoint([0, 0]);
    this.corner = map.containerPointToLatLng([0, 0]);
    this.zoom = map.getZoom();
    window.L.DomUtil.setPosition(canvas, corner);
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.clearRect(0, 0, width, height);
    const origin = map.getPixelOrigin();
    const view = { width, height, zoom: this.zoom, scale: worldSize(this.zoom), dx: origin.x + corner.x, dy: origin.y + corner.y, now };
    const afterMs = this.paint(ctx, view);
    if (afterMs == null) return;
    if (afterMs <= FRAME_MS) this.ask();
    else this.later = setTimeout(this.ask, afterMs - FRAME_MS);
  }
}
