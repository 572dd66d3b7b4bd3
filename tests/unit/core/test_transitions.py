"""Lifecycles as data: the whole matrix of a small one, and tables that make no sense."""

from __future__ import annotations

from enum import StrEnum

import pytest

from core.errors import TransitionRefused
from core.transitions import Lifecycle


class Lamp(StrEnum):
    OFF = "off"
    ON = "on"
    BROKEN = "broken"


LAMP = Lifecycle(
    "lamp",
    Lamp.OFF,
    {Lamp.OFF: frozenset({Lamp.ON}), Lamp.ON: frozenset({Lamp.OFF, Lamp.BROKEN}), Lamp.BROKEN: frozenset()},
)


@pytest.mark.parametrize("old", list(Lamp))
@pytest.mark.parametrize("new", list(Lamp))
def test_whole_matrix(old: Lamp, new: Lamp) -> None:
    if new in LAMP.table[old]:
        assert LAMP.check(old.value, new.value) is new
    else:
        with pytest.raises(TransitionRefused) as caught:
            LAMP.check(old, new)
        assert caught.value.value == new.value
        assert caught.value.cure


def test_unknown_state_is_refused() -> None:
    with pytest.raises(TransitionRefused, match="没有状态"):
        LAMP.check("off", "blue")


def test_final_and_drawing() -> None:
    assert LAMP.final == frozenset({Lamp.BROKEN})
    assert LAMP.mermaid().splitlines() == [
        "stateDiagram-v2",
        "    [*] --> off",
        "    off --> on",
        "    on --> off",
        "    on --> broken",
        "    broken --> [*]",
    ]


def test_a_table_must_be_complete_and_connected() -> None:
    with pytest.raises(ValueError, match="no row for broken"):
        Lifecycle("lamp", Lamp.OFF, {Lamp.OFF: frozenset({Lamp.ON}), Lamp.ON: frozenset()})
    with pytest.raises(ValueError, match="never reached: broken"):
        Lifecycle("lamp", Lamp.OFF, {Lamp.OFF: frozenset({Lamp.ON}), Lamp.ON: frozenset(), Lamp.BROKEN: frozenset()})
