"""What a unit does with an assignment: receive, sign for, decline, go, arrive, clear, report; and what the desk does
to it: recall, expire, set any step "by radio".
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, clock
from core.device_time import NOWHEN, DeviceMoment
from core.errors import Forbidden, InvalidInput, StaleFence
from core.messages import spoken
from incidents.models import Assignment, AssignmentStep, Delivery, Incident
from incidents.services import timing
from incidents.services.history import (
    StepContext,
    assignment_lock,
    assignment_move,
    assignment_note,
    assignment_touch,
    incident_move,
    incident_publish,
    incident_touch,
)
from incidents.services.welfare import welfare_begin, welfare_end
from incidents.states import HOLDING, UNSIGNED, AssignmentState, IncidentState
from stations.services import require
from stations.types import Actor, DataClass, Verb

# Which stamp of the assignment, and of the incident when it is the lead's, a step writes.
_STAMPS: dict[AssignmentState, tuple[str, str | None]] = {
    AssignmentState.DELIVERED: ("delivered_at", None),
    AssignmentState.ACKNOWLEDGED: ("acknowledged_at", "acknowledged_at"),
    AssignmentState.EN_ROUTE: ("en_route_at", None),
    AssignmentState.ON_SCENE: ("on_scene_at", "arrived_at"),
    AssignmentState.CLEARED: ("cleared_at", "cleared_at"),
    AssignmentState.REPORTED: ("reported_at", "reported_at"),
    AssignmentState.DECLINED: ("ended_at", None),
    AssignmentState.EXPIRED: ("ended_at", None),
    AssignmentState.RECALLED: ("ended_at", None),
}

# What the crew may do themselves; a recall or an expiry is not theirs.
CREW_STEPS: frozenset[AssignmentState] = frozenset(
    {
        AssignmentState.DELIVERED,
        AssignmentState.ACKNOWLEDGED,
        AssignmentState.DECLINED,
        AssignmentState.EN_ROUTE,
        AssignmentState.ON_SCENE,
        AssignmentState.CLEARED,
        AssignmentState.REPORTED,
    }
)
# An assignment that came to nothing.
LOST: frozenset[AssignmentState] = frozenset(
    {AssignmentState.DECLINED, AssignmentState.EXPIRED, AssignmentState.RECALLED}
)
_NEEDS_REASON: frozenset[AssignmentState] = LOST


def assignment_step(
    *,
    actor: Actor,
    assignment_uid: str,
    to_state: AssignmentState,
    fence: int | None = None,
    client_key: str = "",
    moment: DeviceMoment = NOWHEN,
    device: str = "",
    by_radio: bool = False,
    text: str = "",
    outcome: str = "",
) -> Assignment:
    """Take one step of an assignment.

    The crew acts on its own assignment; `by_radio` is a dispatcher acting for it. A repeated `client_key` returns the
    assignment as it is. `moment` is the act by the device's clocks: kept beside the server's. An action that names an
    older `fence`, or reaches an assignment that is over, is kept as evidence and answered StaleFence (409).
    """
    if to_state not in _STAMPS:
        raise InvalidInput(_("派警不是一个步骤"), field="to_state", value=to_state.value, cure=_("请使用派警操作"))
    late: StaleFence | None = None
    with transaction.atomic():
        assignment = assignment_lock(assignment_uid)
        _may_step(actor, assignment, to_state, by_radio=by_radio)
        if client_key and (known := assignment.steps.filter(client_key=client_key).first()) is not None:
            if known.stale_fence:
                raise too_late(assignment, fence)
            return assignment
        if to_state in _NEEDS_REASON and not text.strip():
            raise InvalidInput(_("请说明原因"), field="text", cure=_("填写一句话原因后再提交"))
        context = StepContext(
            actor_id=actor.user_id,
            by_radio=by_radio,
            device=device,
            device_time=moment.at,
            told=moment.details(clock.now()),
            client_key=client_key,
            text=text,
        )
        late = stale_of(assignment, fence)
        if late is not None:
            assignment_note(assignment, context=context, to_state=to_state.value, stale_fence=True)
        else:
            if to_state is AssignmentState.REPORTED and _sent_back(assignment):
                _report_again(assignment, context=context, outcome=outcome)
            else:
                assignment_advance(assignment, to_state, context=context, outcome=outcome)
            audit.record(
                actor_id=actor.user_id,
                action=f"incidents.assignment_{to_state.value}",
                object_type="assignment",
                object_id=str(assignment.uid),
                organisation_path=assignment.organisation_path,
                reason=text,
                details={"by_radio": by_radio} if by_radio else None,
            )
    if late is not None:
        raise late
    return assignment


def _may_step(actor: Actor, assignment: Assignment, to_state: AssignmentState, *, by_radio: bool) -> None:
    if to_state in CREW_STEPS and not by_radio and _is_crew(actor, assignment):
        return
    require(actor, Verb.DISPATCH, DataClass.ASSIGNMENT, assignment.organisation_path)
    if to_state in CREW_STEPS and not by_radio:
        raise Forbidden(
            _("只有本次出勤人员可以操作"), field="by_radio", value=False, cure=_("代为操作时请选择“电台代录”")
        )


def _is_crew(actor: Actor, assignment: Assignment) -> bool:
    crew = assignment.tour.members.filter(person_id=actor.person_id or 0, present__upper_inf=True)
    return actor.person_id is not None and crew.exists()


def crew_require(actor: Actor, assignment: Assignment) -> None:
    """Raise Forbidden for anybody who is not out on the tour of this assignment right now."""
    if not _is_crew(actor, assignment):
        raise Forbidden(
            _("只有本次出勤人员可以操作"),
            field="assignment",
            value=str(assignment.uid),
            cure=_("请由出勤人员在手机上操作"),
        )


def stale_of(assignment: Assignment, fence: int | None) -> StaleFence | None:
    """The refusal of an action that names an older fence or reaches an assignment that is over, else None."""
    state = AssignmentState(assignment.state)
    over = state in LOST
    if (fence is not None and fence != assignment.fence) or over:
        return too_late(assignment, fence)
    return None


def too_late(assignment: Assignment, fence: int | None) -> StaleFence:
    """409: what was done is kept as evidence and changes nothing."""
    return StaleFence(
        _("本次派警已失效（%(state)s），您的操作已留存备查")
        % {"state": spoken(AssignmentState(assignment.state).label)},
        field="fence",
        value=fence,
        cure=_("以指挥中心最新派警为准"),
    )


def _sent_back(assignment: Assignment) -> bool:
    """The review sent the feedback back to the unit that had given it."""
    returned = assignment.incident.state == IncidentState.RETURNED.value
    return returned and assignment.is_lead and assignment.state == AssignmentState.REPORTED.value


def _report_again(assignment: Assignment, *, context: StepContext, outcome: str) -> None:
    """Feedback amended after a return. The assignment stays reported: its history shows both texts."""
    now = clock.now()
    reported = AssignmentState.REPORTED.value
    assignment_touch(assignment, reported_at=now, report_text=context.text, report_outcome=outcome)
    assignment_note(assignment, context=context, from_state=reported, to_state=reported, details={"outcome": outcome})
    incident_move(assignment.incident, IncidentState.REPORTED, context=context, reported_at=now)
    timing.review_timer_set(assignment.incident)


def assignment_advance(
    assignment: Assignment, to_state: AssignmentState, *, context: StepContext, outcome: str = ""
) -> None:
    """Move a locked assignment and let the incident follow. Caller holds the transaction and both locks."""
    now = clock.now()
    stamp, incident_stamp = _STAMPS[to_state]
    fields: dict[str, Any] = {stamp: now}
    if to_state is AssignmentState.REPORTED:
        fields["report_text"], fields["report_outcome"] = context.text, outcome
    previous, led = AssignmentState(assignment.state), assignment.is_lead
    if to_state in LOST:
        fields["is_lead"] = False
    assignment_move(assignment, to_state, context=context, **fields)
    if previous in UNSIGNED and to_state is not AssignmentState.DELIVERED:
        timing.sign_timers_cancel(assignment)
    if to_state in {AssignmentState.DELIVERED, AssignmentState.ACKNOWLEDGED}:
        _receipt(assignment, now)
    elif to_state is AssignmentState.RECALLED:
        timing.recall_timer_set(assignment)
    if to_state is AssignmentState.ON_SCENE:
        welfare_begin(assignment)
    elif previous is AssignmentState.ON_SCENE:
        welfare_end(assignment)
    incident = assignment.incident
    if to_state in LOST:
        _after_loss(assignment, incident, to_state, context, led=led)
    elif led:
        _incident_follows(incident, to_state, incident_stamp, now, context)


def _receipt(assignment: Assignment, now: datetime) -> None:
    """The phone has it; a later channel that was still on its way is no longer needed."""
    deliveries = assignment.deliveries.exclude(state=Delivery.State.RECEIVED)
    deliveries.filter(channel=Delivery.Channel.PAGE).update(state=Delivery.State.RECEIVED, received_at=now)
    deliveries.filter(state=Delivery.State.WAITING).update(state=Delivery.State.SUPERSEDED)
    timing.receipt_timer_cancel(assignment)


def _incident_follows(
    incident: Incident, to_state: AssignmentState, stamp: str | None, now: datetime, context: StepContext
) -> None:
    """The incident's stamps come from its lead assignment (design §3)."""
    fields: dict[str, Any] = {stamp: now} if stamp is not None else {}
    if to_state is AssignmentState.ACKNOWLEDGED and incident.state in {
        IncidentState.PENDING.value,
        IncidentState.RETURNED.value,
    }:
        incident_move(incident, IncidentState.ACTIVE, context=context, **fields)
    elif to_state is AssignmentState.ON_SCENE:
        if incident.state == IncidentState.PENDING.value:
            incident_move(incident, IncidentState.ACTIVE, context=context, **fields)
        else:
            incident_touch(incident, **fields)
        timing.arrive_timer_cancel(incident)
    elif to_state is AssignmentState.REPORTED and incident.state in {
        IncidentState.ACTIVE.value,
        IncidentState.RETURNED.value,
    }:
        incident_move(incident, IncidentState.REPORTED, context=context, **fields)
        timing.review_timer_set(incident)
    elif fields:
        incident_touch(incident, **fields)


