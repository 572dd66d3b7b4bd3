"""Impossible travel as a matter of numbers: never an alarm where somebody could have driven it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recognition.judging.travel import Sight, TravelTerms, Way, impossible, slack_s, straight_m

NOON = datetime(2026, 5, 4, 4, tzinfo=UTC)
TERMS = TravelTerms()


def seen(name: str, *, east_km: float = 0.0, after_s: float = 0.0, off_s: float = 10.0, camera: str = "") -> Sight:
    return Sight(name, camera or name, 110.4 + east_km / 105.0, 19.2, NOON + timedelta(seconds=after_s), off_s)


def by_road(detour: float, mps: float = 25.0):  # type: ignore[no-untyped-def]
    def way(first: Sight, second: Sight) -> Way:
        road_m = detour * straight_m(first, second)
        return Way(road_m, road_m / mps)

    return way


KM = st.floats(-60, 60)
GAPS = st.floats(-9000, 9000)
SLACKS = st.floats(0, 300)


@settings(max_examples=120, deadline=None)
@given(KM, GAPS, SLACKS, SLACKS, st.floats(1.0, 4.0), st.floats(3.0, 36.0))
def test_says_so_exactly_when_the_fastest_way_is_too_long(
    east_km: float, after_s: float, off_s: float, other_s: float, detour: float, mps: float
) -> None:
    one, other = seen("a", off_s=off_s), seen("b", east_km=east_km, after_s=after_s, off_s=other_s)
    way = by_road(detour, mps)
    judged = impossible(one, other, TERMS, way)
    needed_s = TERMS.tolerance * way(one, other).free_flow_s
    allowed_s = abs((other.at - one.at).total_seconds()) + off_s + other_s
    if needed_s <= allowed_s:
        assert judged is None, "the gap allows the travel"
    elif straight_m(one, other) > max(TERMS.near_m, TERMS.plain_mps * allowed_s):
        assert judged is not None
        assert (judged.fastest_s, judged.first.at <= judged.second.at) == (pytest.approx(needed_s), True)
    assert judged == impossible(other, one, TERMS, way), "late and out of order are the same two passages"


def test_the_network_is_asked_only_when_the_straight_line_does_not_settle_it() -> None:
    def never(first: Sight, second: Sight) -> Way | None:
        raise AssertionError("asked")

    assert impossible(seen("a"), seen("b", east_km=30, after_s=2000), TERMS, never) is None
    assert impossible(seen("a"), seen("b", east_km=0.2), TERMS, never) is None, "one place"
    assert impossible(seen("a", camera="c"), seen("b", camera="c"), TERMS, never) is None, "the same camera"
    with pytest.raises(AssertionError):
        impossible(seen("a"), seen("b", east_km=30, after_s=60), TERMS, never)


def test_where_no_road_is_known_nothing_is_said() -> None:
    assert impossible(seen("a"), seen("b", east_km=30), TERMS, lambda *_two: None) is None


def test_a_moving_camera_counts_by_where_it_was() -> None:
    judged = impossible(seen("a", camera="m"), seen("b", camera="m", east_km=30, after_s=60), TERMS, by_road(1.2))
    assert judged is not None
    assert round(judged.road_m / 1000) == 36


@given(st.floats(-300, 300), st.floats(-300, 300), st.booleans())
def test_a_clock_that_nobody_knows_gets_the_most(lag_s: float, before_s: float, corrected: bool) -> None:
    known = slack_s(TERMS, lag_s=lag_s, lag_before_s=before_s, corrected=corrected)
    unknown = slack_s(TERMS, lag_s=None, lag_before_s=None, corrected=corrected)
    assert TERMS.known_s <= known <= unknown
    assert slack_s(TERMS, lag_s=lag_s, lag_before_s=None, corrected=corrected) == unknown
    assert known >= min(abs(lag_s) + TERMS.known_s, TERMS.unknown_s)
