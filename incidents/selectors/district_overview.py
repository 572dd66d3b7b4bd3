"""What a general chief sees: the own segments by district, with what is late, and the months that were signed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from core import clock
from incidents.models import Incident, MonthSignOff
from incidents.selectors.trend import Pair, counted_since, segment_counts, segments_counted_for, year_before
from incidents.selectors.visible import incidents_visible_to
from incidents.states import SETTLED
from roads.selectors import late_inspections, segments_visible_to
from stations.types import Actor


@dataclass(frozen=True, slots=True)
class Figures:
    """What is said of a segment, of a district or of all: cases received in the month until today beside the same days
    of last year, cases open and late among them, inspections asked for and late among them.
    """

    segments: int
    month: Pair
    open: int
    late: int
    asked: int
    asked_late: int

    @property
    def inspected_percent(self) -> int | None:
        """Share of the inspections asked for that are not late; None where none is asked for."""
        return None if not self.asked else round((self.asked - self.asked_late) * 100 / self.asked)

    def as_json(self) -> dict[str, Any]:
        """As a signature keeps them."""
        return {
            "segments": self.segments,
            "received": self.month.this,
            "received_last_year": self.month.last,
            "open": self.open,
            "late": self.late,
            "inspections_asked": self.asked,
            "inspections_late": self.asked_late,
        }


@dataclass(frozen=True, slots=True)
class District:
    """An organisation with its own segments. `place` 1 has most that is late."""

    uid: str
    name: str
    place: int
    figures: Figures
    segment_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DistrictOverview:
    """All districts, the most pressing first, and the figures of each segment."""

    month: date
    until: date
    districts: tuple[District, ...]
    segments: dict[int, Figures]
    total: Figures


def district_overview(*, actor: Actor, segment_ids: Collection[int], until: date, zone: str) -> DistrictOverview:
    """Figures of the month of `until`, up to that day, of the segments among these that the actor may count."""
    ids = segments_counted_for(actor, segment_ids)
    each = _figures(actor, ids, until, zone)
    by_house: dict[tuple[str, str], list[int]] = defaultdict(list)
    rows = segments_visible_to(actor).filter(pk__in=ids)
    for pk, uid, name in rows.values_list("pk", "organisation__uid", "organisation__name"):
        by_house[str(uid), name].append(pk)
    found = [(uid, name, tuple(pks), _sum(each[pk] for pk in pks)) for (uid, name), pks in by_house.items()]
    found.sort(key=lambda row: (*_pressing(row[3]), row[1]))
    districts = tuple(
        District(uid, name, place, figures, pks) for place, (uid, name, pks, figures) in enumerate(found, start=1)
    )
    return DistrictOverview(until.replace(day=1), until, districts, each, _sum(each.values()))


def worst_segments(overview: DistrictOverview, segment_ids: Iterable[int], most: int) -> list[int]:
    """Segments on which something is late or open, the most pressing first."""
    ranked = sorted(segment_ids, key=lambda pk: (*_pressing(overview.segments[pk]), pk))
    figures = overview.segments
    return [pk for pk in ranked if figures[pk].late or figures[pk].open or figures[pk].asked_late][:most]


def month_signatures_of(actor: Actor) -> QuerySet[MonthSignOff]:
    """The actor's own signatures, newest first."""
    return MonthSignOff.objects.filter(person_id=actor.person_id or 0).order_by("-signed_at")


def open_on_segments(actor: Actor, segment_ids: Collection[int]) -> QuerySet[Incident]:
    """Open incidents on these segments, oldest first."""
    rows = incidents_visible_to(actor).filter(segment_id__in=segment_ids, exercise=False)
    return rows.exclude(state__in=sorted(SETTLED)).order_by("received_at")


def received_on_segments(
    actor: Actor, segment_ids: Collection[int], since: datetime, until: datetime
) -> QuerySet[Incident]:
    """Incidents received on these segments in [since, until), oldest first."""
    rows = incidents_visible_to(actor).filter(segment_id__in=segment_ids, exercise=False)
    return rows.filter(received_at__gte=since, received_at__lt=until).order_by("received_at")


def _figures(actor: Actor, ids: list[int], until: date, zone: str) -> dict[int, Figures]:
    first = until.replace(day=1)
    now = clock.now()
    this = segment_counts(actor=actor, segment_ids=ids, first=first, last=until, zone=zone)
    since = counted_since(zone)
    compared = since is not None and since <= year_before(first)
    last = segment_counts(actor=actor, segment_ids=ids, first=year_before(first), last=year_before(until), zone=zone)
    open_count: dict[int, int] = defaultdict(int)
    late_count: dict[int, int] = defaultdict(int)
    for _pk, segment_id, overdue in open_on_segments(actor, ids).values_list("pk", "segment_id", "overdue_since"):
        open_count[segment_id] += 1
        late_count[segment_id] += overdue is not None
    inspections = late_inspections(ids, at=now, zone=zone)
    found = {}
    for pk in ids:
        asked_late, asked = inspections.get(pk, (0, 0))
        month = Pair(this.get(pk, 0), last.get(pk, 0) if compared else None)
        found[pk] = Figures(1, month, open_count[pk], late_count[pk], asked, asked_late)
    return found


def _sum(rows: Iterable[Figures]) -> Figures:
    each = list(rows)
    lasts = [row.month.last for row in each]
    last = None if not lasts or None in lasts else sum(value or 0 for value in lasts)
    month = Pair(sum(row.month.this or 0 for row in each), last)
    return Figures(
        len(each),
        month,
        sum(row.open for row in each),
        sum(row.late for row in each),
        sum(row.asked for row in each),
        sum(row.asked_late for row in each),
    )


def _pressing(figures: Figures) -> tuple[float, ...]:
    """Late cases first, then the share of late inspections, then what is open: what a head would ask about first."""
    share = figures.asked_late / figures.asked if figures.asked else 0.0
    return -figures.late, -share, -figures.open
