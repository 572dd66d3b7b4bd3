"""The loop's time limits."""

from __future__ import annotations

import pytest

from incidents.dispatch.timers import DeadlineSet, deadlines_for, escalation_ladder, sign_timers_for


def test_receipt_and_sign_for() -> None:
    assert [sign_timers_for(grade).sign_for_s for grade in ("red", "yellow", "blue")] == [20.0, 30.0, 60.0]
    assert {sign_timers_for(grade).receipt_s for grade in ("red", "yellow", "blue")} == {5.0}


def test_arrival_by_zone() -> None:
    assert deadlines_for("yellow", town=True).arrive_s == 300.0
    assert deadlines_for("yellow", town=False) == deadlines_for("yellow", zone="suburb")
    assert deadlines_for("red", town=True) == DeadlineSet(180.0, 86_400.0)
    with pytest.raises(KeyError):
        deadlines_for("green")


def test_ladder_names_every_late_step_once() -> None:
    ladder = escalation_ladder("red")
    assert [step.trigger for step in ladder] == ["receipt", "sign_for", "recall_seen", "arrive", "review", "close"]
    assert ladder[1].after_s == 20.0 and ladder[1].action == "next_unit"
