"""The time limits of an offer."""

from __future__ import annotations

import pytest

from incidents.dispatch.timers import sign_timers_for


def test_receipt_and_sign_for() -> None:
    assert [sign_timers_for(grade).sign_for_s for grade in ("red", "yellow", "blue")] == [20.0, 30.0, 60.0]
    assert {sign_timers_for(grade).receipt_s for grade in ("red", "yellow", "blue")} == {5.0}
    with pytest.raises(KeyError):
        sign_timers_for("green")
