"""Plain data about roads that other rooms may use."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from roads.boards.content import Difference
from roads.due import Due, DueState, Every
from roads.states import BoardState

__all__ = [
    "BoardState",
    "ChiefInChain",
    "Difference",
    "Due",
    "DueState",
    "Every",
    "Holding",
    "PlaceOnRoad",
    "SegmentAtPlace",
    "SegmentDuty",
    "road_label",
]


def road_label(code: str, name: str) -> str:
    """Code and name of a road as one says them; a name that holds its code already is enough."""
    return name if code and code in name else " ".join(part for part in (code, name) if part)


@dataclass(frozen=True, slots=True)
class ChiefInChain:
    """One level of a chain of chiefs at one instant. `acting` is the deputy who stands in while the chief is on leave.

    `duty_phone` is the duty contact; a personal number is never in here (invariant 11).
    """

    level_rank: int
    level_name: str
    escalation_s: int
    assignment_id: int
    person_id: int
    name: str
    duty_phone: str
    acting_person_id: int | None = None
    acting_name: str = ""
    acting_phone: str = ""
    # When the duty contact is answered; empty: at all hours.
    duty_hours: str = ""

    @property
    def answering_person_id(self) -> int:
        """Who answers now: the deputy during leave, else the chief."""
        return self.acting_person_id if self.acting_person_id is not None else self.person_id

    def as_json(self) -> dict[str, Any]:
        """The shape that incidents keep and the API shows."""
        return {
            "level": self.level_rank,
            "level_name": self.level_name,
            "escalation_s": self.escalation_s,
            "person_id": self.person_id,
            "name": self.name,
            "duty_phone": self.duty_phone,
            "acting_person_id": self.acting_person_id,
            "acting_name": self.acting_name,
            "acting_phone": self.acting_phone,
        }


@dataclass(frozen=True, slots=True)
class SegmentAtPlace:
    """A segment that holds a place, or borders on it within 50 m, with its chain of chiefs, highest level first."""

    segment_id: int
    segment_uid: str
    code: str
    name: str
    organisation_id: int
    organisation_path: str
    is_border: bool
    chain: tuple[ChiefInChain, ...]


@dataclass(frozen=True, slots=True)
class PlaceOnRoad:
    """A point as the house understands it. `axis_m` in metres along the axis; `side` is 'down', 'up' or '' (unknown).

    `flags`: 'far_from_road' (> 200 m from any road), 'island' (on a road that no road joins to the network),
    'outside_area' (outside the deployment), 'no_axis' (a road is near but none with responsibility), 'no_chief'.
    """

    lon: float
    lat: float
    axis_id: int | None = None
    axis_code: str = ""
    axis_name: str = ""
    axis_m: float | None = None
    offset_m: float | None = None
    side: str = ""
    chainage_text: str = ""
    road_name: str = ""
    road_class: int | None = None
    road_distance_m: float | None = None
    organisation_id: int | None = None
    organisation_path: str = ""
    segments: tuple[SegmentAtPlace, ...] = ()
    flags: tuple[str, ...] = field(default=())

    @property
    def segment(self) -> SegmentAtPlace | None:
        """The segment the place lies in (never a mere neighbour)."""
        return next((segment for segment in self.segments if not segment.is_border), None)

    @property
    def chain(self) -> tuple[ChiefInChain, ...]:
        """The chain of the segment the place lies in."""
        return self.segment.chain if self.segment is not None else ()


@dataclass(frozen=True, slots=True)
class Holding:
    """One level of one segment that a person answers for at an instant.

    `capacity`: `chief`, `acting` (stands in for the chief, who is on leave), or `deputy` (is told, has nothing due).
    """

    segment_id: int
    level_rank: int
    level_name: str
    inspect_every: str
    sees_districts: bool
    since: datetime
    chief_name: str
    capacity: str

    @property
    def has_duty(self) -> bool:
        """Whether inspections of this level are this person's."""
        return self.capacity != "deputy"


@dataclass(frozen=True, slots=True)
class SegmentDuty:
    """How a segment stands with a person's own levels: the most pressing one, and when anybody saw it last."""

    segment_id: int
    holdings: tuple[Holding, ...]
    due: Due
    every: str
    last_at: datetime | None
