"""Plain data about tours that other rooms may use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class TourOnDuty:
    """An open tour as dispatch and maps need it. Coordinates are WGS-84 degrees, None where nothing is known.

    `powers` are those of the members present; `people_kinds` the kinds of those members, one entry a person.
    """

    tour_id: int
    tour_uid: str
    unit_id: int
    unit_uid: str
    call_sign: str
    kind: str
    agency: str
    organisation_id: int
    organisation_path: str
    on_break: bool
    powers: frozenset[str]
    people_kinds: tuple[str, ...]
    lon: float | None
    lat: float | None
    fixed_at: datetime | None
    received_at: datetime | None
    speed_mps: float | None
    course_deg: float | None
    accuracy_m: float | None
    is_mock: bool
    position_source: str
    post_lon: float | None
    post_lat: float | None
    post_is_station: bool
    has_radio: bool
    generated: bool
