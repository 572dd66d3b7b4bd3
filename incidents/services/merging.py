"""Merge and un-merge: both histories survive, both callers can be told."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit
from core.errors import Conflict, InvalidInput
from incidents.models import Incident, IncidentLink, IncidentStep
from incidents.services import timing
from incidents.services.families import refuse_open_children
from incidents.services.history import (
    StepContext,
    incident_lock,
    incident_move,
    incident_note,
    incident_publish,
    incident_touch,
)
from incidents.services.standing import assignments_release
from incidents.services.tasking import refuse_open_tasks
from incidents.states import SETTLED, IncidentState
from stations.services import require
from stations.types import Actor, DataClass, Verb


def _lock_both(first_uid: str, second_uid: str) -> tuple[Incident, Incident]:
    """Lock in uid order so that two merges the other way round cannot deadlock."""
    if str(first_uid) == str(second_uid):
        raise InvalidInput(_("不能与自身合并"), field="into", value=second_uid, cure=_("请选择另一条警情"))
    locked = {uid: incident_lock(uid) for uid in sorted((str(first_uid), str(second_uid)))}
    return locked[str(first_uid)], locked[str(second_uid)]


def incident_merge(*, actor: Actor, incident_uid: str, into_uid: str, reason: str) -> Incident:
    """Merge one incident into another that is still open. Its units are recalled; its history stays its own."""
    if not reason.strip():
        raise InvalidInput(_("请说明原因"), field="reason", cure=_("填写一句话原因后再提交"))
    with transaction.atomic():
        incident, target = _lock_both(incident_uid, into_uid)
        for row in (incident, target):
            require(actor, Verb.CHANGE, DataClass.INCIDENT, row.organisation_path)
        if IncidentState(target.state) in SETTLED:
            raise Conflict(
                _("目标警情已结束，不能并入"), field="into", value=target.number, cure=_("请选择未办结的警情")
            )
        refuse_open_tasks(incident)
        refuse_open_children(incident)
        context = StepContext(actor_id=actor.user_id, text=reason)
        previous = incident.state
        assignments_release(incident, context=context, reason=reason)
        incident_move(
            incident, IncidentState.MERGED, context=context, details={"into": target.number}, merged_into_id=target.pk
        )
        timing.incident_timers_cancel(incident)
        IncidentLink.objects.create(
            incident=incident,
            other=target,
            kind=IncidentLink.Kind.MERGED,
            actor_id=actor.user_id,
            reason=reason,
            previous_state=previous,
        )
        incident_note(target, kind=IncidentStep.Kind.LINK, context=context, details={"merged": incident.number})
        incident_publish(target, "incidents.incident_changed")
        audit.record(
            actor_id=actor.user_id,
            action="incidents.incident_merge",
            object_type="incident",
            object_id=str(incident.uid),
            organisation_path=incident.organisation_path,
            reason=reason,
            details={"into": str(target.uid)},
        )
    return incident


def incident_unmerge(*, actor: Actor, incident_uid: str, reason: str) -> Incident:
    """Undo a merge: the incident is reopened and stands for itself again."""
    if not reason.strip():
        raise InvalidInput(_("请说明原因"), field="reason", cure=_("填写一句话原因后再提交"))
    with transaction.atomic():
        incident = incident_lock(incident_uid)
        require(actor, Verb.CHANGE, DataClass.INCIDENT, incident.organisation_path)
        if incident.merged_into_id is None:
            raise Conflict(
                _("该警情没有被合并"), field="incident", value=incident.number, cure=_("请刷新后查看当前状态")
            )
        context = StepContext(actor_id=actor.user_id, text=reason)
        IncidentLink.objects.create(
            incident=incident,
            other_id=incident.merged_into_id,
            kind=IncidentLink.Kind.UNMERGED,
            actor_id=actor.user_id,
            reason=reason,
        )
        incident_move(incident, IncidentState.REOPENED, context=context, merged_into_id=None)
        incident_touch(incident)
        audit.record(
            actor_id=actor.user_id,
            action="incidents.incident_unmerge",
            object_type="incident",
            object_id=str(incident.uid),
            organisation_path=incident.organisation_path,
            reason=reason,
        )
    return incident
