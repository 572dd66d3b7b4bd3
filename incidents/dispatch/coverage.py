"""Cover of areas: sending the last free unit of an area must warn (domain.md §4, pitfall 13)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from .types import Reason, UnitSnapshot, UnitState

_FREE = (UnitState.FREE, UnitState.ON_WAY_BACK)


def area_of(unit: UnitSnapshot) -> str:
    """The area whose cover a unit belongs to: its own, else its organisation."""
    return unit.area or unit.organisation_path


def free_by_area(units: Iterable[UnitSnapshot]) -> Mapping[str, int]:
    """How many units each area has free now. Drones give no cover on the road, nor does who rehearses."""
    return Counter(
        area_of(unit) for unit in units if unit.state in _FREE and unit.kind != "drone" and not unit.is_exercise
    )


def uncovered(units: Sequence[UnitSnapshot], free: Mapping[str, int]) -> tuple[Reason, ...]:
    """A warning for every area whose last free units are all among `units` (those to be sent), in order of area."""
    sent = Counter(area_of(unit) for unit in units if unit.state in _FREE and not unit.is_exercise)
    return tuple(
        Reason("last_free_unit", (("area", area), ("count", count)))
        for area, count in sorted(sent.items())
        if free.get(area, 0) <= count
    )
