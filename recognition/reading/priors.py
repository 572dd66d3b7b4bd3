"""What is known before a picture is read: which kinds of plate there are many of, and from which province.

Factors, 1 for the usual. They break ties and hold back what a noisy picture makes up easily; they never make a plate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from recognition.plates.grammar import COLOURS, PROVINCES, PlateColour, PlateKind
from recognition.reading.colour import Ground

# Kinds that a checkpoint sees once among hundreds of cars, and forms so short of fixed characters that a blurred
# lorry's lettering fits them.
RARE: Mapping[PlateKind, float] = MappingProxyType(
    {
        PlateKind.ARMY: 0.2,
        PlateKind.ARMED_POLICE: 0.2,
        PlateKind.EMBASSY: 0.3,
        PlateKind.CONSULATE: 0.5,
        PlateKind.EMERGENCY: 0.3,
        PlateKind.HONGKONG: 0.7,
        PlateKind.MACAO: 0.7,
    }
)
OFFICE_O = 0.5
# Armed police without a province are an older form; the small province of the newer one is the first thing to blur.
ARMED_POLICE_BARE = 0.15
# Plain plates on black (cars from abroad, codes 05 and 06) are issued no longer; consulates and Hong Kong's are.
BLACK_ORDINARY = 0.2
# 粤Z is kept for cars from Hong Kong and Macao; the grammar allows plain plates there, offices issue none.
CROSS_BORDER, CROSS_BORDER_ORDINARY = "粤Z", 0.05
# A ground that the kind never has: the reading needs to be this much surer. The colour itself may be wrong.
OTHER_GROUND = 0.15


@dataclass(frozen=True, slots=True)
class Priors:
    """`provinces`: factors by province character (a county's own and its neighbours' above the rest); empty: none."""

    kinds: Mapping[PlateKind, float] = field(default_factory=lambda: RARE)
    provinces: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    def factor(self, text: str, kind: PlateKind, ground: Ground) -> float:
        """How likely such a plate is before its characters are read; at most the largest factor given."""
        factor = self.kinds.get(kind, 1.0)
        if self.provinces:
            factor *= next((self.provinces[char] for char in text if char in self.provinces), 1.0)
        if text[1] == "O":
            factor *= OFFICE_O
        if kind is PlateKind.ARMED_POLICE and text[2] not in PROVINCES:
            factor *= ARMED_POLICE_BARE
        if kind is PlateKind.ORDINARY and text.startswith(CROSS_BORDER):
            factor *= CROSS_BORDER_ORDINARY
        if kind is PlateKind.ORDINARY and ground.colour is PlateColour.BLACK:
            factor *= 1.0 - (1.0 - BLACK_ORDINARY) * ground.certainty
        if not fits(kind, ground.colour):
            factor *= 1.0 - (1.0 - OTHER_GROUND) * ground.certainty
        return factor


def fits(kind: PlateKind, colour: PlateColour | None) -> bool:
    """Whether plates of this kind come on such a ground; yes where the ground was not told."""
    return colour in (None, PlateColour.OTHER) or colour in COLOURS[kind]
