"""What a reader answers: plates with text, corners and confidences, and plates that were seen but not read."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from numpy.typing import NDArray

from recognition.plates.grammar import PlateColour, PlateKind

# Height × width × 3, blue green red, eight bits; OpenCV does not name the bits of what it gives back.
Picture = NDArray[Any]
# Four points in pixels of the picture: top left, top right, bottom right, bottom left of the plate as one reads it.
Corners = tuple[tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]]


class Profile(StrEnum):
    """How much work one picture is worth.

    `EVIDENCE`: a photograph that a person will act upon; reads again, larger and brighter, within a budget. `STREAM`:
    one frame of many of a passing car; the same looks within a smaller budget.
    """

    EVIDENCE = "evidence"
    STREAM = "stream"


class Silence(StrEnum):
    """Why a plate that is there was not read."""

    UNSURE = "unsure"
    FOREIGN = "foreign"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another plate that the same picture may show; `score` and `weight` as those of a read."""

    text: str
    kind: PlateKind
    score: float
    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class PlateRead:
    """One plate of a picture.

    `score`: calibrated share of such reads that are right (0 to 1). `auto`: sure enough to raise an alarm without a
    person. `detection`: how sure the finder was that a plate is there, 1 where the whole picture was taken for one.
    `characters`: confidence of each character of `text`. `weight`: the raw figure behind `score`, for votes.
    `fitting`: the ground, where it could be told, is one of this kind's; what does not fit is never `auto`.
    """

    text: str
    kind: PlateKind
    colour: PlateColour | None
    score: float
    auto: bool
    corners: Corners
    detection: float
    characters: tuple[float, ...]
    rows: int = 1
    weight: float = 0.0
    fitting: bool = True
    alternatives: tuple[Alternative, ...] = ()


@dataclass(frozen=True, slots=True)
class UnreadPlate:
    """A plate that was found and not read: why, what was nearly read (for a person), and any foreign text."""

    reason: Silence
    corners: Corners
    detection: float
    guess: PlateRead | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Stamp:
    """Which engine with which models read; kept beside whatever follows from a read."""

    engine: str
    version: str

    def __str__(self) -> str:
        return f"{self.engine} {self.version}"


@dataclass(frozen=True, slots=True)
class Reading:
    """The answer to one picture. No plate at all: both lists are empty. `ms` wall time, `cpu_ms` of this thread.

    `reads` surest first of those that matter: the plate that the picture is of comes first.
    """

    reads: tuple[PlateRead, ...]
    unread: tuple[UnreadPlate, ...]
    stamp: Stamp
    ms: float
    cpu_ms: float
    notes: tuple[str, ...] = field(default=())
