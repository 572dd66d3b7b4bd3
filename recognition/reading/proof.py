"""What a person needs to check a read with the own eyes: the picture with the plates marked, and each plate upright."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np

from recognition.reading.rectify import View, sides, upright
from recognition.reading.types import Corners, Picture

SIDE_PX = 1280
_CROP_WIDTH_PX = 320
_GROWN = View(0.15, 0.3)
_QUALITY = 82
# Blue green red: read, not read.
_READ, _UNREAD = (60, 200, 60), (40, 160, 255)


def marked(picture: Picture, read: Iterable[Corners], unread: Iterable[Corners]) -> bytes:
    """A JPEG of the picture, longer side at most SIDE_PX, with a frame around each plate."""
    height, width = picture.shape[:2]
    scale = min(1.0, SIDE_PX / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    shown = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    for colour, plates in ((_UNREAD, unread), (_READ, read)):
        for corners in plates:
            points = np.round(np.array(corners) * scale).astype(np.int32)
            cv2.polylines(shown, [points], isClosed=True, color=colour, thickness=2)
    return _jpeg(shown)


def cut_out(picture: Picture, corners: Corners) -> bytes:
    """A JPEG of one plate, upright, with a little around it; never larger than the picture shows it, at least 40 px."""
    quad = np.array(corners, np.float32)
    wide, tall = sides(quad)
    width = round(min(_CROP_WIDTH_PX, max(40.0, wide)))
    height = round(min(float(width), max(16.0, width * tall / max(wide, 1.0))))
    return _jpeg(upright(picture, quad, _GROWN, (width, height)))


def _jpeg(picture: Picture) -> bytes:
    done, packed = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    if not done:
        raise ValueError("a picture could not be packed as JPEG")
    return bytes(packed.tobytes())
