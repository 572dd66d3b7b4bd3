"""An alarm that nobody answers does not sleep: it climbs, and who is told is the category's matter."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core import clock, timers
from core.models import Event, Timer
from recognition.models import Alarm, WatchCategory
from recognition.services import alarm_confirm, alarm_hold
from recognition.services.climbing import KIND, alarm_climb
from tests.integration.recognition.conftest import Gate


def _raised(gate: Gate, **entry: Any) -> Alarm:
    gate.watch("琼C12345", **{"category": "hit_and_run", **entry})
    gate.passes("琼C12345")
    return Alarm.objects.get()


def _due() -> list[timedelta]:
    return [row.due_at - clock.now() for row in Timer.objects.filter(kind=KIND, done_at=None)]


def test_it_climbs_one_organisation_at_a_time_to_the_highest(gate: Gate, settings: Any) -> None:
    alarm = _raised(gate)
    settings.LUZHANG_ALARM_CLIMB_S = 60
    (due,) = _due()
    assert timedelta(seconds=100) < due <= timedelta(seconds=120), "grade 1"
    assert Event.objects.get(topic="recognition.alarm_raised").payload["told"] == ["commander", "dispatcher"]
    for level, organisation in enumerate((gate.district, gate.county), start=1):
        Timer.objects.filter(kind=KIND).update(due_at=clock.now() - timedelta(seconds=1))
        timers.run_due(10)
        alarm.refresh_from_db()
        assert (alarm.climbed, alarm.climbed_to, alarm.state) == (level, organisation.path, "raised")
    assert _due() == [], "there is nobody above"
    assert alarm.overdue_since is not None
    assert Event.objects.filter(topic="recognition.alarm_overdue").count() == 2
    assert alarm.steps.count() == 3


@pytest.mark.parametrize("answer", [alarm_confirm, alarm_hold])
def test_an_answer_stops_it(gate: Gate, answer: Any) -> None:
    alarm = _raised(gate)
    answer(actor=gate.people[0], uid=alarm.uid)
    waits = _due()
    if answer is alarm_hold:
        assert timedelta(minutes=29) < waits[0] <= timedelta(minutes=30), "held is not for ever"
    else:
        assert waits == []
        assert alarm_climb(alarm.pk) is None


def test_what_policy_sends_waits_for_nobody_and_nobody_is_not_told(gate: Gate) -> None:
    WatchCategory.objects.filter(code="overdue_scrap").update(told=[])
    alarm = _raised(gate, category="overdue_scrap")
    assert (alarm.ask, _due()) == (False, [])
    assert Event.objects.get(topic="recognition.alarm_raised").payload["told"] == ["dispatcher"]
