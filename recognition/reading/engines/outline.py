"""Without any weights: where plates may be, by colour and by edges. It reads nothing and says so.

A person then sees the place to look at, and an installation without models still answers in the same shape.
"""

from __future__ import annotations

import time

import cv2
import numpy as np
from numpy.typing import NDArray

from recognition.reading.locate import in_order
from recognition.reading.types import Corners, Picture, Reading, Silence, Stamp, UnreadPlate

NAME = "outline"
_SIDE_PX = 800
_MOST = 6
# Ranges of hue, saturation, value: blue, yellow and green grounds.
_GROUNDS = (((94, 80, 40), (135, 255, 255)), ((11, 90, 60), (36, 255, 255)), ((37, 50, 60), (93, 255, 255)))
_RATIOS = (1.4, 6.5)
_AREAS = (0.0006, 0.2)
_FILLED_FROM = 0.6
NOTE = "no weights: plates are found by colour and edges, not read"


class OutlineReader:
    """Finds what looks like a plate."""

    stamp = Stamp(NAME, "1")

    def read(self, picture: Picture, *, budget_ms: float | None = None) -> Reading:
        """Unreadable plates, most plate-like first; `notes` says that nothing was read for want of weights."""
        began, spent = time.perf_counter(), time.thread_time()
        unread = tuple(
            UnreadPlate(Silence.UNREADABLE, _corners(quad), filled) for filled, quad in plate_shapes(picture)
        )
        ms, cpu_ms = (time.perf_counter() - began) * 1000.0, (time.thread_time() - spent) * 1000.0
        return Reading((), unread, self.stamp, ms, cpu_ms, (NOTE,))


def plate_shapes(picture: Picture) -> list[tuple[float, NDArray[np.float32]]]:
    """Regions of a plate's colour or edges and of its shape, best first: how well each fills its rectangle (0 to 1),
    and its corners in the picture.
    """
    height, width = picture.shape[:2]
    scale = min(1.0, _SIDE_PX / max(height, width))
    small = cv2.resize(picture, (max(1, round(width * scale)), max(1, round(height * scale))))
    coloured = [shape for mask in _coloured(small) for shape in _plates(mask)]
    # Colour says more than an outline, an outline more than a thicket of edges.
    shapes = [
        shape
        for found in (coloured, _framed(small), _plates(_edged(small)))
        for shape in sorted(found, key=lambda one: -one[0])[:_MOST]
    ]
    return [(filled, np.asarray(quad / scale, np.float32)) for filled, quad in _apart(shapes)[:_MOST]]


def _coloured(small: Picture) -> list[Picture]:
    """One mask for each ground, gaps between characters closed."""
    hsv = cv2.cvtColor(small, cv2.COLOR_BGR2HSV)
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (9, 5))
    masks = []
    for low, high in _GROUNDS:
        mask = cv2.inRange(hsv, np.array(low, np.uint8), np.array(high, np.uint8))
        masks.append(cv2.morphologyEx(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, kernel), cv2.MORPH_OPEN, kernel))
    return masks


def _edged(small: Picture) -> Picture:
    """Where upright edges stand close together, as strokes of characters do."""
    grey = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), (5, 5), 0)
    edges = cv2.convertScaleAbs(cv2.Sobel(grey, cv2.CV_16S, 1, 0, ksize=3))
    _, mask = cv2.threshold(edges, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    closed: Picture = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_RECT, (17, 3)))
    return closed


def _framed(small: Picture) -> list[tuple[float, NDArray[np.float32]]]:
    """Closed outlines with four corners, whatever their colour: black and white plates on a car."""
    grey = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), (5, 5), 0)
    edges = cv2.dilate(cv2.Canny(grey, 40, 120), np.ones((3, 3), np.uint8))
    contours, _ = cv2.findContours(edges, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    found = []
    whole = small.shape[0] * small.shape[1]
    for contour in contours:
        if not _AREAS[0] <= cv2.contourArea(contour) / whole <= _AREAS[1]:
            continue
        corners = cv2.approxPolyDP(contour, 0.03 * cv2.arcLength(contour, True), True)
        if len(corners) != 4 or not cv2.isContourConvex(corners):
            continue
        quad = in_order(np.asarray(corners.reshape(4, 2), np.float32))
        wide, tall = np.linalg.norm(quad[1] - quad[0]), np.linalg.norm(quad[3] - quad[0])
        if tall >= 8 and _RATIOS[0] <= wide / tall <= _RATIOS[1]:
            found.append((1.0, quad))
    return found


def _plates(mask: Picture) -> list[tuple[float, NDArray[np.float32]]]:
    """Plate-shaped regions of a mask: how well they fill their rectangle, and its corners."""
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    found = []
    whole = mask.shape[0] * mask.shape[1]
    for contour in contours:
        rectangle = cv2.minAreaRect(contour)
        long, short = max(rectangle[1]), min(rectangle[1])
        area = long * short
        if short < 8 or not _AREAS[0] <= area / whole <= _AREAS[1] or not _RATIOS[0] <= long / short <= _RATIOS[1]:
            continue
        filled = cv2.contourArea(contour) / area
        quad = in_order(np.asarray(cv2.boxPoints(rectangle), np.float32))
        lying = np.linalg.norm(quad[1] - quad[0]) > np.linalg.norm(quad[3] - quad[0])
        if filled >= _FILLED_FROM and lying:
            found.append((float(min(filled, 1.0)), quad))
    return found


def _apart(shapes: list[tuple[float, NDArray[np.float32]]]) -> list[tuple[float, NDArray[np.float32]]]:
    """Without those whose centre lies in a better one's bounds."""
    kept: list[tuple[float, NDArray[np.float32]]] = []
    for filled, quad in shapes:
        x, y = quad.mean(axis=0)
        if not any(
            other[:, 0].min() <= x <= other[:, 0].max() and other[:, 1].min() <= y <= other[:, 1].max()
            for _, other in kept
        ):
            kept.append((filled, quad))
    return kept


def _corners(quad: NDArray[np.float32]) -> Corners:
    a, b, c, d = ((round(float(x), 1), round(float(y), 1)) for x, y in quad)
    return a, b, c, d
