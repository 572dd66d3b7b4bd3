"""Readers of the patrols room."""

from patrols.selectors.coverage import CoverageHole, coverage_holes
from patrols.selectors.crew_log import tour_steps_by
from patrols.selectors.gaps import RequirementGap, requirement_gaps
from patrols.selectors.plans import requirements_visible_to, segments_named, shifts_visible_to, tasks_visible_to
from patrols.selectors.posts import post_of_tour
from patrols.selectors.resources import Resource, TourPlanned, resources_on_duty, tours_not_checked_in
from patrols.selectors.snapshot import freshness_limits, freshness_limits_from, tour_states_from, units_on_duty
from patrols.selectors.tours import (
    system_tours_on_duty,
    tour_by_uid,
    tour_next_of_person,
    tour_of_person,
    tours_on_duty,
    tours_sendable,
    tours_visible_to,
    units_visible_to,
)

__all__ = [
    "CoverageHole",
    "RequirementGap",
    "Resource",
    "TourPlanned",
    "coverage_holes",
    "freshness_limits",
    "freshness_limits_from",
    "post_of_tour",
    "requirement_gaps",
    "requirements_visible_to",
    "resources_on_duty",
    "segments_named",
    "shifts_visible_to",
    "system_tours_on_duty",
    "tasks_visible_to",
    "tour_by_uid",
    "tour_next_of_person",
    "tour_of_person",
    "tour_states_from",
    "tour_steps_by",
    "tours_not_checked_in",
    "tours_on_duty",
    "tours_sendable",
    "tours_visible_to",
    "units_on_duty",
    "units_visible_to",
]
