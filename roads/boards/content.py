"""What is printed on a board, and how a printed one differs from what would be printed now."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

# Of the words that stand on a board these change nothing that a reader acts upon: a board is not printed anew for them.
_NOT_COMPARED = frozenset({"office"})


@dataclass(frozen=True, slots=True)
class ChiefLine:
    """A level of the chain as printed: who is appointed, with the duty contact. Leave is no matter of paper: the page
    behind the code says who stands in today."""

    level: int
    level_name: str
    name: str
    phone: str
    hours: str = ""

    def as_json(self) -> dict[str, Any]:
        """Without hours where there are none: boards printed before hours were kept still say what they said."""
        return {name: value for name, value in asdict(self).items() if name != "hours" or value}


@dataclass(frozen=True, slots=True)
class BoardContent:
    """The words of a board. Published facts only (invariant 11): names of appointed chiefs and duty contacts.

    `start`, `end`: chainage of both ends, empty for an area; `chiefs` from the highest level down.
    """

    segment_code: str
    segment_name: str
    road: str
    start: str
    end: str
    length_km: float | None
    chiefs: tuple[ChiefLine, ...]
    station: str
    station_phone: str
    station_hours: str
    supervision_phone: str
    office: str

    def as_json(self) -> dict[str, Any]:
        """As kept with each edition."""
        return {**asdict(self), "chiefs": [line.as_json() for line in self.chiefs]}

    @property
    def digest(self) -> str:
        """SHA-256 of what is compared; the same words always give the same digest."""
        return digest_of(self.as_json())

    @property
    def first_call(self) -> ChiefLine | None:
        """Whom to call: the nearest level that has a duty phone."""
        return next((line for line in reversed(self.chiefs) if line.phone), None)


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that a printed board says otherwise. `field` is a field of `BoardContent`, or `chief:<level>`."""

    field: str
    level_name: str
    printed: str
    now: str


def content_of(printed: Mapping[str, Any]) -> BoardContent:
    """The content that `as_json` gave."""
    return BoardContent(**{**printed, "chiefs": tuple(ChiefLine(**line) for line in printed["chiefs"])})


def digest_of(content: Mapping[str, Any]) -> str:
    """SHA-256 over the compared fields as canonical JSON, in hexadecimal."""
    compared = {name: value for name, value in content.items() if name not in _NOT_COMPARED}
    text = json.dumps(compared, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def differences(printed: BoardContent, now: BoardContent) -> list[Difference]:
    """What a printed board says otherwise than one printed now would, in reading order; empty when it is right."""
    found = []
    for name in ("segment_name", "segment_code", "road", "start", "end", "length_km"):
        before, after = getattr(printed, name), getattr(now, name)
        if before != after:
            found.append(Difference(name, "", _said(before), _said(after)))
    old, new = ({line.level: line for line in each.chiefs} for each in (printed, now))
    for level in sorted(old.keys() | new.keys()):
        before, after = old.get(level), new.get(level)
        if before != after:
            named = after or before
            assert named is not None
            found.append(Difference(f"chief:{level}", named.level_name, _chief(before), _chief(after)))
    for name in ("station", "station_phone", "station_hours", "supervision_phone"):
        before, after = getattr(printed, name), getattr(now, name)
        if before != after:
            found.append(Difference(name, "", _said(before), _said(after)))
    return found


def _chief(line: ChiefLine | None) -> str:
    return "" if line is None else " ".join(part for part in (line.name, line.phone, line.hours) if part)


def _said(value: object) -> str:
    return "" if value is None else str(value)
