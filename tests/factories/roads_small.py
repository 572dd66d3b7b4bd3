"""The smallest city that an incident can happen in: a network in force with segments and their chains of chiefs.

The roads are those of `tests.factories.roads` (an expressway with two carriageways, a county road, a village road); an
import of them costs a tenth of a second, so every test has its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from roads.models import NetworkBuild, Segment
from roads.services import chief_assign
from stations.types import Role
from tests.factories.roads import LONG_AGO, a_network, a_segment, levels, the_axis
from tests.factories.stations import SYSTEM, a_person

# X201 runs from 3 km south to 3 km north of the expressway: its metre 0 is one end, half of it each segment.
HALF_M = 3000.0


@dataclass(slots=True)
class SmallCity:
    """A network in force; X201 parted into two segments of two organisations, each with three levels of chiefs."""

    build: NetworkBuild
    axis: Any
    first: Segment
    second: Segment
    chiefs: dict[tuple[int, int], Any]
    assignments: dict[tuple[int, int], Any]


def a_small_city(city: Any, first_of: Any, second_of: Any) -> SmallCity:
    """Roads, segments and chiefs. `chiefs[segment pk, rank]`: the person; rank 2 is the highest, 4 the lowest."""
    build = a_network(city)
    axis = the_axis("X201")
    first = a_segment(first_of, axis, 0.0, HALF_M)
    second = a_segment(second_of, axis, HALF_M, axis.length_m)
    ranks = levels(city)
    chiefs: dict[tuple[int, int], Any] = {}
    assignments: dict[tuple[int, int], Any] = {}
    for segment, organisation in ((first, first_of), (second, second_of)):
        for rank in (2, 3, 4):
            person = a_person(organisation, Role.CHIEF, kind="leader", duty_phone=f"0898-0000{segment.pk % 10}{rank}")
            chiefs[segment.pk, rank] = person
            assignments[segment.pk, rank] = chief_assign(
                actor=SYSTEM, segment=segment, level=ranks[rank], person=person, starts_at=LONG_AGO
            )
    return SmallCity(build, axis, first, second, chiefs, assignments)
