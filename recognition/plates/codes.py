"""Codes of plate kinds (号牌种类, hpzl) and of plate colours, as the interfaces number them.

The same digit means different colours at different interfaces, so every look-up names its interface. Kind codes follow
the national list of plate kinds; sources differ on 25 to 27, 31, 32, 81 and 82. Sizes and rows are those of GA 36-2018.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from recognition.plates.grammar import PlateColour, PlateKind

UNREAD_OR_FOREIGN = "99"
_C, _K = PlateColour, PlateKind
Size = tuple[int, int]
LONG: Size = (440, 140)
NEW_ENERGY: Size = (480, 140)
TALL: Size = (440, 220)
MOTORCYCLE: Size = (220, 140)
LOW_SPEED: Size = (300, 165)


@dataclass(frozen=True, slots=True)
class KindCode:
    """One row of the list: code, names, ground, kind of text (None: outside the grammar), plate sizes as (width_mm,
    height_mm); a size whose height is more than a third of its width has two rows. `certain` false: sources differ.
    """

    code: str
    name_zh: str
    name_en: str
    colour: PlateColour
    kind: PlateKind | None
    sizes_mm: tuple[Size, ...] = ()
    certain: bool = True

    @property
    def rows(self) -> tuple[int, ...]:
        """How many rows of characters its plates have, one number for each size."""
        return tuple(1 if 3 * height < width else 2 for width, height in self.sizes_mm)


_ROWS: tuple[KindCode, ...] = (
    KindCode("01", "大型汽车", "large car", _C.YELLOW, _K.ORDINARY, (LONG, TALL)),
    KindCode("02", "小型汽车", "small car", _C.BLUE, _K.ORDINARY, (LONG,)),
    KindCode("03", "使馆汽车", "embassy car", _C.BLACK, _K.EMBASSY, (LONG,), certain=False),
    KindCode("04", "领馆汽车", "consulate car", _C.BLACK, _K.CONSULATE, (LONG,)),
    KindCode("05", "境外汽车", "car from abroad", _C.BLACK, _K.ORDINARY, (LONG,), certain=False),
    KindCode("06", "外籍汽车", "foreign-owned car", _C.BLACK, _K.ORDINARY, (LONG,), certain=False),
    KindCode("07", "普通摩托车", "motorcycle", _C.YELLOW, _K.ORDINARY, (MOTORCYCLE,)),
    KindCode("08", "轻便摩托车", "moped", _C.BLUE, _K.ORDINARY, (MOTORCYCLE,)),
    KindCode("09", "使馆摩托车", "embassy motorcycle", _C.BLACK, _K.EMBASSY, (MOTORCYCLE,), certain=False),
    KindCode("10", "领馆摩托车", "consulate motorcycle", _C.BLACK, _K.CONSULATE, (MOTORCYCLE,), certain=False),
    KindCode("11", "境外摩托车", "motorcycle from abroad", _C.BLACK, _K.ORDINARY, (MOTORCYCLE,), certain=False),
    KindCode("12", "外籍摩托车", "foreign-owned motorcycle", _C.BLACK, _K.ORDINARY, (MOTORCYCLE,), certain=False),
    KindCode("13", "低速车", "low-speed vehicle", _C.YELLOW, _K.ORDINARY, (LOW_SPEED,)),
    KindCode("14", "拖拉机", "tractor", _C.GREEN, None, certain=False),
    KindCode("15", "挂车", "trailer", _C.YELLOW, _K.TRAILER, (TALL,)),
    KindCode("16", "教练汽车", "driving-school car", _C.YELLOW, _K.COACH, (LONG,)),
    KindCode("17", "教练摩托车", "driving-school motorcycle", _C.YELLOW, _K.COACH, (MOTORCYCLE,)),
    KindCode("18", "试验汽车", "test car", _C.YELLOW, None, certain=False),
    KindCode("19", "试验摩托车", "test motorcycle", _C.YELLOW, None, certain=False),
    KindCode("20", "临时入境汽车", "temporary entry car", _C.WHITE, None, certain=False),
    KindCode("21", "临时入境摩托车", "temporary entry motorcycle", _C.WHITE, None, certain=False),
    KindCode("22", "临时行驶车", "temporary plate", _C.OTHER, None),
    KindCode("23", "警用汽车", "police car", _C.WHITE, _K.POLICE, (LONG,)),
    KindCode("24", "警用摩托车", "police motorcycle", _C.WHITE, _K.POLICE, (MOTORCYCLE,)),
    KindCode("25", "原农机号牌", "former agricultural-machine plate", _C.OTHER, None, certain=False),
    KindCode("26", "香港入出境车", "Hong Kong cross-border car", _C.BLACK, _K.HONGKONG, (LONG,), certain=False),
    KindCode("27", "澳门入出境车", "Macao cross-border car", _C.BLACK, _K.MACAO, (LONG,), certain=False),
    KindCode("31", "武警号牌", "armed police (older code)", _C.WHITE, _K.ARMED_POLICE, certain=False),
    KindCode("32", "军队号牌", "army (older code)", _C.WHITE, _K.ARMY, certain=False),
    KindCode("51", "大型新能源汽车", "large new-energy car", _C.YELLOW_GREEN, _K.NEV_LARGE, (NEW_ENERGY,)),
    KindCode("52", "小型新能源汽车", "small new-energy car", _C.GREEN, _K.NEV_SMALL, (NEW_ENERGY,)),
    KindCode("81", "武警号牌", "armed police", _C.WHITE, _K.ARMED_POLICE),
    KindCode("82", "军队号牌", "army", _C.WHITE, _K.ARMY),
    KindCode(UNREAD_OR_FOREIGN, "其他号牌", "other", _C.OTHER, None),
)
KIND_CODES: MappingProxyType[str, KindCode] = MappingProxyType({row.code: row for row in _ROWS})


class ColourInterface(StrEnum):
    """Who numbered the colour: checkpoints (GA/T 497 and followers), GA/T 1400's own ColorType, terminals (JT/T)."""

    CHECKPOINT = "checkpoint"
    VIID = "viid"
    TERMINAL = "terminal"


