"""What readers mistake for what, and one key for all texts that differ by such mistakes only.

A list of plates is compared with a reading by one look-up of `folded`: equal keys, equal but for look-alikes; of those
that share the key, the ones with `apart` 1 are worth a person's look. The table is deliberately small: pairs seen once
(E and F, C and G) or under blur only (provinces) are left out, as each pair makes strangers meet. What that costs, by
serials as offices issue them (mostly digits, which 1 and 7 make alike): for each stranger whom a list meets by an equal
plate, it meets about 2.5 by the key and 1.4 by the key and one character apart.
"""

from __future__ import annotations

from dataclasses import dataclass

from recognition.plates.plate import normalise


@dataclass(frozen=True, slots=True)
class LookAlikes:
    """Characters that readers confuse with one another; `key` stands for all of them in a folded text."""

    key: str
    characters: str
    source: str


# I and O are no serial characters, but readers write them.
LOOK_ALIKES: tuple[LookAlikes, ...] = (
    LookAlikes("0", "0DOQ", "known confusions of checkpoint readers: 0 with D and Q; O is never a serial character"),
    LookAlikes("1", "17I", "known confusions of checkpoint readers: 1 with 7; I is never a serial character"),
    LookAlikes("2", "2Z", "known confusions of checkpoint readers"),
    LookAlikes("5", "5S", "known confusions of checkpoint readers"),
    LookAlikes("8", "8B", "known confusions of checkpoint readers"),
)
_CLASS_OF = {char: group for group in LOOK_ALIKES for char in group.characters}
_FOLD = str.maketrans({char: group.key for char, group in _CLASS_OF.items()})


def folded(text: str) -> str:
    """The key that a text shares with all texts that differ from it by look-alikes only; as long as normalised text.

    Normalises first. Idempotent. Never shown to people: a folded text is no plate.
    """
    return normalise(text).translate(_FOLD)


def look_alikes_of(char: str) -> frozenset[str]:
    """The characters that a reader may have meant by one character of a normalised text, itself included."""
    group = _CLASS_OF.get(char)
    return frozenset(group.characters) if group else frozenset(char)


def apart(first: str, second: str) -> int | None:
    """At how many places two texts differ if they differ by look-alikes only (0: they are equal), None otherwise."""
    one, other = normalise(first), normalise(second)
    if one.translate(_FOLD) != other.translate(_FOLD):
        return None
    return sum(a != b for a, b in zip(one, other, strict=True))


def differing(first: str, second: str) -> list[int]:
    """The places (0 the first) at which two texts of one length differ; every place of the longer one otherwise."""
    one, other = normalise(first), normalise(second)
    if len(one) != len(other):
        return list(range(max(len(one), len(other))))
    return [place for place, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
