"""From an upright plate to probabilities: each network gives a table of time steps × characters, column 0 the blank.

Both are decoded under the same grammar, so each brings its columns into the alphabet of plates: characters that stand
for the same thing on a plate are added up (lower case, traditional forms), and those that the network was never taught
get a column of what it takes them for.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from recognition.plates.grammar import ALPHABET
from recognition.plates.plate import SEPARATORS, TRADITIONAL
from recognition.reading.networks import Floats, Network
from recognition.reading.types import Picture

BLANK = 0
CHARACTERS: tuple[str, ...] = ("", *sorted(ALPHABET))
COLUMN: dict[str, int] = {char: index for index, char in enumerate(CHARACTERS)}
_LETTER_O = "O"
_MARKS = SEPARATORS | frozenset(" ,:;'`\"。，、：°*~|_")


@dataclass(frozen=True, slots=True)
class Table:
    """Time steps × CHARACTERS, each row adding up to at most 1. `known`: columns that this network can tell apart."""

    steps: NDArray[np.float64]
    known: NDArray[np.bool_]


class Recogniser(Protocol):
    """A network that reads one row of characters."""

    def table(self, plate: Picture) -> Table:
        """Probabilities over CHARACTERS."""
        ...


class PlateNetwork:
    """A network taught on Chinese plates alone: sure of provinces, knows neither the letter O nor 应急."""

    _HEIGHT_PX = 32
    _STEP_PX = 8
    # What it takes the office letter O for: shape for shape the zero, at times Q or D.
    _O_FROM = (("0", 1.0), ("Q", 0.15), ("D", 0.15))

    def __init__(self, network: Network, characters: str, width_px: int = 320) -> None:
        """`characters`: one a line, in the order of its outputs; `width_px`: plates are padded to it on the right."""
        self._network, self._width_px = network, width_px
        columns = characters.splitlines()
        self._pairs = [(1 + at, COLUMN[char]) for at, char in enumerate(columns) if char in COLUMN]
        self._known = np.zeros(len(CHARACTERS), np.bool_)
        self._known[[BLANK, *(column for _, column in self._pairs)]] = True

    def table(self, plate: Picture) -> Table:
        height, width = plate.shape[:2]
        wide = min(self._width_px, max(16, math.ceil(self._HEIGHT_PX * width / height)))
        batch = np.zeros((1, 3, self._HEIGHT_PX, self._width_px), np.float32)
        small = cv2.resize(plate, (wide, self._HEIGHT_PX))
        batch[0, :, :, :wide] = small.astype(np.float32).transpose(2, 0, 1) / 127.5 - 1
        raw = self._network.run(batch)[0][0]
        steps = np.zeros((len(raw), len(CHARACTERS)))
        steps[:, BLANK] = raw[:, 0]
        for source, column in self._pairs:
            steps[:, column] += raw[:, source]
        steps[:, COLUMN[_LETTER_O]] = sum(steps[:, COLUMN[char]] * share for char, share in self._O_FROM)
        known = self._known.copy()
        known[COLUMN[_LETTER_O]] = True
        return Table(steps, known)


OWN_HEIGHT_PX, OWN_WIDTH_PX = 32, 128


def own_row(plate: Picture) -> Floats:
    """A plate as our own network takes it, 1 × 1 × 32 × 128: grey, stretched to one size, -1 to 1. EasyOCR does
    the same to a picture four times as wide as high.
    """
    grey = cv2.cvtColor(plate, cv2.COLOR_BGR2GRAY) if plate.ndim == 3 else plate
    small = cv2.resize(grey, (OWN_WIDTH_PX, OWN_HEIGHT_PX), interpolation=cv2.INTER_AREA)
    row: Floats = (small.astype(np.float32) / 127.5 - 1)[None, None]
    return row


class OwnNetwork:
    """Our own weights (`recognition/reading/own`): taught on generated plates of every kind, all of ALPHABET."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._known = np.ones(len(CHARACTERS), np.bool_)

    def table(self, plate: Picture) -> Table:
        return Table(self._network.run(own_row(plate))[0][0].astype(np.float64), self._known)


class TextNetwork:
    """A network that reads any Chinese text, here held to the characters of plates."""

    _HEIGHT_PX = 48
    # Of a step's certainty, what may be lost to characters that no plate has before the step counts as unread.
    _LEAST = 1e-4
    # The serial has neither O nor I, the office may be O: both readings of the shape share their certainty.
    _MERGED = (("0", "O"),)

    def __init__(self, network: Network) -> None:
        self._network = network
        self.characters = ["", *network.property("character").split("\n"), " "]
        self._sources: list[int] = []
        self._targets: list[int] = []
        for source, char in enumerate(self.characters):
            on_plate = _as_on_a_plate(char)
            if char in _MARKS:
                # The dot behind the office, screws, rivets: nothing that is read.
                self._sources.append(source)
                self._targets.append(BLANK)
            elif on_plate in COLUMN and on_plate:
                self._sources.append(source)
                self._targets.append(COLUMN[on_plate])
        self._known = np.ones(len(CHARACTERS), np.bool_)

    def raw(self, row: Picture) -> Floats:
        """Time steps × all characters of the network."""
        width = max(self._HEIGHT_PX, self._HEIGHT_PX * row.shape[1] // row.shape[0])
        small = cv2.resize(row, (width, self._HEIGHT_PX)).astype(np.float32)
        rows: Floats = self._network.run(np.ascontiguousarray((small.transpose(2, 0, 1) / 127.5 - 1)[None]))[0][0]
        return rows

    def table(self, plate: Picture) -> Table:
        raw = self.raw(plate)
        steps = np.zeros((len(raw), len(CHARACTERS)))
        steps[:, BLANK] = raw[:, 0]
        np.add.at(steps.T, self._targets, raw[:, self._sources].T)
        for one, other in self._MERGED:
            both = steps[:, COLUMN[one]] + steps[:, COLUMN[other]]
            steps[:, COLUMN[one]] = steps[:, COLUMN[other]] = both
        total = steps.sum(axis=1, keepdims=True) - steps[:, [COLUMN[other] for _, other in self._MERGED]]
        return Table(steps / np.maximum(total, self._LEAST), self._known)

    def text(self, row: Picture) -> tuple[str, float]:
        """What stands there without any grammar: the likeliest character of each step, and their mean certainty."""
        return greedy(self.raw(row), self.characters)


def greedy(raw: Floats, characters: Sequence[str]) -> tuple[str, float]:
    """The likeliest path of a table, and the mean certainty of its characters (0 for none)."""
    best, before = raw.argmax(axis=1), BLANK
    text, certainties = [], []
    for step, column in enumerate(best):
        if column not in (BLANK, before):
            text.append(characters[column])
            certainties.append(float(raw[step, column]))
        before = int(column)
    return "".join(text), sum(certainties) / len(certainties) if certainties else 0.0


def _as_on_a_plate(char: str) -> str:
    """The character of a plate that this one is read for; itself where there is none."""
    if len(char) != 1:
        return char
    folded = char.translate(TRADITIONAL)
    if folded.isascii():
        folded = folded.upper()
    return "1" if folded == "I" else folded
