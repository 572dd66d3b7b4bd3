"""Gaps: what is required at a place and time, minus the tours planned for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from patrols.models import Requirement, Tour
from patrols.states import TourState
from stations.selectors import path_filter
from stations.types import Actor, DataClass, Verb


@dataclass(frozen=True, slots=True)
class RequirementGap:
    """One requirement on one day with fewer tours planned than it asks for."""

    requirement_id: int
    name: str
    starts_at: datetime
    ends_at: datetime
    required: int
    planned: int

    @property
    def missing(self) -> int:
        """How many units are missing."""
        return self.required - self.planned


def _window(requirement: Requirement, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    start = datetime.combine(day, requirement.starts_at, tzinfo=zone)
    end = datetime.combine(day, requirement.ends_at, tzinfo=zone)
    return start, end if end > start else end + timedelta(days=1)


def _serves(tour: Tour, requirement: Requirement) -> bool:
    """A tour serves a requirement when it stands there (station, segment) or, for a requirement without either, belongs
    to its organisation; kind must fit where kinds are named.
    """
    if requirement.kinds and tour.unit.kind not in requirement.kinds:
        return False
    if requirement.station_id is not None:
        return tour.post_station_id == requirement.station_id
    if requirement.segment_id is not None:
        return requirement.segment_id in {segment.pk for segment in tour.segments.all()}
    return tour.organisation_id == requirement.organisation_id


def requirement_gaps(*, actor: Actor, day: date) -> list[RequirementGap]:
    """Requirements of one local day that are not covered from start to end by enough planned or open tours.

    A tour counts only when its planned time covers the whole window: half a shift does not fill a post.
    """
    gaps: list[RequirementGap] = []
    requirements = (
        Requirement.objects.filter(
            path_filter(actor, Verb.VIEW, DataClass.REQUIREMENT, field="organisation__path"), dates__contains=day
        )
        .filter(weekdays__contains=[day.isoweekday()])
        .select_related("organisation")
    )
    for requirement in requirements:
        start, end = _window(requirement, day, ZoneInfo(requirement.organisation.time_zone))
        tours = (
            Tour.objects.filter(
                organisation_path__startswith=requirement.organisation.path or "?",
                state__in=[TourState.PLANNED.value, TourState.OPEN.value],
                planned__contains=(start, end),
            )
            .select_related("unit")
            .prefetch_related("segments")
        )
        planned = sum(_serves(tour, requirement) for tour in tours)
        if planned < requirement.count:
            gaps.append(RequirementGap(requirement.pk, requirement.name, start, end, requirement.count, planned))
    return gaps
