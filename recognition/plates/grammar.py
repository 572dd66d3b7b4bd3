"""The forms of Chinese number plates as data: which characters may stand where, on which ground.

After GA 36-2018 and, for what it leaves out, the public layouts of other authorities. Each form has a fixed length, so
a form is a set of characters for each position; patterns, parsers and decoders are made from these sets alone. No text
fits two forms of different kinds (a test says so). Plates outside the grammar (temporary, trial, agricultural) are no
`PlateKind`: they are entered by hand under their code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

PROVINCES = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"
DIGITS = "0123456789"
# Serials have neither I nor O. The office letter has no I; its O was issued to provincial offices and is still met.
SERIAL_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
OFFICES = "ABCDEFGHJKLMNOPQRSTUVWXYZ"
SERIAL = SERIAL_LETTERS + DIGITS
# D A B C E: purely electric; F G H J K: other new energy.
ENERGY_ELECTRIC = "DABCE"
ENERGY_OTHER = "FGHJK"
ENERGY = ENERGY_ELECTRIC + ENERGY_OTHER
# To be verified: army and armed police are not of GA 36; the emergency plate (应急) is of the fire and rescue service.
ARMY_FIRST = "VKHBSLJNGCE"
ARMY_SECOND = "ABCDJKLMNOPRSTVY"
ARMED_POLICE_LAST = DIGITS + "TDSHBXJ"
EMERGENCY_OFFICES = "XS"


class PlateKind(StrEnum):
    """What a text on a plate says about its kind. Large or small, car or motorcycle, is the code's (`codes`)."""

    ORDINARY = "ordinary"
    NEV_SMALL = "nev_small"
    NEV_LARGE = "nev_large"
    POLICE = "police"
    COACH = "coach"
    TRAILER = "trailer"
    HONGKONG = "hongkong"
    MACAO = "macao"
    EMBASSY = "embassy"
    CONSULATE = "consulate"
    EMERGENCY = "emergency"
    ARMY = "army"
    ARMED_POLICE = "armed_police"


class PlateColour(StrEnum):
    """Our own names of a plate's ground; interfaces number them differently (`codes`)."""

    BLUE = "blue"
    YELLOW = "yellow"
    GREEN = "green"
    YELLOW_GREEN = "yellow_green"
    WHITE = "white"
    BLACK = "black"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Form:
    """One layout: its kind and, for each position, the characters that may stand there."""

    kind: PlateKind
    positions: tuple[str, ...]

    def fits(self, text: str) -> bool:
        """Whether `text` (normalised) is a plate of this form."""
        return len(text) == len(self.positions) and all(
            char in allowed for char, allowed in zip(text, self.positions, strict=True)
        )


def _form(kind: PlateKind, *positions: str | tuple[str, int]) -> Form:
    """A form; `(characters, n)` stands for n positions of the same set."""
    spread: list[str] = []
    for position in positions:
        characters, count = position if isinstance(position, tuple) else (position, 1)
        spread += [characters] * count
    return Form(kind, tuple(spread))


FORMS: tuple[Form, ...] = (
    _form(PlateKind.ORDINARY, PROVINCES, OFFICES, (SERIAL, 5)),
    _form(PlateKind.NEV_SMALL, PROVINCES, OFFICES, ENERGY, SERIAL, (DIGITS, 4)),
    _form(PlateKind.NEV_LARGE, PROVINCES, OFFICES, (DIGITS, 5), ENERGY),
    _form(PlateKind.POLICE, PROVINCES, OFFICES, SERIAL, (DIGITS, 3), "警"),
    _form(PlateKind.COACH, PROVINCES, OFFICES, (SERIAL, 4), "学"),
    _form(PlateKind.TRAILER, PROVINCES, OFFICES, (SERIAL, 4), "挂"),
    _form(PlateKind.HONGKONG, "粤", "Z", (SERIAL, 4), "港"),
    _form(PlateKind.MACAO, "粤", "Z", (SERIAL, 4), "澳"),
    _form(PlateKind.EMBASSY, "使", (DIGITS, 6)),
    _form(PlateKind.EMBASSY, (DIGITS, 6), "使"),
    _form(PlateKind.CONSULATE, PROVINCES, OFFICES, (DIGITS, 4), "领"),
    _form(PlateKind.EMERGENCY, PROVINCES, EMERGENCY_OFFICES, (DIGITS, 4), "应", "急"),
    _form(PlateKind.ARMY, ARMY_FIRST, ARMY_SECOND, (DIGITS, 5)),
    _form(PlateKind.ARMED_POLICE, "W", "J", (DIGITS, 4), ARMED_POLICE_LAST),
    _form(PlateKind.ARMED_POLICE, "W", "J", PROVINCES, (DIGITS, 4), ARMED_POLICE_LAST),
)

MAX_LENGTH = max(len(form.positions) for form in FORMS)
MIN_LENGTH = min(len(form.positions) for form in FORMS)
ALPHABET = frozenset("".join(characters for form in FORMS for characters in form.positions))

_C = PlateColour
# Interfaces that know one green report it for both new-energy grounds.
COLOURS: MappingProxyType[PlateKind, frozenset[PlateColour]] = MappingProxyType(
    {
        PlateKind.ORDINARY: frozenset({_C.BLUE, _C.YELLOW, _C.BLACK}),
        PlateKind.NEV_SMALL: frozenset({_C.GREEN}),
        PlateKind.NEV_LARGE: frozenset({_C.YELLOW_GREEN, _C.GREEN}),
        PlateKind.POLICE: frozenset({_C.WHITE}),
        PlateKind.COACH: frozenset({_C.YELLOW}),
        PlateKind.TRAILER: frozenset({_C.YELLOW}),
        PlateKind.HONGKONG: frozenset({_C.BLACK}),
        PlateKind.MACAO: frozenset({_C.BLACK}),
        PlateKind.EMBASSY: frozenset({_C.BLACK}),
        PlateKind.CONSULATE: frozenset({_C.BLACK}),
        PlateKind.EMERGENCY: frozenset({_C.WHITE}),
        PlateKind.ARMY: frozenset({_C.WHITE}),
        PlateKind.ARMED_POLICE: frozenset({_C.WHITE}),
    }
)


_MATCHERS = tuple((re.compile("".join(f"[{one}]" for one in form.positions)), form.kind) for form in FORMS)


def kind_of(text: str) -> PlateKind | None:
    """The kind whose form a normalised text fits, None where none does."""
    return next((kind for matcher, kind in _MATCHERS if matcher.fullmatch(text)), None)


def kinds_on(colour: PlateColour | None) -> frozenset[PlateKind]:
    """Kinds that are issued on this ground; all of them where the colour is not known or is none of ours."""
    if colour is None or colour is PlateColour.OTHER:
        return frozenset(PlateKind)
    return frozenset(kind for kind, colours in COLOURS.items() if colour in colours)
