"""Plain data of the recognition room that other rooms may use. Django-free."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from recognition.states import WatchState

__all__ = ["AlarmFacts", "SightingFacts", "WatchState"]


@dataclass(frozen=True, slots=True)
class AlarmFacts:
    """An alarm as the room that sends somebody needs it. WGS-84; `way` are the incidents of earlier alarms of the same
    way, the last one first.
    """

    id: int
    uid: uuid.UUID
    number: str
    organisation_path: str
    ask: bool
    incident_uid: uuid.UUID | None
    plate: str
    category: str
    category_name: str
    powers: tuple[str, ...]
    grade: int
    camera: str
    lon: float | None
    lat: float | None
    heading_deg: float | None
    passed_at: datetime
    way: tuple[uuid.UUID, ...]
    generated: bool


@dataclass(frozen=True, slots=True)
class SeenFacts:
    """Where and when the vehicle of a case was seen last. WGS-84."""

    lon: float
    lat: float
    heading_deg: float | None
    at: datetime
    camera: str


@dataclass(frozen=True, slots=True)
class SightingFacts:
    """A vehicle to be stopped that somebody saw without a camera. WGS-84."""

    uid: uuid.UUID
    reported_by_id: int
    lon: float
    lat: float
    heading_deg: float | None
    description: str
    plate: str
    seen_at: datetime
