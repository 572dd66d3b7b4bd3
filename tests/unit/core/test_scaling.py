"""Smaller copies of a picture: their sides, and that the same picture gives the same bytes."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from core.attachments.scaling import PictureSize, is_wanted, picture_scaled
from core.attachments.thumbnails import thumbnail_path


def _jpeg(width_px: int, height_px: int) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((width_px, height_px), 60).convert("RGB").save(out, "JPEG", quality=88)
    return out.getvalue()


@pytest.mark.parametrize(
    ("sides", "size", "expected"),
    [
        ((4000, 3000), PictureSize.SMALL, (320, 240)),
        ((4000, 3000), PictureSize.LARGE, (1280, 960)),
        ((600, 1200), PictureSize.SMALL, (160, 320)),
        ((2000, 10), PictureSize.SMALL, (320, 2)),
        ((321, 320), PictureSize.SMALL, (320, 319)),
    ],
)
def test_the_longer_side_fits(sides: tuple[int, int], size: PictureSize, expected: tuple[int, int]) -> None:
    assert is_wanted(*sides, size)
    data = _jpeg(*sides)
    scaled = picture_scaled(data, size)
    assert (scaled.width_px, scaled.height_px) == expected
    with Image.open(io.BytesIO(scaled.jpeg)) as image:
        assert image.format == "JPEG" and image.size == expected and not image.getexif()
    assert picture_scaled(data, size) == scaled, "the same bytes each time"
    assert len(scaled.jpeg) < len(data)


def test_nothing_is_drawn_larger_than_it_is() -> None:
    assert not is_wanted(320, 320, PictureSize.SMALL)
    assert not is_wanted(1280, 900, PictureSize.LARGE)
    assert is_wanted(10, 321, PictureSize.SMALL)


def test_colours_stay() -> None:
    out = io.BytesIO()
    Image.new("RGB", (1600, 1200), (200, 30, 60)).save(out, "JPEG")
    with Image.open(io.BytesIO(picture_scaled(out.getvalue(), PictureSize.SMALL).jpeg)) as image:
        red, green, blue = image.getpixel((100, 100))  # type: ignore[misc]
    assert abs(red - 200) < 8 and abs(green - 30) < 8 and abs(blue - 60) < 8


def test_a_damaged_picture_is_an_error() -> None:
    with pytest.raises(OSError):
        picture_scaled(_jpeg(800, 600)[:3000], PictureSize.SMALL)


def test_copies_lie_beside_the_picture() -> None:
    kept = "attachments/incident/2026/11/21/ab-cd.jpg"
    assert thumbnail_path(kept, PictureSize.SMALL) == "attachments/incident/2026/11/21/ab-cd.small.jpg"
