"""Smaller copies of a kept picture (Django-free)."""

from __future__ import annotations

import io
from dataclasses import dataclass
from enum import StrEnum

from PIL import Image

JPEG_QUALITY = 80


class PictureSize(StrEnum):
    """Sizes in which a picture is shown beside the kept one."""

    SMALL = "small"
    LARGE = "large"

    @property
    def side_px(self) -> int:
        """The longer side at most."""
        return _SIDES_PX[self]


_SIDES_PX = {PictureSize.SMALL: 320, PictureSize.LARGE: 1280}


@dataclass(frozen=True, slots=True)
class Scaled:
    """A smaller JPEG."""

    jpeg: bytes
    width_px: int
    height_px: int


def is_wanted(width_px: int, height_px: int, size: PictureSize) -> bool:
    """Whether a picture of these sides has a smaller copy: nothing is drawn larger than it is."""
    return max(width_px, height_px) > size.side_px


def picture_scaled(jpeg: bytes, size: PictureSize) -> Scaled:
    """A copy of one of our own JPEGs whose longer side is at most `size.side_px`; the same bytes for the same input.

    Raises OSError when the JPEG is damaged.
    """
    with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as image:
        # The decoder itself halves as often as it can: a phone's picture is read at an eighth of its sides.
        image.draft("RGB", (size.side_px, size.side_px))
        image.thumbnail((size.side_px, size.side_px), Image.Resampling.LANCZOS, reducing_gap=3.0)
        fresh = image.convert("RGB")
    out = io.BytesIO()
    fresh.save(out, "JPEG", quality=JPEG_QUALITY, optimize=True)
    return Scaled(out.getvalue(), fresh.width, fresh.height)
