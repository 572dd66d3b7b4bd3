"""Hours and areas of rules of passage."""

from __future__ import annotations

from datetime import datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.judging.rules import Hours, Kind, broken

NIGHT = Hours((4,), time(22), time(5))  # Friday night into Saturday


@pytest.mark.parametrize(
    ("at", "holds"),
    [
        ("2026-05-08T21:59", False), ("2026-05-08T22:00", True), ("2026-05-09T04:59", True),
        ("2026-05-09T05:00", False), ("2026-05-09T23:00", False), ("2026-05-08T03:00", False),
    ],
)  # fmt: skip
def test_hours_past_midnight_belong_to_the_day_they_began(at: str, holds: bool) -> None:
    assert NIGHT.hold(datetime.fromisoformat(at)) is holds


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)), st.times(), st.times())
def test_two_spans_that_meet_are_a_day(at: datetime, one: time, other: time) -> None:
    if one == other:
        assert Hours((), one, other).hold(at)
    else:
        assert Hours((), one, other).hold(at) is not Hours((), other, one).hold(at)


def test_forbidden_inside_and_route_outside() -> None:
    at, always = datetime(2026, 5, 8, 12), Hours((), time(0), time(0))
    assert [broken(Kind.FORBIDDEN, always, at, inside=i) for i in (True, False, None)] == [True, False, False]
    assert [broken(Kind.ROUTE, always, at, inside=i) for i in (True, False, None)] == [False, True, False]
