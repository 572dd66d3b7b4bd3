"""The ground of a plate from its upright picture: the hue of what is coloured, else light or dark."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from recognition.plates.grammar import PlateColour
from recognition.reading.types import Picture

# Hues in OpenCV's half degrees, with the least saturation that counts as colour. Blue grounds fade and go violet under
# sodium light; the greens of new-energy plates are pale at the top.
_HUES: tuple[tuple[PlateColour, int, int, int], ...] = (
    (PlateColour.YELLOW, 11, 36, 75),
    (PlateColour.GREEN, 37, 93, 40),
    (PlateColour.BLUE, 94, 135, 70),
)
_COLOURED_FROM = 0.34
_SURE_FROM = 0.55
_NEARLY_BLACK = 40
# Large new-energy plates are yellow to the left of their first two characters and green after them.
_LEFT_SHARE = 0.26


@dataclass(frozen=True, slots=True)
class Ground:
    """A plate's ground; None where it cannot be told. `certainty` 0 to 1."""

    colour: PlateColour | None
    certainty: float


UNKNOWN = Ground(None, 0.0)


def ground_of(plate: Picture) -> Ground:
    """The ground of an upright plate."""
    height, width = plate.shape[:2]
    inner = plate[height // 8 : height - height // 8, width // 24 : width - width // 24]
    hsv = cv2.cvtColor(inner, cv2.COLOR_BGR2HSV)
    hue, saturation, value = hsv[..., 0], hsv[..., 1], hsv[..., 2]
    shares = {
        colour: (hue >= low) & (hue <= high) & (saturation >= least) & (value >= _NEARLY_BLACK)
        for colour, low, high, least in _HUES
    }
    split = round(inner.shape[1] * _LEFT_SHARE)
    yellow, green = shares[PlateColour.YELLOW], shares[PlateColour.GREEN]
    if yellow[:, :split].mean() > _COLOURED_FROM and green[:, split:].mean() > _COLOURED_FROM:
        return Ground(PlateColour.YELLOW_GREEN, 0.9)
    colour, share = max(((one, float(mask.mean())) for one, mask in shares.items()), key=lambda pair: pair[1])
    if share >= _COLOURED_FROM:
        return Ground(colour, min(1.0, 0.5 + 0.5 * (share - _COLOURED_FROM) / (_SURE_FROM - _COLOURED_FROM)))
    return _without_colour(inner, float(np.median(saturation)))


def _without_colour(inner: Picture, saturation: float) -> Ground:
    """White or black by which of light and dark there is more of. A grey picture (infrared, night) tells neither: a
    blue plate looks black there.
    """
    grey = cv2.cvtColor(inner, cv2.COLOR_BGR2GRAY)
    threshold, _ = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    light = float((grey > threshold).mean())
    if saturation > 60 or 0.42 < light < 0.58:
        return UNKNOWN
    bright = float(np.percentile(grey, 95)) - float(np.percentile(grey, 5))
    if light >= 0.58:
        return Ground(PlateColour.WHITE, 0.8 if bright > 70 else 0.4)
    return Ground(PlateColour.BLACK, 0.6 if bright > 70 else 0.2)
