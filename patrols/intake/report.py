"""What passes between the ASGI application, the batcher and the store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from patrols.protocols.fix import Call, Fix


class Outcome(Enum):
    """What became of one report."""

    STORED = "stored"  # or was stored before: a duplicate
    OUTSIDE_TOUR = "outside_tour"
    SEEN = "seen"  # a heartbeat of a known device
    UNKNOWN = "unknown_device"
    LOCKED = "locked_device"
    UNSTORABLE = "unstorable"


class StoreUnavailable(Exception):
    """The database did not take the batch; nothing of it may be acknowledged."""


@dataclass(slots=True)
class Report:
    """One report to store: `fix` is None for a heartbeat or a call without one. `received_at` is aware UTC of the
    server's clock. `rejected`: why the fix that came makes no sense, where one came.
    """

    token_hash: bytes
    received_at: datetime
    source: str
    fix: Fix | None
    call: Call | None = None
    rejected: str = ""


@dataclass(frozen=True, slots=True)
class Hint:
    """Where a token last led to; ids are 0 where there is none."""

    device_id: int
    datum: str
    binding_id: int
    member_id: int
    tour_id: int
