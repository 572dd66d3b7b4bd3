"""Cameras by the code that passages name, kept for a few seconds: every message asks for them."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from django.db import connection

KEEP_S = 5.0

_SQL = """
SELECT c.code, c.id, c.checkpoint_id, o.id, o.path, ST_X(c.geom), ST_Y(c.geom), c.heading_deg, c.ring,
       coalesce(k.code, '')
  FROM stations_camera c
  JOIN stations_organisation o ON o.id = c.organisation_id
  LEFT JOIN stations_checkpoint k ON k.id = c.checkpoint_id
"""
_GATES_SQL = """
SELECT k.code, NULL::bigint, k.id, o.id, o.path, ST_X(k.geom), ST_Y(k.geom), k.heading_deg, k.ring, k.code
  FROM stations_checkpoint k JOIN stations_organisation o ON o.id = k.organisation_id
"""


@dataclass(frozen=True, slots=True)
class KnownCamera:
    """A camera, or a checkpoint whose camera nobody entered (then `camera_id` is None). WGS-84 degrees."""

    code: str
    camera_id: int | None
    checkpoint_id: int | None
    organisation_id: int
    organisation_path: str
    lon: float
    lat: float
    heading_deg: float | None
    ring: int
    checkpoint_code: str


@dataclass(slots=True)
class _Kept:
    """What this process read last."""

    lock: threading.Lock
    cameras: dict[str, KnownCamera]
    gates: dict[str, KnownCamera]
    read_at: float = float("-inf")


_kept = _Kept(threading.Lock(), {}, {})


def camera_of(camera_code: str, tollgate_code: str, within: str) -> KnownCamera | None:
    """The camera, else the checkpoint, that a passage names, if it belongs to the organisation `within` or below it."""
    cameras, gates = _known()
    for found in (cameras.get(camera_code), gates.get(tollgate_code)):
        if found is not None and found.organisation_path.startswith(within):
            return found
    return None


def cameras_forget() -> None:
    """Read them anew on the next use (tests)."""
    with _kept.lock:
        _kept.read_at = float("-inf")


def _known() -> tuple[dict[str, KnownCamera], dict[str, KnownCamera]]:
    with _kept.lock:
        if time.monotonic() - _kept.read_at < KEEP_S:
            return _kept.cameras, _kept.gates
    with connection.cursor() as cursor:
        cursor.execute(_SQL)
        cameras = {row[0]: KnownCamera(*row) for row in cursor.fetchall()}
        cursor.execute(_GATES_SQL)
        gates = {row[0]: KnownCamera(*row) for row in cursor.fetchall()}
    with _kept.lock:
        _kept.cameras, _kept.gates, _kept.read_at = cameras, gates, time.monotonic()
    return cameras, gates
