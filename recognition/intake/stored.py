"""Passages as they lie in the table, for the checks that run aside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

COLUMNS = (
    "device_id", "source_key", "day", "passed_at", "received_at", "clock", "organisation_path", "camera_code",
    "camera_id", "checkpoint_id", "lon", "lat", "plate", "kind_code", "colour", "vehicle_class", "vehicle_colour",
    "reliability",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stored:
    """One passage with a whole plate. Fields as in `Passage`; WGS-84 degrees."""

    device_id: int
    source_key: str
    day: date
    passed_at: datetime
    received_at: datetime
    clock: str
    organisation_path: str
    camera_code: str
    camera_id: int | None
    checkpoint_id: int | None
    lon: float | None
    lat: float | None
    plate: str
    kind_code: str
    colour: str
    vehicle_class: str
    vehicle_colour: str
    reliability: float | None

    @property
    def name(self) -> str:
        """What tells it from every other passage."""
        return f"{self.device_id}/{self.source_key}/{self.day}"
