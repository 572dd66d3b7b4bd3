"""Times of GA/T 1400: `yyyyMMddHHmmss` in the local time of the system, which is UTC+8 wherever it is used.

Devices also send milliseconds, separators, ISO 8601 with and without zone, minutes only, and seconds or milliseconds
since 1970. All become aware UTC; a form that names its zone is taken at its word.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from recognition.gat1400.quirks import NONE, Quirk, Quirks

CHINA: tzinfo = timezone(timedelta(hours=8))
# Before this year it was not a camera's clock that was set, but a battery that was empty.
OLDEST_YEAR = 2000
# Whatever lies more than a day ahead is no clock that runs fast and no zone mixed up (up to 14 hours) but a broken one.
FUTURE_TOLERANCE = timedelta(days=1)
_EPOCH = re.compile(r"1\d{9}(?:\d{3})?")
_WRITTEN = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?[ T]?\s*"
    r"(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2})秒?)?(?:[.,:](\d{1,9}))?"
    r"\s*(Z|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)


def read_moment(value: object, zone: tzinfo = CHINA) -> tuple[datetime, Quirks] | None:
    """Aware UTC from a time as devices write it, with the quirks of its form; None where it is no time.

    `zone` is that of times which name none.
    """
    if isinstance(value, str):
        text = value.strip()
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        text = str(int(value)) if abs(value) < 10**17 else ""
    else:
        return None
    try:
        if text.isascii() and text.isdigit():
            return _from_digits(text, zone)
        written = _WRITTEN.fullmatch(text)
        return None if written is None else _from_written(written, zone)
    except (ValueError, OverflowError, OSError):
        return None


def write_moment(moment: datetime, zone: tzinfo = CHINA) -> str:
    """`yyyyMMddHHmmss` in `zone`; fractions of a second are cut. ValueError for a time without zone."""
    if moment.tzinfo is None:
        raise ValueError("a time without zone is no moment")
    return moment.astimezone(zone).strftime("%Y%m%d%H%M%S").zfill(14)


def _from_digits(text: str, zone: tzinfo) -> tuple[datetime, Quirks] | None:
    length = len(text)
    if length == 14:
        return _local(text, zone), NONE
    if _EPOCH.fullmatch(text):
        seconds = int(text) / 1000 if length == 13 else int(text)
        return datetime.fromtimestamp(seconds, UTC), frozenset({Quirk.TIME_AS_EPOCH})
    if length == 17:
        moment = _local(text[:14], zone) + timedelta(milliseconds=int(text[14:]))
        return moment, frozenset({Quirk.TIME_WITH_MILLISECONDS})
    if length == 12:
        return _local(text + "00", zone), frozenset({Quirk.TIME_WITHOUT_SECONDS})
    return None


def _local(text: str, zone: tzinfo) -> datetime:
    local = datetime(
        int(text[:4]), int(text[4:6]), int(text[6:8]), int(text[8:10]), int(text[10:12]), int(text[12:14]), tzinfo=zone
    )
    return local.astimezone(UTC)


def _from_written(written: re.Match[str], zone: tzinfo) -> tuple[datetime, Quirks]:
    year, month, day, hour, minute, second, fraction, offset = written.groups()
    quirks = {Quirk.TIME_WITH_SEPARATORS}
    if offset is not None:
        quirks.add(Quirk.TIME_WITH_ZONE)
        zone = UTC if offset == "Z" else _offset(offset)
    if second is None:
        quirks.add(Quirk.TIME_WITHOUT_SECONDS)
    if fraction is not None:
        quirks.add(Quirk.TIME_WITH_MILLISECONDS)
    local = datetime(
        int(year), int(month), int(day), int(hour), int(minute), int(second or 0),
        int((fraction or "0").ljust(6, "0")[:6]), tzinfo=zone,
    )  # fmt: skip
    return local.astimezone(UTC), frozenset(quirks)


def _offset(text: str) -> tzinfo:
    sign = -1 if text[0] == "-" else 1
    digits = text[1:].replace(":", "")
    return timezone(sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:])))
