"""What people and other rooms do with an alarm: confirm, hold, call it false, order, report back, close."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit, clock
from core.errors import Conflict, InvalidInput
from core.messages import spoken
from recognition.models import Alarm
from recognition.selectors.decisions import Decision, decision_of
from recognition.services.history import alarm_lock, alarm_move
from recognition.states import AlarmState
from stations.services import require, require_visible
from stations.types import Actor, DataClass, Verb

MAX_WORDS = 300
# A storm: one gate that reads badly, one car before many cameras.
MOST_TOGETHER = 200


def alarm_confirm(*, actor: Actor, uid: object, words: str = "") -> Alarm:
    """A person has looked at plate, scene and list: it is the vehicle (41). The same person repeating it changes
    nothing; anybody later than another is told who decided (Conflict `already_decided`).
    """
    with transaction.atomic():
        alarm = _locked(actor, uid)
        if not waits(alarm) and alarm.confirmed_at is not None and decision_of(alarm).by_id == actor.user_id:
            return alarm
        _refuse_decided(alarm)
        alarm_move(alarm, AlarmState.CONFIRMED, actor_id=actor.user_id, text=_within(words), confirmed_at=clock.now())
        _record(actor, alarm, "confirm", words)
    return alarm


def alarm_hold(*, actor: Actor, uid: object, words: str = "") -> Alarm:
    """Not now: more is needed to tell. Raises Conflict `already_decided` as `alarm_confirm` does."""
    with transaction.atomic():
        alarm = _locked(actor, uid)
        _refuse_decided(alarm)
        alarm_move(alarm, AlarmState.HELD, actor_id=actor.user_id, text=_within(words))
        _record(actor, alarm, "hold", words)
    return alarm


def alarm_false(*, actor: Actor, uid: object, words: str = "", reason: str = "") -> Alarm:
    """It is not the vehicle, for one of `Alarm.FalseReason`; nobody is sent. Without a reason, or with "other", it
    needs words, and is taken for misread. Raises Conflict `already_decided`.
    """
    reason = _why(reason, words)
    with transaction.atomic():
        alarm = _locked(actor, uid)
        _refuse_decided(alarm)
        _call_false(actor, alarm, reason, words)
    return alarm


@dataclass(frozen=True, slots=True)
class FalseTogether:
    """What came of one reason for many alarms: those it was given to, and those that somebody had decided before."""

    done: tuple[Alarm, ...]
    before: tuple[tuple[Alarm, Decision], ...]


def alarms_false(*, actor: Actor, uids: Sequence[object], words: str = "", reason: str = "") -> FalseTogether:
    """One reason for a storm of alarms, in one transaction: all that still wait, or none where one is unknown or out of
    sight. Those that were decided meanwhile stay as they are and are named, with who decided.
    """
    wanted = sorted({str(uid) for uid in uids})
    if not 0 < len(wanted) <= MOST_TOGETHER:
        raise InvalidInput(
            _("请选择预警"),
            field="alarms",
            value=len(wanted),
            cure=_("一次 1 至 %(most)s 条") % {"most": MOST_TOGETHER},
        )
    reason = _why(reason, words)
    done: list[Alarm] = []
    before: list[tuple[Alarm, Decision]] = []
    with transaction.atomic():
        # In one order for everybody: two desks that choose the same ones wait for each other, never in a circle.
        for uid in wanted:
            alarm = _locked(actor, uid)
            if waits(alarm):
                _call_false(actor, alarm, reason, words)
                done.append(alarm)
            else:
                before.append((alarm, decision_of(alarm)))
    return FalseTogether(tuple(done), tuple(before))


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


def waits(alarm: Alarm) -> bool:
    """Whether nobody has said yet that it is the vehicle, or is not."""
    return alarm.state in (AlarmState.RAISED.value, AlarmState.HELD.value)


def _refuse_decided(alarm: Alarm) -> None:
    if waits(alarm):
        return
    decision = decision_of(alarm)
    raise Conflict(
        _("%(who)s 已在 %(at)s 处理：%(what)s")
        % {
            "who": decision.by or _("系统"),
            "at": f"{timezone.localtime(decision.at):%H:%M:%S}",
            "what": spoken(decision.state.label),
        },
        code="already_decided",
        field="alarm",
        value=alarm.number,
        cure=_("不必再处理"),
    )


def _why(reason: str, words: str) -> str:
    """The reason as it is kept."""
    if reason and reason not in Alarm.FalseReason.values:
        raise InvalidInput(
            _("未知的误报原因"), field="reason", value=reason[:40], cure="、".join(Alarm.FalseReason.values)
        )
    if reason in ("", Alarm.FalseReason.OTHER.value) and not words.strip():
        raise InvalidInput(_("请说明原因"), field="words", cure=_("填写一句话原因后再提交"))
    return reason or Alarm.FalseReason.MISREAD.value


def _call_false(actor: Actor, alarm: Alarm, reason: str, words: str) -> None:
    # A vehicle that is another one, or a list that is wrong, says nothing against the camera.
    misread = reason == Alarm.FalseReason.MISREAD.value
    alarm_move(
        alarm, AlarmState.FALSE, actor_id=actor.user_id, text=_within(words) or str(Alarm.FalseReason(reason).label),
        closed_at=clock.now(), outcome=Alarm.Outcome.WRONG_READ.value if misread else "", false_reason=reason,
    )  # fmt: skip
    _record(actor, alarm, "false", words or reason)


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
