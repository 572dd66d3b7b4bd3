// A raster base map of the deployment's own choice, in whichever datum its tiles are: each tile is laid where its ground is.
import { fromWgs84, toWgs84 } from "./datum.js";
import { latOf, lonOf, worldSize, worldX, worldY } from "./project.js";

/**
 * A Leaflet tile layer over `raster`: {url, datum, attribution, max_zoom}. The map itself stays in WGS-84, so that units
 * and roads are where they are; the tiles of a shifted grid are moved, each by the shift at its own middle. Within one
 * tile the shift differs by less than half a pixel at any zoom.
 */
export function rasterLayer({ url, datum, attribution, max_zoom: maxNativeZoom }) {
  const { L } = window;
  const Shifted = L.TileLayer.extend({
    /** Which tiles are wanted: those of the view as the shifted grid numbers it. */
    _getTiledPixelBounds(center) {
      const [lon, lat] = fromWgs84(center.lng, center.lat, datum);
      const bounds = L.TileLayer.prototype._getTiledPixelBounds.call(this, L.latLng(lat, lon));
      const room = L.point(2, 2);
      return L.bounds(bounds.min.subtract(room), bounds.max.add(room));
    },

    /** Where a tile lies: its place in the shifted grid, moved back by the shift. */
    _getTilePos(coords) {
      const side = this.getTileSize().x;
      const size = worldSize(this._tileZoom);
      const x = ((coords.x + 0.5) * side) / size;
      const y = ((coords.y + 0.5) * side) / size;
      const [lon, lat] = toWgs84(lonOf(x), latOf(y), datum);
      const shift = L.point((worldX(lon) - x) * size, (worldY(lat) - y) * size);
      return L.TileLayer.prototype._getTilePos.call(this, coords).add(shift)._round();
    },
  });
  const words = document.createElement("span");
  words.textContent = attribution || "";
  const Layer = datum && datum !== "wgs84" ? Shifted : L.TileLayer;
  return new Layer(url, { attribution: words.innerHTML, maxNativeZoom, maxZoom: 20, updateWhenZooming: false, className: "raster" });
}
