"""Bounds that every tracker protocol shares: what a number, a place and a time may be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import isfinite

from patrols.protocols.fix import FixRejected

# A phone's clock may run a little ahead; more than this and its times cannot be ordered with those of others.
FUTURE_TOLERANCE = timedelta(minutes=5)
# OwnTracks keeps up to 102,400 fixes, about a fortnight at one in 12 s; older ones come from a clock gone wrong.
ANCIENT_AFTER = timedelta(days=31)
# Epoch numbers from here on are milliseconds: 1e11 s is the year 5138, 1e11 ms is 1973. A test against 2**31 would
# take every second after 2038 for milliseconds.
MILLISECONDS_FROM = 1e11
MAX_SPEED_MPS = 150.0
MAX_ACCURACY_M = 1_000_000.0
_NULL_ISLAND_DEG = 1e-6


def number(value: object) -> float | None:
    """A finite float, or None when the value is absent or cannot be read as one (text, numbers; never booleans)."""
    if value is None or isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    if isinstance(value, str) and "_" in value:
        return None
    try:
        result = float(value)
    except (ValueError, OverflowError):
        return None
    return result if isfinite(result) else None


def not_negative(value: object) -> float | None:
    """As `number`, and None below zero: the apps write -1 for unknown."""
    result = number(value)
    return None if result is None or result < 0 else result


def speed(value: object, mps_per_unit: float) -> float | None:
    """Metres per second from `value` times `mps_per_unit`; None when unknown or faster than any road vehicle."""
    result = not_negative(value)
    if result is None:
        return None
    result *= mps_per_unit
    return result if result <= MAX_SPEED_MPS else None


def course(value: object) -> float | None:
    """Degrees clockwise from north in [0, 360); None when unknown (negative)."""
    result = not_negative(value)
    return None if result is None else result % 360.0


def accuracy(value: object) -> float | None:
    """Metres, capped so that an absurd radius stays worse than any real one."""
    result = not_negative(value)
    return None if result is None else min(result, MAX_ACCURACY_M)


def percent(value: object, scale: float = 1.0) -> float | None:
    """A battery level in per cent; `scale` is 100 for fractions. None outside 0..100."""
    result = not_negative(value)
    if result is None:
        return None
    result = round(result * scale, 6)
    return result if result <= 100 else None


def position(lat: object, lon: object, *, lat_field: str = "lat", lon_field: str = "lon") -> tuple[float, float]:
    """(lon, lat) in WGS-84 degrees; raises FixRejected missing_position, bad_number, out_of_range or null_island."""
    for name, value in ((lat_field, lat), (lon_field, lon)):
        if value is None or value == "":
            raise FixRejected("missing_position", "the report names no position", field=name)
    lat_deg, lon_deg = number(lat), number(lon)
    for name, sent, value in ((lat_field, lat, lat_deg), (lon_field, lon, lon_deg)):
        if value is None:
            raise FixRejected(
                "bad_number", "not a number", field=name, value=sent, cure="send decimal degrees with a decimal point"
            )
    assert lat_deg is not None and lon_deg is not None
    if not -90.0 <= lat_deg <= 90.0:
        swapped = -90.0 <= lon_deg <= 90.0 and -180.0 <= lat_deg <= 180.0
        cure = "latitude and longitude look swapped: swap them" if swapped else "send a latitude from -90 to 90"
        raise FixRejected("out_of_range", "latitude outside -90..90", field=lat_field, value=lat, cure=cure)
    if not -180.0 <= lon_deg <= 180.0:
        raise FixRejected(
            "out_of_range",
            "longitude outside -180..180",
            field=lon_field,
            value=lon,
            cure="send a longitude from -180 to 180",
        )
    if abs(lat_deg) < _NULL_ISLAND_DEG and abs(lon_deg) < _NULL_ISLAND_DEG:
        raise FixRejected(
            "null_island", "0, 0 is no position", field=lat_field, value="0", cure="wait for a satellite fix"
        )
    return lon_deg, lat_deg


def moment(value: object, now: datetime, *, field: str) -> datetime:
    """Aware UTC from epoch seconds, epoch milliseconds or ISO 8601 (no offset = UTC), checked against `now`.

    Raises FixRejected: bad_time (400) when unreadable; future_time, or a readable bad_time for an ancient one, which a
    known device is answered with 200 as its app would send it for ever.
    """
    fixed_at = _read_moment(value)
    if fixed_at is None:
        raise FixRejected(
            "bad_time", "not a time", field=field, value=value, cure="send epoch seconds or ISO 8601 with an offset"
        )
    if fixed_at > now + FUTURE_TOLERANCE:
        raise FixRejected(
            "future_time", "the time lies in the future", field=field, value=value, cure="set the device's clock"
        )
    if fixed_at < now - ANCIENT_AFTER:
        raise FixRejected(
            "bad_time",
            f"the time lies more than {ANCIENT_AFTER.days} days back",
            field=field,
            value=value,
            cure="set the device's clock",
            readable=True,
        )
    return fixed_at


def _read_moment(value: object) -> datetime | None:
    epoch = number(value)
    try:
        if epoch is not None:
            return datetime.fromtimestamp(epoch / 1000.0 if epoch >= MILLISECONDS_FROM else epoch, UTC)
        if not isinstance(value, str):
            return None
        return _read_iso(value.strip())
    except (ValueError, OverflowError, OSError):
        return None


def _read_iso(text: str) -> datetime | None:
    if len(text) < 10 or text[4] != "-":  # fromisoformat also takes week dates and bare digits
        return None
    if len(text) > 19 and text[-6] == " " and text[-3] == ":":
        text = f"{text[:-6]}+{text[-5:]}"  # an unescaped "+08:00" arrives as " 08:00"
    read = datetime.fromisoformat(text)
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
