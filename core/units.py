"""Named conversions between units (Django-free). Names carry their unit: `_m`, `_s`, `_ms`, `_mps`, `_kmh`, `_deg`."""

from __future__ import annotations

KMH_PER_MPS = 3.6
MPS_PER_KNOT = 1852.0 / 3600.0
METRES_PER_MILE = 1609.344
MS_PER_S = 1000


def kmh_to_mps(speed_kmh: float) -> float:
    """Kilometres per hour to metres per second."""
    return speed_kmh / KMH_PER_MPS


def mps_to_kmh(speed_mps: float) -> float:
    """Metres per second to kilometres per hour."""
    return speed_mps * KMH_PER_MPS


def knots_to_mps(speed_knots: float) -> float:
    """Knots to metres per second (1 knot = 1852 m/h, ISO 80000-3)."""
    return speed_knots * MPS_PER_KNOT


def mph_to_kmh(speed_mph: float) -> float:
    """Statute miles per hour to kilometres per hour."""
    return speed_mph * METRES_PER_MILE / 1000.0


def s_to_ms(duration_s: float) -> int:
    """Seconds to whole milliseconds, rounded half to even."""
    return round(duration_s * MS_PER_S)


def ms_to_s(duration_ms: float) -> float:
    """Milliseconds to seconds."""
    return duration_ms / MS_PER_S


def bearing_deg(angle_deg: float) -> float:
    """Any angle as a compass bearing in [0, 360)."""
    wrapped = angle_deg % 360.0
    return 0.0 if wrapped == 360.0 else wrapped


def bearing_difference_deg(first_deg: float, second_deg: float) -> float:
    """The smaller angle between two bearings, 0 to 180."""
    return abs((first_deg - second_deg + 180.0) % 360.0 - 180.0)
