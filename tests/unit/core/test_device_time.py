"""When an act happened, as a device's clocks tell it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.device_time import NOWHEN, DeviceMoment

RECEIVED = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
AT = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)  # this phone is ahead of the house by more than an hour


@pytest.mark.parametrize(
    ("moment", "acted_at"),
    [
        (DeviceMoment(at=AT, sent_at=AT + timedelta(minutes=10)), RECEIVED - timedelta(minutes=10)),
        # Its wall clock was set back while it waited: the monotonic clock knows better.
        (DeviceMoment(at=AT, sent_at=AT - timedelta(hours=1), monotonic_ms=90_000), RECEIVED - timedelta(seconds=90)),
        (DeviceMoment(at=AT, sent_at=AT - timedelta(seconds=1)), None),
        (DeviceMoment(at=AT), None),
        (NOWHEN, None),
    ],
)
def test_distances_are_right_where_clocks_are_wrong(moment: DeviceMoment, acted_at: datetime | None) -> None:
    assert moment.acted_at(RECEIVED) == acted_at


def test_what_is_kept_says_how_wrong_the_clock_is() -> None:
    told = DeviceMoment(at=AT, sent_at=AT, monotonic_ms=0, lon=110.12345678, lat=19.1, accuracy_m=8.0).details(RECEIVED)
    assert told == {
        "device": {
            "sent_at": AT.isoformat(),
            "clock_ahead_s": 3600.0,
            "monotonic_ms": 0,
            "acted_at": RECEIVED.isoformat(),
            "lon": 110.123457,
            "lat": 19.1,
            "accuracy_m": 8.0,
        }
    }


def test_nothing_told_keeps_nothing() -> None:
    assert NOWHEN.details(RECEIVED) == {}
