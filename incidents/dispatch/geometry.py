"""Straight-line distance, for hints only: no unit is ranked by it."""

from __future__ import annotations

import math

EARTH_RADIUS_M = 6_371_008.8  # mean radius R1 of WGS-84


def straight_m(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Great-circle distance in metres between two WGS-84 points (haversine; within 0.5 % of the spheroid)."""
    phi1, phi2 = math.radians(lat1), math.radians(lat2)
    a = (
        math.sin((phi2 - phi1) / 2) ** 2
        + math.cos(phi1) * math.cos(phi2) * math.sin(math.radians(lon2 - lon1) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(a)))
