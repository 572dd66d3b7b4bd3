"""When an inspection is due: by frequency, last round and beginning of the duty, on local dates."""

from __future__ import annotations

from datetime import date

import pytest

from roads.due import DueState, Every, due_of, next_due, usual_every

TODAY = date(2026, 11, 21)
LONG_AGO = date(2026, 1, 1)


@pytest.mark.parametrize(
    ("every", "after", "due_on"),
    [
        (Every.DAY, date(2026, 12, 31), date(2027, 1, 1)),
        (Every.WEEK, date(2026, 11, 21), date(2026, 11, 28)),
        (Every.MONTH, date(2026, 11, 21), date(2026, 12, 21)),
        (Every.MONTH, date(2026, 12, 15), date(2027, 1, 15)),
        (Every.MONTH, date(2027, 1, 31), date(2027, 2, 28)),
        (Every.MONTH, date(2028, 1, 31), date(2028, 2, 29)),
        (Every.NEVER, date(2026, 11, 21), None),
    ],
)
def test_the_next_round(every: Every, after: date, due_on: date | None) -> None:
    assert next_due(every, after) == due_on


@pytest.mark.parametrize(
    ("every", "last_on", "state", "late_days"),
    [
        (Every.DAY, date(2026, 11, 21), DueState.DONE, 0),
        (Every.DAY, date(2026, 11, 20), DueState.TODAY, 0),
        (Every.DAY, date(2026, 11, 18), DueState.LATE, 2),
        (Every.WEEK, date(2026, 11, 14), DueState.TODAY, 0),
        (Every.WEEK, date(2026, 11, 13), DueState.LATE, 1),
        (Every.MONTH, date(2026, 10, 22), DueState.DONE, 0),
        (Every.NEVER, date(2020, 1, 1), DueState.FREE, 0),
        (Every.NEVER, None, DueState.FREE, 0),
    ],
)
def test_how_it_stands_today(every: Every, last_on: date | None, state: DueState, late_days: int) -> None:
    due = due_of(every, last_on=last_on, since_on=LONG_AGO, today=TODAY)
    assert (due.state, due.late_days, due.last_on) == (state, late_days, last_on)


def test_a_new_holder_has_the_whole_interval() -> None:
    assert due_of(Every.WEEK, last_on=None, since_on=TODAY, today=TODAY).state is DueState.DONE
    assert due_of(Every.DAY, last_on=None, since_on=date(2026, 11, 20), today=TODAY).state is DueState.TODAY
    never = due_of(Every.DAY, last_on=None, since_on=LONG_AGO, today=TODAY)
    assert never.state is DueState.LATE and never.last_on is None


def test_usual_frequencies_of_six_levels() -> None:
    assert [usual_every(rank).value for rank in range(1, 7)] == ["", "month", "week", "day", "day", "day"]
