"""From what a camera, a person or a register wrote to a plate, or to the reason why it is none.

Nothing is repaired silently: what was read is evidence. Repairs (I to 1, O to 0, traditional characters) are offered by
`suggestions`, for a person to take.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from recognition.plates.codes import kind_codes_of
from recognition.plates.grammar import (
    COLOURS,
    FORMS,
    OFFICES,
    PROVINCES,
    SERIAL,
    PlateColour,
    PlateKind,
    kind_of,
)

# Longer texts are no plates; they are not even normalised (one character may unfold into eighteen).
MAX_TEXT = 40
ONE, ANY = "?", "*"
# What people and cameras put between the parts of a plate, after compatibility folding.
SEPARATORS = frozenset(".-_·•‧∙⋅・●‐‑‒–—―−")
# What cameras write when there is nothing to write, normalised.
NO_PLATE_WORDS = frozenset({"无牌", "无牌车", "无号牌", "无车牌", "未悬挂", "未挂牌", "NOPLATE", "无"})
UNREAD_WORDS = frozenset(
    {"未识别", "未知", "无法识别", "识别失败", "车牌", "未检测", "UNKNOWN", "UNREAD", "NONE", "NULL", "N/A", "00000000"}
)
TRADITIONAL = str.maketrans("遼滬蘇閩贛魯粵瓊貴雲陝寧學領掛應", "辽沪苏闽赣鲁粤琼贵云陕宁学领挂应")
_ASCII_UPPER = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_REPAIRS = str.maketrans("IO", "10")
_FOREIGN = re.compile(r"(?=.*[A-Z])(?=.*[0-9])[A-Z0-9]{3,9}")
_BODY = re.compile(f"[{OFFICES}][{SERIAL}]{{5}}")
_PROVINCIAL = re.compile(f"[{PROVINCES}][A-Z0-9]+")
_LENGTH_OF_MOST = 7


class NotAPlateReason(StrEnum):
    """Why a text is no plate. `NO_PLATE` is about the car, all others are about the reading."""

    EMPTY = "empty"
    NO_PLATE = "no_plate"
    UNREAD = "unread"
    PATTERN = "pattern"
    TEMPORARY = "temporary"
    FOREIGN = "foreign"
    PROVINCE_LOST = "province_lost"
    LETTER_I_OR_O = "letter_i_or_o"
    LENGTH = "length"
    MALFORMED = "malformed"


class Doubt(StrEnum):
    """What speaks against a plate whose text is well formed; such a plate never raises an alarm by itself."""

    COLOUR = "colour"


class Reading(StrEnum):
    """What a camera's report amounts to."""

    PLATE = "plate"
    NO_PLATE = "no_plate"
    UNREAD = "unread"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class Plate:
    """A well-formed plate: normalised `text`, its `kind`, the `colour` it was seen in, and what is doubtful about it.

    The key of a vehicle is (text, plate-kind code), never the text alone: cars and motorcycles share the grammar.
    """

    text: str
    kind: PlateKind
    colour: PlateColour | None = None
    doubts: tuple[Doubt, ...] = ()

    @property
    def province(self) -> str | None:
        """The province character, None on plates that have none (embassy, army, some armed police)."""
        return next((char for char in self.text if char in PROVINCES), None)

    @property
    def kind_codes(self) -> tuple[str, ...]:
        """Plate-kind codes that this text and colour may belong to, most usual first."""
        return kind_codes_of(self.kind, self.colour)

    @property
    def rows(self) -> tuple[str, str]:
        """The text as two-row plates show it: province and office above, the rest below."""
        return self.text[:2], self.text[2:]


@dataclass(frozen=True, slots=True)
class NotAPlate:
    """A text that is no plate: the text as it came, its normalised form and the reason."""

    raw: str
    text: str
    reason: NotAPlateReason


def normalise(text: str) -> str:
    """Compatibility folding (full width to plain), separators, spaces and marks removed, ASCII letters raised.

    Idempotent. Wildcards `?` and `*` stay, as does whatever is no separator; nothing is repaired.
    """
    while (folded := _normalised_once(text)) != text:
        text = folded
    return text


def _normalised_once(text: str) -> str:
    if text.isascii() and text.isalnum():
        return text.translate(_ASCII_UPPER)
    kept = (char for char in unicodedata.normalize("NFKC", text) if char not in SEPARATORS and _is_ink(char))
    return "".join(kept).translate(_ASCII_UPPER)


def _is_ink(char: str) -> bool:
    """Whether a character leaves something on a plate: no space (Z), control or invisible joiner (Cc, Cf)."""
    category = unicodedata.category(char)
    return category[0] != "Z" and category not in ("Cc", "Cf")


