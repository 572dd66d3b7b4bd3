"""The eight timeliness rates 及时率 of watch-list control: on time, late, not done, by department and period.

Which steps they are follows the public description (domain.md §3.13); the eighth, all steps of an alarm in time, is our
reading of it. Where the house has no step of the same name the nearest stands for it: an entry is signed for when
another person has checked it (11), an alarm when somebody has confirmed, held or refused it. The limits are settings
(`LUZHANG_TIMELINESS_S`), so that a province's own may be put in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection

from core import clock
from core.messages import gettext_noop, spoken
from incidents.services.interception_steps import INTERCEPTION
from incidents.statistics.counting import day_bounds
from recognition.selectors import steps_of_alarms, steps_of_watch
from stations.selectors import organisations_visible_to
from stations.types import Actor, DataClass, Verb

# Code of each rate and its name, in the order of the description.
RATES: Mapping[str, str] = {
    "watch_approval": gettext_noop("布控审批及时率"),
    "watch_sign": gettext_noop("布控签收及时率"),
    "withdrawal_approval": gettext_noop("撤控审批及时率"),
    "alert_sign": gettext_noop("预警签收及时率"),
    "order_issue": gettext_noop("指令下达及时率"),
    "order_sign": gettext_noop("指令签收及时率"),
    "order_feedback": gettext_noop("指令反馈及时率"),
    "closure": gettext_noop("综合办结及时率"),
}
# Steps of an alarm that count for its closure, with the order's.
_OF_ALARM = ("alert_sign", "order_issue", "order_sign", "order_feedback")

_SIGNED_SQL = """
SELECT i.uid, i.organisation_path, a.offered_at, a.acknowledged_at
  FROM incidents_assignment a JOIN incidents_incident i ON i.id = a.incident_id
 WHERE i.kind = %s AND NOT i.exercise AND a.offered_at >= %s AND a.offered_at < %s
   AND i.organisation_path LIKE ANY(%s) ORDER BY a.offered_at, a.id
"""


@dataclass(frozen=True, slots=True)
class Span:
    """One step of one thing: when it had to begin and when it was done, None while it is not. `thing` names what it
    belongs to, `path` the department."""

    path: str
    begun_at: datetime
    done_at: datetime | None
    thing: str = ""


@dataclass(slots=True)
class Rate:
    """Counts of one rate. `open`: not done, and not yet too late; it counts for nothing."""

    on_time: int = 0
    late: int = 0
    not_done: int = 0
    open: int = 0

    @property
    def total(self) -> int:
        """Whatever has an answer."""
        return self.on_time + self.late + self.not_done

    def add(self, how: str) -> None:
        """Count one."""
        setattr(self, how, getattr(self, how) + 1)

    def as_json(self) -> dict[str, Any]:
        """Counts and the share on time, None where nothing has an answer."""
        share = round(self.on_time / self.total, 4) if self.total else None
        return {
            "on_time": self.on_time,
            "late": self.late,
            "not_done": self.not_done,
            "open": self.open,
            "total": self.total,
            "rate": share,
        }


def judged(span: Span, limit_s: float, now: datetime) -> str:
    """`on_time`, `late`, `not_done` (too late by now) or `open`. Done at the very limit is on time."""
    until = span.begun_at + timedelta(seconds=limit_s)
    if span.done_at is not None:
        return "on_time" if span.done_at <= until else "late"
    return "not_done" if now > until else "open"


def counted(
    spans: Mapping[str, Iterable[Span]], limits_s: Mapping[str, float], now: datetime
) -> dict[str, dict[str, Rate]]:
    """By department path and rate. The closure of an alarm is on time when all its steps were; it is late once it is
    closed otherwise, and not done when any step is not done in time and it is not closed.
    """
    found: dict[str, dict[str, Rate]] = defaultdict(lambda: {name: Rate() for name in RATES})
    steps: dict[str, set[str]] = defaultdict(set)
    for name, several in spans.items():
        for span in several:
            if name == "closure":
                continue
            how = judged(span, limits_s[name], now)
            found[span.path][name].add(how)
            if name in _OF_ALARM and span.thing:
                steps[span.thing].add(how)
    for span in spans.get("closure", ()):
        how, parts = judged(span, limits_s["closure"], now), steps[span.thing]
        if span.done_at is not None and parts & {"late", "not_done"}:
            how = "late"
        elif span.done_at is None and "not_done" in parts:
            how = "not_done"
        found[span.path]["closure"].add(how)
    return dict(found)


def timeliness(*, actor: Actor, first: date, last: date, organisation: Any = None) -> dict[str, Any]:
    """The rates of what began on local dates `first` to `last` (both inclusive), by department that the actor may see
    (its own steps, not those below it), and all together. `organisation`: it and all below it alone.
    """
    zone = settings.TIME_ZONE
    since, until = day_bounds(first, zone)[0], day_bounds(last, zone)[1]
    paths = actor.scope_paths(Verb.VIEW, DataClass.STATISTICS)
    if organisation is not None:
        paths = (organisation.path,)
    limits_s: Mapping[str, float] = settings.LUZHANG_TIMELINESS_S
    by_path = counted(_spans(since, until, paths), limits_s, clock.now())
    names = dict(organisations_visible_to(actor).filter(path__in=by_path).values_list("path", "name"))
    total = {name: Rate() for name in RATES}
    for rates in by_path.values():
        for name, rate in rates.items():
            for field in ("on_time", "late", "not_done", "open"):
                setattr(total[name], field, getattr(total[name], field) + getattr(rate, field))
    return {
        "from": first.isoformat(),
        "to": last.isoformat(),
        "rates": [{"code": code, "name": spoken(name), "limit_s": limits_s[code]} for code, name in RATES.items()],
        "departments": [
            {"path": path, "name": names.get(path, ""), "rates": _json(by_path[path])} for path in sorted(by_path)
        ],
        "total": _json(total),
    }


def _json(rates: Mapping[str, Rate]) -> dict[str, Any]:
    return {name: rate.as_json() for name, rate in rates.items()}


def _spans(since: datetime, until: datetime, paths: tuple[str, ...]) -> dict[str, list[Span]]:
    spans = {
        name: [Span(*row) for row in rows]
        for name, rows in {**steps_of_watch(since, until, paths), **steps_of_alarms(since, until, paths)}.items()
    }
    # A case stands for the alarms that brought it: steps of its order are theirs.
    alarms_of: dict[str, list[str]] = defaultdict(list)
    for span in spans["order_feedback"]:
        case, _slash, alarm = span.thing.partition("/")
        alarms_of[case].append(alarm)
    spans["order_feedback"] = [
        Span(span.path, span.begun_at, span.done_at, span.thing.partition("/")[2]) for span in spans["order_feedback"]
    ]
    spans["order_sign"] = []
    with connection.cursor() as cursor:
        cursor.execute(_SIGNED_SQL, [INTERCEPTION, since, until, [f"{path}%" for path in paths]])
        for case, path, offered_at, signed_at in cursor.fetchall():
            things = alarms_of.get(str(case), [""])
            # One order is one order, however many alarms wait for it.
            spans["order_sign"].append(Span(path, offered_at, signed_at, things[0]))
    return spans
