"""What a unit does with an assignment: receive, sign for, decline, go, arrive, clear, report; and what the desk does
to it: recall, expire, set any step "by radio".
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, clock
from core.errors import Conflict, Forbidden, InvalidInput, StaleFence
from incidents.models import Assignment, AssignmentStep, Delivery, Incident
from incidents.services import timing
from incidents.services.history import (
    StepContext,
    assignment_lock,
    assignment_move,
    assignment_note,
    incident_move,
    incident_publish,
    incident_touch,
)
from incidents.states import HOLDING, STANDING, UNSIGNED, AssignmentState, IncidentState
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
_NEEDS_REASON: frozenset[AssignmentState] = frozenset({AssignmentState.DECLINED, AssignmentState.RECALLED})


def assignment_step(
    *,
    actor: Actor,
    assignment_uid: str,
    to_state: AssignmentState,
    fence: int | None = None,
    client_key: str = "",
    device_time: datetime | None = None,
    device: str = "",
    by_radio: bool = False,
    text: str = "",
    outcome: str = "",
) -> Assignment:
    """Take one step of an assignment.

    The crew acts on its own assignment; `by_radio` is a dispatcher acting for it. A repeated `client_key` returns the
    assignment as it is. An action that names an older `fence`, or reaches an assignment that is over, is kept as
    evidence and answered StaleFence (409).
    """
    late: StaleFence | None = None
    with transaction.atomic():
        assignment = assignment_lock(assignment_uid)
        _may_step(actor, assignment, to_state, by_radio=by_radio)
        if client_key and assignment.steps.filter(client_key=client_key).exists():
            return assignment
        if to_state in _NEEDS_REASON and not text.strip():
            raise InvalidInput(_("请说明原因"), field="text", cure=_("填写一句话原因后再提交"))
        context = StepContext(
            actor_id=actor.user_id,
            by_radio=by_radio,
            device=device,
            device_time=device_time,
            client_key=client_key,
            text=text,
        )
        late = _stale(assignment, fence)
        if late is not None:
            assignment_note(assignment, context=context, to_state=to_state.value, stale_fence=True)
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
    crew = (
        actor.person_id is not None
        and to_state in CREW_STEPS
        and not by_radio
        and assignment.tour.members.filter(person_id=actor.person_id, present__upper_inf=True).exists()
    )
    if crew:
        return
    require(actor, Verb.DISPATCH, DataClass.ASSIGNMENT, assignment.organisation_path)
    if to_state in CREW_STEPS and not by_radio:
        raise Forbidden(
            _("只有本次出勤人员可以操作"), field="by_radio", value=False, cure=_("代为操作时请选择“电台代录”")
        )


def _stale(assignment: Assignment, fence: int | None) -> StaleFence | None:
    state = AssignmentState(assignment.state)
    over = state in {AssignmentState.EXPIRED, AssignmentState.RECALLED, AssignmentState.DECLINED}
    if (fence is not None and fence != assignment.fence) or over:
        return StaleFence(
            _("本次派警已失效（%(state)s），您的操作已留存备查") % {"state": state.label},
            field="fence",
            value=fence,
            cure=_("以指挥中心最新派警为准"),
        )
    return None


def assignment_advance(
    assignment: Assignment, to_state: AssignmentState, *, context: StepContext, outcome: str = ""
) -> None:
    """Move a locked assignment and let the incident follow. Caller holds the transaction and both locks."""
    now = clock.now()
    stamp, incident_stamp = _STAMPS[to_state]
    fields: dict[str, Any] = {stamp: now}
    if to_state is AssignmentState.REPORTED:
        fields["report_text"], fields["report_outcome"] = context.text, outcome
    previous = AssignmentState(assignment.state)
    assignment_move(assignment, to_state, context=context, **fields)
    if previous in UNSIGNED and to_state is not AssignmentState.DELIVERED:
        timing.sign_timers_cancel(assignment)
    if to_state in {AssignmentState.DELIVERED, AssignmentState.ACKNOWLEDGED}:
        _receipt(assignment, now)
    incident = assignment.incident
    if assignment.is_lead:
        _incident_follows(incident, to_state, incident_stamp, now, context)
    if to_state in {AssignmentState.DECLINED, AssignmentState.EXPIRED, AssignmentState.RECALLED}:
        _after_loss(assignment, incident, to_state, context)


def _receipt(assignment: Assignment, now: datetime) -> None:
    assignment.deliveries.filter(
        state__in=[Delivery.State.WAITING, Delivery.State.SENT], channel=Delivery.Channel.PAGE
    ).update(state=Delivery.State.RECEIVED, received_at=now)
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


def _after_loss(assignment: Assignment, incident: Incident, to_state: AssignmentState, context: StepContext) -> None:
    """A lost lead passes to a support unit that stands; without one the incident waits for the next unit."""
    if not assignment.is_lead:
        if incident.state in {IncidentState.PENDING.value, IncidentState.ACTIVE.value}:
            incident_publish(incident, "incidents.unit_wanted", {"excluded_tour_id": assignment.tour_id})
        return
    Assignment.objects.filter(pk=assignment.pk).update(is_lead=False)
    assignment.is_lead = False
    heir = (
        incident.assignments.filter(state__in=sorted(HOLDING)).select_related("unit", "tour").order_by("fence").first()
    )
    if heir is not None:
        Assignment.objects.filter(pk=heir.pk).update(is_lead=True)
    if incident.state == IncidentState.ACTIVE.value and heir is None:
        incident_move(
            incident,
            IncidentState.PENDING,
            context=StepContext(actor_id=context.actor_id, text=context.text or to_state.label),
            assigned_at=None,
            acknowledged_at=None,
        )
    incident_publish(incident, "incidents.unit_wanted", {"excluded_tour_id": assignment.tour_id})


def assignments_standing(incident: Incident) -> list[Assignment]:
    """Assignments of an incident that still count, locked in id order."""
    return list(
        incident.assignments.select_for_update(of=("self",))
        .select_related("unit", "tour")
        .filter(state__in=sorted(STANDING))
        .order_by("id")
    )


def assignment_recall(*, actor: Actor, assignment_uid: str, reason: str, client_key: str = "") -> Assignment:
    """Call a unit back, with a reason; its phone sees it within the time of the stream."""
    return assignment_step(
        actor=actor,
        assignment_uid=assignment_uid,
        to_state=AssignmentState.RECALLED,
        text=reason,
        client_key=client_key,
    )


def assignment_evidence(assignment: Assignment) -> list[AssignmentStep]:
    """Late actions that were refused and kept."""
    return list(assignment.steps.filter(stale_fence=True).order_by("id"))


def assignments_release(incident: Incident, *, context: StepContext, reason: str) -> None:
    """Recall every unit that is still held by an incident that is over (merged, false, transferred, closed)."""
    for assignment in assignments_standing(incident):
        assignment.incident = incident
        if AssignmentState(assignment.state) in HOLDING | {AssignmentState.PROPOSED}:
            timing.sign_timers_cancel(assignment)
            assignment_move(
                assignment,
                AssignmentState.RECALLED,
                context=StepContext(actor_id=context.actor_id, text=reason),
                ended_at=clock.now(),
            )
            Assignment.objects.filter(pk=assignment.pk).update(is_lead=False)


def unit_wanted_check(incident: Incident) -> int:
    """How many more units the incident wants than it has standing ones; 0 when it has enough."""
    if incident.state not in {IncidentState.PENDING.value, IncidentState.ACTIVE.value}:
        return 0
    standing = incident.assignments.filter(state__in=sorted(STANDING - {AssignmentState.PROPOSED})).count()
    return max(0, incident.units_needed - standing)


def refuse_unless_conflict_free(incident: Incident) -> None:
    """Raise Conflict while a unit is still held: an incident with somebody on the road is not closed."""
    held = incident.assignments.filter(state__in=sorted(HOLDING)).select_related("unit")
    if held:
        names = "、".join(assignment.unit.call_sign for assignment in held)
        raise Conflict(
            _("仍有单元在处置：%(units)s") % {"units": names},
            code="units_held",
            field="assignments",
            cure=_("等待反馈或先撤回"),
        )