def _after_loss(
    assignment: Assignment, incident: Incident, to_state: AssignmentState, context: StepContext, *, led: bool
) -> None:
    """A lost lead passes to a support unit that stands; without one the incident waits for the next unit."""
    if led:
        heir = (
            incident.assignments.select_for_update(of=("self",))
            .filter(state__in=sorted(HOLDING))
            .select_related("unit", "tour")
            .order_by("fence")
            .first()
        )
        if heir is not None:
            heir.incident = incident
            assignment_touch(heir, is_lead=True)
        _incident_after_loss(incident, to_state, context, heir)
    if incident.state in {IncidentState.PENDING.value, IncidentState.ACTIVE.value}:
        incident_publish(incident, "incidents.unit_wanted", {"excluded_tour_id": assignment.tour_id})


def _incident_after_loss(
    incident: Incident, to_state: AssignmentState, context: StepContext, heir: Assignment | None
) -> None:
    """The incident's stamps come from its lead: from the new one, or from nobody."""
    fields: dict[str, Any] = {
        "acknowledged_at": heir.acknowledged_at if heir is not None else None,
        "arrived_at": heir.on_scene_at if heir is not None else None,
    }
    state = IncidentState(incident.state)
    if heir is None and state is IncidentState.ACTIVE:
        fields["assigned_at"] = None
    step = StepContext(actor_id=context.actor_id, text=context.text or to_state.label)
    if state is IncidentState.ACTIVE and fields["acknowledged_at"] is None and fields["arrived_at"] is None:
        incident_move(incident, IncidentState.PENDING, context=step, **fields)
    elif state is IncidentState.PENDING and fields["acknowledged_at"] is not None:
        incident_move(incident, IncidentState.ACTIVE, context=step, **fields)
    elif any(getattr(incident, name) != value for name, value in fields.items()):
        incident_touch(incident, **fields)


def assignment_evidence(assignment: Assignment) -> list[AssignmentStep]:
    """Late actions that were refused and kept."""
    return list(assignment.steps.filter(stale_fence=True).order_by("id"))
