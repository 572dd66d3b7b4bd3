"""The units that an incident still has: release them, settle with them, let proposals go."""

from __future__ import annotations

from django.utils.translation import gettext as _

from core import clock
from core.errors import Conflict
from incidents.models import Assignment, Incident
from incidents.services import timing
from incidents.services.history import StepContext, assignment_move, assignment_touch
from incidents.states import HOLDING, STANDING, AssignmentState


def assignments_standing(incident: Incident) -> list[Assignment]:
    """Assignments of an incident that still count, locked in id order."""
    return list(
        incident.assignments.select_for_update(of=("self",))
        .select_related("unit", "tour")
        .filter(state__in=sorted(STANDING), ended_at=None)
        .order_by("id")
    )


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
                is_lead=False,
            )
            timing.recall_timer_set(assignment)


def assignments_settle(incident: Incident) -> None:
    """An incident is taken up again: units that cleared or reported before no longer count as units that it has."""
    for assignment in assignments_standing(incident):
        assignment.incident = incident
        if AssignmentState(assignment.state) in {AssignmentState.CLEARED, AssignmentState.REPORTED}:
            assignment_touch(assignment, ended_at=clock.now(), is_lead=False)


def proposals_withdraw(incident: Incident, *, context: StepContext) -> bool:
    """Let the open proposal of an incident go, if there is one. Returns whether it was to lead."""
    led = False
    for proposal in assignments_standing(incident):
        if proposal.state == AssignmentState.PROPOSED.value:
            led = led or proposal.is_lead
            proposal.incident = incident
            assignment_move(proposal, AssignmentState.EXPIRED, context=context, ended_at=clock.now(), is_lead=False)
    return led


def refuse_unless_conflict_free(incident: Incident) -> None:
    """Raise Conflict while a unit is still held: an incident with somebody on the road is not closed."""
    held = incident.assignments.filter(state__in=sorted(HOLDING)).select_related("unit")
    if held:
        names = "、".join(assignment.unit.call_sign for assignment in held)
        raise Conflict(
            _("仍有单元在处置：%(units)s") % {"units": names},
            code="units_held",
            field="assignments",
            value=names,
            cure=_("等待反馈或先撤回"),
        )
