"""Two networks, several views, one answer: the weight of every plate that the picture may show."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from recognition.plates.grammar import PlateColour, PlateKind, kind_of
from recognition.reading.beam import Beam, Decoded, probabilities
from recognition.reading.colour import Ground
from recognition.reading.priors import CROSS_BORDER, Priors
from recognition.reading.recognise import Table

# So many candidates of each network are judged by both.
_JUDGED = 6
_TAILS: dict[PlateColour | None, str] = {
    PlateColour.WHITE: "警",
    PlateColour.BLACK: "领港澳",
    PlateColour.YELLOW: "学挂",
}
# A network that has no idea must not forbid what the other one is sure of; it only takes away its weight.
_LEAST = 1e-4


@dataclass(slots=True)
class Weights:
    """Candidates with weights (0 to 1, comparable between pictures), summed over views."""

    kinds: dict[str, PlateKind] = field(default_factory=dict)
    sums: dict[str, float] = field(default_factory=dict)
    views: int = 0

    def add(self, view: Mapping[str, tuple[PlateKind, float]]) -> None:
        """Take in one view."""
        self.views += 1
        for text, (kind, weight) in view.items():
            self.kinds[text] = kind
            self.sums[text] = self.sums.get(text, 0.0) + weight

    def ranked(self, most: int = 5) -> list[tuple[str, PlateKind, float]]:
        """Text, kind, mean weight; heaviest first."""
        order = sorted(self.sums.items(), key=lambda item: (-item[1], item[0]))[:most]
        return [(text, self.kinds[text], total / max(1, self.views)) for text, total in order]

    @property
    def best(self) -> float:
        """The mean weight of the heaviest, 0 without any."""
        return max(self.sums.values(), default=0.0) / max(1, self.views)

    def characters(self, text: str) -> tuple[float, ...]:
        """For each character of `text` the share of all weight that stands for it there."""
        total = sum(self.sums.values())
        if total <= 0:
            return tuple(0.0 for _ in text)
        return tuple(
            sum(weight for other, weight in self.sums.items() if len(other) == len(text) and other[at] == char) / total
            for at, char in enumerate(text)
        )


def _kin(text: str, ground: Ground) -> list[str]:
    """The same plate with the last characters that this ground calls for: small and blurred they look like a figure,
    and no beam would think of them.
    """
    tails = _TAILS[PlateColour.BLACK] if text.startswith(CROSS_BORDER) else _TAILS.get(ground.colour, "")
    return [text[:-1] + tail for tail in tails]


def view_weights(
    beam: Beam, tables: Sequence[Table], ground: Ground, priors: Priors
) -> dict[str, tuple[PlateKind, float]]:
    """The geometric mean of what the networks say of each candidate, times its prior.

    Networks fail on different characters: the mean of logarithms lets one that is sure that a text is wrong speak
    against it. A text that only one network can know is judged by that one alone.
    """
    decoded: dict[str, Decoded] = {}
    for table in tables:
        for one in beam.decode(table)[:_JUDGED]:
            decoded.setdefault(one.text, one)
    for text in [text for one in list(decoded) for text in _kin(one, ground)]:
        kind = kind_of(text)
        if kind is not None:
            decoded.setdefault(text, Decoded(text, kind, 0.0))
    judged = [probabilities(table, decoded) for table in tables]
    weights = {}
    for text, one in decoded.items():
        logs = [math.log(max(table[text], _LEAST)) for table in judged if text in table]
        mean = math.exp(sum(logs) / len(logs)) if logs else 0.0
        weights[text] = (one.kind, min(1.0, mean) * priors.factor(text, one.kind, ground))
    return weights
