"""Dispatch: the engine's plan becomes offers. Automatic, proposed for a person to confirm, or chosen by hand.

An incident that nobody can take waits with its shortfall stated; whenever a unit may have come free the waiting ones
are solved together (`queue_solve`).
"""

from __future__ import annotations

from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Case as SqlCase
from django.db.models import IntegerField, Value, When
from django.utils.translation import gettext as _

from core import audit, clock
from core.errors import Conflict, Forbidden, InvalidInput, NotFound
from incidents.dispatch.timers import sign_timers_for
from incidents.dispatch.types import DecisionInput, Plan, Role
from incidents.models import Assignment, Decision, Incident, IncidentStep
from incidents.services import timing
from incidents.services.claiming import Claim, assignment_claim
from incidents.services.delivering import delivery_begin
from incidents.services.gathering import decision_input, gathering_forget
from incidents.services.history import (
    StepContext,
    assignment_lock,
    assignment_note,
    assignment_publish,
    incident_lock,
    incident_lock_by_id,
    incident_note,
    incident_touch,
)
from incidents.services.planning import candidate_claim, decision_record, plan_one, plan_queue
from incidents.services.progress import Sending, assignment_advance, proposals_withdraw
from incidents.states import DISPATCHABLE, HOLDING, AssignmentState, Grade, IncidentState
from patrols.selectors import tour_by_uid
from stations.services import require
from stations.types import Actor, DataClass, Verb

QUEUE_LOCK = 0x4C5A51  # "LZQ"
QUEUE_SIZE = 60
CLAIM_TRIES = 4
SWEEP_AFTER = timedelta(seconds=2)


def incident_dispatch(incident_id: int) -> None:
    """Find units for an incident that wants some. Safe to run twice; runs in the caller's transaction.

    With others waiting already, all are solved together, so that a newcomer does not take what a graver one wants.
    """
    incident = incident_lock_by_id(incident_id)
    sending = Sending.of(incident)
    if sending.wanted == 0:
        return
    if _waiting_incidents(exclude_id=incident_id, limit=1):
        queue_solve(also=incident_id)
        return
    _dispatch_alone(incident, sending)


def _dispatch_alone(incident: Incident, sending: Sending) -> None:
    for _try in range(CLAIM_TRIES):
        given = _input_for(sending)
        plan, engine_ms = plan_one(given)
        if _carry_out(sending, given, plan, origin=Decision.Origin.ENGINE, engine_ms=engine_ms):
            return
        # Somebody took the unit between reading and claiming: look again.
        gathering_forget(everything=False)
    _state_shortfall(incident, "all_busy")


def _input_for(sending: Sending) -> DecisionInput:
    """The incident is locked: what it has had of units does not change between two tries."""
    return decision_input(sending, units_needed=max(1, sending.wanted), automatic=sending.incident.automatic)


def _carry_out(sending: Sending, given: DecisionInput, plan: Plan, *, origin: str, engine_ms: float) -> bool:
    """Turn a plan into offers or a proposal. False when a claim was lost to somebody else and nothing was written."""
    incident = sending.incident
    if not plan.picks or not plan.picks[0].automatic:
        shortfall = plan.shortfall or ("" if plan.picks else "none_reachable")
        if _already_said(sending, plan, shortfall):
            return True
        decision = decision_record(incident, given, plan, origin=origin, engine_ms=engine_ms)
        _propose(incident, given, plan, decision)
        _state_shortfall(incident, shortfall)
        return True
    with transaction.atomic():
        if sending.proposed:
            proposals_withdraw(incident, context=StepContext(text="已自动派警"))
        decision = decision_record(incident, given, plan, origin=origin, engine_ms=engine_ms)
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
                decision_id=decision.pk,
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
    _state_shortfall(incident, "too_few_units" if made < given.incident.units_needed else "")
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


def _propose(incident: Incident, given: DecisionInput, plan: Plan, decision: Decision) -> None:
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
        decision_id=decision.pk,
        warnings=plan.warnings,
    )
    assignment = assignment_claim(incident, claim, state=AssignmentState.PROPOSED)
    if assignment is not None:
        assignment_note(assignment, to_state=AssignmentState.PROPOSED.value)
        assignment_publish(assignment, "incidents.assignment_proposed")


