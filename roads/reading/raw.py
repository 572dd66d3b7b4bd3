"""Ways as they are collected while a source is read, before nodes are known."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from .tags import WayTraits


@dataclass(frozen=True, slots=True)
class RawRestriction:
    """A turn restriction by source identifiers. Exactly one of `via_node`, `via_way` is given, the other is None."""

    from_ways: tuple[int, ...]
    via_node: int | None
    via_way: int | None
    to_ways: tuple[int, ...]
    mandatory: bool


@dataclass(slots=True)
class RawWays:
    """Growing columns of ways. `ptr` has one more entry than there are ways and indexes `refs` (node identifiers)."""

    ids: array[int] = field(default_factory=lambda: array("q"))
    ptr: array[int] = field(default_factory=lambda: array("q", [0]))
    refs: array[int] = field(default_factory=lambda: array("q"))
    road_class: array[int] = field(default_factory=lambda: array("b"))
    oneway: array[int] = field(default_factory=lambda: array("b"))
    maxspeed_kmh: array[float] = field(default_factory=lambda: array("f"))
    flags: array[int] = field(default_factory=lambda: array("B"))
    name: array[int] = field(default_factory=lambda: array("i"))
    ref: array[int] = field(default_factory=lambda: array("i"))
    strings: dict[str, int] = field(default_factory=dict)
    restrictions: list[RawRestriction] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)

    def append(self, way_id: int, refs: Iterable[int], traits: WayTraits) -> None:
        """Add a way over node identifiers."""
        self.ids.append(way_id)
        self.refs.extend(refs)
        self.ptr.append(len(self.refs))
        self.road_class.append(int(traits.road_class))
        self.oneway.append(traits.oneway)
        self.maxspeed_kmh.append(traits.maxspeed_kmh)
        self.flags.append(int(traits.flags))
        self.name.append(self._string(traits.name))
        self.ref.append(self._string(traits.ref))

    def _string(self, text: str) -> int:
        return -1 if not text else self.strings.setdefault(text, len(self.strings))
