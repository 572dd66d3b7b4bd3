"""Pure data of the patrols room: what a fix is worth, how a tour may go, what counts as a call for help."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.errors import TransitionRefused
from patrols.intake.alarms import is_sos
from patrols.protocols.fix import Fix
from patrols.states import TOUR_LIFECYCLE, TourState
from patrols.types import Freshness, freshness_of

AT = datetime(2026, 6, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("age_s", "worth"),
    [
        (None, Freshness.NONE),
        (0, Freshness.FRESH),
        (60, Freshness.FRESH),
        (60.001, Freshness.AGED),
        (300, Freshness.AGED),
        (300.001, Freshness.STALE),
        (1e9, Freshness.STALE),
    ],
)
def test_limits_of_freshness_are_inclusive(age_s: float | None, worth: Freshness) -> None:
    assert freshness_of(age_s) is worth


def test_limits_may_be_others() -> None:
    assert [freshness_of(20, fresh_s=10, aged_s=limit) for limit in (30, 15)] == [Freshness.AGED, Freshness.STALE]


def test_a_tour_goes_its_way_only() -> None:
    allowed = {
        (TourState.PLANNED, TourState.OPEN),
        (TourState.PLANNED, TourState.CANCELLED),
        (TourState.OPEN, TourState.CLOSED),
    }
    for old in TourState:
        for new in TourState:
            if (old, new) in allowed:
                TOUR_LIFECYCLE.check(old, new)
            else:
                with pytest.raises(TransitionRefused):
                    TOUR_LIFECYCLE.check(old, new)


@pytest.mark.parametrize(
    ("alarm", "called"), [("sos", True), (" SOS ", True), ("lowBattery", False), ("", False), (None, False)]
)
def test_only_sos_calls_for_help(alarm: str | None, called: bool) -> None:
    assert is_sos(Fix(device="d", lon=110.0, lat=19.0, fixed_at=AT, alarm=alarm)) is called
