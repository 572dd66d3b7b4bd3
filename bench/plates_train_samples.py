"""Rows to learn from: generated plates as the reader cuts them out, with what stands at each time step. From a seed.

No photograph is used. Since the plates are drawn here, it is known where each character ended up, so every time step
has its own answer; a network learns from that with a small part of the pictures that texts alone would take.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import cv2
import numpy as np

from demo.plates import scenes
from demo.plates.drawing import cells, draw
from demo.plates.texts import STYLES, Style, text_of
from recognition.reading.recognise import COLUMN, own_row
from recognition.reading.rectify import (
    HEIGHT_PX,
    ROW_CUTS,
    TALL_HEIGHT_PX,
    TALL_WIDTH_PX,
    WIDTH_PX,
    RowCut,
    View,
    homography,
    side_by_side,
    upright,
)

Array = np.ndarray[Any, Any]
STEPS = 32
NOBODY_ASKS = -100
# Every style is learnt from at least so often as one with this share of all plates.
_LEAST_SHARE = 5.0
# Shares of the way to the next character: within the first a step shows it, beyond the second it shows none.
_SHOWS, _BLANK = 0.27, 0.37
_MARGIN_PX = 14
_UPPER_PX, _LOWER_PX = 96, 200


@dataclass(frozen=True, slots=True)
class Sample:
    """A row as the network takes it (1 × 32 × 128, -1 to 1), what each step shows (columns of CHARACTERS, NOBODY_ASKS
    between two of them), the text and the style's name.
    """

    row: Array
    steps: Array
    text: str
    style: str


def samples(seed: int, style: Style | None = None) -> Iterator[Sample]:
    """Without end; the same for the same seed and fonts."""
    chance = Random(seed)
    shares = [max(_LEAST_SHARE, one.share) for one in STYLES]
    while True:
        chosen = style or chance.choices(STYLES, shares)[0]
        text = text_of(chosen, chance)
        drawn = draw(text, chosen, chance)
        for _ in range(2):
            yield _sample(scenes.worn(drawn, chance), text, chosen, chance)


def _sample(plate: Array, text: str, style: Style, chance: Random) -> Sample:
    picture, quad = _seen(plate, style, chance)
    spread = np.array([chance.gauss(0, 1) for _ in range(8)], np.float32).reshape(4, 2)
    found = np.asarray(quad + spread * 0.02 * (quad[3] - quad[0])[1], np.float32)
    view = View(chance.uniform(-0.04, 0.13), chance.uniform(-0.05, 0.12), shear=chance.gauss(0, 0.02))
    size = (WIDTH_PX, HEIGHT_PX) if style.rows == 1 else (TALL_WIDTH_PX, TALL_HEIGHT_PX)
    flat = upright(picture, found, view, size)
    to_flat = homography(found, view, size) @ _to(quad, plate)
    spans = [_span(cell, to_flat) for cell in cells(style, len(text))]
    if style.rows == 2:
        cut = chance.choice(ROW_CUTS)
        flat = side_by_side(flat, cut)
        spans = [_beside(span, at < 2, cut) for at, span in enumerate(spans)]
    steps = _answers(text, [(left / flat.shape[1], right / flat.shape[1]) for left, right in spans])
    return Sample(own_row(flat)[0], steps, text, style.name)


def _seen(plate: Array, style: Style, chance: Random) -> tuple[Array, Array]:
    """The plate turned in space before something plain, through a camera; and its corners."""
    wide = float(np.exp(chance.uniform(np.log(62), np.log(260)))) * style.size[0] / 440.0
    quad = scenes.turned(plate.shape[:2], chance, wide, 15.0)
    quad = np.asarray(quad - quad.min(axis=0) + _MARGIN_PX, np.float32)
    width, height = (int(value) + _MARGIN_PX for value in quad.max(axis=0))
    around: Array = np.full((height, width, 3), [chance.uniform(10, 235) for _ in range(3)], np.float32)
    matrix = _to(quad, plate)
    cv2.warpPerspective(
        plate, matrix, (width, height), dst=around, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_TRANSPARENT
    )
    hardness = scenes.Hardness(motion_px=7, blur_px=1.4)
    if wide < 110:
        hardness = scenes.Hardness(motion_px=5, blur_px=1.1)
    return scenes.seen(around, chance, hardness), quad


def _to(quad: Array, plate: Array) -> Array:
    """Millimetres on the plate to pixels of the picture."""
    tall, long = plate.shape[:2]
    flat = np.array([[0, 0], [long, 0], [long, tall], [0, tall]], np.float32)
    return np.asarray(cv2.getPerspectiveTransform(flat, np.asarray(quad, np.float32)))


def _span(cell: tuple[int, int, int, int], matrix: Array) -> tuple[float, float]:
    """From where to where a character reaches along the flat plate, pixels."""
    left, top, width, height = cell
    middle = top + height / 2
    ends = np.array([[[left, middle], [left + width, middle]]], np.float32)
    (start, _), (end, _) = cv2.perspectiveTransform(ends, matrix)[0]
    return float(start), float(end)


def _beside(span: tuple[float, float], upper: bool, cut: RowCut) -> tuple[float, float]:
    """The same after the two rows were laid side by side."""
    shares = [value / TALL_WIDTH_PX for value in span]
    if not upper:
        return _UPPER_PX + shares[0] * _LOWER_PX, _UPPER_PX + shares[1] * _LOWER_PX
    left, right = ((share - cut.inset) / (1 - 2 * cut.inset) * _UPPER_PX for share in shares)
    return left, right


def _answers(text: str, spans: list[tuple[float, float]]) -> Array:
    """What each time step shows, by how far its middle lies from the nearest character's."""
    middles = np.array([(left + right) / 2 for left, right in spans])
    ways = np.array([(right - left) * 1.22 for left, right in spans])
    places = (np.arange(STEPS) + 0.5) / STEPS
    away = np.abs(places[:, None] - middles[None, :]) / ways[None, :]
    nearest = away.argmin(axis=1)
    steps = np.full(STEPS, NOBODY_ASKS, np.int64)
    for step, at in enumerate(nearest):
        if away[step, at] < _SHOWS:
            steps[step] = COLUMN[text[at]]
        elif away[step, at] > _BLANK:
            steps[step] = 0
    for at in range(1, len(text)):
        between = (places > middles[at - 1]) & (places < middles[at])
        if text[at] == text[at - 1] and between.any() and not (steps[between] == 0).any():
            # Two of the same read as one unless something lies between them.
            steps[np.abs(places - (middles[at - 1] + middles[at]) / 2).argmin()] = 0
    for at in range(len(text)):
        if not (steps == COLUMN[text[at]])[nearest == at].any():
            steps[away[:, at].argmin()] = COLUMN[text[at]]
    return steps
