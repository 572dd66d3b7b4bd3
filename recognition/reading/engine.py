"""The interface of plate readers. Whatever reads plates stands behind it; nobody outside knows which one it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from recognition.reading.types import Picture, Reading, Stamp


class PlateReader(Protocol):
    """Reads the plates of one picture. Not safe for several threads at once: one reader a thread."""

    @property
    def stamp(self) -> Stamp:
        """Engine and version of its models."""
        ...

    def read(self, picture: Picture, *, budget_ms: float | None = None) -> Reading:
        """All plates of the picture. Never raises for what a picture shows.

        `budget_ms`: processor time after which no further attempt is begun; None: the profile's own.
        """
        ...


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether an engine can work here; if not, `why`, and `cure`: what to do about it (English, for operators)."""

    ready: bool
    why: str = ""
    cure: str = ""


READY = Readiness(True)


class EngineNotReady(Exception):
    """An engine was asked for that cannot work here; says why and what to do."""

    def __init__(self, name: str, readiness: Readiness) -> None:
        super().__init__(f"{name}: {readiness.why}; {readiness.cure}")
        self.readiness = readiness
