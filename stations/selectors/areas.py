"""Which ground the house serves, as far as areas of stations say it."""

from __future__ import annotations

import math

from django.db import connection

from core.db.prepared import prepared
from core.geo.srid import STORE_SRID

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
