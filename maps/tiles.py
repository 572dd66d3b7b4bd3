"""`/tiles/{layer}/{z}/{x}/{y}.mvt[?datum=]`: Mapbox vector tiles straight from PostGIS, one statement a tile.

`datum=gcj02|bd09` shifts the tile's geometry for a shifted raster base map beneath it; storage stays WGS-84. The shift
of a tile's centre is applied to the whole tile: within one tile of zoom 10 and more it differs by less than a metre.
"""

from __future__ import annotations

import hashlib
import math
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.errors import InvalidInput, LuzhangError
from core.geo.datum import datum_of, from_wgs84
from core.geo.layer import Layer
from core.geo.srid import STORE_SRID, WEB_SRID
from maps.access import layer_actor
from maps.layers import layer_named
from stations.types import Actor

MAX_ZOOM = 20
EXTENT = 4096
BUFFER = 64

_TILE_SQL = """
    WITH rows AS ({rows}),
    tile AS (
        SELECT ST_AsMVTGeom(
                   ST_Transform(ST_Translate(rows.geom, %(shift_lon)s, %(shift_lat)s), {web}),
                   ST_TileEnvelope(%(z)s, %(x)s, %(y)s), {extent}, {buffer}, true) AS geom,
               {properties}
          FROM rows WHERE rows.geom && {bounds}
    )
    SELECT ST_AsMVT(tile.*, %(layer)s, {extent}, 'geom') FROM tile WHERE tile.geom IS NOT NULL
"""
_BOUNDS_SQL = f"ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, {STORE_SRID})"


def tile_bounds(z: int, x: int, y: int) -> tuple[float, float, float, float]:
    """(west, south, east, north) of a web tile in WGS-84 degrees."""
    count = 2**z

    def latitude(row: float) -> float:
        return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * row / count))))

    return x / count * 360 - 180, latitude(y + 1), (x + 1) / count * 360 - 180, latitude(y)


def tile_bytes(layer: Layer, actor: Actor, z: int, x: int, y: int, datum: str = "wgs84") -> bytes:
    """The tile, empty where the layer has nothing. Raises InvalidInput for addresses that do not exist."""
    if not (0 <= z <= MAX_ZOOM and 0 <= x < 2**z and 0 <= y < 2**z):
        raise InvalidInput(
            _("没有这个瓦片"),
            field="z,x,y",
            value=f"{z}/{x}/{y}",
            cure=_("z 应为 0–%(max_zoom)s") % {"max_zoom": MAX_ZOOM},
        )
    if z < layer.min_zoom:
        return b""
    west, south, east, north = tile_bounds(z, x, y)
    centre_lon, centre_lat = (west + east) / 2, (south + north) / 2
    shifted_lon, shifted_lat = from_wgs84(centre_lon, centre_lat, datum_of(datum))
    shift_lon, shift_lat = float(shifted_lon) - centre_lon, float(shifted_lat) - centre_lat
    margin_lon, margin_lat = (east - west) * BUFFER / EXTENT, (north - south) * BUFFER / EXTENT
    rows, parameters = layer.rows_sql(actor, z)
    sql = _TILE_SQL.format(
        rows=rows.format(bounds=_BOUNDS_SQL),
        web=WEB_SRID,
        extent=EXTENT,
        buffer=BUFFER,
        properties=", ".join(f'rows."{name}"' for name in layer.properties),
        bounds=_BOUNDS_SQL,
    )
    bounds = {
        "west": west - shift_lon - margin_lon,
        "south": south - shift_lat - margin_lat,
        "east": east - shift_lon + margin_lon,
        "north": north - shift_lat + margin_lat,
    }
    values: dict[str, Any] = {
        **parameters, **bounds, "z": z, "x": x, "y": y, "layer": layer.name,
        "shift_lon": shift_lon, "shift_lat": shift_lat,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        (tile,) = cursor.fetchone()
    return bytes(tile or b"")


@require_safe
def tile(request: HttpRequest, layer: str, z: int, x: int, y: int) -> HttpResponse:
    """One tile; 204 when it is empty. The base map may be kept by anybody for its `cache_s`; what changes never is."""
    try:
        found = layer_named(layer)
        actor = layer_actor(request, found)
        body = tile_bytes(found, actor, z, x, y, request.GET.get("datum", "wgs84"))
    except LuzhangError as error:
        return JsonResponse(error.as_dict(), status=error.status)
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    keeps = found.public and found.cache_s > 0
    if keeps and request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified()
    response = HttpResponse(body, status=200 if body else 204, content_type="application/vnd.mapbox-vector-tile")
    if keeps:
        response["Cache-Control"] = f"public, max-age={found.cache_s}"
        response["ETag"] = etag
    else:
        response["Cache-Control"] = "private, no-store"
    return response
