"""A chief's own figures: the incidents of the own segments, this year beside the same days of the last.

Counted from the cases themselves, exercises left out; days before the house was there come from `PastIncidentDay`.
Whoever may view whole organisations' statistics may ask for their segments too; a chief only for those it answers for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection

from core import clock
from incidents.selectors.kinds import kind_names
from incidents.statistics.counting import day_bounds
from roads.selectors import segment_ids_of_chief, segments_visible_to
from stations.selectors import path_filter
from stations.types import Actor, DataClass, Verb

# Below this many cases last year a share says nothing, and is not shown.
SMALL = 10

_COUNTS_SQL = """
    SELECT segment_id, day, kind, sum(n)::int FROM (
        SELECT i.segment_id, (i.received_at AT TIME ZONE %(zone)s)::date AS day, i.kind, count(*) AS n
          FROM incidents_incident i
         WHERE i.segment_id = ANY(%(segments)s) AND i.received_at >= %(since)s AND i.received_at < %(until)s
           AND NOT i.exercise
         GROUP BY 1, 2, 3
        UNION ALL
        SELECT p.segment_id, p.day, p.kind, p.received FROM incidents_pastincidentday p
         WHERE p.segment_id = ANY(%(segments)s) AND p.day BETWEEN %(first)s AND %(last)s
    ) counted GROUP BY segment_id, day, kind
"""
_SINCE_SQL = """
    SELECT least((SELECT min(p.day) FROM incidents_pastincidentday p),
                 (SELECT (min(i.received_at) AT TIME ZONE %s)::date FROM incidents_incident i WHERE NOT i.exercise))
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """Cases this year and on the same days last year; None where nothing was counted then."""

    this: int | None
    last: int | None

    @property
    def change_percent(self) -> float | None:
        """How much more (or less) than last year; None without a year to compare, or with too few cases in it."""
        if self.this is None or self.last is None or self.last < SMALL:
            return None
        return round((self.this - self.last) * 100 / self.last, 1)


@dataclass(frozen=True, slots=True)
class Trend:
    """`total` and `kinds` are of the same days of both years, `first` to `last`; `months` of whole months, the running
    one as far as it has come. `since`: the first day that was ever counted.
    """

    first: date
    last: date
    since: date | None
    total: Pair
    months: tuple[tuple[int, Pair], ...]
    kinds: tuple[tuple[str, Pair], ...]


@dataclass(slots=True)
class _Sums:
    total: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    months: dict[tuple[int, int], int] = field(default_factory=lambda: defaultdict(int))
    kinds: dict[tuple[str, int], int] = field(default_factory=lambda: defaultdict(int))


def segments_counted_for(actor: Actor, segment_ids: Collection[int]) -> list[int]:
    """Those of the segments whose figures the actor may have: its own as a chief, and those of its scope."""
    own: set[int] = set()
    if actor.person_id is not None and actor.may(Verb.VIEW_OWN, DataClass.STATISTICS):
        own = set(segment_ids_of_chief(actor.person_id, clock.now()))
    wanted = set(segment_ids)
    if actor.may(Verb.VIEW, DataClass.STATISTICS) and not wanted <= own:
        scope = path_filter(actor, Verb.VIEW, DataClass.STATISTICS, field="organisation__path")
        own |= set(segments_visible_to(actor).filter(scope, pk__in=wanted).values_list("pk", flat=True))
    return sorted(wanted & own)


def segment_trend(*, actor: Actor, segment_ids: Collection[int], today: date, zone: str) -> Trend:
    """This year until today beside the same days of last year, by month and kind, of the segments that the actor may
    count. Where the figures begin only within last year, both years are compared from that day on.
    """
    ids = segments_counted_for(actor, segment_ids)
    since = counted_since(zone)
    first, last_first = date(today.year, 1, 1), date(today.year - 1, 1, 1)
    if since is not None and last_first < since <= year_before(today):
        first = _year_after(since)
    sums = _sums(ids, today, first, zone)
    compared = since is not None and since <= year_before(today)
    months = tuple(
        (
            month,
            Pair(
                sums.months[today.year, month] if month <= today.month else None,
                sums.months[today.year - 1, month] if _counted_from(since, date(today.year - 1, month, 1)) else None,
            ),
        )
        for month in range(1, 13)
    )
    names = kind_names()
    kinds = sorted({kind for kind, _year in sums.kinds})
    pairs = [
        (names.get(kind, kind), Pair(sums.kinds[kind, 0], sums.kinds[kind, 1] if compared else None)) for kind in kinds
    ]
    pairs.sort(key=lambda pair: (-(pair[1].this or 0), -(pair[1].last or 0), pair[0]))
    total = Pair(sums.total[0], sums.total[1] if compared else None)
    return Trend(first, today, since, total, months, tuple(pairs))


def segment_counts(*, actor: Actor, segment_ids: Collection[int], first: date, last: date, zone: str) -> dict[int, int]:
    """Cases received by segment on these local dates, both inclusive; a segment without any is absent."""
    found: dict[int, int] = defaultdict(int)
    for segment_id, _day, _kind, count in _counted(segments_counted_for(actor, segment_ids), first, last, zone):
        found[segment_id] += count
    return dict(found)


def counted_since(zone: str) -> date | None:
    """The first local date of which there are figures, here or taken over; None where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(_SINCE_SQL, [zone])
        since: date | None = cursor.fetchone()[0]
    return since


def _counted(ids: list[int], first: date, last: date, zone: str) -> list[tuple[int, date, str, int]]:
    if not ids or last < first:
        return []
    values: dict[str, Any] = {"segments": ids, "first": first, "last": last, "zone": zone}
    values |= {"since": day_bounds(first, zone)[0], "until": day_bounds(last, zone)[1]}
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS_SQL, values)
        return list(cursor.fetchall())


def _sums(ids: list[int], today: date, first: date, zone: str) -> _Sums:
    """Sums of both years; year 0 is this one, year 1 the last."""
    sums = _Sums()
    begin = date(today.year - 1, 1, 1)
    windows = {today.year: (first, today, 0), today.year - 1: (year_before(first), year_before(today), 1)}
    for _segment_id, day, kind, count in _counted(ids, begin, today, zone):
        sums.months[day.year, day.month] += count
        low, high, year = windows[day.year]
        if low <= day <= high:
            sums.total[year] += count
            sums.kinds[kind, year] += count
    return sums


def _counted_from(since: date | None, day: date) -> bool:
    return since is not None and since <= day


def year_before(day: date) -> date:
    """The same day of the year before; 28 February for the 29th."""
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _year_after(day: date) -> date:
    return day.replace(year=day.year + 1, day=28 if (day.month, day.day) == (2, 29) else day.day)
