// Fixed places on a canvas: stations, and checkpoints and cameras by their ring. From our own API, without tiles or WebGL.
import { scale } from "../dom.js";
import { CanvasPane } from "./canvas.js";
import { worldX, worldY } from "./project.js";
import { nameSprite, placeSprite, ringSprite, stamp } from "./sprites.js";

const NAMES_FROM_ZOOM = 14;
const SMALL_BELOW_ZOOM = 11;
const REACH = 12;

export class PlaceLayer {
  /** `on.place(place)` when one is pressed. */
  constructor(map, on, { name = "places", level = 450 } = {}) {
    this.map = map;
    this.on = on;
    this.kinds = new Map();
    this.shown = [];
    this.pane = new CanvasPane(map, { name, level, paint: (ctx, view) => this.paint(ctx, view) });
  }

  /** The places of a kind: [{id, kind, name, lon, lat, ring, works}]; null takes them off the map. */
  put(kind, places) {
    if (!places) this.kinds.delete(kind);
    else this.kinds.set(kind, places.map((place) => ({ ...place, kind, x: worldX(place.lon), y: worldY(place.lat) })));
    this.pane.ask();
  }

  /** `wanted(place)` says what is shown of all that is there. */
  filter(wanted) {
    this.wanted = wanted;
    this.pane.ask();
  }

  paint(ctx, { width, height, scale: size, dx, dy, zoom }) {
    const shrink = zoom < SMALL_BELOW_ZOOM ? 0.7 : 1;
    const plates = [];
    this.shown = [];
    for (const places of this.kinds.values()) {
      for (const place of places) {
        if (this.wanted && !this.wanted(place)) continue;
        const px = place.x * size - dx;
        const py = place.y * size - dy;
        if (px < -30 || py < -30 || px > width + 30 || py > height + 30) continue;
        const made = place.ring ? ringSprite(place.ring, place.works) : placeSprite();
        ctx.drawImage(made.canvas, px - (made.width * shrink) / 2, py - (made.height * shrink) / 2, made.width * shrink, made.height * shrink);
        this.shown.push({ place, px, py });
        if (zoom >= NAMES_FROM_ZOOM && !place.ring) plates.push({ place, px, py });
      }
    }
    for (const { place, px, py } of plates) stamp(ctx, nameSprite(place.name), px, py + 18 * scale());
    this.pane.canvas.dataset.places = this.shown.length;
    return null;
  }

  press({ x, y }) {
    const found = this.shown.find((each) => Math.hypot(each.px - x, each.py - y) <= REACH * scale());
    if (found) this.on.place(found.place);
    return Boolean(found);
  }
}
