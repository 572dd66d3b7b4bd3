"""RapidOCR as it comes: a general text engine without any knowledge of plates, for comparison."""

from __future__ import annotations

import importlib.util
import logging
import time
from importlib.metadata import version
from typing import Any

from recognition.reading.engine import READY, EngineNotReady, Readiness
from recognition.reading.engines.lines import Line, sort_lines
from recognition.reading.types import Corners, Picture, Reading, Stamp

NAME = "rapidocr"
_NEEDS = ("rapidocr", "onnxruntime", "omegaconf", "pyclipper", "shapely")


def readiness() -> Readiness:
    """Whether it can read here: the house installs its weights, not what its own code needs."""
    lacking = [name for name in _NEEDS if importlib.util.find_spec(name) is None]
    if lacking:
        return Readiness(False, f"not installed: {', '.join(lacking)}", "./run bench plates installs them beside")
    return READY


class RapidOcrReader:
    """RapidOCR's lines, sorted under the grammar."""

    def __init__(self) -> None:
        """Raises EngineNotReady."""
        state = readiness()
        if not state.ready:
            raise EngineNotReady(NAME, state)
        from rapidocr import RapidOCR

        logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)
        self._engine = RapidOCR(
            params={"EngineConfig.onnxruntime.intra_op_num_threads": 1, "Global.log_level": "critical"}
        )
        self._stamp = Stamp(NAME, version("rapidocr"))

    @property
    def stamp(self) -> Stamp:
        """Engine and version."""
        return self._stamp

    def read(self, picture: Picture, *, budget_ms: float | None = None) -> Reading:
        """All plates among its lines; it knows no budget."""
        began, spent = time.perf_counter(), time.process_time()
        answer: Any = self._engine(picture)
        boxes = [] if answer.boxes is None else answer.boxes
        lines = [
            Line(str(text), float(certainty), _corners(points))
            for points, text, certainty in zip(boxes, answer.txts or (), answer.scores or (), strict=True)
        ]
        reads, unread = sort_lines(lines)
        ms, cpu_ms = (time.perf_counter() - began) * 1000.0, (time.process_time() - spent) * 1000.0
        return Reading(reads, unread, self._stamp, ms, cpu_ms)


def _corners(points: Any) -> Corners:
    a, b, c, d = ((float(x), float(y)) for x, y in points)
    return a, b, c, d
