"""Colours and classes by camera and by register: only what nobody mixes up differs."""

from __future__ import annotations

import pytest

from recognition.judging.looks import Colour, Sort, colours_differ, colours_of, sort_of, sorts_differ


@pytest.mark.parametrize(
    ("seen", "registered", "differ"),
    [
        ("2", "A", False), ("4", "A", True), ("4", "E", False), ("99", "A", False), ("", "A", False),
        ("4", "Z", False), ("4", "AE", False), ("4", "白", True), ("白色", "银灰", False), ("red", "H", True),
        ("3", "A", False), ("1", "H", False), ("6", "H", True), ("9", "J", True), ("2", "橘", False),
    ],
)  # fmt: skip
def test_colours(seen: str, registered: str, differ: bool) -> None:
    assert colours_differ(seen, registered) is differ


@pytest.mark.parametrize(
    ("seen", "registered", "differ"),
    [
        ("K33", "K31", False), ("K33", "H11", True), ("M21", "K33", True), ("K11", "K33", True), ("K21", "K33", False),
        ("H31", "K33", False), ("", "K33", False), ("Sedan", "H11", True), ("Big Truck", "Q11", False),
        ("K39", "H11", False), ("X99", "K33", False),
    ],
)  # fmt: skip
def test_sorts(seen: str, registered: str, differ: bool) -> None:
    assert sorts_differ(seen, registered) is differ


def test_codes_of_the_two_lists_are_not_mixed() -> None:
    assert colours_of("1") == {Colour.BLACK}
    assert colours_of("1", register=True) == frozenset()
    assert colours_of("A") == frozenset()
    assert colours_of("AH", register=True) == {Colour.WHITE, Colour.BLUE}
    assert (sort_of("k33"), sort_of("bus")) == (Sort.CAR, Sort.BUS)
