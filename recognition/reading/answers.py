"""A reading as plain data for JSON, in the shape that `read_plate` promises."""

from __future__ import annotations

from typing import Any

from recognition.reading.types import PlateRead, UnreadPlate


def read_as_data(read: PlateRead) -> dict[str, Any]:
    """One plate: text, kind, colour, score, auto, corners (pixels, from the top left, clockwise), alternatives."""
    return {
        "text": read.text,
        "kind": read.kind.value,
        "colour": None if read.colour is None else read.colour.value,
        "score": round(read.score, 4),
        "auto": read.auto,
        "corners": [list(point) for point in read.corners],
        "alternatives": [
            {"text": other.text, "kind": other.kind.value, "score": round(other.score, 4)}
            for other in read.alternatives
        ],
    }


def details_as_data(read: PlateRead) -> dict[str, Any]:
    """What a person who checks a read wants besides."""
    return {
        "rows": read.rows,
        "detection": round(read.detection, 4),
        "characters": [round(share, 4) for share in read.characters],
        "ground_fits": read.fitting,
    }


def unread_as_data(unread: UnreadPlate) -> dict[str, Any]:
    """A plate that was seen and not read: why, where, a foreign text, and what it may be (never to act upon)."""
    return {
        "reason": unread.reason.value,
        "corners": [list(point) for point in unread.corners],
        "detection": round(unread.detection, 4),
        "text": unread.text,
        "guess": None if unread.guess is None else read_as_data(unread.guess),
    }
