"""Lateness climbs the chain of chiefs (督办): first the lowest level that answers, then each next after its time."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from core import audit, clock, events
from core.errors import Conflict, InvalidInput, NotFound
from incidents.models import Incident, IncidentStep, Supervision
from incidents.selectors.pressed import chain_of
from incidents.services import timing
from incidents.services.history import StepContext, incident_lock, incident_lock_by_id, incident_note, incident_touch
from incidents.states import SETTLED, IncidentState
from stations.services import require
from stations.types import Actor, DataClass, Verb

DEFAULT_ESCALATION_S = 1800


def incident_overdue(incident_id: int, *, stage: str) -> None:
    """A deadline passed ('arrive', 'close' or 'review'): mark the incident late and press the lowest chief."""
    incident = incident_lock_by_id(incident_id)
    if IncidentState(incident.state) in SETTLED or _stage_reached(incident, stage):
        return
    if incident.overdue_since is None:
        incident_touch(incident, overdue_since=clock.now())
    if incident.exercise:
        return  # no chief is pressed for what did not happen; a person may still do so
    if _pressed(incident, stage, None):
        return  # the deadline was set anew, and the first press is still unanswered
    _press_next(incident, stage=stage, below_rank=None, kind=Supervision.Kind.OVERDUE, context=StepContext())


def incident_climb(incident_id: int, *, stage: str, below_rank: int | None) -> None:
    """The level that was told did nothing in its time: tell the next higher one."""
    incident = incident_lock_by_id(incident_id)
    if IncidentState(incident.state) in SETTLED or _stage_reached(incident, stage):
        return
    if _pressed(incident, stage, below_rank):
        return
    _press_next(incident, stage=stage, below_rank=below_rank, kind=Supervision.Kind.OVERDUE, context=StepContext())


def incident_supervise(*, actor: Actor, incident_uid: str, reason: str) -> Supervision:
    """A person presses an incident (督办) upon the lowest chief of its chain."""
    if not reason.strip():
        raise InvalidInput(_("请说明原因"), field="reason", cure=_("填写一句话原因后再提交"))
    with transaction.atomic():
        incident = incident_lock(incident_uid)
        require(actor, Verb.REVIEW, DataClass.INCIDENT, incident.organisation_path)
        if IncidentState(incident.state) in SETTLED:
            raise Conflict(
                _("警情已结束，不能督办"), field="incident", value=incident.number, cure=_("请先重新打开警情")
            )
        supervision = _press_next(
            incident,
            stage="ordered",
            below_rank=None,
            kind=Supervision.Kind.ORDERED,
            context=StepContext(actor_id=actor.user_id, text=reason),
        )
        audit.record(
            actor_id=actor.user_id,
            action="incidents.incident_supervise",
            object_type="incident",
            object_id=str(incident.uid),
            organisation_path=incident.organisation_path,
            reason=reason,
        )
    return supervision


def supervision_settle(*, actor: Actor, supervision_id: int, text: str) -> Supervision:
    """Answer a press. The chief it was pressed upon may; so may who reviews incidents."""
    if not text.strip():
        raise InvalidInput(_("请填写处理情况"), field="text", cure=_("补全后再提交"))
    with transaction.atomic():
        supervision = (
            Supervision.objects.select_for_update(of=("self",))
            .select_related("incident")
            .filter(pk=supervision_id)
            .first()
        )
        if supervision is None:
            raise NotFound(_("没有这条督办"), field="supervision", value=supervision_id)
        if actor.person_id is None or actor.person_id != supervision.person_id:
            require(actor, Verb.REVIEW, DataClass.INCIDENT, supervision.organisation_path)
        if supervision.settled_at is not None:
            return supervision
        supervision.settled_at, supervision.settled_by_id = clock.now(), actor.user_id
        supervision.save(update_fields=["settled_at", "settled_by_id"])
        incident_note(
            supervision.incident,
            kind=IncidentStep.Kind.SUPERVISION,
            context=StepContext(actor_id=actor.user_id, text=text),
            details={"stage": supervision.stage, "settled": True},
        )
        timing.climb_timer_cancel(supervision.incident, stage=supervision.stage)
        supervision_publish(supervision)
    return supervision


def presses_move(incident: Incident, *, context: StepContext) -> None:
    """Another chain answers for the incident: what was pressed upon the former one goes to the lowest of the new."""
    standing = list(incident.supervisions.filter(settled_at=None, person_id__isnull=False).order_by("id"))
    for supervision in standing:
        supervision.settled_at, supervision.settled_by_id = clock.now(), context.actor_id
        supervision.save(update_fields=["settled_at", "settled_by_id"])
        timing.climb_timer_cancel(incident, stage=supervision.stage)
        supervision_publish(supervision)
    for stage, kind in {supervision.stage: supervision.kind for supervision in standing}.items():
        _press_next(incident, stage=stage, below_rank=None, kind=kind, context=context)


def _stage_reached(incident: Incident, stage: str) -> bool:
    if stage == "arrive":
        return incident.arrived_at is not None
    if stage == "review":
        return incident.reviewed_at is not None
    return incident.closed_at is not None


def _press_next(
    incident: Incident, *, stage: str, below_rank: int | None, kind: str, context: StepContext
) -> Supervision:
    """Press the lowest chief above `below_rank`; without any chief the head's list (no person) gets it."""
    higher = [chief for chief in chain_of(incident) if below_rank is None or int(chief["level"]) < below_rank]
    chief = higher[0] if higher else None
    try:
        with transaction.atomic():
            supervision = Supervision.objects.create(
                incident=incident,
                organisation_path=incident.organisation_path,
                kind=kind,
                stage=stage,
                level_rank=int(chief["level"]) if chief else None,
                person_id=(chief.get("acting_person_id") or chief["person_id"]) if chief else None,
                person_name=(chief.get("acting_name") or chief["name"]) if chief else "",
                raised_by_id=context.actor_id,
                reason=context.text,
            )
    except IntegrityError as error:
        if "supervision_open_once" not in str(error):
            raise
        raise Conflict(
            _("该环节已在督办中"),
            code="supervised_already",
            field="incident",
            value=incident.number,
            cure=_("请等待答复，或先答复原督办"),
        ) from error
    incident_note(
        incident,
        kind=IncidentStep.Kind.SUPERVISION,
        context=context,
        details={"stage": stage, "level": supervision.level_rank, "name": supervision.person_name},
    )
    supervision_publish(supervision)
    if chief is not None and len(higher) > 1:
        timing.climb_timer_set(
            incident,
            stage=stage,
            level_rank=int(chief["level"]),
            after_s=float(chief.get("escalation_s") or DEFAULT_ESCALATION_S),
        )
    return supervision


def _pressed(incident: Incident, stage: str, below_rank: int | None) -> bool:
    pressed = incident.supervisions.filter(stage=stage, kind=Supervision.Kind.OVERDUE, settled_at=None)
    if below_rank is not None:
        pressed = pressed.filter(Q(level_rank__lt=below_rank) | Q(level_rank=None))
    return pressed.exists()


def supervision_publish(supervision: Supervision) -> None:
    """Tell who may see it, in the caller's transaction."""
    events.publish(
        "incidents.supervision_changed",
        organisation_path=supervision.organisation_path,
        audience=DataClass.INCIDENT.value,
        subject={
            "incident_id": supervision.incident_id,
            "supervision_id": supervision.pk,
            "person_id": supervision.person_id,
        },
        payload={
            "stage": supervision.stage,
            "kind": supervision.kind,
            "level": supervision.level_rank,
            "name": supervision.person_name,
            "settled": supervision.settled_at is not None,
        },
    )
