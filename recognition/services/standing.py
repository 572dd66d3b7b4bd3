"""How cameras do: what came in, and how far their clocks are off.

A camera's clock is judged by the least time from passage to receipt of a while. Below zero it is surely ahead. Above,
it may be the network: only two windows in a row that agree are taken for a clock that is behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from recognition.intake.incoming import Clock, PassageIn

WINDOW = timedelta(minutes=10)
AHEAD_S = 2.0
BEHIND_S = 30.0
AGREE_S = 5.0

_UPSERT = """
insert into recognition_camerastanding as s (device_id, camera_code, organisation_path, last_passed_at,
    last_received_at, passages, read, lag_s, lag_since)
select %(device)s, c.code, c.path, c.passed, %(now)s, c.passages, c.read, c.lag, %(now)s
  from unnest(%(codes)s::text[], %(paths)s::text[], %(passed)s::timestamptz[], %(passages)s::bigint[],
              %(read)s::bigint[], %(lags)s::float8[]) as c(code, path, passed, passages, read, lag)
 order by c.code
on conflict (device_id, camera_code) do update set
    organisation_path = excluded.organisation_path,
    last_passed_at = greatest(s.last_passed_at, excluded.last_passed_at),
    last_received_at = greatest(s.last_received_at, excluded.last_received_at),
    passages = s.passages + excluded.passages, read = s.read + excluded.read,
    lag_s = case when excluded.last_received_at > s.lag_since + %(window)s then excluded.lag_s
                 else least(s.lag_s, excluded.lag_s) end,
    lag_before_s = case when excluded.last_received_at > s.lag_since + %(window)s then s.lag_s
                        else s.lag_before_s end,
    lag_since = case when excluded.last_received_at > s.lag_since + %(window)s then excluded.last_received_at
                     else s.lag_since end
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one message tells of one camera."""

    path: str
    passed_at: datetime
    passages: int
    read: int
    lag_s: float


def offset_s(lag_s: float, lag_before_s: float | None) -> float:
    """Seconds to add to a camera's time: negative where its clock is ahead, 0 where nothing is certain."""
    if lag_s <= -AHEAD_S:
        return lag_s
    steady = lag_before_s is not None and abs(lag_s - lag_before_s) <= AGREE_S
    return min(lag_s, lag_before_s or lag_s) if steady and lag_s >= BEHIND_S else 0.0


def offsets_of(device_id: int, codes: Iterable[str]) -> dict[str, float]:
    """Seconds to add to the times of a device's cameras, those alone that need it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT camera_code, lag_s, lag_before_s FROM recognition_camerastanding"
            " WHERE device_id = %s AND camera_code = ANY(%s) AND (lag_s <= %s OR lag_s >= %s)",
            [device_id, sorted(set(codes)), -AHEAD_S, BEHIND_S],
        )
        found = {code: offset_s(lag_s, before) for code, lag_s, before in cursor.fetchall()}
    return {code: offset for code, offset in found.items() if offset}


def time_of(passage: PassageIn, received_at: datetime, offset: float) -> tuple[datetime, Clock]:
    """The time under which a passage is compared, and what is known about the camera's own."""
    if passage.clock.impossible:
        return received_at, passage.clock
    if offset:
        return min(passage.passed_at + timedelta(seconds=offset), received_at), Clock.CORRECTED
    return min(passage.passed_at, received_at), Clock.PLAUSIBLE


def standing_note(device_id: int, received_at: datetime, seen: Mapping[str, Seen]) -> None:
    """Write what a message tells of its cameras, in the caller's transaction."""
    if not seen:
        return
    rows = sorted(seen.items())
    values: dict[str, Any] = {
        "device": device_id,
        "now": received_at,
        "window": WINDOW,
        "codes": [code for code, _one in rows],
        "paths": [one.path for _code, one in rows],
        "passed": [one.passed_at for _code, one in rows],
        "passages": [one.passages for _code, one in rows],
        "read": [one.read for _code, one in rows],
        "lags": [one.lag_s for _code, one in rows],
    }
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT, values)
