"""Which ground the house serves, as far as areas of stations say it."""

from __future__ import annotations

import math

from django.contrib.gis.geos import Point

from core.geo.srid import STORE_SRID
from stations.models import Station

METRES_PER_DEGREE = 111_320.0


def area_served(lon: float, lat: float, *, margin_m: float) -> bool | None:
    """Whether a WGS-84 point lies in an area that a station serves, or within `margin_m` of one.

    False only where a station of the root organisation states the area of the whole house; None where areas that are
    drawn for a part of it say nothing about the point.
    """
    areas = Station.objects.filter(is_active=True, organisation__is_active=True, service_area__isnull=False)
    # Degrees of longitude are the shorter ones: the margin is never smaller than asked for.
    margin_deg = margin_m / (METRES_PER_DEGREE * max(0.1, math.cos(math.radians(lat))))
    if areas.filter(service_area__dwithin=(Point(lon, lat, srid=STORE_SRID), margin_deg)).exists():
        return True
    return False if areas.filter(organisation__parent=None).exists() else None
