"""EasyOCR with our own weights as its recognition network: it reads Chinese plates without any file from outside.

Plates are found and set upright by the house; EasyOCR reads the row. Its own finder of text and its Chinese weights are
not needed.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import cv2

from recognition.reading.engines.easyocr import torchvision_operators
from recognition.reading.engines.lines import Line, sort_lines
from recognition.reading.locate import Found, Locator
from recognition.reading.networks import Network
from recognition.reading.recognise import OWN_HEIGHT_PX, OWN_WIDTH_PX
from recognition.reading.rectify import (
    ROW_CUTS,
    TALL_HEIGHT_PX,
    TALL_WIDTH_PX,
    TWO_ROWS_BELOW,
    VIEWS,
    side_by_side,
    sides,
    upright,
)
from recognition.reading.types import Corners, Picture, Reading, Stamp
from recognition.reading.weights import Manifest, Role

NAME, NETWORK = "easyocr-own", "luzhang_plates"
ARCHITECTURE = Path(__file__).resolve().parents[1] / "own"
_SIDE_PX, _LEAST, _PLATES = 640, 0.2, 6


class EasyOcrOwnReader:
    """EasyOCR's reading of each plate that the house finds; the surest first."""

    def __init__(self, manifest: Manifest) -> None:
        """Raises WeightsMissing, ImportError. The state is checked by its SHA-256 before EasyOCR unpacks it."""
        weight = manifest.of(Role.OWN_FOR_EASYOCR)
        state = weight.data()
        self._locator = Locator(Network(manifest.of(Role.DETECTOR)))
        self._operators = torchvision_operators()
        import easyocr

        with tempfile.TemporaryDirectory(prefix="luzhang-easyocr-") as folder:
            # A folder of its own: EasyOCR looks for code and state under the network's name, and code is only ours.
            for ending in (".py", ".yaml"):
                shutil.copy(ARCHITECTURE / f"{NETWORK}{ending}", folder)
            (Path(folder) / f"{NETWORK}.pth").write_bytes(state)
            self._reader = easyocr.Reader(
                ["en"],
                gpu=False,
                detector=False,
                recog_network=NETWORK,
                model_storage_directory=folder,
                user_network_directory=folder,
                download_enabled=False,
                verbose=False,
            )
        self._stamp = Stamp(NAME, f"{version('easyocr')}/{weight.sha256[:8]}")

    @property
    def stamp(self) -> Stamp:
        """Engine and version."""
        return self._stamp

    def read(self, picture: Picture, *, budget_ms: float | None = None) -> Reading:
        """One reading a plate; it knows no budget."""
        began, spent = time.perf_counter(), time.process_time()
        lines = []
        for found in self._locator.find(picture, side_px=_SIDE_PX, least=_LEAST)[:_PLATES]:
            near = self._locator.refine(picture, found) or found
            text, certainty = self.row(_flat(picture, near))
            lines.append(Line(text, certainty, _corners(near)))
        reads, unread = sort_lines(lines)
        ms, cpu_ms = (time.perf_counter() - began) * 1000.0, (time.process_time() - spent) * 1000.0
        return Reading(reads, unread, self._stamp, ms, cpu_ms)

    def row(self, flat: Picture) -> tuple[str, float]:
        """What EasyOCR makes of an upright plate, and how sure it is."""
        size = (OWN_WIDTH_PX, OWN_HEIGHT_PX)
        small = cv2.resize(cv2.cvtColor(flat, cv2.COLOR_BGR2GRAY), size, interpolation=cv2.INTER_AREA)
        ((_, text, certainty),) = self._reader.recognize(small, reformat=False)
        return str(text), float(certainty)


def _flat(picture: Picture, found: Found) -> Picture:
    width, height = sides(found.quad)
    if width < TWO_ROWS_BELOW * height:
        tall = upright(picture, found.quad, VIEWS[0], (TALL_WIDTH_PX, TALL_HEIGHT_PX))
        return side_by_side(tall, ROW_CUTS[0])
    return upright(picture, found.quad, VIEWS[0])


def _corners(found: Found) -> Corners:
    a, b, c, d = ((float(x), float(y)) for x, y in found.quad)
    return a, b, c, d
