"""Rules of passage for key vehicles: hours and places where they may not be, places that they may not leave. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum


class Kind(StrEnum):
    """What a rule says of its area."""

    FORBIDDEN = "forbidden"  # not inside it
    ROUTE = "route"  # not outside it


@dataclass(frozen=True, slots=True)
class Hours:
    """On which days (0 Monday .. 6 Sunday; none: every day) from when to when, local time. `until` at or before `since`
    runs past midnight and belongs to the day on which it began; both equal: all day.
    """

    days: Sequence[int]
    since: time
    until: time

    def hold(self, at: datetime) -> bool:
        """Whether a local time lies within."""
        today, now = at.date(), at.time()
        if self.since == self.until:
            return self._on(today)
        if self.since < self.until:
            return self._on(today) and self.since <= now < self.until
        return (self._on(today) and now >= self.since) or (self._on(today - timedelta(days=1)) and now < self.until)

    def _on(self, day: date) -> bool:
        return not self.days or day.weekday() in self.days


def broken(kind: Kind, hours: Hours, at: datetime, *, inside: bool | None) -> bool:
    """Whether being there then is against the rule. `at` local; `inside` its area: True, False, None where nobody knows
    where that was, which breaks nothing."""
    if inside is None or not hours.hold(at):
        return False
    return inside if kind is Kind.FORBIDDEN else not inside
