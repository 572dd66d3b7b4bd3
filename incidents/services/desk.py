"""What the desk does with an incident: false, wait, resume, transfer, take back, review, return, close, reopen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, clock
from core.errors import Conflict, InvalidInput
from incidents.models import Incident
from incidents.services import timing
from incidents.services.deadlines import deadlines_again
from incidents.services.families import refuse_open_children
from incidents.services.history import StepContext, incident_lock, incident_move, incident_publish, incident_touch
from incidents.services.standing import assignments_release, assignments_settle, refuse_unless_conflict_free
from incidents.services.tasking import refuse_open_tasks
from incidents.states import IncidentState
from stations.services import require
from stations.types import Actor, DataClass, Verb


def _desk(
    actor: Actor,
    uid: str,
    to_state: IncidentState,
    *,
    verb: Verb,
    reason: str,
    needs_reason: bool = True,
    before: Callable[[Incident, StepContext], None] | None = None,
    after: Callable[[Incident], None] | None = None,
    **fields: Any,
) -> Incident:
    if needs_reason and not reason.strip():
        raise InvalidInput(_("请说明原因"), field="reason", cure=_("填写一句话原因后再提交"))
    with transaction.atomic():
        incident = incident_lock(uid)
        require(actor, verb, DataClass.INCIDENT, incident.organisation_path)
        context = StepContext(actor_id=actor.user_id, text=reason)
        if before is not None:
            before(incident, context)
        incident_move(incident, to_state, context=context, **fields)
        if after is not None:
            after(incident)
        audit.record(
            actor_id=actor.user_id,
            action=f"incidents.incident_{to_state.value}",
            object_type="incident",
            object_id=str(incident.uid),
            organisation_path=incident.organisation_path,
            reason=reason,
        )
    return incident


def _end(incident: Incident, context: StepContext) -> None:
    """It is over as a false alarm: nobody works on it any more."""
    refuse_open_tasks(incident)
    refuse_open_children(incident)
    _release(incident, context)


def _release(incident: Incident, context: StepContext) -> None:
    assignments_release(incident, context=context, reason=context.text)


def incident_mark_false(*, actor: Actor, incident_uid: str, reason: str) -> Incident:
    """A false alarm: whoever is on the way is recalled."""
    return _desk(
        actor,
        incident_uid,
        IncidentState.FALSE,
        verb=Verb.CHANGE,
        reason=reason,
        before=_end,
        after=timing.incident_timers_cancel,
    )


def incident_wait(*, actor: Actor, incident_uid: str, reason: str, until: datetime | None) -> Incident:
    """Put an incident on hold, until a moment or until somebody resumes it."""
    if until is not None and until <= clock.now():
        raise InvalidInput(
            _("挂起时间必须在将来"), field="until", value=until.isoformat(), cure=_("选择晚于现在的时间")
        )
    return _desk(
        actor,
        incident_uid,
        IncidentState.WAITING,
        verb=Verb.CHANGE,
        reason=reason,
        before=_release,
        after=timing.wait_timer_set,
        waiting_until=until,
    )


def incident_resume(*, actor: Actor, incident_uid: str, reason: str) -> Incident:
    """Take a waiting, returned or reopened incident up again: it is dispatched anew."""
    return _desk(
        actor,
        incident_uid,
        IncidentState.PENDING,
        verb=Verb.CHANGE,
        reason=reason,
        before=_take_up,
        after=_taken_up,
        waiting_until=None,
    )


def _take_up(incident: Incident, context: StepContext) -> None:
    """Back after a return, a transfer or a new opening: units that are through with it no longer count."""
    if incident.state != IncidentState.WAITING.value:
        assignments_settle(incident)


def _taken_up(incident: Incident) -> None:
    timing.wait_timer_set(incident)
    timing.deadline_timers_set(incident)
    incident_publish(incident, "incidents.unit_wanted")


def incident_transfer(*, actor: Actor, incident_uid: str, reason: str, to: str) -> Incident:
    """Hand the incident to another authority; `to` names it. It may come back with `incident_take_back`."""
    if not to.strip():
        raise InvalidInput(_("请填写转办单位"), field="to", cure=_("补全后再提交"))
    return _desk(
        actor,
        incident_uid,
        IncidentState.TRANSFERRED,
        verb=Verb.CHANGE,
        reason=f"{to}：{reason}" if reason.strip() else "",
        before=_release,
        after=timing.incident_timers_cancel,
    )


def incident_take_back(*, actor: Actor, incident_uid: str, reason: str) -> Incident:
    """A transferred incident came back."""
    return _desk(actor, incident_uid, IncidentState.RETURNED, verb=Verb.CHANGE, reason=reason)


def incident_return(*, actor: Actor, incident_uid: str, reason: str) -> Incident:
    """The review found the feedback wanting: back to the unit."""
    return _desk(actor, incident_uid, IncidentState.RETURNED, verb=Verb.REVIEW, reason=reason)


def incident_review(*, actor: Actor, incident_uid: str, reason: str = "") -> Incident:
    """The feedback is checked and found good."""
    return _desk(
        actor,
        incident_uid,
        IncidentState.REVIEWED,
        verb=Verb.REVIEW,
        reason=reason,
        needs_reason=False,
        reviewed_at=clock.now(),
    )


def incident_close(*, actor: Actor, incident_uid: str, reason: str = "") -> Incident:
    """Close: only what has feedback and a review, with nobody still held, no task and no child open."""
    return _desk(
        actor,
        incident_uid,
        IncidentState.CLOSED,
        verb=Verb.REVIEW,
        reason=reason,
        needs_reason=False,
        before=_refuse_unfinished,
        after=timing.incident_timers_cancel,
        closed_at=clock.now(),
    )


def _refuse_unfinished(incident: Incident, context: StepContext) -> None:
    refuse_unless_conflict_free(incident)
    refuse_open_tasks(incident)
    refuse_open_children(incident)


def incident_reopen(*, actor: Actor, incident_uid: str, reason: str) -> Incident:
    """Open a settled incident again, with a reason; it needs a unit again, and its deadlines run from now.

    A merged one is taken apart with `incident_unmerge`.
    """
    return _desk(
        actor,
        incident_uid,
        IncidentState.REOPENED,
        verb=Verb.REVIEW,
        reason=reason,
        before=_refuse_merged,
        after=_deadlines_anew,
        assigned_at=None,
        acknowledged_at=None,
        arrived_at=None,
        cleared_at=None,
        reported_at=None,
        reviewed_at=None,
        closed_at=None,
    )


def _refuse_merged(incident: Incident, context: StepContext) -> None:
    if incident.merged_into_id is not None:
        raise Conflict(
            _("该警情已并入其他警情"), code="merged", field="incident", value=incident.number, cure=_("请撤销合并")
        )


def _deadlines_anew(incident: Incident) -> None:
    now = clock.now()
    limits = deadlines_again(incident, grade=incident.grade, at=now)
    incident_touch(incident, overdue_since=None, **limits.fields(now))
    timing.deadline_timers_set(incident)
