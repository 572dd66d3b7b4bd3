"""Twenty seconds of `bench chaos` in the suite: a small county, everything killed, nothing lost or doubled."""

from __future__ import annotations

import pytest

from bench.chaos import FAULTS, FEED_FAULTS, chaos_run
from bench.chaos_house import empty_house, house_load, running

SECONDS = 20.0
RATE_S = 4.0
KILL_EVERY_S = 2.5


@pytest.mark.chaos
@pytest.mark.slow
def test_nothing_is_lost_or_doubled_when_processes_are_killed() -> None:
    with empty_house() as house:
        house_load(house, "--nodes", "1500", "--units", "30")
        with running(house):
            found = chaos_run(house, SECONDS, RATE_S, KILL_EVERY_S, seed=7)
    assert found.acknowledged > 0
    assert sum(found.kills.values()) >= 4
    assert {name: found.figures[name] for name in FAULTS} == dict.fromkeys(FAULTS, 0)
    assert {name: found.feed[name] for name in FEED_FAULTS} == dict.fromkeys(FEED_FAULTS, 0)
    assert found.feed["offers"] > 0
