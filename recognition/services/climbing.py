"""Alarms that nobody answers climb, as overdue cases do: first within their organisation, then one above at a time.

Who is told of an alarm is its category's matter (`WatchCategory.told`). When nobody has confirmed, held or refused it
in its time the commander there is told as well, and after each further while the desk of the organisation above.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from core import clock, timers
from recognition.models import Alarm, AlarmStep, WatchCategory
from recognition.services.telling import told_of
from recognition.states import AlarmState

KIND = "recognition.alarm_wait"
WAITING = frozenset({AlarmState.RAISED, AlarmState.HELD})


def wait_begin(alarm: Alarm) -> None:
    """Somebody has to look at a new alarm in its time. In the caller's transaction; nothing where policy sends."""
    if alarm.ask:
        limits_s = settings.LUZHANG_ALARM_CONFIRM_S
        _wait(alarm, float(limits_s.get(alarm.grade, max(limits_s.values()))))


def wait_follow(alarm: Alarm, to: AlarmState) -> None:
    """A held alarm may wait longer; one that has its answer waits for nobody."""
    if to is AlarmState.HELD:
        _wait(alarm, float(settings.LUZHANG_ALARM_HELD_S))
    elif to not in WAITING and alarm.ask:
        timers.timer_cancel(_key(alarm.pk))


def alarm_climb(alarm_id: int) -> Alarm | None:
    """Nobody has answered: one level up, and again after a while. None where somebody has. In the caller's transaction;
    run by the timer alone.
    """
    from recognition.services.history import alarm_publish

    alarm = Alarm.objects.select_for_update(of=("self",)).filter(pk=alarm_id).first()
    if alarm is None or AlarmState(alarm.state) not in WAITING:
        return None
    now = clock.now()
    alarm.climbed_to = _above(alarm.climbed_to) if alarm.climbed else alarm.organisation_path
    alarm.overdue_since, alarm.climbed = alarm.overdue_since or now, alarm.climbed + 1
    alarm.save(update_fields=["climbed_to", "overdue_since", "climbed"])
    category = WatchCategory.objects.filter(code=alarm.category).first()
    told = told_of(category.told if category is not None else (), alarm.climbed)
    AlarmStep.objects.create(
        alarm=alarm, at=now, from_state=alarm.state, to_state=alarm.state, text=_("无人确认，已上报")
    )
    alarm_publish(alarm, "recognition.alarm_overdue", climbed=alarm.climbed, climbed_to=alarm.climbed_to, told=told)
    if _above(alarm.climbed_to):
        _wait(alarm, float(settings.LUZHANG_ALARM_CLIMB_S))
    return alarm


def _above(path: str) -> str:
    """The path of the organisation above; "" above the highest."""
    return "".join(f"{part}." for part in path.split(".")[:-2])


def _wait(alarm: Alarm, for_s: float) -> None:
    due_at = clock.now() + timedelta(seconds=for_s)
    timers.timer_set(KIND, _key(alarm.pk), due_at, {"alarm_id": alarm.pk}, organisation_path=alarm.organisation_path)


def _key(alarm_id: int) -> str:
    return f"recognition.alarm:{alarm_id}"
