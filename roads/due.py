"""When an inspection is due: how often a level asks for one, what was done last, and today (Django-free).

Dates are local dates of the organisation. The interval runs from the last inspection, or, where there was none, from
the day on which the holder's duty began; no calendar of working days is asked (domain.md §3.14: the frequency is a rule
of the county, not a constant).
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from core.messages import gettext_noop


class Every(StrEnum):
    """How often the holder of a level inspects each of its segments."""

    NEVER = ""
    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    @property
    def label(self) -> str:
        """The Chinese name, marked for translation (`core.messages.spoken`)."""
        return _EVERY[self]


class DueState(StrEnum):
    """How a segment stands with one of its levels."""

    LATE = "late"
    TODAY = "today"
    DONE = "done"
    FREE = "free"

    @property
    def label(self) -> str:
        """The Chinese name, marked for translation (`core.messages.spoken`)."""
        return _STATES[self]


_EVERY: dict[Every, str] = {
    Every.NEVER: gettext_noop("不要求"),
    Every.DAY: gettext_noop("每日"),
    Every.WEEK: gettext_noop("每周"),
    Every.MONTH: gettext_noop("每月"),
}
_STATES: dict[DueState, str] = {
    DueState.LATE: gettext_noop("逾期"),
    DueState.TODAY: gettext_noop("今日到期"),
    DueState.DONE: gettext_noop("已巡查"),
    DueState.FREE: gettext_noop("不要求巡查"),
}
# What a level asks for until somebody says otherwise; the lowest of a scheme of four and more is on the road each day.
USUAL: dict[int, Every] = {1: Every.NEVER, 2: Every.MONTH, 3: Every.WEEK}


def usual_every(rank: int) -> Every:
    """The usual frequency of a level by its rank (1 is the highest)."""
    return USUAL.get(rank, Every.DAY)


@dataclass(frozen=True, slots=True)
class Due:
    """`due_on` is None where the level asks for nothing; `late_days` counts from the day after it was due."""

    state: DueState
    due_on: date | None = None
    last_on: date | None = None
    late_days: int = 0


def next_due(every: Every, after: date) -> date | None:
    """The day by which the next inspection is due; a month later is the same day, or the last of a shorter month."""
    if every is Every.DAY:
        return after + timedelta(days=1)
    if every is Every.WEEK:
        return after + timedelta(days=7)
    if every is Every.MONTH:
        year, month = (after.year, after.month + 1) if after.month < 12 else (after.year + 1, 1)
        return date(year, month, min(after.day, calendar.monthrange(year, month)[1]))
    return None


def due_of(every: Every, *, last_on: date | None, since_on: date, today: date) -> Due:
    """How it stands today. `since_on`: the day the duty began, from which a first inspection is counted."""
    due_on = next_due(every, last_on if last_on is not None else since_on)
    if due_on is None:
        return Due(DueState.FREE, last_on=last_on)
    late_days = max((today - due_on).days, 0)
    state = DueState.LATE if late_days else DueState.TODAY if due_on == today else DueState.DONE
    return Due(state, due_on, last_on, late_days)
