"""What came of passages and alarms, as figures of days: passed, hit, confirmed, sent after, stopped, and how fast."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.db.utils import OperationalError

from core import clock
from recognition.models import Alarm, WatchCategory
from recognition.selectors.lists import alarms_visible_to
from stations.types import Actor, DataClass, Verb

TIMEOUT_MS = 4_000
STOPPED = (Alarm.Outcome.STOPPED.value, Alarm.Outcome.HANDED_OVER.value)
_COUNT = """
select (passed_at at time zone %(zone)s)::date, count(*)
  from recognition_passage
 where day between %(first)s and %(last)s and passed_at >= %(since)s and organisation_path like any(%(paths)s)
 group by 1
"""


def interception_figures(actor: Actor, *, days: int) -> dict[str, Any]:
    """The last `days` local days, today included, of the alarms that this actor may see. One case is one interception,
    however many alarms its way had: a vehicle counts as stopped (or handed over) once, and as sent after once.
    `stop_minutes`: median from the first alarm of a case to the report that it was stopped. `share`: stopped of sent
    after; None without any.
    """
    zone = ZoneInfo(settings.TIME_ZONE)
    today = clock.now().astimezone(zone).date()
    first = today - timedelta(days=days - 1)
    since = datetime.combine(first, time(), tzinfo=zone)
    alarms = [
        _Told(*row)
        for row in alarms_visible_to(actor).filter(raised_at__gte=since).order_by("raised_at", "id").values_list(
            "raised_at", "category", "state", "outcome", "confirmed_at", "ordered_at", "reported_at", "incident_uid"
        )
    ]  # fmt: skip
    passages = _passages(actor, since, today)
    names = dict(WatchCategory.objects.values_list("code", "name"))
    by_day: dict[date, list[_Told]] = {first + timedelta(days=number): [] for number in range(days)}
    by_category: dict[str, list[_Told]] = {}
    for alarm in alarms:
        by_day.setdefault(alarm.raised_at.astimezone(zone).date(), []).append(alarm)
        by_category.setdefault(alarm.category, []).append(alarm)
    return {
        "at": clock.now(),
        "days": [
            {"day": day, "passages": None if passages is None else passages.get(day, 0), **_summed(rows)}
            for day, rows in sorted(by_day.items(), reverse=True)
        ],
        "total": {"passages": None if passages is None else sum(passages.values()), **_summed(alarms)},
        "categories": [
            {"code": code, "name": names.get(code, code), **_summed(rows)}
            for code, rows in sorted(by_category.items(), key=lambda each: -len(each[1]))
        ],
    }


class _Told:
    """What the figures need of an alarm."""

    __slots__ = (
        "category",
        "confirmed_at",
        "incident_uid",
        "ordered_at",
        "outcome",
        "raised_at",
        "reported_at",
        "state",
    )

    def __init__(
        self, raised_at: datetime, category: str, state: str, outcome: str, confirmed_at: datetime | None,
        ordered_at: datetime | None, reported_at: datetime | None, incident_uid: Any,
    ) -> None:  # fmt: skip
        self.raised_at, self.category, self.state, self.outcome = raised_at, category, state, outcome
        self.confirmed_at, self.ordered_at, self.reported_at = confirmed_at, ordered_at, reported_at
        self.incident_uid = incident_uid


def _summed(rows: list[_Told]) -> dict[str, Any]:
    """Alarms: hits, confirmed, false, wrong; cases: sent after, stopped."""
    cases: dict[Any, list[_Told]] = {}
    for row in rows:
        if row.incident_uid is not None:
            cases.setdefault(row.incident_uid, []).append(row)
    minutes = []
    for way in cases.values():
        ends = [row.reported_at for row in way if row.outcome in STOPPED and row.reported_at is not None]
        if ends:
            minutes.append((min(ends) - min(row.raised_at for row in way)).total_seconds() / 60)
    return {
        "hits": len(rows),
        "confirmed": sum(row.confirmed_at is not None for row in rows),
        "false": sum(row.state == "false" for row in rows),
        "wrong": sum(row.outcome == Alarm.Outcome.WRONG_READ.value for row in rows),
        "sent": len(cases),
        "stopped": len(minutes),
        "share": round(len(minutes) / len(cases), 4) if cases else None,
        "stop_minutes": round(median(minutes), 1) if minutes else None,
    }


def _passages(actor: Actor, since: datetime, today: date) -> dict[date, int] | None:
    """Passages by local day; None where counting them takes too long: the page says so."""
    values: dict[str, Any] = {
        "zone": settings.TIME_ZONE,
        "since": since,
        "first": (since - timedelta(days=1)).date(),
        "last": today + timedelta(days=1),
        "paths": [f"{path}%" for path in actor.scope_paths(Verb.VIEW, DataClass.ALARM)],
    }
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = {TIMEOUT_MS}")
            cursor.execute(_COUNT, values)
            found = dict(cursor.fetchall())
            cursor.execute("SET LOCAL statement_timeout = DEFAULT")
    except OperationalError as error:
        if "statement timeout" not in str(error):
            raise
        return None
    return found
