"""A raster base map in a shifted datum: what lies at a place of the ground is drawn where our map has that place."""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.geo.datum import from_wgs84, to_wgs84

expect = pytest.importorskip("playwright.sync_api").expect

SIDE = 256
# A place of the county; its dot is drawn by a server of tiles in the shifted datum.
LON, LAT = 110.4746, 19.2584
MAP = """
async ([datum, zoom, lon, lat, places]) => {
  const { rasterLayer } = await import("/static/maps/js/map/raster.js");
  const { fromWgs84, toWgs84 } = await import("/static/maps/js/map/datum.js");
  document.body.replaceChildren();
  const place = document.createElement("div");
  place.id = "raster-test";
  place.style.cssText = "position:fixed;inset:0;background:#fff";
  document.body.append(place);
  const map = window.L.map(place, { zoomControl: false, attributionControl: false, fadeAnimation: false });
  map.setView([lat, lon], zoom, { animate: false });
  const layer = rasterLayer({ url: "/raster-test/{z}/{x}/{y}.png", datum, attribution: "", max_zoom: 20 });
  const loaded = new Promise((resolve) => layer.on("load", resolve));
  layer.addTo(map);
  await loaded;
  map.panBy([37, -53], { animate: false });
  if (layer.isLoading()) await new Promise((resolve) => layer.once("load", resolve));
  // Leaflet's own answer is rounded to whole pixels.
  const at = map.project([lat, lon]).subtract(map.getPixelBounds().min);
  const all = (change) => places.map(([x, y]) => change(x, y, datum));
  return { at: [at.x, at.y], there: all(fromWgs84), back: all(toWgs84) };
}
"""


def _world(lon: float, lat: float, zoom: int) -> tuple[float, float]:
    """Pixels of the Web Mercator world at a zoom."""
    size = SIDE * 2**zoom
    sine = math.sin(math.radians(lat))
    return (lon + 180) / 360 * size, (0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)) * size


def _tile(dot: tuple[float, float], x: int, y: int) -> bytes:
    """A grey tile; a red dot of seven pixels where the place lies in it."""
    picture = np.full((SIDE, SIDE, 3), 220, np.uint8)
    rows, columns = np.mgrid[0:SIDE, 0:SIDE]
    near = np.hypot(columns + 0.5 - (dot[0] - x * SIDE), rows + 0.5 - (dot[1] - y * SIDE)) <= 3.5
    picture[near] = (255, 0, 0)
    written = io.BytesIO()
    Image.fromarray(picture).save(written, "PNG")
    return written.getvalue()


@pytest.mark.parametrize("zoom", [10, 14, 18])
@pytest.mark.parametrize("datum", ["wgs84", "gcj02", "bd09"])
def test_a_known_place_lies_on_its_pixel(visit: Callable[..., Any], datum: str, zoom: int) -> None:
    there = from_wgs84(LON, LAT, datum)
    dot = _world(float(there[0]), float(there[1]), zoom)
    served: list[tuple[int, int]] = []

    def serve(route: Any) -> None:
        z, x, y = (int(part) for part in route.request.url.removesuffix(".png").split("/")[-3:])
        assert z == zoom
        served.append((x, y))
        route.fulfill(body=_tile(dot, x, y), content_type="image/png")

    page = visit("/")
    page.route("**/raster-test/**", serve)
    rng = np.random.default_rng(1)
    places = [
        [float(lon), float(lat)] for lon, lat in zip(rng.uniform(105, 118, 40), rng.uniform(26, 38, 40), strict=True)
    ]
    found = page.evaluate(MAP, [datum, zoom, LON, LAT, places])
    picture = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB")).astype(int)
    red = (picture[:, :, 0] > 200) & (picture[:, :, 1] < 90)
    assert red.any(), "the dot is not in view"
    rows, columns = np.nonzero(red)
    middle = (columns.mean() + 0.5, rows.mean() + 0.5)
    # A tile lies on whole pixels, and so does the view: half a pixel each beside that of the dot.
    assert middle == pytest.approx(found["at"], abs=1.5)
    # Nothing of the view is left without a tile.
    assert (picture.reshape(-1, 3).min(axis=1) < 250).mean() > 0.99
    # The script's datums are those of the house.
    lons, lats = np.array(places).T
    for said, meant in ((found["there"], from_wgs84(lons, lats, datum)), (found["back"], to_wgs84(lons, lats, datum))):
        assert np.array(said) == pytest.approx(np.array(meant).T, abs=1e-9)
