"""Finding plates by a network that gives each one's four corners (single shot, anchors on three scales)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from recognition.reading.networks import Floats, Network
from recognition.reading.types import Picture

# Anchors of the network: edge lengths in pixels on each scale, and how far apart they stand.
_SCALES: tuple[tuple[int, tuple[int, int]], ...] = ((8, (24, 48)), (16, (96, 192)), (32, (384, 768)))
_MEAN_BGR = np.array((104.0, 117.0, 123.0), np.float32)
_CENTRE_VARIANCE, _SIZE_VARIANCE = 0.1, 0.2
_KEPT_SIZES = 16
OVERLAP_AT_MOST = 0.4
# A look from near: so many times the plate's width is seen, at this size; a plate is then about 120 pixels wide.
_NEAR, _NEAR_PX, _NEAR_LEAST, _NEAR_RATIO = 2.7, 320, 0.3, 2.0


@dataclass(frozen=True, slots=True)
class Found:
    """A plate's place: `score` 0 to 1; `quad` four corners (4 × 2, pixels) in reading order of an upright plate."""

    score: float
    quad: Floats

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of the corners, pixels."""
        left, top = self.quad.min(axis=0)
        right, bottom = self.quad.max(axis=0)
        return float(left), float(top), float(right), float(bottom)


class Locator:
    """The network with its anchors."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._anchors: dict[tuple[int, int], Floats] = {}

    def find(self, picture: Picture, *, side_px: int, least: float) -> list[Found]:
        """Plates in the picture scaled to `side_px` (longer side), surest first; those of `least` score and more."""
        height, width = picture.shape[:2]
        scale = side_px / max(height, width)
        shape = (max(32, round(width * scale)), max(32, round(height * scale)))
        small = cv2.resize(picture, shape, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
        batch = np.ascontiguousarray((small.astype(np.float32) - _MEAN_BGR).transpose(2, 0, 1)[None])
        boxes, classes, points = self._network.run(batch)
        scores = classes[0][:, 1]
        chosen = np.flatnonzero(scores > least)
        if not len(chosen):
            return []
        anchors = self._anchors_of(shape[1], shape[0])[chosen]
        scores = scores[chosen]
        extent = np.array((width, height), np.float32)
        centres = anchors[:, :2] + boxes[0][chosen, :2] * _CENTRE_VARIANCE * anchors[:, 2:]
        sizes = anchors[:, 2:] * np.exp(boxes[0][chosen, 2:] * _SIZE_VARIANCE)
        rectangles = np.hstack([(centres - sizes / 2) * extent, sizes * extent])
        corners = anchors[:, None, :2] + points[0][chosen].reshape(-1, 4, 2) * _CENTRE_VARIANCE * anchors[:, None, 2:]
        kept = cv2.dnn.NMSBoxes(rectangles.tolist(), scores.tolist(), least, OVERLAP_AT_MOST)
        found = [
            Found(float(scores[i]), in_order(np.asarray(corners[i] * extent, np.float32)))
            for i in np.asarray(kept, int).flatten()
        ]
        return sorted(found, key=lambda one: -one.score)

    def refine(self, picture: Picture, found: Found) -> Found | None:
        """The same plate, looked at again from near: its corners to a fraction of what a look at all gives. None where
        no plate is seen there.
        """
        left, top, right, bottom = found.bounds
        half = max(right - left, (bottom - top) * _NEAR_RATIO) * _NEAR / 2
        middle_x, middle_y = (left + right) / 2, (top + bottom) / 2
        x0, y0 = max(0, int(middle_x - half)), max(0, int(middle_y - half))
        near = picture[y0 : int(middle_y + half) + 1, x0 : int(middle_x + half) + 1]
        seen = self.find(near, side_px=_NEAR_PX, least=_NEAR_LEAST) if near.size else []
        moved = [Found(one.score, one.quad + np.array((x0, y0), np.float32)) for one in seen]
        return next((one for one in moved if overlap(one, found) > OVERLAP_AT_MOST), None)

    def _anchors_of(self, height: int, width: int) -> Floats:
        """Centre x, y, width, height of every anchor, as shares of the picture's sides."""
        known = self._anchors.get((height, width))
        if known is not None:
            return known
        parts = []
        for step, edges in _SCALES:
            rows, columns = np.mgrid[: math.ceil(height / step), : math.ceil(width / step)].astype(np.float32)
            x, y = (columns + 0.5) * step / width, (rows + 0.5) * step / height
            scale = [
                np.stack([x, y, np.full_like(x, edge / width), np.full_like(x, edge / height)], -1) for edge in edges
            ]
            parts.append(np.stack(scale, 2).reshape(-1, 4))
        if len(self._anchors) >= _KEPT_SIZES:
            self._anchors.clear()
        made = self._anchors[height, width] = np.concatenate(parts).astype(np.float32)
        return made


def in_order(quad: NDArray[np.float32]) -> Floats:
    """Four corners as top left, top right, bottom right, bottom left of a plate that is not turned beyond 45°."""
    total, difference = quad.sum(axis=1), quad[:, 1] - quad[:, 0]
    order = [total.argmin(), difference.argmin(), total.argmax(), difference.argmax()]
    return np.asarray(quad[order], np.float32)


def overlap(one: Found, other: Found) -> float:
    """Shared area of two plates' bounds, as a share of the smaller one."""
    a, b = one.bounds, other.bounds
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    smaller = min((a[2] - a[0]) * (a[3] - a[1]), (b[2] - b[0]) * (b[3] - b[1]))
    return width * height / max(smaller, 1e-6)
