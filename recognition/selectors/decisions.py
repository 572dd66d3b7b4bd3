"""Who decided on an alarm, when and how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from recognition.models import Alarm, AlarmStep
from recognition.states import AlarmState
from stations.selectors import names_of_users

DECIDING = (AlarmState.CONFIRMED, AlarmState.FALSE)


@dataclass(frozen=True, slots=True)
class Decision:
    """What was said of an alarm. `by` is "" for the house itself, which lets a category go by policy."""

    by_id: int | None
    by: str
    at: datetime
    state: AlarmState
    words: str


def decision_of(alarm: Alarm) -> Decision:
    """The decision on an alarm that does not wait any more."""
    return decisions_of([alarm])[alarm.pk]


def decisions_of(alarms: Sequence[Alarm]) -> dict[int, Decision]:
    """Decisions by the number of the alarm; those that wait are left out. Of several the last one."""
    steps = list(
        AlarmStep.objects.filter(
            alarm_id__in=[alarm.pk for alarm in alarms], to_state__in=[state.value for state in DECIDING]
        ).order_by("id")
    )
    names = names_of_users([step.actor_id for step in steps if step.actor_id is not None])
    return {
        step.alarm_id: Decision(
            step.actor_id, names.get(step.actor_id or 0, ""), step.at, AlarmState(step.to_state), step.text
        )
        for step in steps
    }
