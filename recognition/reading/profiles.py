"""How hard each profile tries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from recognition.reading import confidence
from recognition.reading.confidence import Calibration
from recognition.reading.types import Profile


@dataclass(frozen=True, slots=True)
class Attempt:
    """One look: the picture at `side_px` (longer side), its contrast raised if `bright`; plates from `least` on.
    `by_shape`: without the network, regions of a plate's colour or edges and of its shape.
    """

    side_px: int = 0
    least: float = 0.2
    bright: bool = False
    by_shape: bool = False


@dataclass(frozen=True, slots=True)
class Settings:
    """`attempts` are made in turn until the best plate weighs `enough` or `budget_ms` of processor time are spent; the
    first is always made. A plate is cut out in up to `views` ways until it weighs `sure`; if it weighs less than
    `hopeless` after two, that is all. With the plate network alone at least `plain` sure, the text network is not
    asked (1: always asked). `plates`: read at most so many of a picture.
    """

    attempts: tuple[Attempt, ...]
    views: int
    sure: float
    enough: float
    plain: float
    budget_ms: float
    plates: int
    calibration: Calibration
    hopeless: float = 0.001


SETTINGS: Mapping[Profile, Settings] = MappingProxyType(
    {
        Profile.EVIDENCE: Settings(
            attempts=(Attempt(640), Attempt(384), Attempt(1024), Attempt(1024, bright=True), Attempt(by_shape=True)),
            views=6,
            sure=0.80,
            enough=0.45,
            plain=1.0,
            budget_ms=560.0,
            plates=6,
            calibration=confidence.EVIDENCE,
        ),
        Profile.STREAM: Settings(
            attempts=(Attempt(640), Attempt(384), Attempt(1024), Attempt(1024, bright=True), Attempt(by_shape=True)),
            views=6,
            sure=0.80,
            enough=0.45,
            plain=1.0,
            budget_ms=360.0,
            plates=4,
            calibration=confidence.STREAM,
        ),
    }
)
