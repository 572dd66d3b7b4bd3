"""Rows of the staging table in PostgreSQL's binary COPY format (PostgreSQL manual, COPY, "Binary Format")."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from math import nan

from patrols.intake.report import Hint, Report
from patrols.protocols.fix import Fix

# In the order of the packing below; NaN stands for null in the four measured values.
COLUMNS = """
    ord int not null, token_hash bytea not null, device_id bigint not null, binding_id bigint not null,
    member_id bigint not null, tour_id bigint not null, fixed_at timestamptz not null,
    received_at timestamptz not null, lon float8 not null, lat float8 not null, speed_mps real not null,
    course_deg real not null, accuracy_m real not null, battery real not null, is_mock boolean not null,
    ranked boolean not null, datum text not null, source text not null
"""
HEADER = b"PGCOPY\n\xff\r\n\x00" + struct.pack(">ii", 0, 0)
TRAILER = struct.pack(">h", -1)

_FIELDS = 18
# Each value is preceded by its length in bytes.
_ROW = struct.Struct(">h" + "ii" + "i32s" + "iq" * 6 + "id" * 2 + "if" * 4 + "i?" * 2)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def row(ordinal: int, report: Report, fix: Fix, hint: Hint, lon: float, lat: float, ranked: bool) -> bytes:
    """One row; `lon`, `lat` are WGS-84 degrees, `ranked` whether the fix may move the last positions."""
    speed_mps, course_deg, accuracy_m, battery = fix.speed_mps, fix.course_deg, fix.accuracy_m, fix.battery
    packed = _ROW.pack(
        _FIELDS,
        4,
        ordinal,
        32,
        report.token_hash,
        8,
        hint.device_id,
        8,
        hint.binding_id,
        8,
        hint.member_id,
        8,
        hint.tour_id,
        8,
        (fix.fixed_at - _EPOCH) // _MICROSECOND,
        8,
        (report.received_at - _EPOCH) // _MICROSECOND,
        8,
        lon,
        8,
        lat,
        4,
        nan if speed_mps is None else speed_mps,
        4,
        nan if course_deg is None else course_deg,
        4,
        nan if accuracy_m is None else accuracy_m,
        4,
        nan if battery is None else battery,
        1,
        fix.is_mock,
        1,
        ranked,
    )
    return packed + _text(hint.datum) + _text(report.source)


@lru_cache(256)
def _text(value: str) -> bytes:
    encoded = value.encode()
    return struct.pack(">i", len(encoded)) + encoded
