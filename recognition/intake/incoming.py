"""A passage on its way in, whatever protocol brought it; and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from recognition.gat1400.pictures import Picture
from recognition.plates.grammar import PlateColour
from recognition.plates.plate import Plate

MPS_PER_KMH = 1 / 3.6


class Clock(StrEnum):
    """What is known about the camera's time of a passage."""

    PLAUSIBLE = ""
    CORRECTED = "corrected"
    FUTURE = "future_time"
    ANCIENT = "ancient_time"

    @property
    def impossible(self) -> bool:
        """Whether the time of receipt stands in for the camera's."""
        return self in (Clock.FUTURE, Clock.ANCIENT)


class Taken(StrEnum):
    """What became of one passage."""

    STORED = "stored"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Sender:
    """The device whose credential brought the passages; what it sends belongs to its organisation or those below."""

    device_id: int
    organisation_id: int
    organisation_path: str
    datum: str = "wgs84"


@dataclass(frozen=True, slots=True)
class PassageIn:
    """One passage as it came. `key` is the sender's own, unique by its day; `passed_at` aware UTC by the camera's
    clock; `position` (lon, lat) in the datum of the sender's record; `plate` None unless a whole plate was read, `text`
    is what was sent. Shares of 1.
    """

    key: str
    passed_at: datetime
    camera_code: str
    text: str
    reading: str
    plate: Plate | None = None
    kind_code: str = ""
    colour: PlateColour | None = None
    reliability: float | None = None
    clock: Clock = Clock.PLAUSIBLE
    tollgate_code: str = ""
    lane: int | None = None
    direction: str = ""
    speed_kmh: float | None = None
    vehicle_class: str = ""
    vehicle_colour: str = ""
    position: tuple[float, float] | None = None
    hints: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = field(default=(), repr=False)