def parse(text: str, colour: PlateColour | None = None) -> Plate | NotAPlate:
    """The plate that a text is, or why it is none. Never raises.

    `colour` is the ground the plate was seen on. A well-formed text on a ground that its kind never has is a plate
    with a doubt: seven characters on green are an ordinary plate's text, but likely a new-energy plate that lost one.
    """
    if len(text) > MAX_TEXT:
        return NotAPlate(text, text[:MAX_TEXT], NotAPlateReason.LENGTH)
    # A text that fits a form is normalised already; most that cameras send are.
    folded, kind = text, kind_of(text)
    if kind is None:
        folded = normalise(text)
        kind = kind_of(folded)
    if kind is None:
        return NotAPlate(text, folded, _reason(folded, colour))
    doubtful = colour not in (None, PlateColour.OTHER) and colour not in COLOURS[kind]
    return Plate(folded, kind, colour, (Doubt.COLOUR,) if doubtful else ())


def reading_of(parsed: Plate | NotAPlate) -> Reading:
    """What a report with this text amounts to. Whatever is neither plate, foreign nor "no plate" is unread."""
    if isinstance(parsed, Plate):
        return Reading.PLATE
    if parsed.reason is NotAPlateReason.NO_PLATE:
        return Reading.NO_PLATE
    return Reading.FOREIGN if parsed.reason is NotAPlateReason.FOREIGN else Reading.UNREAD


def _reason(folded: str, colour: PlateColour | None) -> NotAPlateReason:
    """Why a normalised text that fits no form is no plate; the first reason that holds."""
    if not folded:
        return NotAPlateReason.EMPTY
    if folded in NO_PLATE_WORDS:
        return NotAPlateReason.NO_PLATE
    if folded in UNREAD_WORDS:
        return NotAPlateReason.UNREAD
    if ONE in folded or ANY in folded:
        return NotAPlateReason.PATTERN
    if "临" in folded:
        return NotAPlateReason.TEMPORARY
    if any(kind_of(candidate) for candidate in _repaired(folded)):
        return NotAPlateReason.LETTER_I_OR_O
    green = colour in (PlateColour.GREEN, PlateColour.YELLOW_GREEN)
    if _BODY.fullmatch(folded) or (green and kind_of(PROVINCES[0] + folded)):
        return NotAPlateReason.PROVINCE_LOST
    if _FOREIGN.fullmatch(folded):
        return NotAPlateReason.FOREIGN
    wrong_length = _PROVINCIAL.fullmatch(folded) and len(folded) != _LENGTH_OF_MOST
    return NotAPlateReason.LENGTH if wrong_length else NotAPlateReason.MALFORMED


def _repaired(folded: str) -> tuple[str, ...]:
    """The text with I as 1 and O as 0 inside the serial, where that changes it; O as the office letter is real."""
    changed = folded[:2] + folded[2:].translate(_REPAIRS)
    return (changed,) if changed != folded else ()


def suggestions(text: str, colour: PlateColour | None = None) -> tuple[Plate, ...]:
    """Plates that a person may have meant by a text that is none: I and O in the serial, traditional characters.

    Empty where the text is a plate already or where no such repair makes one. For people to choose from, never for
    evidence or comparison.
    """
    if len(text) > MAX_TEXT or isinstance(parse(text, colour), Plate):
        return ()
    simplified = normalise(text).translate(TRADITIONAL)
    found = [parse(candidate, colour) for candidate in (simplified, *_repaired(simplified))]
    return tuple(plate for plate in found if isinstance(plate, Plate))


def possible_kinds(text: str) -> frozenset[PlateKind]:
    """Kinds that a text may be or become: `?` stands for one unread character, `*` for any number of them."""
    folded = normalise(text[:MAX_TEXT])
    return frozenset(form.kind for form in FORMS if _may_fit(folded, form.positions))


def _may_fit(pattern: str, positions: tuple[str, ...]) -> bool:
    """Whether some text of the form matches the pattern: which lengths of the form each prefix may have filled."""
    reached = {0}
    for char in pattern:
        if char == ANY:
            reached = set(range(min(reached), len(positions) + 1))
        else:
            reached = {at + 1 for at in reached if at < len(positions) and (char == ONE or char in positions[at])}
        if not reached:
            return False
    return len(positions) in reached


def shortened(plate: Plate) -> frozenset[str]:
    """Patterns of new-energy plates that lost one digit of their serial and so read as this ordinary plate."""
    if plate.kind is not PlateKind.ORDINARY:
        return frozenset()
    grown = (plate.text[:at] + ONE + plate.text[at:] for at in range(2, len(plate.text) + 1))
    nev = {PlateKind.NEV_SMALL, PlateKind.NEV_LARGE}
    return frozenset(pattern for pattern in grown if possible_kinds(pattern) & nev)
