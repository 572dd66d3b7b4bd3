"""A unit on a case asks for one more: a card at the desk until it is answered; the engine looks for the next unit."""

from __future__ import annotations

from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from core import audit, clock
from core.device_time import NOWHEN, DeviceMoment
from core.errors import Conflict, InvalidInput, NotFound, StaleFence
from core.messages import spoken
from incidents.catalogue.backup import BACKUP_REASONS
from incidents.desk_states import BackupState
from incidents.models import Assignment, BackupRequest, IncidentStep
from incidents.services.backup_cards import backup_publish, backup_write
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
from stations.services import require
from stations.types import Actor, DataClass, Verb

# Whoever signed for a case may ask, from then until the scene is cleared.
MAY_ASK: frozenset[AssignmentState] = frozenset(
    {AssignmentState.ACKNOWLEDGED, AssignmentState.EN_ROUTE, AssignmentState.ON_SCENE}
)
ANSWER_CHARACTERS = 300


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
    if reason not in BACKUP_REASONS:
        raise InvalidInput(_("未知的增援原因"), field="reason", value=reason, cure="、".join(BACKUP_REASONS))
    late: StaleFence | None = None
    with transaction.atomic():
        assignment = assignment_lock(assignment_uid)
        crew_require(actor, assignment)
        if client_key and (known := assignment.steps.filter(client_key=client_key).first()) is not None:
            if known.stale_fence:
                raise too_late(assignment, fence)
            return assignment
        said = "：".join(part for part in (spoken(BACKUP_REASONS[reason]), text.strip()) if part)
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
            _ask(assignment, reason, text.strip(), context)
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


def _ask(assignment: Assignment, reason: str, text: str, context: StepContext) -> None:
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
    _card(assignment, reason, text, context)
    incident_publish(incident, "incidents.unit_wanted")


def _card(assignment: Assignment, reason: str, text: str, context: StepContext) -> None:
    """A new card, or the standing one called again: then the newest reason is what it says."""
    backup = assignment.backups.exclude(state=BackupState.ANSWERED.value).first()
    if backup is None:
        backup = BackupRequest.objects.create(
            assignment=assignment,
            organisation_path=assignment.incident.organisation_path,
            reason=reason,
            text=text,
            asked_by_id=context.actor_id,
        )
        backup.assignment = assignment
        backup_publish(backup, "incidents.backup_asked")
        return
    backup.assignment = assignment
    backup_write(
        backup,
        topic="incidents.backup_asked",
        times=backup.times + 1,
        called_at=clock.now(),
        reason=reason,
        text=text,
        outcome="",
        outcome_at=None,
        outcome_text="",
    )


def backup_take(*, actor: Actor, backup_uid: str) -> BackupRequest:
    """Somebody at the desk answers for a call for help, by name. Repeating it changes nothing.

    Raises Conflict naming whoever was quicker.
    """
    with transaction.atomic():
        backup = _locked(actor, backup_uid)
        if backup.taken_at is None:
            _take(actor, backup)
        elif backup.taken_by_id != actor.user_id:
            raise _taken_by_another(backup)
    return backup


def backup_answer(*, actor: Actor, backup_uid: str, text: str) -> BackupRequest:
    """The desk says how the call for help was answered; who answers has taken it, too.

    Raises InvalidInput without words, Conflict when it is answered already.
    """
    words = text.strip()
    if not words:
        raise InvalidInput(_("请填写答复"), field="text", cure=_("填写一句话后再提交"))
    if len(words) > ANSWER_CHARACTERS:
        most = {"most": ANSWER_CHARACTERS}
        raise InvalidInput(_("文字过长"), field="text", value=len(words), cure=_("不超过 %(most)s 字") % most)
    with transaction.atomic():
        backup = _locked(actor, backup_uid)
        if backup.state == BackupState.ANSWERED.value:
            raise Conflict(
                _("这条增援请求已经答复：%(text)s") % {"text": backup.outcome_text or backup.get_outcome_display()},
                code="backup_answered",
                field="backup",
                value=backup.state,
                cure=_("请看最新情况"),
            )
        if backup.taken_at is None:
            _take(actor, backup)
        if backup.state != BackupState.ANSWERED.value:
            outcome = BackupRequest.Outcome.DESK.value
            backup_write(backup, outcome=outcome, outcome_at=clock.now(), outcome_text=words)
        _said(actor, backup, _("答复增援请求") + "：" + words, "backup_answer")
    return backup


def _locked(actor: Actor, backup_uid: str) -> BackupRequest:
    """The card with its incident and assignment locked, in that order. Raises NotFound, Forbidden."""
    known = BackupRequest.objects.filter(uid=backup_uid).values_list("pk", "assignment__uid").first()
    if known is None:
        raise NotFound(_("没有这条增援请求"), field="backup", value=str(backup_uid))
    assignment = assignment_lock(str(known[1]))
    require(actor, Verb.DISPATCH, DataClass.ASSIGNMENT, assignment.incident.organisation_path)
    backup = BackupRequest.objects.select_for_update(of=("self",)).get(pk=known[0])
    backup.assignment = assignment
    return backup


def _take(actor: Actor, backup: BackupRequest) -> None:
    backup_write(backup, taken_at=clock.now(), taken_by_id=actor.user_id, taken_by_name=actor.name[:60])
    _said(actor, backup, _("接应增援请求"), "backup_take")


def _said(actor: Actor, backup: BackupRequest, words: str, action: str) -> None:
    assignment = backup.assignment
    incident_note(
        assignment.incident,
        kind=IncidentStep.Kind.NOTE,
        context=StepContext(actor_id=actor.user_id, text=f"{assignment.unit.call_sign} {words}"),
        details={action: str(backup.uid), "unit": assignment.unit.call_sign},
    )
    audit.record(
        actor_id=actor.user_id,
        action=f"incidents.{action}",
        object_type="backup",
        object_id=str(backup.uid),
        organisation_path=backup.organisation_path,
        reason=words,
    )


def _taken_by_another(backup: BackupRequest) -> Conflict:
    at = localtime(backup.taken_at)
    return Conflict(
        _("%(who)s 已在 %(at)s 接应") % {"who": backup.taken_by_name, "at": f"{at:%H:%M:%S}"},
        code="backup_taken",
        field="backup",
        value=backup.state,
        cure=_("请与其确认；仍可直接派增援或答复"),
    )
