"""Counting one local day of one organisation: one statement, safe to repeat, the newest count wins."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from core import clock
from core.errors import InvalidInput
from incidents.models import CountedDay
from incidents.statistics.measures import COUNTS, TIMES
from stations.selectors import organisations_visible_to, system_actor

DAYS_AT_MOST = 3700
EARLIEST = date(2000, 1, 1)


class Counted(Protocol):
    """An organisation, as far as counting needs it."""

    pk: int
    time_zone: str


def _time_columns(name: str) -> list[tuple[str, str]]:
    value = f"c.{name}_s"
    return [
        (f"{name}_count", f"count({value})"),
        (f"{name}_sum_s", f"coalesce(sum({value}), 0)"),
        (f"{name}_p50_s", f"percentile_cont(0.5) WITHIN GROUP (ORDER BY {value})"),
        (f"{name}_p95_s", f"percentile_cont(0.95) WITHIN GROUP (ORDER BY {value})"),
        (f"{name}_s", f"coalesce(array_agg({value} ORDER BY {value}) FILTER (WHERE {value} IS NOT NULL), '{{}}')"),
    ]


_CONDITIONS = {
    "received": "true",
    "closed": "c.state = 'closed'",
    "false_alarms": "c.ended = 'false'",
    "merged": "c.ended = 'merged'",
    "handed_over": "c.ended = 'transferred'",
    "by_engine": "c.origin = 'engine'",
    "by_solver": "c.origin = 'solver'",
    "by_hand": "c.origin = 'manual'",
    "overdue": "c.overdue",
    "shortfalls": "c.shortfall",
}
_COLUMNS = [(name, f"count(*) FILTER (WHERE {_CONDITIONS[name]})") for name in COUNTS] + [
    column for name in TIMES for column in _time_columns(name)
]
# To the millisecond, so that a plain recount in Python comes to the same figures.
_SECONDS = ",\n           ".join(
    f"CASE WHEN i.{until} >= i.{since} THEN round(extract(epoch FROM i.{until} - i.{since}), 3)::float8"
    f" WHEN i.{until} < i.{since} THEN 0 END AS {name}_s"
    for name, (since, until) in TIMES.items()
)

_COUNT_SQL = f"""
WITH cohort AS (
    SELECT i.kind, i.grade, i.state, i.overdue_since IS NOT NULL AS overdue,
           {_SECONDS},
           -- A false alarm or one handed over may be closed afterwards: what it was closed from says how it ended.
           CASE WHEN i.state <> 'closed' THEN i.state ELSE
               (SELECT s.from_state FROM incidents_incidentstep s
                 WHERE s.incident_id = i.id AND s.kind = 'transition' ORDER BY s.id DESC LIMIT 1) END AS ended,
           (SELECT a.origin FROM incidents_assignment a
             WHERE a.incident_id = i.id AND a.offered_at IS NOT NULL ORDER BY a.fence LIMIT 1) AS origin,
           EXISTS (SELECT FROM incidents_incidentstep s
                    WHERE s.incident_id = i.id AND s.details ->> 'shortfall' <> '') AS shortfall
      FROM incidents_incident i
     WHERE i.organisation_id = %(organisation)s AND i.received_at >= %(since)s AND i.received_at < %(until)s
       AND NOT i.exercise
), figures AS (
    SELECT c.kind, c.grade, {", ".join(f"{value} AS {name}" for name, value in _COLUMNS)}
      FROM cohort c GROUP BY c.kind, c.grade
), gone AS (
    DELETE FROM incidents_incidentday d
     WHERE d.organisation_id = %(organisation)s AND d.day = %(day)s
       AND NOT EXISTS (SELECT FROM figures f WHERE f.kind = d.kind AND f.grade = d.grade)
)
INSERT INTO incidents_incidentday (organisation_id, day, kind, grade, {", ".join(name for name, _value in _COLUMNS)})
SELECT %(organisation)s, %(day)s, f.kind, f.grade, {", ".join(f"f.{name}" for name, _value in _COLUMNS)} FROM figures f
    ON CONFLICT (organisation_id, day, kind, grade)
    DO UPDATE SET {", ".join(f"{name} = EXCLUDED.{name}" for name, _value in _COLUMNS)}
"""  # noqa: S608  names and conditions of this file


def day_bounds(day: date, zone: str) -> tuple[datetime, datetime]:
    """Where a local day begins and ends, as UTC moments; a day on which clocks change is shorter or longer."""
    local = ZoneInfo(zone)
    begin, end = (datetime.combine(each, time(), local) for each in (day, day + timedelta(days=1)))
    return begin.astimezone(UTC), end.astimezone(UTC)


def last_day(first: date) -> date:
    """The last day of the month that begins with `first`."""
    return date(first.year + first.month // 12, first.month % 12 + 1, 1) - timedelta(days=1)


def local_day(moment: datetime, zone: str) -> date:
    """The date that a calendar in that zone shows."""
    return moment.astimezone(ZoneInfo(zone)).date()


def statistics_day(*, organisation: Counted, day: date) -> int:
    """Count one local day of one organisation (itself, not what lies below it). Returns how many rows the day has.

    Two at once wait for each other, and the later one counts what is there by then.
    """
    since, until = day_bounds(day, organisation.time_zone)
    with transaction.atomic():
        CountedDay.objects.bulk_create(
            [CountedDay(organisation_id=organisation.pk, day=day, computed_at=clock.now())],
            update_conflicts=True,
            unique_fields=["organisation", "day"],
            update_fields=["computed_at"],
        )
        with connection.cursor() as cursor:
            cursor.execute(_COUNT_SQL, {"organisation": organisation.pk, "day": day, "since": since, "until": until})
            return int(cursor.rowcount)


def statistics_recent(*, days: int = 1) -> int:
    """Count the last `days` days, today included, of every organisation in use. Returns how many were counted."""
    now = clock.now()
    counted = 0
    for organisation in _organisations().filter(is_active=True):
        today = local_day(now, organisation.time_zone)
        for back in range(days):
            statistics_day(organisation=organisation, day=today - timedelta(days=back))
            counted += 1
    return counted


def statistics_build(*, first: date, last: date) -> Iterator[tuple[date, int]]:
    """Count every day from `first` to `last` of every organisation; yields each day with the rows that it has.

    Raises InvalidInput for a range that runs backwards, is longer than ten years, or lies ahead.
    """
    days_check(first, last, most=DAYS_AT_MOST)
    organisations = list(_organisations())
    for back in range((last - first).days + 1):
        day = first + timedelta(days=back)
        yield day, sum(statistics_day(organisation=organisation, day=day) for organisation in organisations)


def _organisations() -> QuerySet[Any]:
    return organisations_visible_to(system_actor("statistics")).order_by("id")


def days_check(first: date, last: date, *, most: int) -> None:
    """A range of dates for figures, both inclusive. Raises InvalidInput (fields `from`, `to`)."""
    latest = timezone.localdate(clock.now())
    for field, day in (("from", first), ("to", last)):
        if not EARLIEST <= day <= latest:
            raise InvalidInput(
                _("日期超出可统计的范围"), field=field, value=day.isoformat(), cure=f"{EARLIEST} – {latest}"
            )
    if first > last:
        raise InvalidInput(
            _("开始日期晚于结束日期"), field="from", value=first.isoformat(), cure=f"≤ {last.isoformat()}"
        )
    if (last - first).days >= most:
        raise InvalidInput(
            _("日期范围过长"), field="from", value=first.isoformat(), cure=_("最多 %(days)d 天") % {"days": most}
        )
