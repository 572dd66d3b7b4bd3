"""Which days near a date are not what their weekday says."""

from __future__ import annotations

from datetime import date, timedelta

from stations.models import CalendarDay
from stations.opening import HORIZON_DAYS

Days = dict[date, int]


def days_counted(around: date) -> Days:
    """Weekday (Monday 0) as which days count, of those near a local date that the deployment's calendar names; what
    `opening_at` takes. The calendar is the root's: holidays are the country's.
    """
    near = (around - timedelta(days=1), around + timedelta(days=HORIZON_DAYS))
    rows = CalendarDay.objects.filter(day__range=near, organisation__parent=None)
    return dict(rows.values_list("day", "counts_as"))
