"""平安确认: one person alone on scene for long is asked whether all is well; without an answer the desk calls by radio.

Real timers (core.timers): `incidents.welfare` asks, `incidents.welfare_answer` waits for the tap. How long both are is
the dispatch policy's (`lone_check_s`, 0 = never; `lone_answer_s`).
"""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, clock, events
from core.errors import Conflict, Forbidden
from incidents.models import Assignment, Delivery
from incidents.services import timing
from incidents.services.gathering import policy_in_force
from incidents.services.history import StepContext, assignment_lock, assignment_note, assignment_touch
from incidents.states import AssignmentState
from stations.services import require
from stations.types import Actor, DataClass, Verb


def welfare_begin(assignment: Assignment) -> None:
    """A unit arrived on scene: its first question is due in `lone_check_s`. Caller holds the transaction."""
    timing.welfare_timer_set(assignment, after_s=policy_in_force().lone_check_s)


def welfare_end(assignment: Assignment) -> None:
    """It is no longer on scene."""
    timing.welfare_timers_cancel(assignment)


def welfare_ask(assignment_id: int) -> bool:
    """The question is due: asked of a crew of one that is still on scene. False when it is not (any more); a crew of
    several is looked at again later, as people leave.
    """
    with transaction.atomic():
        assignment = _on_scene(assignment_id)
        policy = policy_in_force()
        if assignment is None or policy.lone_check_s <= 0:
            return False
        if assignment.tour.members.filter(present__upper_inf=True).count() != 1:
            timing.welfare_timer_set(assignment, after_s=policy.lone_check_s)
            return False
        assignment_touch(assignment, welfare_asked_at=clock.now(), welfare_safe_at=None, welfare_radio_at=None)
        assignment_note(
            assignment, context=StepContext(text="单人在场时间较长，询问是否平安"), details={"welfare": "asked"}
        )
        timing.welfare_answer_timer_set(assignment, after_s=policy.lone_answer_s)
    return True


def welfare_unanswered(assignment_id: int) -> bool:
    """Nobody tapped in time: a radio card for the desk. The question stays open until somebody answers it."""
    with transaction.atomic():
        assignment = _on_scene(assignment_id)
        if assignment is None or not _is_asked(assignment) or assignment.welfare_radio_at is not None:
            return False
        assignment_touch(assignment, welfare_radio_at=clock.now())
        assignment_note(assignment, context=StepContext(text="未确认平安，请用电台呼叫"), details={"welfare": "radio"})
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
                "welfare": True,
            },
        )
    return True


def assignment_safe(*, actor: Actor, assignment_uid: str, by_radio: bool = False, text: str = "") -> Assignment:
    """All is well: tapped by the crew, or said over the radio and typed in by the desk. The next question is due
    `lone_check_s` later. Repeating it changes nothing.

    Raises Forbidden for anybody else, Conflict when nothing was asked.
    """
    with transaction.atomic():
        assignment = assignment_lock(assignment_uid)
        _may_answer(actor, assignment, by_radio=by_radio)
        if assignment.welfare_asked_at is None or assignment.state != AssignmentState.ON_SCENE.value:
            raise Conflict(
                _("现在没有平安确认要答复"),
                code="not_asked",
                field="assignment",
                value=assignment_uid,
                cure=_("请刷新后按当前派警处置"),
            )
        if assignment.welfare_safe_at is not None:
            return assignment
        assignment_touch(assignment, welfare_safe_at=clock.now())
        assignment_note(
            assignment,
            context=StepContext(actor_id=actor.user_id, by_radio=by_radio, text=text or "平安"),
            details={"welfare": "safe"},
        )
        audit.record(
            actor_id=actor.user_id,
            action="incidents.assignment_safe",
            object_type="assignment",
            object_id=str(assignment.uid),
            organisation_path=assignment.organisation_path,
            details={"by_radio": by_radio} if by_radio else None,
        )
        timing.welfare_timers_cancel(assignment)
        welfare_begin(assignment)
    return assignment


def _on_scene(assignment_id: int) -> Assignment | None:
    uid = Assignment.objects.filter(pk=assignment_id).values_list("uid", flat=True).first()
    assignment = assignment_lock(str(uid)) if uid is not None else None
    if assignment is None or assignment.state != AssignmentState.ON_SCENE.value:
        return None
    return assignment


def _is_asked(assignment: Assignment) -> bool:
    return assignment.welfare_asked_at is not None and assignment.welfare_safe_at is None


def _may_answer(actor: Actor, assignment: Assignment, *, by_radio: bool) -> None:
    crew = assignment.tour.members.filter(person_id=actor.person_id or 0, present__upper_inf=True)
    if not by_radio and crew.exists():
        return
    require(actor, Verb.DISPATCH, DataClass.ASSIGNMENT, assignment.organisation_path)
    if not by_radio:
        raise Forbidden(
            _("只有本次出勤人员可以操作"), field="by_radio", value=False, cure=_("代为操作时请选择“电台代录”")
        )
