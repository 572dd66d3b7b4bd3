"""Lifecycles as data (Django-free): a table of allowed steps, checked, listed and drawn from one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

from core.errors import TransitionRefused
from core.messages import gettext_noop as _

State = TypeVar("State", bound=StrEnum)


@dataclass(frozen=True)
class Lifecycle(Generic[State]):
    """A transition table: for every state the states that may follow it.

    `table` must name every state of the enum, and every state must be reachable from `initial`.
    """

    name: str
    initial: State
    table: Mapping[State, frozenset[State]]
    _states: tuple[State, ...] = field(init=False, repr=False, compare=False, default=())

    def __post_init__(self) -> None:
        states = tuple(type(self.initial))
        missing = [state.value for state in states if state not in self.table]
        if missing:
            raise ValueError(f"lifecycle {self.name}: no row for {', '.join(missing)}")
        reached = {self.initial}
        frontier = [self.initial]
        while frontier:
            for state in self.table[frontier.pop()] - reached:
                reached.add(state)
                frontier.append(state)
        lost = [state.value for state in states if state not in reached]
        if lost:
            raise ValueError(f"lifecycle {self.name}: never reached: {', '.join(lost)}")
        object.__setattr__(self, "_states", states)

    @property
    def states(self) -> tuple[State, ...]:
        """All states in the order of the enum."""
        return self._states

    @property
    def final(self) -> frozenset[State]:
        """States that nothing follows."""
        return frozenset(state for state in self._states if not self.table[state])

    def allowed(self, old: State | str) -> frozenset[State]:
        """States that may follow `old`. Raises TransitionRefused when `old` is no state of this lifecycle."""
        return self.table[self._state(old)]

    def check(self, old: State | str, new: State | str) -> State:
        """Return `new` as a state, or raise TransitionRefused naming both states and what would be allowed."""
        source, target = self._state(old), self._state(new)
        if target not in self.table[source]:
            allowed = ", ".join(sorted(state.value for state in self.table[source])) or "—"
            raise TransitionRefused(
                _(
                    "%(name)s：不允许从 %(source)s 到 %(target)s",
                    name=self.name,
                    source=source.value,
                    target=target.value,
                ),
                field="state",
                value=target.value,
                cure=f"from {source.value} only: {allowed}",
            )
        return target

    def mermaid(self) -> str:
        """The table as a mermaid state diagram, for the documentation."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.initial.value}"]
        for state in self._states:
            lines.extend(f"    {state.value} --> {after.value}" for after in self._states if after in self.table[state])
            if not self.table[state]:
                lines.append(f"    {state.value} --> [*]")
        return "\n".join(lines) + "\n"

    def _state(self, value: State | str) -> State:
        try:
            return type(self.initial)(value)
        except ValueError:
            raise TransitionRefused(
                _("%(name)s：没有状态 %(value)s", name=self.name, value=value),
                field="state",
                value=str(value),
                cure=", ".join(state.value for state in self._states),
            ) from None
