"""The engine's plan becomes offers, a proposal that a person confirms, or a stated shortfall.

Callers hold a transaction and the incident's lock.
"""

from __future__ import annotations

from django.db import transaction

from core import clock
from core.db.prepared import together
from incidents.dispatch.engine import Decided
from incidents.dispatch.timers import sign_timers_for
from incidents.dispatch.types import DecisionInput, Plan, Role
from incidents.models import Assignment, Decision, Incident, IncidentStep
from incidents.services import timing
from incidents.services.claiming import assignment_claim
from incidents.services.delivering import delivery_begin
from incidents.services.history import (
    StepContext,
    assignment_note,
    assignment_publish,
    incident_note,
    incident_touch,
)
from incidents.services.planning import candidate_claim, decision_record
from incidents.services.sending import Sending
from incidents.services.standing import proposals_withdraw
from incidents.states import AssignmentState


def plan_carry_out(sending: Sending, decided: Decided, *, origin: str, engine_ms: float) -> bool:
    """Turn a plan into offers or a proposal. False when a claim was lost to somebody else and nothing was written."""
    incident, given, plan = sending.incident, decided.given, decided.plan
    if not plan.picks or not plan.picks[0].automatic:
        shortfall = plan.shortfall or ("" if plan.picks else "none_reachable")
        if _already_said(sending, plan, shortfall):
            return True
        _propose(incident, given, plan, decision_record(incident, decided, origin=origin, engine_ms=engine_ms))
        shortfall_state(incident, shortfall)
        return True
    with transaction.atomic(), together():
        if sending.proposed:
            proposals_withdraw(incident, context=StepContext(text="已自动派警"))
        decision_id = decision_record(incident, decided, origin=origin, engine_ms=engine_ms)
        made = 0
        for pick in plan.picks:
            candidate = plan.candidate(pick.tour_id)
            if candidate is None or not pick.automatic:
                continue
            claim = candidate_claim(
                given,
                candidate,
                is_lead=pick.role is Role.LEAD,
                origin=origin,
                decision_id=decision_id,
                warnings=plan.warnings,
            )
            assignment = assignment_claim(incident, claim, state=AssignmentState.OFFERED)
            if assignment is None:
                if made == 0:
                    transaction.set_rollback(True)
                    return False
                continue
            offer_begin(incident, assignment)
            made += 1
    shortfall_state(incident, "too_few_units" if made < given.incident.units_needed else "")
    return made > 0


def _already_said(sending: Sending, plan: Plan, shortfall: str) -> bool:
    """The same proposal, or the same lack of anybody, is stated already: once more would only fill the history."""
    incident = sending.incident
    wanted = [plan.picks[0].tour_id] if plan.picks else []
    said = bool(wanted) or incident.decisions.exists()
    return said and incident.shortfall == shortfall and sending.proposed == wanted


def offer_begin(incident: Incident, assignment: Assignment, *, context: StepContext | None = None) -> None:
    """An offer exists: history, delivery, clocks, events. Caller holds the transaction."""
    assignment_note(assignment, context=context or StepContext(), to_state=AssignmentState.OFFERED.value)
    delivery_begin(assignment)
    limits = sign_timers_for(incident.grade)
    timing.sign_timers_set(assignment, receipt_s=limits.receipt_s, sign_s=limits.sign_for_s)
    incident_note(
        incident,
        kind=IncidentStep.Kind.DISPATCH,
        context=context or StepContext(),
        details={
            "unit": assignment.unit.call_sign,
            "lead": assignment.is_lead,
            "travel_s": assignment.predicted_travel_s,
            "origin": assignment.origin,
        },
    )
    if incident.assigned_at is None:
        incident_touch(incident, assigned_at=clock.now(), shortfall="")
    assignment_publish(assignment, "incidents.assignment_offered")


def _propose(incident: Incident, given: DecisionInput, plan: Plan, decision_id: int) -> None:
    """Leave the plan's pick as a proposal that a person confirms; an older proposal gives way."""
    proposals_withdraw(incident, context=StepContext(text="有更合适的建议"))
    best = plan.candidate(plan.picks[0].tour_id) if plan.picks else None
    if best is None:
        return
    claim = candidate_claim(
        given,
        best,
        is_lead=given.incident.needs_lead,
        origin=Decision.Origin.ENGINE,
        decision_id=decision_id,
        warnings=plan.warnings,
    )
    assignment = assignment_claim(incident, claim, state=AssignmentState.PROPOSED)
    if assignment is not None:
        assignment_note(assignment, to_state=AssignmentState.PROPOSED.value)
        assignment_publish(assignment, "incidents.assignment_proposed")


def shortfall_state(incident: Incident, code: str) -> None:
    """Say why nobody goes, or that somebody does ('')."""
    if incident.shortfall == code:
        return
    incident_touch(incident, shortfall=code)
    if code:
        incident_note(incident, kind=IncidentStep.Kind.DISPATCH, details={"shortfall": code})
