"""One answer from several frames of one passing car: every frame votes with all that it thought possible.

A frame that is too poor to be read alone still says which characters it could be; what several such frames agree on is
read. Frames of one camera err alike where the cause is the plate itself (dirt), so votes add up more slowly than
independent ones would.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from recognition.plates.grammar import PlateKind, kind_of
from recognition.reading.confidence import Calibration
from recognition.reading.types import Alternative, PlateRead, Reading

# What a frame grants to a plate that it did not think of.
_FLOOR = 1e-3
# How much of the sum of independent votes is believed: 1 all of it, 0 that of one mean frame.
INDEPENDENCE = 0.5


def vote(frames: Sequence[Reading], calibration: Calibration) -> PlateRead | None:
    """The plate of the car that these frames show, or None where none of them saw one.

    The chief plate of each frame counts, read or only guessed at. Corners, colour and characters are those of the
    frame that was surest of the plate chosen.
    """
    opinions = [one for frame in frames if (one := _chief(frame)) is not None]
    if not opinions:
        return None
    if len(opinions) == 1:
        return opinions[0]
    masses = [_masses(one) for one in opinions]
    kinds = {text: kind for one in opinions for text, kind in _texts(one)}
    for text in _assembled(masses):
        kind = kind_of(text)
        if kind is not None:
            kinds.setdefault(text, kind)
    totals = {text: sum(mass.get(text, _by_character(text, mass)) for mass in masses) for text in kinds}
    order = sorted(totals, key=lambda text: (-totals[text], text))
    count = len(opinions)
    weights = {text: _weight(totals[text], count) for text in order}
    best, second = order[0], weights[order[1]] if len(order) > 1 else 0.0
    voiced = max(opinions, key=lambda one: _masses(one).get(best, 0.0))
    score = calibration.score(weight=weights[best], second=second)
    others = tuple(
        Alternative(
            text,
            kinds[text],
            calibration.score(weight=weights[text], second=weights[best]),
            weights[text],
        )
        for text in order[1:5]
    )
    return replace(
        voiced,
        text=best,
        kind=kinds[best],
        score=score,
        weight=weights[best],
        auto=score >= calibration.auto and voiced.fitting,
        characters=_shares(best, masses),
        alternatives=others,
    )


def _weight(total: float, count: int) -> float:
    """The weight of a plate by `total` votes of `count` frames: a mean frame's, raised by what others confirm."""
    mean = total / count
    independent = 1.0 - math.pow(1.0 - min(mean, 1.0), count)
    return mean + (independent - mean) * INDEPENDENCE


def _chief(frame: Reading) -> PlateRead | None:
    """The frame's first plate: a read, else the heaviest guess."""
    if frame.reads:
        return frame.reads[0]
    guesses = [one.guess for one in frame.unread if one.guess is not None]
    return max(guesses, key=lambda one: one.weight, default=None)


def _texts(read: PlateRead) -> list[tuple[str, PlateKind]]:
    return [(read.text, read.kind), *((other.text, other.kind) for other in read.alternatives)]


def _masses(read: PlateRead) -> dict[str, float]:
    """What a frame grants each plate that it thought of."""
    return {read.text: read.weight} | {other.text: other.weight for other in read.alternatives}


def _by_character(text: str, mass: dict[str, float]) -> float:
    """What a frame grants a plate that it did not think of: little, more the nearer one of its own is."""
    return max(
        (
            weight * _FLOOR ** (sum(a != b for a, b in zip(text, other, strict=True)) / 2)
            for other, weight in mass.items()
            if len(other) == len(text)
        ),
        default=0.0,
    )


def _assembled(masses: Sequence[dict[str, float]]) -> list[str]:
    """Plates made of the heaviest character of each place, one for each length that frames thought of."""
    made = []
    for length in {len(text) for mass in masses for text in mass}:
        places: list[dict[str, float]] = [{} for _ in range(length)]
        for mass in masses:
            for text, weight in mass.items():
                if len(text) == length:
                    for at, char in enumerate(text):
                        places[at][char] = places[at].get(char, 0.0) + weight
        made.append("".join(_heaviest(place) for place in places))
    return made


def _heaviest(place: dict[str, float]) -> str:
    return min(place, key=lambda char: (-place[char], char))


def _shares(text: str, masses: Sequence[dict[str, float]]) -> tuple[float, ...]:
    """For each character the share of all weight that stands for it there."""
    total = sum(weight for mass in masses for weight in mass.values())
    if total <= 0:
        return tuple(0.0 for _ in text)
    return tuple(
        sum(
            weight for mass in masses for other, weight in mass.items() if len(other) == len(text) and other[at] == char
        )
        / total
        for at, char in enumerate(text)
    )
