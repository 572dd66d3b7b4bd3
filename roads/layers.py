"""Map layers of this room: roads (the base map) and segments with their chiefs' names. Both public."""

from __future__ import annotations

from typing import Any

from core.geo.layer import PLAIN_ROWS, Layer
from roads.models import NetworkBuild
from stations.types import DataClass

# Class shown from which zoom on, so that a tile of the whole county stays small.
_CLASS_LIMITS = ((7, 2), (8, 4), (9, 8), (10, 10), (11, 11), (12, 12))
_MERGED_UP_TO_ZOOM = 12

_MERGED_SQL = """
    SELECT ST_LineMerge(ST_Collect(e.geom)) AS geom, min(e.edge_no)::text AS id, e.name, e.ref, e.road_class,
           0 AS oneway, 0 AS flags
      FROM roads_roadedge e
     WHERE e.build_id = %(build)s AND e.road_class <= %(limit)s AND e.geom && {bounds}
     GROUP BY e.name, e.ref, e.road_class
"""

_PLAIN_SQL = """
    SELECT e.geom, e.edge_no::text AS id, e.name, e.ref, e.road_class, e.oneway, e.flags
      FROM roads_roadedge e
     WHERE e.build_id = %(build)s AND e.road_class <= %(limit)s AND e.geom && {bounds}
"""

_EDGES_SQL = """
    {plain}
    UNION ALL
    SELECT ST_LineMerge(ST_Collect(e.geom)), 'n' || min(e.edge_no), e.name, e.ref, e.road_class, 0, 256
      FROM roads_roadedge e
     WHERE e.build_id = %(build)s AND e.road_class <= %(limit)s AND e.name <> '' AND e.geom && {bounds}
     GROUP BY e.name, e.ref, e.road_class
""".replace("{plain}", _PLAIN_SQL)

_SEGMENTS_SQL = """
    SELECT s.geom, s.uid::text AS id, s.code, s.name, s.road_class, s.generated,
           coalesce(c.name, '') AS chief
      FROM roads_segment s
      LEFT JOIN LATERAL (
            SELECT p.name FROM roads_chiefassignment a
              JOIN roads_chieflevel l ON l.id = a.level_id
              JOIN stations_person p ON p.id = a.person_id
             WHERE a.segment_id = s.id AND a.valid @> core_now() AND l.is_public
             ORDER BY l.rank DESC LIMIT 1
           ) c ON true
     WHERE s.valid @> core_now() AND s.geom IS NOT NULL
"""


def _roads(actor: Any, z: int) -> tuple[str, dict[str, Any]]:
    """Low zooms merge lines of a name (one label along the road); from 13 on single edges with one-way arrows, and the
    merged named lines beside them (flag 256) for labels.
    """
    build = NetworkBuild.objects.filter(is_current=True).values_list("pk", flat=True).first() or 0
    limit = next((limit for zoom, limit in _CLASS_LIMITS if z <= zoom), 17)
    if z >= PLAIN_ROWS:
        return _PLAIN_SQL, {"build": build, "limit": limit}
    sql = _MERGED_SQL if z <= _MERGED_UP_TO_ZOOM else _EDGES_SQL
    return sql, {"build": build, "limit": limit}


def _segments(actor: Any, z: int) -> tuple[str, dict[str, Any]]:
    return _SEGMENTS_SQL, {}


LAYERS: tuple[Layer, ...] = (
    Layer(
        name="roads",
        public=True,
        data_class=DataClass.ROAD_NETWORK.value,
        cache_s=86_400,
        rows_sql=_roads,
        title="道路",
        min_zoom=5,
        properties=("id", "name", "ref", "road_class", "oneway", "flags"),
    ),
    Layer(
        name="segments",
        public=True,
        data_class=DataClass.SEGMENT.value,
        cache_s=0,
        rows_sql=_segments,
        title="路段",
        min_zoom=8,
        properties=("id", "code", "name", "road_class", "generated", "chief"),
    ),
)
