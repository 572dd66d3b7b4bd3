"""EasyOCR as an engine, where it and its Chinese weights are.

Its Chinese network ships in no package, so it is brought by hand: `zh_sim_g2.pth` (MD5 b601ce71…dc07 by EasyOCR's own
list) and `craft_mlt_25k.pth` into `models/easyocr` under LUZHANG_VAR. Nothing is ever downloaded.
"""

from __future__ import annotations

import importlib.util
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from recognition.reading.engine import READY, EngineNotReady, Readiness
from recognition.reading.engines.lines import Line, sort_lines
from recognition.reading.types import Corners, Picture, Reading, Stamp

NAME = "easyocr"
DETECTOR, CHINESE = "craft_mlt_25k.pth", "zh_sim_g2.pth"
# A larger canvas costs gigabytes and finds no more plates.
CANVAS_PX = 1280


def not_installed() -> str:
    """Which packages are lacking, in words; empty if none is."""
    lacking = [name for name in ("torch", "easyocr") if importlib.util.find_spec(name) is None]
    return f"not installed: {', '.join(lacking)}" if lacking else ""


def readiness(folder: Path) -> Readiness:
    """Whether it can read here; `folder` is where its weights lie."""
    if not_installed():
        return Readiness(False, not_installed(), "uv pip install easyocr torch into the environment")
    missing = [name for name in (DETECTOR, CHINESE) if not (folder / name).is_file()]
    if missing:
        return Readiness(
            False,
            f"weights missing: {', '.join(missing)}",
            f"copy them from a machine where EasyOCR has read Chinese (its folder ~/.EasyOCR/model) to {folder}",
        )
    return READY


class EasyOcrReader:
    """EasyOCR's lines, sorted under the grammar. About 5 GB of memory for large photographs without the cap."""

    def __init__(self, folder: Path) -> None:
        """Raises EngineNotReady."""
        state = readiness(folder)
        if not state.ready:
            raise EngineNotReady(NAME, state)
        self._operators = torchvision_operators()
        import easyocr

        self._reader = easyocr.Reader(
            ["ch_sim", "en"],
            gpu=False,
            model_storage_directory=str(folder),
            user_network_directory=str(folder),
            download_enabled=False,
            verbose=False,
        )
        self._stamp = Stamp(NAME, version("easyocr"))

    @property
    def stamp(self) -> Stamp:
        """Engine and version."""
        return self._stamp

    def read(self, picture: Picture, *, budget_ms: float | None = None) -> Reading:
        """All plates among its lines; it knows no budget."""
        began, spent = time.perf_counter(), time.process_time()
        found: list[Any] = self._reader.readtext(picture, canvas_size=CANVAS_PX)
        lines = [Line(str(text), float(certainty), _corners(points)) for points, text, certainty in found]
        reads, unread = sort_lines(lines)
        ms, cpu_ms = (time.perf_counter() - began) * 1000.0, (time.process_time() - spent) * 1000.0
        return Reading(reads, unread, self._stamp, ms, cpu_ms)


def _corners(points: Any) -> Corners:
    a, b, c, d = ((float(x), float(y)) for x, y in points)
    return a, b, c, d


def torchvision_operators() -> Any:
    """torchvision's compiled part does not load beside a processor-only torch, and its import fails over an operator
    that is never called here. The operator's name is declared; the declaration must be kept alive.
    """
    try:
        version("torchvision")
    except PackageNotFoundError:
        return None
    import torch

    try:
        library = torch.library.Library("torchvision", "DEF")
        library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    except RuntimeError:
        return None  # it is there: this torchvision brings its own
    return library
