"""What stands on a generated plate: texts of each kind, most of them as offices issue them."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from recognition.plates.codes import LONG, MOTORCYCLE, NEW_ENERGY, TALL, Size
from recognition.plates.grammar import (
    ARMED_POLICE_LAST,
    ARMY_FIRST,
    ARMY_SECOND,
    DIGITS,
    EMERGENCY_OFFICES,
    ENERGY,
    OFFICES,
    PROVINCES,
    SERIAL_LETTERS,
    PlateColour,
    PlateKind,
)

_DIGIT_SHARE = 0.72
# The office letter O is issued to provincial offices alone; it is a style of its own here.
_USUAL_OFFICES = OFFICES.replace("O", "")


@dataclass(frozen=True, slots=True)
class Style:
    """A plate as it looks: a name, the kind of its text, ground, size (width, height in mm) and share of all plates."""

    name: str
    kind: PlateKind
    colour: PlateColour
    size: Size
    share: float

    @property
    def rows(self) -> int:
        """Rows of characters."""
        return 1 if 3 * self.size[1] < self.size[0] else 2


_C, _K = PlateColour, PlateKind
STYLES: tuple[Style, ...] = (
    Style("blue", _K.ORDINARY, _C.BLUE, LONG, 36),
    Style("green", _K.NEV_SMALL, _C.GREEN, NEW_ENERGY, 20),
    Style("yellow-green", _K.NEV_LARGE, _C.YELLOW_GREEN, NEW_ENERGY, 5),
    Style("yellow", _K.ORDINARY, _C.YELLOW, LONG, 6),
    Style("yellow-two-row", _K.ORDINARY, _C.YELLOW, TALL, 6),
    Style("trailer", _K.TRAILER, _C.YELLOW, TALL, 4),
    Style("coach", _K.COACH, _C.YELLOW, LONG, 4),
    Style("police", _K.POLICE, _C.WHITE, LONG, 4),
    Style("hongkong", _K.HONGKONG, _C.BLACK, LONG, 3),
    Style("macao", _K.MACAO, _C.BLACK, LONG, 3),
    Style("consulate", _K.CONSULATE, _C.BLACK, LONG, 2),
    Style("embassy", _K.EMBASSY, _C.BLACK, LONG, 1),
    Style("office-o", _K.ORDINARY, _C.BLUE, LONG, 2),
    Style("motorcycle", _K.ORDINARY, _C.YELLOW, MOTORCYCLE, 2),
    Style("armed-police", _K.ARMED_POLICE, _C.WHITE, LONG, 1),
    Style("army", _K.ARMY, _C.WHITE, LONG, 1),
)


def any_style(chance: Random) -> Style:
    """A style, by its share."""
    return chance.choices(STYLES, [style.share for style in STYLES])[0]


def text_of(style: Style, chance: Random) -> str:
    """A text of this style; the same for the same state of `chance`."""
    head = chance.choice(PROVINCES) + chance.choice(_USUAL_OFFICES)
    match style.kind:
        case PlateKind.NEV_SMALL:
            second = chance.choice(SERIAL_LETTERS if chance.random() < 0.3 else DIGITS)
            return head + chance.choice(ENERGY) + second + _digits(chance, 4)
        case PlateKind.NEV_LARGE:
            return head + _digits(chance, 5) + chance.choice(ENERGY)
        case PlateKind.POLICE:
            return head + _serial(chance, 1) + _digits(chance, 3) + "警"
        case PlateKind.COACH:
            return head + _serial(chance, 4) + "学"
        case PlateKind.TRAILER:
            return head + _serial(chance, 4) + "挂"
        case PlateKind.HONGKONG:
            return "粤Z" + _serial(chance, 4) + "港"
        case PlateKind.MACAO:
            return "粤Z" + _serial(chance, 4) + "澳"
        case PlateKind.CONSULATE:
            return head + _digits(chance, 4) + "领"
        case PlateKind.EMBASSY:
            return "使" + _digits(chance, 6)
        case PlateKind.EMERGENCY:
            return head[0] + chance.choice(EMERGENCY_OFFICES) + _digits(chance, 4) + "应急"
        case PlateKind.ARMED_POLICE:
            return "WJ" + chance.choice(PROVINCES) + _digits(chance, 4) + chance.choice(ARMED_POLICE_LAST)
        case PlateKind.ARMY:
            return chance.choice(ARMY_FIRST) + chance.choice(ARMY_SECOND) + _digits(chance, 5)
    if style.name == "office-o":
        return head[0] + "O" + _serial(chance, 5)
    return head + _serial(chance, 5)


def _digits(chance: Random, count: int) -> str:
    return "".join(chance.choice(DIGITS) for _ in range(count))


def _serial(chance: Random, count: int) -> str:
    return "".join(chance.choice(DIGITS if chance.random() < _DIGIT_SHARE else SERIAL_LETTERS) for _ in range(count))
