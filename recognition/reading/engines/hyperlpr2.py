"""HyperLPR 2 as it comes, where an OpenCV older than 5 is installed (it loads its networks in the Caffe format)."""

from __future__ import annotations

import importlib.util
import time
from importlib.metadata import version
from pathlib import Path

import cv2

from recognition.plates.grammar import kind_of
from recognition.plates.plate import normalise
from recognition.reading.engine import READY, EngineNotReady, Readiness
from recognition.reading.types import Corners, Picture, PlateRead, Reading, Stamp

NAME = "hyperlpr2"


def readiness() -> Readiness:
    """Whether it can read here."""
    if importlib.util.find_spec("hyperlpr2") is None:
        return Readiness(False, "not installed: hyperlpr2", "./run bench plates installs it beside")
    if not hasattr(cv2.dnn, "readNetFromCaffe"):
        return Readiness(False, f"OpenCV {cv2.__version__} reads no Caffe networks", "OpenCV older than 5")
    return READY


class HyperLpr2Reader:
    """HyperLPR's plates as it gives them; what is no plate by the grammar is left out."""

    def __init__(self) -> None:
        """Raises EngineNotReady."""
        state = readiness()
        if not state.ready:
            raise EngineNotReady(NAME, state)
        import hyperlpr2
        from hyperlpr2.hyperlpr import LPR

        self._engine = LPR(str(Path(hyperlpr2.__file__).parent / "models"))
        self._stamp = Stamp(NAME, version("hyperlpr2"))

    @property
    def stamp(self) -> Stamp:
        """Engine and version."""
        return self._stamp

    def read(self, picture: Picture, *, budget_ms: float | None = None) -> Reading:
        """All plates that it finds; it knows no budget."""
        began, spent = time.perf_counter(), time.process_time()
        reads = []
        for text, certainty, rectangle in (entry[:3] for entry in self._engine.plate_recognition(picture)):
            plate = normalise(str(text))
            kind = kind_of(plate)
            if kind is None:
                continue
            shares = tuple(float(certainty) for _ in plate)
            corners = _corners([float(value) for value in rectangle])
            reads.append(
                PlateRead(plate, kind, None, float(certainty), False, corners, 1.0, shares, weight=float(certainty))
            )
        reads.sort(key=lambda one: -one.score)
        ms, cpu_ms = (time.perf_counter() - began) * 1000.0, (time.process_time() - spent) * 1000.0
        return Reading(tuple(reads), (), self._stamp, ms, cpu_ms)


def _corners(rectangle: list[float]) -> Corners:
    left, top, right, bottom = rectangle[:4]
    return (left, top), (right, top), (right, bottom), (left, bottom)
