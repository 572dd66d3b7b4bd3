"""What people and other rooms do with an alarm: confirm, hold, call it false, order, report back, close."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, clock
from core.errors import InvalidInput
from recognition.models import Alarm
from recognition.services.history import alarm_lock, alarm_move
from recognition.states import AlarmState
from stations.services import require, require_visible
from stations.types import Actor, DataClass, Verb

MAX_WORDS = 300


def alarm_confirm(*, actor: Actor, uid: object, words: str = "") -> Alarm:
    """A person has looked at plate, scene and list: it is the vehicle (41). Repeating it changes nothing."""
    with transaction.atomic():
        alarm = _locked(actor, uid)
        if alarm.state not in (AlarmState.RAISED.value, AlarmState.HELD.value) and alarm.confirmed_at is not None:
            return alarm
        alarm_move(alarm, AlarmState.CONFIRMED, actor_id=actor.user_id, text=_within(words), confirmed_at=clock.now())
        _record(actor, alarm, "confirm", words)
    return alarm


def alarm_hold(*, actor: Actor, uid: object, words: str = "") -> Alarm:
    """Not now: more is needed to tell."""
    with transaction.atomic():
        alarm = _locked(actor, uid)
        alarm_move(alarm, AlarmState.HELD, actor_id=actor.user_id, text=_within(words))
        _record(actor, alarm, "hold", words)
    return alarm


def alarm_false(*, actor: Actor, uid: object, words: str, wrong_read: bool = True) -> Alarm:
    """It is not the vehicle: misread (`wrong_read`), or the list is wrong. Needs words; nobody is sent."""
    if not words.strip():
        raise InvalidInput(_("请说明原因"), field="words", cure=_("填写一句话原因后再提交"))
    with transaction.atomic():
        alarm = _locked(actor, uid)
        outcome = Alarm.Outcome.WRONG_READ.value if wrong_read else ""
        alarm_move(
            alarm, AlarmState.FALSE, actor_id=actor.user_id, text=_within(words), closed_at=clock.now(), outcome=outcome
        )
        _record(actor, alarm, "false", words)
    return alarm


def alarm_look(*, actor: Actor, uid: object, reason: str) -> Alarm:
    """An alarm with its plates in clear. The look is on the record before anything is shown."""
    if not reason.strip():
        raise InvalidInput(_("查询须说明原因"), field="reason", cure=_("填写一句话原因后再提交"))
    with transaction.atomic():
        alarm = alarm_lock(uid)
        require_visible(actor, DataClass.ALARM, alarm.organisation_path)
        _record(actor, alarm, "look", reason)
    return alarm


def alarm_ordered(*, alarm_id: int, incident_uid: uuid.UUID, by_policy: bool) -> Alarm:
    """The order has been given (42): an incident exists, or one of this vehicle's way is continued. In the caller's
    transaction; repeating it is harmless. `by_policy`: the category lets it go without a person.
    """
    with transaction.atomic():
        alarm = Alarm.objects.select_for_update(of=("self",)).get(pk=alarm_id)
        if alarm.incident_uid is not None:
            return alarm
        now = clock.now()
        if alarm.state == AlarmState.RAISED.value and by_policy:
            alarm_move(alarm, AlarmState.CONFIRMED, actor_id=None, text="policy", confirmed_at=now)
        alarm_move(alarm, AlarmState.ORDERED, actor_id=None, incident_uid=incident_uid, ordered_at=now)
    return alarm


def alarms_turned_out(*, incident_uid: uuid.UUID, actor_id: int | None) -> int:
    """A unit has set out (43) for the incident of these alarms."""
    moved = 0
    with transaction.atomic():
        for alarm in _of_incident(incident_uid, AlarmState.ORDERED):
            alarm_move(alarm, AlarmState.TURNED_OUT, actor_id=actor_id)
            moved += 1
    return moved


def alarms_reported(*, incident_uid: uuid.UUID, outcome: str, words: str, actor_id: int | None) -> int:
    """The unit has reported back (44) for the incident of these alarms; `outcome` is one of `Alarm.Outcome`."""
    if outcome not in Alarm.Outcome.values:
        raise InvalidInput(_("未知的结果"), field="outcome", value=outcome, cure="、".join(Alarm.Outcome.values))
    moved = 0
    with transaction.atomic():
        for alarm in _of_incident(incident_uid, AlarmState.ORDERED, AlarmState.TURNED_OUT):
            alarm_move(
                alarm, AlarmState.REPORTED, actor_id=actor_id, text=words[:MAX_WORDS], outcome=outcome,
                reported_at=clock.now(),
            )  # fmt: skip
            moved += 1
    return moved


def alarm_report(*, actor: Actor, uid: object, outcome: str, words: str = "") -> Alarm:
    """The desk reports for a unit (44), by radio or because its report named no outcome."""
    if outcome not in Alarm.Outcome.values:
        raise InvalidInput(_("未知的结果"), field="outcome", value=outcome, cure="、".join(Alarm.Outcome.values))
    with transaction.atomic():
        alarm = _locked(actor, uid)
        alarm_move(
            alarm, AlarmState.REPORTED, actor_id=actor.user_id, text=_within(words), outcome=outcome,
            reported_at=clock.now(),
        )  # fmt: skip
        _record(actor, alarm, "report", words)
    return alarm


def alarms_close(*, incident_uid: uuid.UUID, actor_id: int | None) -> int:
    """The incident of these alarms is closed: so are they, but for those that nobody reported on."""
    moved = 0
    with transaction.atomic():
        for alarm in _of_incident(incident_uid, AlarmState.REPORTED):
            alarm_move(alarm, AlarmState.CLOSED, actor_id=actor_id, closed_at=clock.now())
            moved += 1
    return moved


def _of_incident(incident_uid: uuid.UUID, *states: AlarmState) -> list[Alarm]:
    rows = Alarm.objects.select_for_update(of=("self",)).filter(incident_uid=incident_uid)
    return list(rows.filter(state__in=[state.value for state in states]).order_by("pk"))


def _locked(actor: Actor, uid: object) -> Alarm:
    alarm = alarm_lock(uid)
    require_visible(actor, DataClass.ALARM, alarm.organisation_path)
    require(actor, Verb.CONFIRM, DataClass.ALARM, alarm.organisation_path)
    return alarm


def _within(words: str) -> str:
    text = words.strip()
    if len(text) > MAX_WORDS:
        raise InvalidInput(
            _("文字过长"), field="words", value=len(text), cure=_("不超过 %(most)s 字") % {"most": MAX_WORDS}
        )
    return text


def _record(actor: Actor, alarm: Alarm, step: str, reason: str) -> None:
    audit.record(
        actor_id=actor.user_id,
        action=f"recognition.alarm_{step}",
        object_type="alarm",
        object_id=alarm.uid,
        organisation_path=alarm.organisation_path,
        reason=reason,
        details={"number": alarm.number, "state": alarm.state},
    )
