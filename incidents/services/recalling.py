"""Calling a unit back: the recall, the phone's word that it was seen, and the radio when that does not come."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, clock, events
from core.errors import Conflict, Forbidden
from incidents.models import Assignment, Delivery
from incidents.services import timing
from incidents.services.history import StepContext, assignment_lock, assignment_note, assignment_touch
from incidents.services.progress import assignment_step
from incidents.states import AssignmentState
from stations.types import Actor, DataClass


def assignment_recall(*, actor: Actor, assignment_uid: str, reason: str, client_key: str = "") -> Assignment:
    """Call a unit back, with a reason; its phone sees it within the time of the stream."""
    return assignment_step(
        actor=actor,
        assignment_uid=assignment_uid,
        to_state=AssignmentState.RECALLED,
        text=reason,
        client_key=client_key,
    )


def assignment_recall_seen(*, actor: Actor, assignment_uid: str) -> Assignment:
    """The crew's phone shows the recall. Repeating it changes nothing; a late one still counts.

    Raises Forbidden for anybody but the crew, Conflict when the assignment was not recalled from the unit.
    """
    with transaction.atomic():
        assignment = assignment_lock(assignment_uid)
        crew = assignment.tour.members.filter(person_id=actor.person_id or 0, present__upper_inf=True)
        if not crew.exists():
            raise Forbidden(
                _("只有本次出勤人员可以确认"),
                field="assignment",
                value=assignment_uid,
                cure=_("请由出勤人员在手机上确认"),
            )
        if assignment.state != AssignmentState.RECALLED.value or assignment.offered_at is None:
            raise Conflict(
                _("这次派警没有被撤回"),
                code="not_recalled",
                field="state",
                value=assignment.state,
                cure=_("请刷新后按当前派警处置"),
            )
        if assignment.recall_seen_at is not None:
            return assignment
        timing.recall_timer_cancel(assignment)
        assignment_touch(assignment, recall_seen_at=clock.now())
        assignment_note(
            assignment,
            context=StepContext(actor_id=actor.user_id, text="撤回已确认"),
            details={"recall": "seen"},
        )
        audit.record(
            actor_id=actor.user_id,
            action="incidents.assignment_recall_seen",
            object_type="assignment",
            object_id=str(assignment.uid),
            organisation_path=assignment.organisation_path,
        )
    return assignment


def recall_to_radio(assignment_id: int) -> bool:
    """Not seen in time: the desk is told to call the unit by radio. False when it was seen, or the unit is off duty."""
    with transaction.atomic():
        uid = Assignment.objects.filter(pk=assignment_id).values_list("uid", flat=True).first()
        if uid is None:
            return False
        assignment = assignment_lock(str(uid))
        if assignment.recall_seen_at is not None or assignment.recall_radio_at is not None:
            return False
        if assignment.tour.state != "open":
            return False
        assignment_touch(assignment, recall_radio_at=clock.now())
        assignment_note(
            assignment,
            context=StepContext(text="撤回未确认，请用电台呼叫"),
            details={"recall": "radio"},
        )
        events.publish(
            "incidents.radio_card",
            organisation_path=assignment.organisation_path,
            audience=DataClass.ASSIGNMENT.value,
            subject={
                "assignment_id": assignment.pk,
                "assignment": str(assignment.uid),
                "tour_id": assignment.tour_id,
            },
            payload={
                "channel": Delivery.Channel.RADIO_CARD.value,
                "call_sign": assignment.unit.call_sign,
                "radio": assignment.unit.radio,
                "recalled": True,
            },
        )
    return True
