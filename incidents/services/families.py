"""A parent incident 上级警情 for fog, storm, convoy: children keep their own loop, it is closed after them."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, clock
from core.errors import Conflict, InvalidInput
from incidents.desk_states import IncidentTaskState
from incidents.models import Incident, IncidentKind, IncidentLink, IncidentStep
from incidents.services import timing
from incidents.services.history import (
    StepContext,
    incident_lock,
    incident_move,
    incident_note,
    incident_publish,
    incident_touch,
)
from incidents.services.standing import assignments_standing, proposals_withdraw
from incidents.services.tasking import refuse_open_tasks
from incidents.states import SETTLED, AssignmentState, IncidentState
from stations.services import require
from stations.types import Actor, DataClass, Verb


def incident_attach(*, actor: Actor, incident_uid: str, parent_uid: str, reason: str = "") -> Incident:
    """Attach an incident to a parent that is still open. One level only; an exercise never mixes with what is real."""
    if str(incident_uid) == str(parent_uid):
        raise InvalidInput(_("不能挂到自身"), field="parent", value=str(parent_uid), cure=_("请选择另一条警情"))
    with transaction.atomic():
        # In the order of their numbers, so that two hands cannot wait for each other.
        locked = {uid: incident_lock(uid) for uid in sorted((str(incident_uid), str(parent_uid)))}
        incident, parent = locked[str(incident_uid)], locked[str(parent_uid)]
        for row in (incident, parent):
            require(actor, Verb.CHANGE, DataClass.INCIDENT, row.organisation_path)
        if incident.parent_id == parent.pk:
            return incident
        _refuse_misfit(incident, parent)
        incident_touch(incident, parent_id=parent.pk)
        _linked(actor, incident, parent, IncidentLink.Kind.PARENT, reason)
    return incident


def incident_detach(*, actor: Actor, incident_uid: str, reason: str) -> Incident:
    """Take an incident away from its parent, with a reason."""
    if not reason.strip():
        raise InvalidInput(_("请说明原因"), field="reason", cure=_("填写一句话原因后再提交"))
    with transaction.atomic():
        known = Incident.objects.filter(uid=incident_uid).values_list("parent__uid", flat=True).first()
        uids = sorted({str(incident_uid), *([str(known)] if known is not None else [])})
        locked = {uid: incident_lock(uid) for uid in uids}
        incident = locked[str(incident_uid)]
        require(actor, Verb.CHANGE, DataClass.INCIDENT, incident.organisation_path)
        if incident.parent_id is None or known is None:
            raise Conflict(
                _("该警情没有上级警情"),
                code="no_parent",
                field="incident",
                value=incident.number,
                cure=_("请刷新后查看当前状态"),
            )
        incident_touch(incident, parent_id=None)
        _linked(actor, incident, locked[str(known)], IncidentLink.Kind.DETACHED, reason)
    return incident


def incident_conclude(*, actor: Actor, incident_uid: str, text: str) -> Incident:
    """The desk's own feedback for an incident that no unit worked on: a parent, or one whose tasks did it.

    Then it is reviewed and closed like any other.
    """
    if not text.strip():
        raise InvalidInput(_("请填写处理情况"), field="reason", cure=_("补全后再提交"))
    with transaction.atomic():
        incident = incident_lock(incident_uid)
        require(actor, Verb.CHANGE, DataClass.INCIDENT, incident.organisation_path)
        sent = [row for row in assignments_standing(incident) if row.state != AssignmentState.PROPOSED.value]
        if sent or not _done_without_unit(incident):
            raise Conflict(
                _("有单元处置的警情由单元反馈"),
                code="needs_feedback",
                field="incident",
                value=incident.number,
                cure=_("等待单元反馈；上级警情或任务均已完成的警情才由指挥员反馈"),
            )
        refuse_open_tasks(incident)
        now = clock.now()
        context = StepContext(actor_id=actor.user_id, text=text.strip())
        proposals_withdraw(incident, context=context)
        incident_move(incident, IncidentState.REPORTED, context=context, reported_at=now, shortfall="")
        timing.arrive_timer_cancel(incident)
        timing.review_timer_set(incident)
        audit.record(
            actor_id=actor.user_id,
            action="incidents.incident_conclude",
            object_type="incident",
            object_id=str(incident.uid),
            organisation_path=incident.organisation_path,
            reason=text.strip(),
        )
    return incident


def refuse_open_children(incident: Incident) -> None:
    """Raise Conflict while a child is not settled, naming it."""
    left = list(
        incident.children.exclude(state__in=sorted(SETTLED)).order_by("id").values_list("number", flat=True)[:10]
    )
    if left:
        numbers = "、".join(left)
        raise Conflict(
            _("下级警情尚未办结：%(numbers)s") % {"numbers": numbers},
            code="children_open",
            field="children",
            value=numbers,
            cure=_("先办结下级警情，或写明原因后解除挂接"),
        )


def is_umbrella(kind: str) -> bool:
    """May incidents of this kind have children?"""
    return IncidentKind.objects.filter(code=kind, umbrella=True).exists()


def _done_without_unit(incident: Incident) -> bool:
    return is_umbrella(incident.kind) or incident.tasks.filter(state=IncidentTaskState.DONE.value).exists()


def _refuse_misfit(incident: Incident, parent: Incident) -> None:
    problem = ""
    if not is_umbrella(parent.kind):
        problem, cure = _("这类警情不能作上级警情"), _("选择大雾、台风暴雨、警卫车队等警情")
    elif IncidentState(parent.state) in SETTLED:
        problem, cure = _("上级警情已结束"), _("请先重新打开上级警情，或选择另一条")
    elif parent.parent_id is not None or incident.children.exists():
        problem, cure = _("上级警情只有一层"), _("请直接挂到最上级的警情")
    elif incident.exercise != parent.exercise:
        problem, cure = _("演练与实战不能互相挂接"), _("请选择同为演练或同为实战的警情")
    elif incident.parent_id is not None:
        problem, cure = _("该警情已有上级警情"), _("请先解除挂接")
    if problem:
        raise Conflict(problem, code="no_such_family", field="parent", value=parent.number, cure=cure)


def _linked(actor: Actor, incident: Incident, parent: Incident, kind: str, reason: str) -> None:
    context = StepContext(actor_id=actor.user_id, text=reason.strip())
    IncidentLink.objects.create(
        incident=incident, other=parent, kind=kind, actor_id=actor.user_id, reason=reason.strip()
    )
    attached = kind == IncidentLink.Kind.PARENT
    for row, other, word in ((incident, parent, "parent"), (parent, incident, "child")):
        details = {word: other.number, "attached": attached}
        incident_note(row, kind=IncidentStep.Kind.LINK, context=context, details=details)
    incident_publish(parent, "incidents.incident_changed")
    audit.record(
        actor_id=actor.user_id,
        action="incidents.incident_attach" if attached else "incidents.incident_detach",
        object_type="incident",
        object_id=str(incident.uid),
        organisation_path=incident.organisation_path,
        reason=reason.strip(),
        details={"parent": str(parent.uid)},
    )
