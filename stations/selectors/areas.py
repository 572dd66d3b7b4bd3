"""Which ground the house serves, as far as areas of stations say it; the outlines of districts made of them."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any

from django.db import connection

from core.db.prepared import prepared
from core.geo.srid import STORE_SRID
from stations.types import Actor, DataClass, Verb

METRES_PER_DEGREE = 111_320.0

# Asked for every incident: in plain SQL, planned once a session.
_AREAS = """
    FROM stations_station s JOIN stations_organisation o ON o.id = s.organisation_id
   WHERE s.is_active AND o.is_active AND s.service_area IS NOT NULL
"""
_SERVED_SQL = f"""
    SELECT EXISTS (SELECT 1 {_AREAS} AND ST_DWithin(
                       s.service_area, ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), %(srid)s), %(margin_deg)s)),
           EXISTS (SELECT 1 {_AREAS} AND o.parent_id IS NULL)
"""


def area_served(lon: float, lat: float, *, margin_m: float) -> bool | None:
    """Whether a WGS-84 point lies in an area that a station serves, or within `margin_m` of one.

    False only where a station of the root organisation states the area of the whole house; None where areas that are
    drawn for a part of it say nothing about the point.
    """
    # Degrees of longitude are the shorter ones: the margin is never smaller than asked for.
    margin_deg = margin_m / (METRES_PER_DEGREE * max(0.1, math.cos(math.radians(lat))))
    with connection.cursor() as cursor:
        prepared(cursor, _SERVED_SQL, {"lon": lon, "lat": lat, "srid": STORE_SRID, "margin_deg": margin_deg})
        served, whole = cursor.fetchone()
    return True if served else False if whole else None


@dataclass(frozen=True, slots=True)
class DistrictOutline:
    """A district or town with the area that its stations serve together, GeoJSON in WGS-84."""

    uid: str
    name: str
    geometry: dict[str, Any]


# What a district serves is what its stations serve: it has no drawing of its own that could say something else. Details
# below some ten metres are nothing that an outline on a county's map shows.
_OUTLINES_SQL = """
    SELECT o.uid::text, o.name,
           ST_AsGeoJSON(ST_SimplifyPreserveTopology(ST_Union(s.service_area), 0.0001), 5)
      FROM stations_organisation o
      JOIN stations_organisation b ON b.path LIKE o.path || '%%'
      JOIN stations_station s ON s.organisation_id = b.id AND s.is_active AND s.service_area IS NOT NULL
     WHERE o.kind IN ('district', 'town') AND o.is_active AND o.path LIKE ANY(%(paths)s)
     GROUP BY o.id ORDER BY o.path
"""


def districts_outlined(actor: Actor) -> list[DistrictOutline]:
    """The districts and towns of the actor's scope whose area is known, in order of the tree. One statement."""
    patterns = [f"{path}%" for path in actor.scope_paths(Verb.VIEW, DataClass.ORGANISATION)]
    with connection.cursor() as cursor:
        cursor.execute(_OUTLINES_SQL, {"paths": patterns})
        return [DistrictOutline(uid, name, json.loads(area)) for uid, name, area in cursor.fetchall()]
