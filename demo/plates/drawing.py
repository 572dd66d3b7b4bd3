"""Plates flat and clean, a pixel a millimetre: characters placed after GA 36-2018, in the fonts of the set-up."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from demo.plates.texts import Style
from recognition.plates.codes import MOTORCYCLE, TALL
from recognition.plates.grammar import PlateColour, PlateKind

Floats = NDArray[Any]
Colour = tuple[float, float, float]
Cell = tuple[int, int, int, int]

_FONTS = Path("/usr/share/fonts")
# The first is what set-up installs; the others make figures less alike where they are.
_CHINESE = ("opentype/noto/NotoSansCJK-Bold.ttc", "truetype/wqy/wqy-zenhei.ttc")
_LATIN = (
    "opentype/noto/NotoSansCJK-Bold.ttc",
    "truetype/dejavu/DejaVuSansCondensed-Bold.ttf",
    "truetype/dejavu/DejaVuSans-Bold.ttf",
    "truetype/liberation/LiberationSansNarrow-Bold.ttf",
    "truetype/liberation/LiberationSans-Bold.ttf",
)
_NOTO_SIMPLIFIED = 2
_DRAWN_PX = 160
_ONE_WIDTH = 0.36

# Ground and characters, blue green red. Grounds that fade from one colour to another are drawn apart.
_GROUNDS: dict[PlateColour, Colour] = {
    PlateColour.BLUE: (168, 60, 18),
    PlateColour.YELLOW: (20, 170, 240),
    PlateColour.WHITE: (235, 235, 235),
    PlateColour.BLACK: (25, 22, 20),
}
_LIGHT: Colour = (245, 245, 245)
_DARK: Colour = (15, 15, 15)
_RED: Colour = (30, 30, 200)
_RED_CHARACTERS = "警使领"


def fonts() -> tuple[list[Path], list[Path]]:
    """Fonts for Chinese and for Latin characters that are here. Raises FileNotFoundError without the first ones."""
    chinese = [path for name in _CHINESE if (path := _FONTS / name).is_file()]
    latin = [path for name in _LATIN if (path := _FONTS / name).is_file()]
    if not chinese or not latin:
        raise FileNotFoundError(f"{_FONTS / _CHINESE[0]}: ./run setup installs it")
    return chinese, latin


def draw(text: str, style: Style, chance: Random) -> Floats:
    """The plate, height × width × 3, 0 to 255."""
    width, height = style.size
    plate = _ground(style, width, height)
    plate += np.array([chance.uniform(-15, 15) for _ in range(3)], np.float32)
    ink = _LIGHT if style.colour in (PlateColour.BLUE, PlateColour.BLACK) else _DARK
    cv2.rectangle(plate, (5, 5), (width - 6, height - 6), ink, 3)
    chinese, latin = fonts()
    faces = chance.choice(chinese), chance.choice(latin)
    for at, (char, cell) in enumerate(zip(text, cells(style, len(text)), strict=True)):
        face = faces[0] if ord(char) > 255 else faces[1]
        _put(plate, char, cell, face, _ink(style, char, at, ink))
    dot = _dot(style)
    if dot is not None:
        cv2.circle(plate, dot, 5, ink, -1)
    return plate


def _ground(style: Style, width: int, height: int) -> Floats:
    if style.colour is PlateColour.GREEN:
        share = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
        fade = (1 - share) * np.array([235, 245, 240], np.float32) + share * np.array([110, 200, 60], np.float32)
        return np.repeat(fade, width, 1).astype(np.float32)
    if style.colour is PlateColour.YELLOW_GREEN:
        plate = np.full((height, width, 3), (90, 195, 75), np.float32)
        plate[:, : round(width * 0.27)] = _GROUNDS[PlateColour.YELLOW]
        return plate
    return np.full((height, width, 3), _GROUNDS[style.colour], np.float32)


def cells(style: Style, count: int) -> Sequence[Cell]:
    """Left, top, width, height of each character, millimetres."""
    if style.size == TALL:
        return [(110, 15, 80, 60), (250, 15, 80, 60)] + [(27 + 80 * at, 90, 65, 110) for at in range(count - 2)]
    if style.size == MOTORCYCLE:
        return [(45, 12, 50, 42), (125, 12, 50, 42)] + [(12 + 41 * at, 64, 33, 63) for at in range(count - 2)]
    if count == 8 and style.kind is not PlateKind.ARMED_POLICE:
        return [(15, 25, 43, 90), (69, 25, 43, 90)] + [(138 + 55 * at, 25, 43, 90) for at in range(6)]
    if style.kind is PlateKind.ARMED_POLICE:
        return [(14, 25, 44, 90), (62, 25, 44, 90), (114, 45, 44, 60)] + [
            (168 + 53 * at, 25, 44, 90) for at in range(5)
        ]
    return [(15, 25, 45, 90), (72, 25, 45, 90)] + [(151 + 57 * at, 25, 45, 90) for at in range(count - 2)]


def _dot(style: Style) -> tuple[int, int] | None:
    if style.rows == 2 or style.kind in (PlateKind.ARMED_POLICE, PlateKind.EMBASSY):
        return None
    return (125, 70) if style.kind in (PlateKind.NEV_SMALL, PlateKind.NEV_LARGE) else (134, 70)


def _ink(style: Style, char: str, at: int, ink: Colour) -> Colour:
    heads = style.kind in (PlateKind.ARMY, PlateKind.ARMED_POLICE) and at < 2
    return _RED if char in _RED_CHARACTERS or heads else ink


def _put(plate: Floats, char: str, cell: Cell, face: Path, ink: Colour) -> None:
    left, top, width, height = cell
    mask = _glyph(char, width, height, face)[..., None]
    part = plate[top : top + height, left : left + width]
    plate[top : top + height, left : left + width] = part * (1 - mask) + np.array(ink, np.float32) * mask


@lru_cache(maxsize=4096)
def _glyph(char: str, width: int, height: int, face: Path) -> Floats:
    """A character stretched to its cell, 0 to 1; a one stays slim."""
    canvas = Image.new("L", (2 * _DRAWN_PX, 2 * _DRAWN_PX), 0)
    ImageDraw.Draw(canvas).text((_DRAWN_PX // 2, _DRAWN_PX // 4), char, 255, font=_font(face))
    glyph = canvas.crop(canvas.getbbox() or (0, 0, 10, 10))
    if char == "1":
        slim = max(6, round(width * _ONE_WIDTH))
        cell = Image.new("L", (width, height), 0)
        cell.paste(glyph.resize((slim, height), Image.Resampling.BILINEAR), ((width - slim) // 2, 0))
        glyph = cell
    else:
        glyph = glyph.resize((width, height), Image.Resampling.BILINEAR)
    return np.asarray(glyph, np.float32) / 255.0


@lru_cache(maxsize=16)
def _font(face: Path) -> ImageFont.FreeTypeFont:
    index = _NOTO_SIMPLIFIED if "NotoSansCJK" in face.name else 0
    return ImageFont.truetype(str(face), _DRAWN_PX, index=index)