def _state_shortfall(incident: Incident, code: str) -> None:
    if incident.shortfall == code:
        return
    incident_touch(incident, shortfall=code)
    if code:
        incident_note(incident, kind=IncidentStep.Kind.DISPATCH, details={"shortfall": code})


def _waiting_incidents(*, exclude_id: int | None = None, limit: int = QUEUE_SIZE) -> list[int]:
    rank = SqlCase(*(When(grade=grade.value, then=Value(grade.rank)) for grade in Grade), output_field=IntegerField())
    rows = (
        Incident.objects.filter(state__in=sorted(DISPATCHABLE), automatic=True)
        .exclude(shortfall="")
        .order_by(rank, "received_at", "id")
    )
    if exclude_id is not None:
        rows = rows.exclude(pk=exclude_id)
    return list(rows.values_list("pk", flat=True)[:limit])


def queue_solve(*, also: int | None = None) -> int:
    """Solve all waiting incidents together, gravest first. Returns how many got a unit.

    One solver at a time: a second one waits a moment and then finds what is left.
    """
    served = 0
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [QUEUE_LOCK])
        ids = _waiting_incidents()
        if also is not None and also not in ids:
            ids.append(also)
        incidents = list(
            Incident.objects.select_for_update(of=("self",), skip_locked=True).filter(pk__in=ids).order_by("pk")
        )
        queue = [sending for sending in map(Sending.of, incidents) if sending.wanted > 0]
        if not queue:
            return 0
        gathering_forget(everything=False)
        given = [_input_for(sending) for sending in queue]
        plans, engine_ms = plan_queue(given)
        origin = Decision.Origin.SOLVER if len(queue) > 1 else Decision.Origin.ENGINE
        for sending, (used, plan) in zip(queue, plans, strict=True):
            if _carry_out(sending, used, plan, origin=origin, engine_ms=engine_ms / len(queue)):
                served += bool(plan.picks)
    return served


def queue_sweep() -> int:
    """The net below the events: whoever waits without a stated reason, or with one that time may have cured."""
    with transaction.atomic():
        forgotten = list(
            Incident.objects.filter(
                state=IncidentState.PENDING.value,
                automatic=True,
                shortfall="",
                assigned_at=None,
                received_at__lt=clock.now() - SWEEP_AFTER,
            )
            .exclude(assignments__state=AssignmentState.PROPOSED.value)
            .order_by("received_at")
            .values_list("pk", flat=True)[:20]
        )
    for incident_id in forgotten:
        with transaction.atomic():
            incident_dispatch(incident_id)
    return len(forgotten) + (queue_solve() if _waiting_incidents(limit=1) else 0)


def incident_assign(
    *, actor: Actor, incident_uid: str, tour_uid: str | None, reason: str = "", preempt: bool = False
) -> Assignment:
    """Send a unit by hand: the proposed one, the engine's best, or (with a reason) any tour that may be sent.

    Raises Conflict when the unit was taken in the same second, InvalidInput for an override without reason. A unit on a
    lighter incident is drawn away only with `preempt`, for a graver one.
    """
    with transaction.atomic():
        incident = incident_lock(incident_uid)
        require(actor, Verb.DISPATCH, DataClass.INCIDENT, incident.organisation_path)
        _resume_if_needed(incident)
        given = _input_for(Sending.of(incident))
        plan, engine_ms = plan_one(given)
        tour_id = _chosen_tour(incident, given, plan, tour_uid)
        best = plan.candidates[0].tour_id if plan.candidates else None
        if tour_id not in {best, _proposed_tour(incident)} and not reason.strip():
            raise InvalidInput(_("改派其他单元请说明原因"), field="reason", cure=_("填写一句话原因后再提交"))
        if preempt:
            _preempt(actor, incident, tour_id, reason)
        decision = decision_record(incident, given, plan, origin=Decision.Origin.MANUAL, engine_ms=engine_ms)
        context = StepContext(actor_id=actor.user_id, text=reason)
        assignment = _offer_by_hand(incident, given, plan, tour_id, decision, context)
        if assignment is None:
            raise Conflict(
                _("该单元刚刚被派往别处、休息或已下勤"),
                code="unit_taken",
                field="tour",
                value=tour_uid,
                cure=_("请刷新建议后另选单元"),
            )
        audit.record(
            actor_id=actor.user_id,
            action="incidents.incident_assign",
            object_type="incident",
            object_id=str(incident.uid),
            organisation_path=incident.organisation_path,
            reason=reason,
            details={"tour_id": tour_id, "best": best, "preempt": preempt},
        )
    return assignment


