"""Readers of the patrols room."""

from patrols.selectors.gaps import RequirementGap, requirement_gaps
from patrols.selectors.tours import (
    system_tours_on_duty,
    tour_by_uid,
    tour_of_person,
    tours_on_duty,
    tours_visible_to,
    units_visible_to,
)

__all__ = [
    "RequirementGap",
    "requirement_gaps",
    "system_tours_on_duty",
    "tour_by_uid",
    "tour_of_person",
    "tours_on_duty",
    "tours_visible_to",
    "units_visible_to",
]
