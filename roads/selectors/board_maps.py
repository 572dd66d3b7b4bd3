"""What the map of a board shows, read from the network in force."""

from __future__ import annotations

import json
import math
from typing import Any

from django.contrib.gis.geos import Polygon
from django.db import connection

from core.geo.srid import STORE_SRID
from roads.boards.drawing import Frame, MapContent, RoadLine, frame_around
from roads.models import Board, GazetteerPlace, Segment
from roads.selectors.chainage import axis_shape
from stations.selectors import stations_visible_to
from stations.types import PUBLIC_ACTOR

# Kinds of stations that a passer-by would go to.
COUNTERS = ("service", "police_station")
MOST_PLACES = 40
MOST_STATIONS = 12
MOST_POSTS = 12

# Pieces of one name are drawn, and labelled, as one road; what is finer than a stroke is left out.
_ROADS_SQL = """
    SELECT e.road_class, e.name, e.ref,
           ST_AsGeoJSON(ST_Simplify(ST_LineMerge(ST_Collect(e.geom)), %(fine)s), 6)
      FROM roads_roadedge e
     WHERE e.build_id = (SELECT b.id FROM roads_networkbuild b WHERE b.is_current) AND e.road_class <= %(limit)s
       AND e.geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, %(srid)s)
     GROUP BY e.road_class, e.name, e.ref
"""
_POST_STEPS_KM = (1, 2, 5, 10, 20, 50)
# Of the frame's height: strokes differ by less than this.
_FINE_SHARE = 0.001


def board_map(board: Board, *, start: str, end: str) -> tuple[MapContent, Frame]:
    """The map around a board's segment. `start`, `end`: chainage of its ends as printed."""
    segment = Segment.objects.select_related("axis").get(pk=board.segment_id)
    shape: Any = segment.geom or segment.area
    west, south, east, north = shape.extent
    # The place of the board belongs on its map, also where the road was moved since.
    frame = frame_around(
        min(west, board.geom.x), min(south, board.geom.y), max(east, board.geom.x), max(north, board.geom.y)
    )
    bounds = Polygon.from_bbox((frame.west, frame.south, frame.east, frame.north))
    bounds.srid = STORE_SRID
    stations = stations_visible_to(PUBLIC_ACTOR).filter(geom__coveredby=bounds, kind__in=COUNTERS).order_by("code")
    places = GazetteerPlace.objects.filter(geom__coveredby=bounds).order_by("kind", "name")
    content = MapContent(
        segment=_lines(json.loads(shape.geojson)),
        is_area=segment.geom is None,
        roads=_roads(frame),
        posts=_posts(segment),
        ends=_ends(segment, start, end),
        places=[(row.geom.x, row.geom.y, row.name) for row in places[:MOST_PLACES]],
        stations=[(row.geom.x, row.geom.y, row.name) for row in stations[:MOST_STATIONS]],
        here=(board.geom.x, board.geom.y),
    )
    return content, frame


def _roads(frame: Frame) -> list[RoadLine]:
    fine = (frame.north - frame.south) * _FINE_SHARE
    values = {
        "west": frame.west, "south": frame.south, "east": frame.east, "north": frame.north, "srid": STORE_SRID,
        "limit": frame.class_limit, "fine": fine,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_ROADS_SQL, values)
        rows = cursor.fetchall()
    return [RoadLine(row[0], row[1], row[2], _lines(json.loads(row[3]))) for row in rows if row[3]]


def _posts(segment: Segment) -> list[tuple[float, float, str]]:
    """Kilometre posts inside the segment, as many as can be read."""
    if segment.axis_id is None or segment.from_m is None or segment.to_m is None:
        return []
    shape = axis_shape(segment.axis_id)
    length_km = (segment.to_m - segment.from_m) / 1000
    step = next((km for km in _POST_STEPS_KM if length_km / km <= MOST_POSTS), _POST_STEPS_KM[-1])
    low, high = sorted((shape.calibration.chainage_at(segment.from_m), shape.calibration.chainage_at(segment.to_m)))
    posts = []
    for km in range(math.ceil(low / 1000 / step) * step, math.floor(high / 1000) + 1, step):
        for metre in shape.calibration.distances_at(km * 1000.0, shape.length_m):
            if segment.from_m < metre < segment.to_m:
                posts.append((*shape.line.point_at(metre), f"K{km}"))
    return posts


def _ends(segment: Segment, start: str, end: str) -> list[tuple[float, float, str]]:
    if segment.axis_id is None or segment.from_m is None or segment.to_m is None:
        return []
    line = axis_shape(segment.axis_id).line
    return [
        (*line.point_at(metre), text.rpartition(" ")[2])
        for metre, text in ((segment.from_m, start), (segment.to_m, end))
    ]


def _lines(shape: dict[str, Any]) -> list[list[tuple[float, float]]]:
    """The lines of a GeoJSON geometry; of areas their outlines."""
    kind, points = shape["type"], shape.get("coordinates", [])
    if kind == "LineString":
        return [[(x, y) for x, y, *_more in points]]
    if kind == "MultiLineString":
        return [[(x, y) for x, y, *_more in line] for line in points]
    if kind == "Polygon":
        return [[(x, y) for x, y, *_more in points[0]]]
    if kind == "MultiPolygon":
        return [[(x, y) for x, y, *_more in part[0]] for part in points]
    return []
