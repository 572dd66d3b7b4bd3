"""Plates among the lines of text that a general text engine found in a picture."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from recognition.plates.grammar import MAX_LENGTH, MIN_LENGTH, kind_of
from recognition.plates.plate import NotAPlate, normalise, parse, reading_of
from recognition.plates.plate import Reading as Said
from recognition.reading.types import Corners, PlateRead, Silence, UnreadPlate


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text with its place and the engine's own certainty (0 to 1)."""

    text: str
    certainty: float
    corners: Corners


def sort_lines(lines: Iterable[Line]) -> tuple[tuple[PlateRead, ...], tuple[UnreadPlate, ...]]:
    """Reads, surest first, and foreign plates. A text engine's certainty is not calibrated, so nothing is `auto`."""
    reads: dict[str, PlateRead] = {}
    unread = []
    for line in sorted(lines, key=lambda one: -one.certainty):
        text = plate_in(line.text)
        kind = kind_of(text) if text is not None else None
        if text is not None and kind is not None:
            characters = tuple(line.certainty for _ in text)
            read = PlateRead(
                text, kind, None, line.certainty, False, line.corners, 1.0, characters, weight=line.certainty
            )
            reads.setdefault(text, read)
            continue
        parsed = parse(line.text)
        if isinstance(parsed, NotAPlate) and reading_of(parsed) is Said.FOREIGN:
            unread.append(UnreadPlate(Silence.FOREIGN, line.corners, line.certainty, None, parsed.text))
    return tuple(reads.values()), tuple(unread)


def plate_in(text: str) -> str | None:
    """The longest stretch of a line that is a plate as it stands, the leftmost of several; None without any."""
    whole = normalise(text)
    for length in range(MAX_LENGTH, MIN_LENGTH - 1, -1):
        for start in range(len(whole) - length + 1):
            if kind_of(whole[start : start + length]) is not None:
                return whole[start : start + length]
    return None
