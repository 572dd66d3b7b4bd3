"""Where two named roads meet."""

from __future__ import annotations

from django.db import connection
from django.utils.translation import gettext as _

from core.errors import InvalidInput, NotFound
from roads.models import NetworkBuild

# Two crossings nearer than this are one junction: dual carriageways cross a street twice.
SAME_JUNCTION_M = 100

_CROSSINGS_SQL = """
    WITH build AS (SELECT id FROM roads_networkbuild WHERE is_current),
    one AS (SELECT e.geom FROM roads_roadedge e, build
             WHERE e.build_id = build.id AND (upper(e.name) = upper(%(road)s) OR upper(e.ref) = upper(%(road)s))),
    two AS (SELECT e.geom FROM roads_roadedge e, build
             WHERE e.build_id = build.id
               AND (upper(e.name) = upper(%(junction)s) OR upper(e.ref) = upper(%(junction)s))),
    met AS (SELECT (ST_Dump(ST_Intersection(one.geom, two.geom))).geom AS geom
              FROM one JOIN two ON one.geom && two.geom AND ST_Intersects(one.geom, two.geom))
    SELECT ST_X(centre), ST_Y(centre) FROM (
        SELECT ST_Centroid(ST_Collect(geom)) AS centre FROM (
            SELECT geom, ST_ClusterDBSCAN(geom, %(eps_deg)s, 1) OVER () AS cluster FROM met WHERE ST_Dimension(geom) = 0
        ) points GROUP BY cluster
    ) clusters ORDER BY 1, 2
"""


def junctions_of_roads(road: str, junction: str) -> list[tuple[float, float]]:
    """Points (lon, lat; WGS-84) where two roads meet, by name or code; crossings within 100 m count as one.

    Raises NotFound when one of them is unknown or they never meet.
    """
    if not road.strip() or not junction.strip():
        raise InvalidInput(_("请给出两条道路"), field="junction", value=junction, cure=_("如 road=G98&junction=S213"))
    with connection.cursor() as cursor:
        cursor.execute(
            _CROSSINGS_SQL,
            {"road": road.strip(), "junction": junction.strip(), "eps_deg": SAME_JUNCTION_M / 111_000},
        )
        points = [(float(lon), float(lat)) for lon, lat in cursor.fetchall()]
    if not points:
        if not NetworkBuild.objects.filter(is_current=True).exists():
            raise NotFound(_("还没有路网"), field="road", value=road)
        raise NotFound(
            _("找不到这两条道路的交叉口"), field="junction", value=f"{road} / {junction}", cure=_("请检查路名")
        )
    return points
