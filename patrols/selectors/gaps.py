"""Gaps: what is required at a place and time, minus the tours planned for it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from patrols.models import Requirement, Tour
from patrols.states import TourState
from stations.selectors import path_filter
from stations.services import powers_of
from stations.types import Actor, DataClass, Verb

# A post within this distance of a required place is at it.
AT_PLACE_M = 300.0
EARTH_RADIUS_M = 6_371_008.8
Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class RequirementGap:
    """One requirement on one day with fewer tours planned than it asks for. `planned` is how many there are in the
    worst moment of its window.
    """

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


@dataclass(slots=True)
class _Wanted:
    """One requirement in one window, and the tours that could serve it."""

    requirement: Requirement
    span: Span
    day: date
    tours: list[Tour]
    planned: int = 0


def requirement_gaps(*, actor: Actor, day: date) -> list[RequirementGap]:
    """Requirements of one local day that are not covered from start to end by enough planned, open or closed tours.

    A tour counts for one requirement at a time, whoever may see that requirement, a joint one of several organisations
    too; several tours that follow each other
    cover a window together, half a shift alone does not. Where two requirements want the same tour, the narrower one
    (a place before an organisation, then powers, then kinds) has it.
    """
    near = [day - timedelta(days=1), day, day + timedelta(days=1)]
    wanted = [each for one in near for each in _windows(one)]
    mine = set(
        Requirement.objects.filter(
            path_filter(actor, Verb.VIEW, DataClass.REQUIREMENT, field="organisation__path")
        ).values_list("pk", flat=True)
    )
    asked = [each for each in wanted if each.day == day and each.requirement.pk in mine]
    if not asked:
        return []
    whole = (min(each.span[0] for each in asked), max(each.span[1] for each in asked))
    rivals = [each for each in wanted if _overlap(each.span, whole)]
    tours = _tours((min(each.span[0] for each in rivals), max(each.span[1] for each in rivals)))
    for each in rivals:
        each.tours = [tour for tour, span in tours if _overlap(span, each.span) and _serves(tour, each.requirement)]
    _share_out(sorted(rivals, key=_rank), {tour.pk: span for tour, span in tours})
    gaps = [
        RequirementGap(each.requirement.pk, each.requirement.name, *each.span, each.requirement.count, each.planned)
        for each in asked
        if each.planned < each.requirement.count
    ]
    return sorted(gaps, key=lambda gap: (gap.starts_at, gap.requirement_id))


def _windows(day: date) -> list[_Wanted]:
    rows = Requirement.objects.filter(dates__contains=day, weekdays__contains=[day.isoweekday()])
    found = []
    for row in rows.select_related("organisation", "station"):
        zone = ZoneInfo(row.organisation.time_zone)
        start = datetime.combine(day, row.starts_at, tzinfo=zone)
        end = datetime.combine(day, row.ends_at, tzinfo=zone)
        found.append(_Wanted(row, (start, end if end > start else end + timedelta(days=1)), day, []))
    return found


def _tours(span: Span) -> list[tuple[Tour, Span]]:
    """Tours that touch the time and rehearse nothing, and when each is out; one that ended early counts until then."""
    states = [state.value for state in (TourState.PLANNED, TourState.OPEN, TourState.CLOSED)]
    rows = (
        Tour.objects.filter(state__in=states, planned__overlap=span, exercise=False)
        .select_related("unit", "post_station")
        .prefetch_related("segments", "members__person", "partners")
        .order_by("id")
    )
    found = []
    for tour in rows:
        start, end = tour.planned.lower, tour.planned.upper
        if tour.state == TourState.CLOSED.value and tour.closed_at is not None:
            end = min(end, tour.closed_at)
        if start < end:
            found.append((tour, (start, end)))
    return found


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _rank(each: _Wanted) -> tuple[Any, ...]:
    """Narrow requirements choose first: they have the least choice."""
    row = each.requirement
    placed = row.station_id is not None or row.segment_id is not None or row.place is not None
    return (not placed, -len(row.powers), not row.kinds, -len(row.organisation.path or ""), each.span, row.pk)


def _serves(tour: Tour, requirement: Requirement) -> bool:
    """Whether a tour, while it is out, is what a requirement asks for: of its organisation or one below, or with people
    of these; of a kind that is named, with people who have the powers, and standing there where a place is named.
    """
    paths = [tour.organisation_path, *(partner.path or "" for partner in tour.partners.all())]
    if not any(path.startswith(requirement.organisation.path or "?") for path in paths):
        return False
    if requirement.kinds and tour.unit.kind not in requirement.kinds:
        return False
    if requirement.powers:
        kinds = [member.person.kind for member in tour.members.all()]
        if not set(requirement.powers) <= powers_of(kinds):
            return False
    if requirement.station_id is not None and tour.post_station_id != requirement.station_id:
        return False
    if requirement.segment_id is not None and requirement.segment_id not in {row.pk for row in tour.segments.all()}:
        return False
    return requirement.place is None or _stands_at(tour, requirement.place)


def _stands_at(tour: Tour, place: Any) -> bool:
    station = tour.post_station
    post = tour.post or (station.geom if station is not None else None) or tour.unit.post
    return post is not None and _distance_m(post.x, post.y, place.x, place.y) <= AT_PLACE_M


def _distance_m(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Great-circle distance in metres by the haversine formula; degrees WGS-84."""
    phi1, phi2 = math.radians(lat1), math.radians(lat2)
    half = math.sin((phi2 - phi1) / 2) ** 2
    half += math.cos(phi1) * math.cos(phi2) * math.sin(math.radians(lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(half))


def _share_out(wanted: Sequence[_Wanted], out: dict[int, Span]) -> None:
    """Set `planned` of each: in every stretch of time in which nothing changes, tours are matched with places wanted.

    Augmenting paths (Kuhn 1955) in the order of `wanted`: who was served before stays served, so that the same
    requirements are short in every stretch and the shortage is not spread over all of them.
    """
    moments = sorted({moment for each in wanted for moment in each.span} | {at for span in out.values() for at in span})
    for each in wanted:
        each.planned = each.requirement.count
    for start, end in zip(moments, moments[1:], strict=False):
        now = [each for each in wanted if _overlap(each.span, (start, end))]
        if not now:
            continue
        free = {pk for pk, span in out.items() if _overlap(span, (start, end))}
        for each, count in zip(now, _matched(now, free), strict=True):
            each.planned = min(each.planned, count)


def _matched(wanted: Sequence[_Wanted], free: Iterable[int]) -> list[int]:
    """How many tours each gets at one moment."""
    here = set(free)
    choice = [[tour.pk for tour in each.tours if tour.pk in here] for each in wanted]
    held: dict[int, int] = {}

    def seat(index: int, seen: set[int]) -> bool:
        """Give requirement `index` a tour, moving others to their other tours where that helps."""
        for tour in choice[index]:
            if tour in seen:
                continue
            seen.add(tour)
            if tour not in held or seat(held[tour], seen):
                held[tour] = index
                return True
        return False

    counts = []
    for index, each in enumerate(wanted):
        counts.append(sum(seat(index, set()) for _slot in range(each.requirement.count)))
    return counts
