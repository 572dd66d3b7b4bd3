"""Where a unit stood, and how far apart the samples of a replay lie. Plain numbers, no database."""

from __future__ import annotations

import pytest

from patrols.services.replaying import LEAST_STEP_S, MOST_POINTS, Sample, step_for, stops_of

LAT = 19.2
DEGREE_M = 111_195.0


def _drive(*legs: tuple[float, float], every_s: float = 10.0, start_s: float = 0.0) -> list[Sample]:
    """Samples of legs of (seconds, m/s), northwards."""
    at_s, north_m, found = start_s, 0.0, [(start_s, 110.4, LAT, None)]
    for seconds, speed in legs:
        for _ in range(round(seconds / every_s)):
            at_s += every_s
            north_m += speed * every_s
            found.append((at_s, 110.4, LAT + north_m / DEGREE_M, None))
    return found


def test_a_stop_begins_and_ends_where_the_wheels_do() -> None:
    (stop,) = stops_of(_drive((100, 10), (200, 0), (100, 10)))
    assert (stop.since_s, stop.until_s) == (100, 300)
    assert stop.lat == pytest.approx(LAT + 1000 / DEGREE_M, abs=1e-6)


@pytest.mark.parametrize(
    ("legs", "why"),
    [
        ([(100, 10), (110, 0), (100, 10)], "shorter than two minutes"),
        ([(600, 1.2)], "walks"),
        ([(600, 0.5)], "creeps: 300 m in ten minutes is no place"),
    ],
)
def test_what_is_no_stop(legs: list[tuple[float, float]], why: str) -> None:
    assert [stop for stop in stops_of(_drive(*legs)) if stop.until_s - stop.since_s > 130] == [], why


def test_drift_of_a_standing_receiver_is_a_stop() -> None:
    shaking = [(10.0 * n, 110.4 + (n % 2) * 3e-5, LAT, 1.4) for n in range(30)]
    (stop,) = stops_of(shaking)
    assert (stop.since_s, stop.until_s) == (0, 290)


def test_nobody_stood_while_it_was_not_heard() -> None:
    before = _drive((60, 0))
    after = [(at_s + 600, lon, lat, speed) for at_s, lon, lat, speed in before]
    assert list(stops_of([*before, *after])) == []


def test_an_empty_track_has_no_stops() -> None:
    assert list(stops_of([])) == []
    assert list(stops_of([(0.0, 110.4, LAT, 0.0)])) == []


@pytest.mark.parametrize(("hours", "tours"), [(1, 120), (6, 120), (1, 2000), (6, 2000), (1, 0)])
def test_points_fit_a_page(hours: int, tours: int) -> None:
    step_s = step_for(hours * 3600.0, tours)
    assert step_s >= LEAST_STEP_S
    assert hours * 3600 / step_s * tours <= MOST_POINTS