def _resume_if_needed(incident: Incident) -> None:
    if IncidentState(incident.state) not in {IncidentState.PENDING, IncidentState.ACTIVE}:
        raise Conflict(
            _("警情当前状态不能派警：%(state)s") % {"state": IncidentState(incident.state).label},
            code="not_dispatchable",
            field="state",
            value=incident.state,
            cure=_("请先恢复或重新打开警情"),
        )


def _proposed_tour(incident: Incident) -> int | None:
    proposed = incident.assignments.filter(state=AssignmentState.PROPOSED.value)
    return proposed.values_list("tour_id", flat=True).first()


def _chosen_tour(incident: Incident, given: DecisionInput, plan: Plan, tour_uid: str | None) -> int:
    if tour_uid is not None:
        tour = tour_by_uid(tour_uid)
        if tour is None:
            raise NotFound(_("没有这次出勤"), field="tour", value=tour_uid)
        if not tour.organisation_path.startswith((incident.organisation_path, *given.incident.sendable_paths)):
            raise Forbidden(_("该单元不在可调用范围内"), field="tour", value=tour_uid)
        return int(tour.pk)
    proposed = _proposed_tour(incident)
    if proposed is not None:
        return proposed
    if not plan.candidates:
        raise Conflict(_("没有可派的单元"), code=plan.shortfall or "no_candidate", field="tour")
    return plan.candidates[0].tour_id


def _offer_by_hand(
    incident: Incident, given: DecisionInput, plan: Plan, tour_id: int, decision: Decision, context: StepContext
) -> Assignment | None:
    needs_lead = given.incident.needs_lead
    proposals_withdraw(incident, context=context)
    candidate = plan.candidate(tour_id)
    if candidate is not None:
        claim = candidate_claim(
            given,
            candidate,
            is_lead=needs_lead,
            origin=Decision.Origin.MANUAL,
            decision_id=decision.pk,
            warnings=plan.warnings,
            actor_id=context.actor_id,
            reason=context.text,
        )
    else:
        claim = Claim(
            tour_id=tour_id,
            is_lead=needs_lead,
            origin=Decision.Origin.MANUAL,
            decision_id=decision.pk,
            actor_id=context.actor_id,
            reason=context.text,
        )
    assignment = assignment_claim(incident, claim, state=AssignmentState.OFFERED)
    if assignment is not None:
        offer_begin(incident, assignment, context=context)
        if incident.shortfall:
            incident_touch(incident, shortfall="")
    return assignment


def _preempt(actor: Actor, incident: Incident, tour_id: int, reason: str) -> None:
    """Draw a unit away from a lighter incident; only a person does this, only for a graver one, with a reason."""
    if not reason.strip():
        raise InvalidInput(_("抽调单元请说明原因"), field="reason")
    found = Assignment.objects.filter(tour_id=tour_id, state__in=sorted(HOLDING)).values_list("uid", flat=True).first()
    if found is None:
        return
    held = assignment_lock(str(found))
    if AssignmentState(held.state) not in HOLDING:
        return
    if Grade(held.incident.grade).rank <= Grade(incident.grade).rank:
        raise Conflict(
            _("该单元正在处置同等或更重的警情，不能抽调"),
            code="not_graver",
            field="preempt",
            value=held.incident.number,
        )
    require(actor, Verb.DISPATCH, DataClass.ASSIGNMENT, held.organisation_path)
    assignment_advance(held, AssignmentState.RECALLED, context=StepContext(actor_id=actor.user_id, text=reason))
