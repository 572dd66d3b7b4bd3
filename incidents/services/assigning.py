"""Sending a unit by hand: the proposed one, the engine's best, or (with a reason) any tour that may be sent."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit
from core.errors import Conflict, Forbidden, InvalidInput, NotFound
from incidents.dispatch.coverage import free_by_area, uncovered
from incidents.dispatch.types import DecisionInput, Plan
from incidents.models import Assignment, Decision, Incident
from incidents.selectors.plans import kept_reason
from incidents.services.claiming import Claim, assignment_claim
from incidents.services.gathering import decision_input
from incidents.services.history import StepContext, assignment_lock, incident_lock, incident_touch
from incidents.services.offering import offer_begin
from incidents.services.planning import candidate_claim, decision_record, plan_one
from incidents.services.progress import assignment_advance
from incidents.services.sending import Sending
from incidents.services.standing import proposals_withdraw
from incidents.states import HOLDING, AssignmentState, Grade, IncidentState
from patrols.selectors import tour_by_uid
from stations.services import require
from stations.types import Actor, DataClass, Verb


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
        sending = Sending.of(incident)
        given = decision_input(sending, units_needed=max(1, sending.wanted), automatic=incident.automatic)
        decided, engine_ms = plan_one(given)
        plan = decided.plan
        tour_id = _chosen_tour(incident, given, plan, tour_uid)
        best = plan.candidates[0].tour_id if plan.candidates else None
        if tour_id not in {best, _proposed_tour(incident)} and not reason.strip():
            raise InvalidInput(_("改派其他单元请说明原因"), field="reason", cure=_("填写一句话原因后再提交"))
        if preempt:
            _preempt(actor, incident, tour_id, reason)
        decision_id = decision_record(incident, decided, origin=Decision.Origin.MANUAL, engine_ms=engine_ms)
        context = StepContext(actor_id=actor.user_id, text=reason)
        assignment = _offer_by_hand(incident, given, plan, tour_id, decision_id, context)
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
        if tour.exercise and not incident.exercise:
            raise Conflict(
                _("该单元正在演练，不派真实警情"),
                code="tour_in_exercise",
                field="tour",
                value=tour_uid,
                cure=_("先结束该单元的演练，再派"),
            )
        return int(tour.pk)
    proposed = _proposed_tour(incident)
    if proposed is not None:
        return proposed
    if not plan.candidates:
        raise Conflict(
            _("没有可派的单元"),
            code=plan.shortfall or "no_candidate",
            field="tour",
            cure=_("请稍后再试，或请求支援单元"),
        )
    return plan.candidates[0].tour_id


def _offer_by_hand(
    incident: Incident, given: DecisionInput, plan: Plan, tour_id: int, decision_id: int, context: StepContext
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
            decision_id=decision_id,
            warnings=[one for one in plan.warnings if one.code != "last_free_unit"],
            actor_id=context.actor_id,
            reason=context.text,
        )
    else:
        claim = Claim(
            tour_id=tour_id,
            is_lead=needs_lead,
            origin=Decision.Origin.MANUAL,
            decision_id=decision_id,
            warnings=_cover_warnings(given, tour_id),
            actor_id=context.actor_id,
            reason=context.text,
        )
    assignment = assignment_claim(incident, claim, state=AssignmentState.OFFERED)
    if assignment is not None:
        offer_begin(incident, assignment, context=context)
        if incident.shortfall:
            incident_touch(incident, shortfall="")
    return assignment


def _cover_warnings(given: DecisionInput, tour_id: int) -> list[dict[str, Any]]:
    """What a unit that the engine would not send leaves uncovered."""
    sent = [unit for unit in given.units if unit.tour_id == tour_id]
    return [kept_reason(reason) for reason in uncovered(sent, free_by_area(given.units))]


def _preempt(actor: Actor, incident: Incident, tour_id: int, reason: str) -> None:
    """Draw a unit away from a lighter incident; only a person does this, only for a graver one, with a reason."""
    if not reason.strip():
        raise InvalidInput(_("抽调单元请说明原因"), field="reason", cure=_("填写一句话原因后再提交"))
    found = Assignment.objects.filter(tour_id=tour_id, state__in=sorted(HOLDING)).values_list("uid", flat=True).first()
    if found is None:
        return
    held = assignment_lock(str(found))
    if AssignmentState(held.state) not in HOLDING:
        return
    # What did not happen never keeps a unit from what did.
    only_exercise = held.incident.exercise and not incident.exercise
    if not only_exercise and Grade(held.incident.grade).rank <= Grade(incident.grade).rank:
        raise Conflict(
            _("该单元正在处置同等或更重的警情，不能抽调"),
            code="not_graver",
            field="preempt",
            value=held.incident.number,
            cure=_("请另选单元"),
        )
    require(actor, Verb.DISPATCH, DataClass.ASSIGNMENT, held.organisation_path)
    assignment_advance(held, AssignmentState.RECALLED, context=StepContext(actor_id=actor.user_id, text=reason))
