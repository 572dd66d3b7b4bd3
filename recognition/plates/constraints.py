"""The grammar as an automaton for decoders: after these characters, which ones may follow, and may it end here.

A beam search keeps one `state` a beam and asks `follow(state)`; `allowed(prefix)` answers the same from the text.
States are small integers. An automaton may be narrowed to kinds, such as those that a plate's colour leaves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from recognition.plates.grammar import FORMS, Form, PlateKind

START = 0


class Automaton:
    """All texts of some kinds of plate, one transition a character; immutable once made."""

    __slots__ = ("_follow", "_kinds", "kinds")

    def __init__(self, kinds: Iterable[PlateKind] = tuple(PlateKind)) -> None:
        """`kinds`: those that may be read; their forms are merged where they share characters."""
        self.kinds = frozenset(kinds)
        forms = tuple(form for form in FORMS if form.kind in self.kinds)
        self._follow: list[Mapping[str, int]] = []
        self._kinds: list[PlateKind | None] = []
        known: dict[tuple[int, frozenset[int]], int] = {}
        self._state(0, frozenset(range(len(forms))), forms, known)

    def _state(
        self, depth: int, alive: frozenset[int], forms: tuple[Form, ...], known: dict[tuple[int, frozenset[int]], int]
    ) -> int:
        """The number of the state in which `depth` characters are read and the forms `alive` still fit."""
        if (depth, alive) in known:
            return known[depth, alive]
        number = known[depth, alive] = len(self._follow)
        ended = {forms[one].kind for one in alive if len(forms[one].positions) == depth}
        self._follow.append({})
        self._kinds.append(next(iter(ended), None))
        going = [one for one in alive if len(forms[one].positions) > depth]
        by_char: dict[str, set[int]] = {}
        for one in going:
            for char in forms[one].positions[depth]:
                by_char.setdefault(char, set()).add(one)
        self._follow[number] = MappingProxyType(
            {char: self._state(depth + 1, frozenset(left), forms, known) for char, left in sorted(by_char.items())}
        )
        return number

    def __len__(self) -> int:
        """How many states there are."""
        return len(self._follow)

    def follow(self, state: int) -> Mapping[str, int]:
        """Characters that may come next in `state`, each with the state it leads to; empty at the end of all forms."""
        return self._follow[state]

    def ends(self, state: int) -> PlateKind | None:
        """The kind of the plate that is whole in `state`, None where something is still wanting."""
        return self._kinds[state]

    def walk(self, prefix: str) -> int | None:
        """The state after `prefix`, None where no plate begins like that."""
        state: int | None = START
        for char in prefix:
            state = None if state is None else self._follow[state].get(char)
        return state

    def allowed(self, prefix: str) -> frozenset[str]:
        """Characters that may stand at position len(prefix) after these; empty where none may."""
        state = self.walk(prefix)
        return frozenset() if state is None else frozenset(self._follow[state])


EVERY_KIND = Automaton()
