"""Where a point is, in the words of the house: road, kilometre, side, segment, chain of chiefs.

One KNN statement on the edges of the network in force gives road and axis; the exact metre is then measured on the
axis itself. PostgreSQL does it rather than the routing graph, because web processes need no graph in memory.
"""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import shapely
from django.db import connection

from core.db.prepared import prepared
from core.geo.srid import STORE_SRID
from roads.axes.locate import metres_per_degree
from roads.models import NetworkBuild
from roads.network.profiles import motor_allowed
from roads.selectors.chainage import axis_shape, shape_chainage_text, shape_project, shapes_forget
from roads.selectors.responsibility import segments_at_metre, segments_of_area
from roads.types import PlaceOnRoad, SegmentAtPlace, road_label
from stations.selectors import area_served

FAR_FROM_ROAD_M = 200.0
# Roads end before a county does, and its border is seldom surveyed: this far beyond both still counts as inside.
OUTSIDE_MARGIN_M = 2000.0
KEEP_BOUNDS_S = 0.25
# A road with an axis this much farther than the nearest one still names the place: people answer for axes.
AXIS_PREFERENCE_M = 15.0
# Offsets below this say nothing about the side of the road: positions are not better than that.
SIDE_OFFSET_M = 3.0

_NEAREST_SQL = """
    WITH place AS (SELECT ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), %(srid)s) AS geom),
    near AS (
        SELECT e.edge_no, e.name, e.ref, e.road_class, e.oneway, e.is_island, e.flags, e.axis_id, e.axis_from_m,
               e.axis_to_m, e.geom
          FROM roads_roadedge e
         WHERE e.build_id = (SELECT b.id FROM roads_networkbuild b WHERE b.is_current)
         ORDER BY e.geom <-> ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), %(srid)s)
         LIMIT 8
    )
    SELECT near.edge_no, near.name, near.ref, near.road_class, near.oneway, near.is_island, near.flags, near.axis_id,
           near.axis_from_m, near.axis_to_m, x.version,
           ST_Distance(near.geom::geography, place.geom::geography) AS distance_m,
           f.fraction,
           degrees(ST_Azimuth(
               ST_LineInterpolatePoint(near.geom, greatest(f.fraction - 0.01, 0)),
               ST_LineInterpolatePoint(near.geom, least(f.fraction + 0.01, 1)))) AS bearing_deg,
           degrees(ST_Azimuth(ST_ClosestPoint(near.geom, place.geom), place.geom)) AS away_deg
      FROM near LEFT JOIN roads_roadaxis x ON x.id = near.axis_id, place,
           LATERAL (SELECT ST_LineLocatePoint(near.geom, place.geom) AS fraction) f
     ORDER BY distance_m
"""


@dataclass(frozen=True, slots=True)
class _NearEdge:
    edge_no: int
    name: str
    ref: str
    road_class: int
    oneway: int
    is_island: bool
    flags: int
    axis_id: int | None
    axis_from_m: float | None
    axis_to_m: float | None
    axis_version: int | None
    distance_m: float
    fraction: float
    bearing_deg: float | None
    away_deg: float | None

    @property
    def is_for_motors(self) -> bool:
        """Footpaths are never searched by car: that one is apart from the network says nothing."""
        return bool(motor_allowed(np.array([self.road_class], np.int8), np.array([self.flags], np.uint8))[0])

    def along(self, course_deg: float | None) -> int:
        """1 travels along the edge's geometry, -1 against it, 0 unknown."""
        if self.oneway:
            return self.oneway
        if self.bearing_deg is None:
            return 0
        if course_deg is not None:
            return 1 if math.cos(math.radians(course_deg - self.bearing_deg)) >= 0 else -1
        if self.away_deg is None or self.distance_m < SIDE_OFFSET_M:
            return 0
        # Traffic keeps to the right: a point on the right of the line lies on the carriageway that runs along it.
        return 1 if math.sin(math.radians(self.away_deg - self.bearing_deg)) > 0 else -1

    def side(self, course_deg: float | None) -> str:
        """'down' when traffic there runs with the axis' metres, 'up' against, '' unknown."""
        along = self.along(course_deg)
        if along == 0 or self.axis_from_m is None or self.axis_to_m is None:
            return ""
        return "down" if (self.axis_to_m - self.axis_from_m) * along > 0 else "up"

    def fits(self, course_deg: float | None) -> bool:
        """A one-way carriageway fits a course that runs with it."""
        if course_deg is None or not self.oneway or self.bearing_deg is None:
            return True
        return math.cos(math.radians(course_deg - self.bearing_deg)) * self.oneway > 0


def _nearest_edges(lon: float, lat: float) -> list[_NearEdge]:
    with connection.cursor() as cursor:
        prepared(cursor, _NEAREST_SQL, {"lon": lon, "lat": lat, "srid": STORE_SRID})
        return [_NearEdge(*row) for row in cursor.fetchall()]


