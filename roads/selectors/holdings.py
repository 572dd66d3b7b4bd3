"""What a person answers for now, at which level, and what is due of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from roads.due import Due, DueState, Every, due_of
from roads.types import Holding, SegmentDuty

_HOLDINGS_SQL = """
    SELECT a.segment_id, l.rank, l.name, l.inspect_every, l.sees_districts, lower(a.valid), p.name,
           CASE WHEN a.person_id = %(person)s THEN 'chief'
                WHEN v.id IS NOT NULL AND coalesce(v.deputy_id, d.person_id) = %(person)s THEN 'acting'
                ELSE 'deputy' END
      FROM roads_chiefassignment a
      JOIN roads_chieflevel l ON l.id = a.level_id
      JOIN stations_person p ON p.id = a.person_id
      LEFT JOIN roads_chiefleave v ON v.person_id = a.person_id AND v.valid @> %(at)s::timestamptz
      LEFT JOIN LATERAL (
            SELECT x.person_id FROM roads_chiefdeputy x
             WHERE x.assignment_id = a.id AND x.valid @> %(at)s::timestamptz
               AND NOT EXISTS (SELECT FROM roads_chiefleave y
                                WHERE y.person_id = x.person_id AND y.valid @> %(at)s::timestamptz)
             ORDER BY x."order" LIMIT 1) d ON v.id IS NOT NULL
     WHERE a.valid @> %(at)s::timestamptz
       AND (a.person_id = %(person)s OR v.deputy_id = %(person)s
            OR EXISTS (SELECT FROM roads_chiefdeputy m WHERE m.assignment_id = a.id AND m.person_id = %(person)s
                          AND m.valid @> %(at)s::timestamptz))
     ORDER BY a.segment_id, l.rank
"""
_LAST_SQL = """
    SELECT i.segment_id, r.rank, max(i.inspected_on), max(i.inspected_at)
      FROM roads_inspection i CROSS JOIN LATERAL unnest(i.levels) AS r(rank)
     WHERE i.segment_id = ANY(%(segments)s) GROUP BY i.segment_id, r.rank
"""
_LATE_SQL = """
    SELECT a.segment_id, l.rank, l.inspect_every, lower(a.valid)
      FROM roads_chiefassignment a JOIN roads_chieflevel l ON l.id = a.level_id
     WHERE a.segment_id = ANY(%(segments)s) AND a.valid @> %(at)s::timestamptz AND l.inspect_every <> ''
"""
_URGENCY = {DueState.LATE: 0, DueState.TODAY: 1, DueState.DONE: 2, DueState.FREE: 3}


def local_date(moment: datetime, zone: str) -> date:
    """The date that a calendar in that zone shows."""
    return moment.astimezone(ZoneInfo(zone)).date()


def holdings_of(person_id: int, at: datetime) -> list[Holding]:
    """Levels of segments that a person answers for at an instant: as chief, standing in, or as a deputy."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLDINGS_SQL, {"person": person_id, "at": at})
        return [Holding(*row) for row in cursor.fetchall()]


def segment_duties(holdings: Iterable[Holding], *, at: datetime, zone: str) -> dict[int, SegmentDuty]:
    """By segment: the most pressing inspection among these holdings, by the local date of `zone`."""
    by_segment: dict[int, list[Holding]] = defaultdict(list)
    for holding in holdings:
        by_segment[holding.segment_id].append(holding)
    last = _last_inspections(by_segment)
    today = local_date(at, zone)
    return {
        segment_id: _duty(segment_id, tuple(rows), last.get(segment_id, {}), today, zone)
        for segment_id, rows in by_segment.items()
    }


def late_inspections(segment_ids: Iterable[int], *, at: datetime, zone: str) -> dict[int, tuple[int, int]]:
    """(late, asked for) of the levels of each segment, whoever holds them; a segment without any is absent."""
    ids = sorted(set(segment_ids))
    last, today = _last_inspections(ids), local_date(at, zone)
    found: dict[int, tuple[int, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_LATE_SQL, {"segments": ids, "at": at})
        rows = cursor.fetchall()
    for segment_id, rank, every, since in rows:
        done = last.get(segment_id, {}).get(rank)
        due = due_of(Every(every), last_on=done[0] if done else None, since_on=local_date(since, zone), today=today)
        late, asked = found.get(segment_id, (0, 0))
        found[segment_id] = (late + (due.state is DueState.LATE), asked + 1)
    return found


def _last_inspections(segment_ids: Iterable[int]) -> dict[int, dict[int, tuple[date, datetime]]]:
    found: dict[int, dict[int, tuple[date, datetime]]] = defaultdict(dict)
    ids = sorted(set(segment_ids))
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(_LAST_SQL, {"segments": ids})
            for segment_id, rank, on, at in cursor.fetchall():
                found[segment_id][rank] = (on, at)
    return found


def _duty(
    segment_id: int, holdings: tuple[Holding, ...], last: dict[int, tuple[date, datetime]], today: date, zone: str
) -> SegmentDuty:
    dues: list[tuple[Due, str]] = []
    for holding in holdings:
        every = Every(holding.inspect_every) if holding.has_duty else Every.NEVER
        done = last.get(holding.level_rank)
        due = due_of(every, last_on=done[0] if done else None, since_on=local_date(holding.since, zone), today=today)
        dues.append((due, every.value))
    most, asked = min(dues, key=_pressing)
    seen = max((at for _on, at in last.values()), default=None)
    return SegmentDuty(segment_id, holdings, most, asked, seen)


def _pressing(pair: tuple[Due, str]) -> tuple[Any, ...]:
    due = pair[0]
    return _URGENCY[due.state], -due.late_days, due.due_on or date.max
