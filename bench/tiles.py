"""`./run bench tiles`: vector tiles over HTTP, none of them cached, in the middle of a town, zoom 11 to 16.

Every tile is asked for once, on a kept connection, of a running house. The peer is what a plug-in does that sends every
column of every row of the layer at every zoom, nothing merged and nothing left out (the same database, one statement,
without HTTP).
"""

from __future__ import annotations

import asyncio
import json
import math
import os
import random
import time
from typing import Any

from bench.chaos_house import House, empty_house, house_load, running
from bench.chaos_http import Link
from bench.imports import SHANGHAI
from bench.report import Report, percentile, say

ZOOMS = range(11, 17)
A_ZOOM = int(os.environ.get("LUZHANG_TILES_A_ZOOM", "60"))
LIMIT_S = 0.030
LAYERS = ("roads", "segments", "stations")
# Tiles around the middle that a screen of 2,560 × 1,440 and its neighbours may ask for.
REACH = 12

_PLAIN_SQL = """
    WITH box AS (SELECT ST_TileEnvelope(%s, %s, %s) AS web)
    SELECT ST_AsMVT(tile.*) FROM (
        SELECT ST_AsMVTGeom(ST_Transform(e.geom, 3857), box.web) AS geom, e.edge_no, e.name, e.ref, e.road_class,
               e.oneway, e.flags
          FROM roads_roadedge e, box WHERE e.build_id = %s AND e.geom && ST_Transform(box.web, 4326)
    ) AS tile
"""


def tile_of(lon: float, lat: float, z: int) -> tuple[int, int]:
    """Column and row of the web tile with a WGS-84 place in it."""
    count = 2**z
    rows = math.log(math.tan(math.radians(lat)) + 1 / math.cos(math.radians(lat))) / math.pi
    return int((lon + 180) / 360 * count), int((1 - rows) / 2 * count)


def middle_of(house: House) -> tuple[float, float]:
    """The densest place: of a grid of 0.02 degrees the cell with most edges."""
    (row,) = house.rows(
        "SELECT (gx + 0.5) * 0.02, (gy + 0.5) * 0.02 FROM ("
        " SELECT floor(ST_X(ST_StartPoint(geom)) / 0.02) AS gx, floor(ST_Y(ST_StartPoint(geom)) / 0.02) AS gy, count(*)"
        "   FROM roads_roadedge GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 1) AS cells"
    )
    return float(row[0]), float(row[1])


def wanted(lon: float, lat: float, z: int) -> list[tuple[int, int, int]]:
    """Different tiles around the middle, in an order drawn by chance."""
    x, y = tile_of(lon, lat, z)
    reach = min(REACH, max(2, 2 ** (z - 10)))
    near = [(z, x + dx, y + dy) for dx in range(-reach, reach + 1) for dy in range(-reach, reach + 1)]
    random.Random(z).shuffle(near)
    return near[:A_ZOOM]


async def ask_all(house: House, layer: str, tiles: list[tuple[int, int, int]]) -> tuple[list[float], list[int], int]:
    """Seconds of each answer, sizes of those that were not empty, how many were refused."""
    link, seconds, sizes, refused = Link(house.port), [], [], 0
    for z, x, y in tiles:
        began = time.perf_counter()
        status, body = await link.ask("GET", f"/tiles/{layer}/{z}/{x}/{y}.mvt")
        seconds.append(time.perf_counter() - began)
        refused += status not in (200, 204)
        if body:
            sizes.append(len(body))
    link.close()
    return seconds, sizes, refused


async def headers(house: House, layer: str, tile: tuple[int, int, int]) -> str:
    """`Cache-Control` of a tile."""
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    z, x, y = tile
    writer.write(
        f"GET /tiles/{layer}/{z}/{x}/{y}.mvt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
    )
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    writer.close()
    return next((line.split(": ", 1)[1] for line in head.split("\r\n") if line.startswith("cache-control")), "")


def plain(house: House, tiles: list[tuple[int, int, int]]) -> list[float]:
    """Seconds of the peer's statement for the same tiles."""
    session = house.connect()
    seconds = []
    try:
        with session.cursor() as cursor:
            cursor.execute("SELECT id FROM roads_networkbuild WHERE is_current")
            (build,) = cursor.fetchone()
            for z, x, y in tiles:
                began = time.perf_counter()
                cursor.execute(_PLAIN_SQL, [z, x, y, build])
                cursor.fetchone()
                seconds.append(time.perf_counter() - began)
    finally:
        session.close()
    return seconds


def measure(report: Report, house: House, where: str) -> None:
    """Rows and checks."""
    lon, lat = middle_of(house)
    say(f"the middle of {where}: {lon:.4f}, {lat:.4f}")
    # The processes' first statement is planned, their first connection opened: not a tile's time.
    asyncio.run(ask_all(house, "roads", wanted(lon, lat, 17)[:20]))
    everything: list[float] = []
    refused = 0
    for z in ZOOMS:
        tiles = wanted(lon, lat, z)
        seconds, sizes, bad = asyncio.run(ask_all(house, "roads", tiles))
        peer = plain(house, tiles)
        everything += seconds
        refused += bad
        report.row(f"roads z{z} p95", percentile(seconds, 0.95) * 1000, "ms", percentile(peer, 0.95) * 1000, "all rows")
        report.row(f"roads z{z} p50", percentile(seconds, 0.5) * 1000, "ms")
        report.row(f"roads z{z} largest", max(sizes, default=0) / 1000, "kB")
    for layer in LAYERS[1:]:
        seconds, _sizes, bad = asyncio.run(
            ask_all(house, layer, [tile for z in (12, 14) for tile in wanted(lon, lat, z)])
        )
        everything += seconds
        refused += bad
        report.row(f"{layer} z12, z14 p95", percentile(seconds, 0.95) * 1000, "ms")
    worst = percentile(everything, 0.95)
    report.check("p95", round(worst * 1000, 1), f"< {LIMIT_S * 1000:g} ms", worst < LIMIT_S)
    report.check("refused", refused, "0", refused == 0)
    tile = (14, *tile_of(lon, lat, 14))
    kept = {layer: asyncio.run(headers(house, layer, tile)) for layer in LAYERS}
    say(f"  {kept}")
    a_day = "max-age=86400" in kept["roads"]
    never = all("no-store" in kept[layer] for layer in LAYERS[1:])
    report.check("roads_kept_a_day", a_day, "max-age=86400", a_day)
    report.check("business_never_kept", never, "no-store", never)


def run(as_json: bool) -> dict[str, Any]:
    """Measure and judge."""
    report = Report("tiles")
    with empty_house() as house:
        roads = ["--osm", str(SHANGHAI)] if SHANGHAI.exists() else ["--nodes", "8000"]
        if not SHANGHAI.exists():
            report.skip("Shanghai", f"{SHANGHAI} is not beside this checkout; a generated county instead")
        house_load(house, *roads, "--units", "20")
        with running(house):
            measure(report, house, "Shanghai" if SHANGHAI.exists() else "the county")
    return report.as_dict()


if __name__ == "__main__":
    print(json.dumps(run(as_json=True), ensure_ascii=False))
