"""Reading the figures: by day, kind or grade, over what an actor may see, with how old they are."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Min, QuerySet

from core import clock
from incidents.models import CountedDay, IncidentDay
from incidents.statistics.counting import day_bounds
from incidents.statistics.measures import COUNTS, TIMES
from stations.selectors import path_filter
from stations.types import Actor, DataClass, Verb

FINE_DIGITS = 3


class By(StrEnum):
    """What the figures are listed by."""

    DAY = "day"
    KIND = "kind"
    GRADE = "grade"


_SUMS = ", ".join(f"coalesce(sum(d.{name}), 0)::bigint" for name in COUNTS)
_VALUES = " UNION ALL ".join(f"SELECT '{name}' AS measure, unnest(d.{name}_s) AS value" for name in TIMES)


def _counts_sql(by: By, rows: str) -> str:
    """One line a group, and one (grouping = 1) for all."""
    return f"""SELECT d.{by.value}, grouping(d.{by.value}), {_SUMS}
                 FROM incidents_incidentday d WHERE d.id IN ({rows})
                GROUP BY GROUPING SETS ((d.{by.value}), ()) ORDER BY 2, 1"""  # noqa: S608  names of this file


def _times_sql(by: By, rows: str) -> str:
    """One line a group and time, and one (grouping = 1) a time for all; percentiles of the very values."""
    return f"""SELECT d.{by.value}, grouping(d.{by.value}), t.measure, count(*), sum(t.value),
                      percentile_cont(0.5) WITHIN GROUP (ORDER BY t.value),
                      percentile_cont(0.95) WITHIN GROUP (ORDER BY t.value)
                 FROM incidents_incidentday d CROSS JOIN LATERAL ({_VALUES}) t WHERE d.id IN ({rows})
                GROUP BY GROUPING SETS ((d.{by.value}, t.measure), (t.measure))"""  # noqa: S608  names of this file


def incident_days_visible_to(actor: Actor) -> QuerySet[IncidentDay]:
    """Figures of the organisations whose statistics the actor may see; whole ones only, nothing own or public."""
    return IncidentDay.objects.filter(path_filter(actor, Verb.VIEW, DataClass.STATISTICS, field="organisation__path"))


def _counted_days_visible_to(actor: Actor) -> QuerySet[CountedDay]:
    return CountedDay.objects.filter(path_filter(actor, Verb.VIEW, DataClass.STATISTICS, field="organisation__path"))


def incident_figures(*, actor: Actor, first: date, last: date, by: By, organisation: Any = None) -> dict[str, Any]:
    """Figures of `first` to `last` (local dates, both inclusive), of an organisation with all below it or of all that
    the actor sees.

    `rows` by day name every day, also those that were never counted (`computed_at` None); `total` is over all. Times
    are seconds. `finished` is false for what was counted before its day was over: a running day, or one not counted
    since. `age_s` is how old the oldest count of a range is.
    """
    rows = incident_days_visible_to(actor).filter(day__range=(first, last))
    counted = _counted_days_visible_to(actor).filter(day__range=(first, last))
    if organisation is not None:
        rows = rows.filter(organisation__path__startswith=organisation.path)
        counted = counted.filter(organisation__path__startswith=organisation.path)
    now = clock.now()
    days = _counted(counted)
    groups, total = _figures(rows, by)
    if by is By.DAY:
        listed = [
            {"day": day.isoformat(), **_standing(day, days, now), **groups.get(day, _nothing())}
            for day in (first + timedelta(days=back) for back in range((last - first).days + 1))
        ]
    else:
        listed = [{by.value: name, **figures} for name, figures in groups.items()]
    return {
        "from": first.isoformat(),
        "to": last.isoformat(),
        "by": by.value,
        "organisation": {"uid": str(organisation.uid), "name": organisation.name} if organisation is not None else None,
        "now": now.isoformat(),
        **_age(days, first, last, now),
        "rows": listed,
        "total": total,
    }


def _figures(rows: QuerySet[IncidentDay], by: By) -> tuple[dict[Any, dict[str, Any]], dict[str, Any]]:
    """Figures by group, and of all."""
    groups: dict[Any, dict[str, Any]] = {}
    total = _nothing()
    try:
        chosen, parameters = rows.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        # Nothing is visible to this actor.
        return groups, total
    with connection.cursor() as cursor:
        cursor.execute(_counts_sql(by, chosen), parameters)
        for name, is_total, *sums in cursor.fetchall():
            figures = total if is_total else groups.setdefault(name, _nothing())
            figures.update(zip(COUNTS, sums, strict=True))
        cursor.execute(_times_sql(by, chosen), parameters)
        for name, is_total, measure, count, total_s, p50_s, p95_s in cursor.fetchall():
            figures = total if is_total else groups.setdefault(name, _nothing())
            figures[measure] = {
                "count": count,
                "sum_s": round(total_s, FINE_DIGITS),
                "mean_s": round(total_s / count, FINE_DIGITS),
                "p50_s": round(p50_s, FINE_DIGITS),
                "p95_s": round(p95_s, FINE_DIGITS),
            }
    return groups, total


def _nothing() -> dict[str, Any]:
    no_times = {"count": 0, "sum_s": 0.0, "mean_s": None, "p50_s": None, "p95_s": None}
    return {**dict.fromkeys(COUNTS, 0), **{name: dict(no_times) for name in TIMES}}


def _counted(counted: QuerySet[CountedDay]) -> dict[date, tuple[datetime, datetime]]:
    """By day: when the oldest count was made, and when the day is over everywhere it was counted."""
    found: dict[date, tuple[datetime, datetime]] = {}
    zones = counted.order_by().values("day", "organisation__time_zone").annotate(oldest=Min("computed_at"))
    for row in zones:
        _begin, end = day_bounds(row["day"], row["organisation__time_zone"])
        known = found.get(row["day"])
        oldest = row["oldest"] if known is None else min(known[0], row["oldest"])
        found[row["day"]] = (oldest, end if known is None else max(known[1], end))
    return found


def _standing(day: date, days: dict[date, tuple[datetime, datetime]], now: datetime) -> dict[str, Any]:
    """How far the figures of a day can be relied on."""
    if day not in days:
        return {"computed_at": None, "age_s": None, "finished": False}
    computed_at, end = days[day]
    return {
        "computed_at": computed_at.isoformat(),
        "age_s": round(max((now - computed_at).total_seconds(), 0.0), FINE_DIGITS),
        "finished": computed_at >= end,
    }


def _age(days: dict[date, tuple[datetime, datetime]], first: date, last: date, now: datetime) -> dict[str, Any]:
    """Of the whole range: the oldest count, its age, whether every day is counted and over, and those never counted."""
    wanted = [first + timedelta(days=back) for back in range((last - first).days + 1)]
    oldest = min((computed_at for computed_at, _end in days.values()), default=None)
    return {
        "computed_at": oldest.isoformat() if oldest is not None else None,
        "age_s": round(max((now - oldest).total_seconds(), 0.0), FINE_DIGITS) if oldest is not None else None,
        "finished": all(_standing(day, days, now)["finished"] for day in wanted),
        "days_not_counted": [day.isoformat() for day in wanted if day not in days],
    }
