"""Many places at once in words, for tables of units and sheets on paper; `place_locate` knows more of one."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from core.errors import NotFound
from core.geo.srid import STORE_SRID
from roads.selectors.chainage import axis_chainage_text
from roads.types import road_label

# Farther from every road than this a place has no words.
NO_ROAD_M = 3000.0
BESIDE_ROAD_M = 200.0
# A road with a name this much farther off says more than one without.
NAMELESS_M = 1000.0
LOOKED_AT = 24

_NEAREST_SQL = """
    SELECT DISTINCT ON (p.place_no) p.place_no, e.ref, e.name, e.axis_id,
           e.axis_from_m + (e.axis_to_m - e.axis_from_m) * ST_LineLocatePoint(e.geom, p.geom), d.away_m
      FROM (SELECT place_no, ST_SetSRID(ST_MakePoint(lon, lat), %(srid)s) AS geom
              FROM unnest(%(lons)s::float8[], %(lats)s::float8[]) WITH ORDINALITY AS u (lon, lat, place_no)) p
     CROSS JOIN LATERAL (
           SELECT ref, name, axis_id, axis_from_m, axis_to_m, geom FROM roads_roadedge
            WHERE build_id = (SELECT b.id FROM roads_networkbuild b WHERE b.is_current)
            ORDER BY geom <-> p.geom LIMIT %(looked_at)s) e
     CROSS JOIN LATERAL (SELECT ST_Distance(e.geom::geography, p.geom::geography) AS away_m) d
     ORDER BY p.place_no, d.away_m + CASE WHEN e.name = '' AND e.ref = '' THEN %(nameless_m)s ELSE 0 END
"""


def places_named(places: Sequence[tuple[float, float]]) -> list[str]:
    """Words for places given as WGS-84 (lon, lat) degrees, in their order: `G98 K12+300`, a road's name, or how far
    beside it; empty far from every road. Metres between two ends of an edge are interpolated.
    """
    words = [""] * len(places)
    if not places:
        return words
    lons, lats = [lon for lon, _lat in places], [lat for _lon, lat in places]
    values: dict[str, Any] = {
        "srid": STORE_SRID,
        "lons": lons,
        "lats": lats,
        "looked_at": LOOKED_AT,
        "nameless_m": NAMELESS_M,
    }
    with connection.cursor() as cursor:
        cursor.execute(_NEAREST_SQL, values)
        for number, ref, name, axis_id, axis_m, away_m in cursor.fetchall():
            words[number - 1] = _words(ref, name, axis_id, axis_m, away_m)
    return words


def _words(ref: str, name: str, axis_id: int | None, axis_m: float | None, away_m: float) -> str:
    if away_m > NO_ROAD_M:
        return ""
    label = road_label(ref, name) or _("无名道路")
    if axis_id is not None and axis_m is not None:
        # The axis may have been replaced since the network was built: then the road's name has to do.
        with contextlib.suppress(NotFound):
            label = axis_chainage_text(axis_id, axis_m, "")
    if away_m <= BESIDE_ROAD_M:
        return label
    return _("%(road)s 旁约 %(away)d 米") % {"road": label, "away": round(away_m, -2)}