COLOUR_CODES: MappingProxyType[ColourInterface, MappingProxyType[str, PlateColour]] = MappingProxyType(
    {
        ColourInterface.CHECKPOINT: MappingProxyType(
            {"0": _C.WHITE, "1": _C.YELLOW, "2": _C.BLUE, "3": _C.BLACK, "4": _C.OTHER, "5": _C.GREEN}
        ),
        # Black, white, blue, yellow, green, other; 3 4 7 8 10 to 13 are grounds that no plate has.
        ColourInterface.VIID: MappingProxyType(
            {"1": _C.BLACK, "2": _C.WHITE, "5": _C.BLUE, "6": _C.YELLOW, "9": _C.GREEN, "99": _C.OTHER}
            | dict.fromkeys(("3", "4", "7", "8", "10", "11", "12", "13"), _C.OTHER)
        ),
        ColourInterface.TERMINAL: MappingProxyType(
            {"1": _C.BLUE, "2": _C.YELLOW, "3": _C.BLACK, "4": _C.WHITE, "5": _C.GREEN, "9": _C.OTHER}
        ),
    }
)


def colour_of(code: str, interface: ColourInterface) -> PlateColour | None:
    """The ground that `code` means at this interface ("02" and "2" are one); None where it has no such code."""
    bare = code.strip()
    return COLOUR_CODES[interface].get(bare.lstrip("0") or bare[:1])


def colour_code(colour: PlateColour, interface: ColourInterface) -> str:
    """The code of a ground at this interface; yellow-green is green where there is but one green."""
    sought = PlateColour.GREEN if colour is PlateColour.YELLOW_GREEN else colour
    return next(code for code, meaning in COLOUR_CODES[interface].items() if meaning is sought)


def kind_codes_of(kind: PlateKind, colour: PlateColour | None = None) -> tuple[str, ...]:
    """Codes whose plates bear a text of this kind, most usual first; `colour` narrows them where it can."""
    fitting = [row for row in _ROWS if row.kind is kind]
    if colour is not None:
        near = {colour, PlateColour.YELLOW_GREEN} if colour is PlateColour.GREEN else {colour}
        fitting = [row for row in fitting if row.colour in near] or fitting
    return tuple(row.code for row in sorted(fitting, key=lambda row: (not row.certain, row.code)))
