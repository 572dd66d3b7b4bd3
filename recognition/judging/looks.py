"""How a car looks by a camera and by the register, and whether the two can be one car. Django-free.

Cameras number colours as GA/T 1400 does (1 black .. 12 pink, 99 other) and classes as GA 24.4 does (K33, H11 ..);
registers write letters (GA 24.8: A white .. J black) or words. Both become the few words below; what is not known
here says nothing, and neither do neighbours that cameras mix up (white and grey, a van and a small lorry).
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType


class Colour(StrEnum):
    """Colours of bodies."""

    BLACK = "black"
    WHITE = "white"
    GREY = "grey"
    RED = "red"
    BLUE = "blue"
    YELLOW = "yellow"
    ORANGE = "orange"
    BROWN = "brown"
    GREEN = "green"
    PURPLE = "purple"
    CYAN = "cyan"
    PINK = "pink"


class Sort(StrEnum):
    """Sorts of vehicles that nobody takes for each other. Vans, small lorries and middle buses are of none."""

    CAR = "car"
    BUS = "bus"
    LORRY = "lorry"
    MOTORCYCLE = "motorcycle"


_C = Colour
_CAMERA = MappingProxyType(
    {
        "1": _C.BLACK, "2": _C.WHITE, "3": _C.GREY, "4": _C.RED, "5": _C.BLUE, "6": _C.YELLOW, "7": _C.ORANGE,
        "8": _C.BROWN, "9": _C.GREEN, "10": _C.PURPLE, "11": _C.CYAN, "12": _C.PINK,
    }
)  # fmt: skip
_REGISTER = MappingProxyType(
    {
        "A": _C.WHITE, "B": _C.GREY, "C": _C.YELLOW, "D": _C.PINK, "E": _C.RED, "F": _C.PURPLE, "G": _C.GREEN,
        "H": _C.BLUE, "I": _C.BROWN, "J": _C.BLACK,
    }
)  # fmt: skip
_WORDS = MappingProxyType(
    {
        "黑": _C.BLACK, "白": _C.WHITE, "灰": _C.GREY, "银": _C.GREY, "红": _C.RED, "蓝": _C.BLUE, "黄": _C.YELLOW,
        "橙": _C.ORANGE, "棕": _C.BROWN, "褐": _C.BROWN, "绿": _C.GREEN, "紫": _C.PURPLE, "青": _C.CYAN, "粉": _C.PINK,
        "silver": _C.GREY, "gray": _C.GREY,
    }
)  # fmt: skip
# What light, dirt and night make of each other; a colour is its own neighbour.
_NEAR: tuple[frozenset[Colour], ...] = (
    frozenset({_C.WHITE, _C.GREY}),
    frozenset({_C.BLACK, _C.GREY}),
    frozenset({_C.BLACK, _C.BLUE, _C.PURPLE}),
    frozenset({_C.BLACK, _C.BROWN}),
    frozenset({_C.RED, _C.ORANGE, _C.BROWN, _C.PINK, _C.PURPLE}),
    frozenset({_C.YELLOW, _C.ORANGE, _C.BROWN}),
    frozenset({_C.GREEN, _C.CYAN, _C.BLUE}),
    frozenset({_C.GREEN, _C.YELLOW}),
)
_SORT_WORDS = MappingProxyType(
    {"sedan": Sort.CAR, "suv": Sort.CAR, "bus": Sort.BUS, "big truck": Sort.LORRY, "motorcycle": Sort.MOTORCYCLE}
)
_SORT_CODES = MappingProxyType(
    {"K1": Sort.BUS, "K3": Sort.CAR, "K4": Sort.CAR, "H1": Sort.LORRY, "H2": Sort.LORRY, "Q1": Sort.LORRY,
     "Q2": Sort.LORRY, "M": Sort.MOTORCYCLE}
)  # fmt: skip
# Vans of class K3 look like small buses, so only these two kinds of body are surely cars.
_UNSURE = frozenset({"K39"})


def colours_of(text: str, *, register: bool = False) -> frozenset[Colour]:
    """Colours that a text names: codes of a camera (or letters of the register), Chinese or English words."""
    said = text.strip()
    if register and said and set(said.upper()) <= set(_REGISTER) | {"Z"}:
        return frozenset(_REGISTER[letter] for letter in said.upper() if letter in _REGISTER)
    if not register and said in _CAMERA:
        return frozenset({_CAMERA[said]})
    lower = said.lower()
    named = {colour for colour in Colour if colour.value in lower}
    return frozenset(named | {colour for word, colour in _WORDS.items() if word in lower})


def sort_of(text: str) -> Sort | None:
    """The sort that a class names: a code of GA 24.4, or the words that plate readers send."""
    said = text.strip()
    if said.upper() in _UNSURE:
        return None
    code = next((sort for key, sort in _SORT_CODES.items() if said.upper().startswith(key)), None)
    return code or _SORT_WORDS.get(said.lower())


def colours_differ(seen: str, registered: str) -> bool:
    """Whether no colour of the one can be taken for one of the other. A car of several colours shows any of them."""
    by_camera, by_register = colours_of(seen), colours_of(registered, register=True)
    if not by_camera or not by_register:
        return False
    return not any(_alike(one, other) for one in by_camera for other in by_register)


def _alike(one: Colour, other: Colour) -> bool:
    return one is other or any(one in near and other in near for near in _NEAR)


def sorts_differ(seen: str, registered: str) -> bool:
    """Whether both sorts are known and are not the same."""
    one, other = sort_of(seen), sort_of(registered)
    return one is not None and other is not None and one is not other