def _choose(edges: list[_NearEdge], course_deg: float | None) -> _NearEdge | None:
    fitting = [edge for edge in edges if edge.fits(course_deg)] or edges
    if not fitting:
        return None
    nearest = fitting[0]
    if nearest.axis_id is None:
        limit = nearest.distance_m + AXIS_PREFERENCE_M
        return next((edge for edge in fitting if edge.axis_id is not None and edge.distance_m <= limit), nearest)
    return nearest


def place_locate(lon: float, lat: float, *, at: datetime, course_deg: float | None = None) -> PlaceOnRoad:
    """Locate a WGS-84 point at an instant: road, (axis, metre, side), segments (border rule included) and chain.

    Never refuses a point: what is odd about it is in `flags`. Area segments answer where no axis does.
    """
    edge = _choose(_nearest_edges(lon, lat), course_deg)
    place = PlaceOnRoad(lon=lon, lat=lat)
    flags: list[str] = []
    segments: tuple[SegmentAtPlace, ...] = ()
    if edge is None or edge.distance_m > FAR_FROM_ROAD_M:
        flags.append("far_from_road")
    elif edge.is_island and edge.is_for_motors:
        flags.append("island")
    if edge is not None:
        place = replace(
            place,
            road_name=road_label(edge.ref, edge.name),
            road_distance_m=edge.distance_m,
            road_class=edge.road_class,
        )
    if edge is not None and edge.axis_id is not None and edge.distance_m <= FAR_FROM_ROAD_M:
        side = edge.side(course_deg)
        shape = axis_shape(edge.axis_id, edge.axis_version)
        projected = shape_project(shape, lon, lat, side=side)
        segments = segments_at_metre(edge.axis_id, projected.axis_m, side, at)
        place = replace(
            place,
            axis_id=edge.axis_id,
            axis_code=projected.code,
            axis_name=projected.name,
            axis_m=projected.axis_m,
            offset_m=projected.offset_m,
            side=side,
            chainage_text=shape_chainage_text(shape, projected.axis_m, side),
        )
    elif edge is not None:
        flags.append("no_axis")
    if not any(not segment.is_border for segment in segments):
        segments = segments_of_area(lon, lat, at) + segments
    if not segments or not segments[0].chain:
        flags.append("no_chief")
    if _outside(lon, lat):
        flags.append("outside_area")
    owner = next((segment for segment in segments if not segment.is_border), None)
    return replace(
        place,
        segments=segments,
        flags=tuple(flags),
        organisation_id=owner.organisation_id if owner else None,
        organisation_path=owner.organisation_path if owner else "",
    )


@dataclass(frozen=True, slots=True)
class _Extent:
    """Of the network in force: its box in degrees (west, south, east, north); its hull in metres, by `scale`."""

    box: tuple[float, float, float, float]
    scale: tuple[float, float]
    hull: shapely.Geometry

    def distance_m(self, lon: float, lat: float) -> float:
        """From a WGS-84 point to the hull, 0 inside; good to a few per cent near it."""
        return float(shapely.distance(self.hull, shapely.Point(lon * self.scale[0], lat * self.scale[1])))


class _Bounds:
    """The extent as this process read it last; None is never kept."""

    lock = threading.Lock()
    kept: _Extent | None = None
    read_at = float("-inf")


def _extent() -> _Extent | None:
    with _Bounds.lock:
        if _Bounds.kept is not None and time.monotonic() - _Bounds.read_at < KEEP_BOUNDS_S:
            return _Bounds.kept
    bounds = NetworkBuild.objects.filter(is_current=True).values_list("bounds", flat=True).first()
    if bounds is None:
        return None
    west, south, east, north = bounds.extent
    scale_x, scale_y = metres_per_degree((south + north) / 2.0)
    scale = (float(scale_x), float(scale_y))
    hull = shapely.Polygon([(x * scale[0], y * scale[1]) for x, y, *_z in bounds.coords[0]])
    found = _Extent((west, south, east, north), scale, hull)
    with _Bounds.lock:
        _Bounds.kept, _Bounds.read_at = found, time.monotonic()
    return found


def deployment_bounds() -> tuple[float, float, float, float] | None:
    """(west, south, east, north) of the network in force in WGS-84 degrees, widened by 0.2°; None before an import.

    Wide on purpose: it only tells swapped or misread coordinates, not what lies outside the county. Read from the
    database four times a second at most.
    """
    extent = _extent()
    if extent is None:
        return None
    west, south, east, north = extent.box
    return west - 0.2, south - 0.2, east + 0.2, north + 0.2


def placing_forget() -> None:
    """Read bounds and axes anew on the next use (tests)."""
    with _Bounds.lock:
        _Bounds.kept = None
    shapes_forget()


def _outside(lon: float, lat: float) -> bool:
    """Outside the deployment: beyond the areas that stations serve and, unless one of them is the area of the whole
    house, beyond the hull of the network too, each with a margin."""
    served = area_served(lon, lat, margin_m=OUTSIDE_MARGIN_M)
    if served is not None:
        return not served
    extent = _extent()
    return extent is not None and extent.distance_m(lon, lat) > OUTSIDE_MARGIN_M
