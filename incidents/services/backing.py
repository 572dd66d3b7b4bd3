"""A unit on a case asks for one more: the desk is told at once, and the engine looks for the next one for this case."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, clock
from core.device_time import NOWHEN, DeviceMoment
from core.errors import Conflict, InvalidInput, StaleFence
from core.messages import gettext_noop, spoken
from incidents.models import Assignment, IncidentStep
from incidents.services.history import (
    StepContext,
    assignment_lock,
    assignment_note,
    incident_note,
    incident_publish,
    incident_touch,
)
from incidents.services.progress import crew_require, stale_of, too_late
from incidents.services.sending import Sending
from incidents.states import DISPATCHABLE, AssignmentState, IncidentState
from stations.types import Actor

# Whoever signed for a case may ask, from then until the scene is cleared.
MAY_ASK: frozenset[AssignmentState] = frozenset(
    {AssignmentState.ACKNOWLEDGED, AssignmentState.EN_ROUTE, AssignmentState.ON_SCENE}
)
REASONS: dict[str, str] = {
    "danger": gettext_noop("人身受威胁"),
    "people": gettext_noop("人手不够"),
    "injured": gettext_noop("有人受伤"),
    "crowd": gettext_noop("围观聚集"),
    "traffic": gettext_noop("需要疏导交通"),
    "powers": gettext_noop("需要民警到场"),
    "other": gettext_noop("其他"),
}


def assignment_backup_ask(
    *,
    actor: Actor,
    assignment_uid: str,
    reason: str,
    text: str = "",
    fence: int | None = None,
    client_key: str = "",
    moment: DeviceMoment = NOWHEN,
    device: str = "",
) -> Assignment:
    """Ask for one more unit for the incident of this assignment.

    The incident then needs one unit more than it has; asking again while one is still looked for only adds to the
    history. A repeated `client_key` changes nothing. Raises InvalidInput for an unknown reason, Forbidden for anybody
    but the crew, StaleFence (409, kept as evidence) as a step does, Conflict before the case is signed for or after it.
    """
    if reason not in REASONS:
        raise InvalidInput(_("未知的增援原因"), field="reason", value=reason, cure="、".join(REASONS))
    late: StaleFence | None = None
    with transaction.atomic():
        assignment = assignment_lock(assignment_uid)
        crew_require(actor, assignment)
        if client_key and (known := assignment.steps.filter(client_key=client_key).first()) is not None:
            if known.stale_fence:
                raise too_late(assignment, fence)
            return assignment
        said = "：".join(part for part in (spoken(REASONS[reason]), text.strip()) if part)
        context = StepContext(
            actor_id=actor.user_id,
            device=device,
            device_time=moment.at,
            told=moment.details(clock.now()),
            client_key=client_key,
            text=said,
        )
        late = stale_of(assignment, fence)
        if late is not None:
            assignment_note(assignment, context=context, stale_fence=True, details={"backup": reason})
        else:
            _ask(assignment, reason, context)
            audit.record(
                actor_id=actor.user_id,
                action="incidents.assignment_backup_asked",
                object_type="assignment",
                object_id=str(assignment.uid),
                organisation_path=assignment.organisation_path,
                reason=said,
            )
    if late is not None:
        raise late
    return assignment


def _ask(assignment: Assignment, reason: str, context: StepContext) -> None:
    incident = assignment.incident
    if AssignmentState(assignment.state) not in MAY_ASK or IncidentState(incident.state) not in DISPATCHABLE:
        raise Conflict(
            _("现在不能请求增援"),
            code="backup_not_now",
            field="state",
            value=assignment.state,
            cure=_("签收之后、处置完毕之前可以请求；紧急时用电台呼叫"),
        )
    assignment_note(assignment, context=context, details={"backup": reason})
    incident_note(
        incident,
        kind=IncidentStep.Kind.NOTE,
        context=StepContext(actor_id=context.actor_id, text=_("请求增援") + "：" + context.text),
        details={"backup": reason, "unit": assignment.unit.call_sign},
    )
    sending = Sending.of(incident)
    if sending.wanted == 0:
        incident_touch(incident, units_needed=sending.standing + 1)
    incident_publish(
        incident,
        "incidents.backup_asked",
        {"backup": {"call_sign": assignment.unit.call_sign, "reason": reason, "text": context.text}},
    )
    incident_publish(incident, "incidents.unit_wanted")
