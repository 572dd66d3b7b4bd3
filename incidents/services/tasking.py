"""Tasks inside an incident: several roles work side by side, and none of their work is forgotten when it is closed."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, clock
from core.errors import Conflict, Forbidden, InvalidInput, NotFound
from incidents.desk_states import INCIDENT_TASK_LIFECYCLE, TASK_STILL_OPEN, IncidentTaskState
from incidents.models import Incident, IncidentStep, IncidentTask, IncidentTaskKind
from incidents.selectors.tasks import task_is_mine
from incidents.selectors.visible import incidents_visible_to
from incidents.services.history import (
    StepContext,
    assignment_publish,
    incident_lock,
    incident_note,
    incident_publish,
)
from incidents.services.standing import assignments_standing
from incidents.states import SETTLED, IncidentState
from patrols.selectors import units_visible_to
from stations.selectors import people_visible_to
from stations.services import require
from stations.types import Actor, DataClass, Role, Verb

TASKS_AT_MOST = 50


def incident_task_add(
    *,
    actor: Actor,
    incident_uid: str,
    kind: str,
    title: str = "",
    role: str = "",
    unit_uid: str | None = None,
    person_uid: str | None = None,
    text: str = "",
) -> IncidentTask:
    """Give a task of an open incident to a person, a unit or a role; with none named, to the role of its kind.

    Raises InvalidInput for an unknown kind, role, unit or person, Conflict when the incident is settled.
    """
    row = _kind(kind)
    owner = _owner(actor, row, role, unit_uid, person_uid)
    with transaction.atomic():
        incident = _seen(actor, incident_uid)
        require(actor, Verb.CREATE, DataClass.TASK, incident.organisation_path)
        if IncidentState(incident.state) in SETTLED:
            raise Conflict(
                _("警情已结束，不能再加任务"),
                code="settled",
                field="incident",
                value=incident.number,
                cure=_("请先重新打开警情"),
            )
        if incident.tasks.count() >= TASKS_AT_MOST:
            raise Conflict(
                _("任务过多"), code="too_many_tasks", field="incident", value=TASKS_AT_MOST, cure=_("请先办结已有任务")
            )
        task = IncidentTask.objects.create(
            incident=incident,
            organisation_path=incident.organisation_path,
            kind=row,
            title=title.strip() or row.name,
            text=text.strip(),
            created_by_id=actor.user_id,
            **owner,
        )
        _told(task, incident, StepContext(actor_id=actor.user_id, text=task.text), "", IncidentTaskState.OPEN)
        _audited(actor, task, "incidents.task_add", "")
    return task


def incident_task_step(
    *, actor: Actor, incident_uid: str, task_uid: str, to_state: IncidentTaskState, text: str = ""
) -> IncidentTask:
    """Take, finish, drop or give back a task, along its table.

    Whose task it is may; so may who changes tasks there (the desk). Dropping and taking up again need a reason. A
    repetition of a step that is done changes nothing. Raises TransitionRefused, Forbidden, InvalidInput.
    """
    with transaction.atomic():
        incident = _seen(actor, incident_uid)
        task = IncidentTask.objects.select_for_update(of=("self",)).filter(uid=task_uid, incident=incident).first()
        if task is None:
            raise NotFound(_("没有这项任务"), field="task", value=str(task_uid))
        task.incident = incident
        if not actor.may(Verb.CHANGE, DataClass.TASK, incident.organisation_path) and not task_is_mine(actor, task):
            raise Forbidden(_("这项任务不是您的"), field="task", value=task.title, cure=_("请联系指挥员调整任务"))
        old = IncidentTaskState(task.state)
        if old is to_state:
            return task
        INCIDENT_TASK_LIFECYCLE.check(old, to_state)
        if (to_state is IncidentTaskState.DROPPED or old not in TASK_STILL_OPEN) and not text.strip():
            raise InvalidInput(_("请说明原因"), field="text", cure=_("填写一句话原因后再提交"))
        if old not in TASK_STILL_OPEN and IncidentState(incident.state) in SETTLED:
            raise Conflict(
                _("警情已结束，任务不能重做"),
                code="settled",
                field="incident",
                value=incident.number,
                cure=_("请先重新打开警情"),
            )
        _moved(task, to_state, actor)
        _told(task, incident, StepContext(actor_id=actor.user_id, text=text.strip()), old.value, to_state)
        _audited(actor, task, f"incidents.task_{to_state.value}", text)
    return task


def refuse_open_tasks(incident: Incident) -> None:
    """Raise Conflict while work is left, naming it: an incident is not closed over the head of who still works."""
    left = list(incident.tasks.filter(state__in=sorted(TASK_STILL_OPEN)).order_by("id").values_list("title", flat=True))
    if left:
        titles = "、".join(left)
        raise Conflict(
            _("仍有任务未完成：%(tasks)s") % {"tasks": titles},
            code="tasks_open",
            field="tasks",
            value=titles,
            cure=_("完成这些任务，或写明原因后取消"),
        )


def _seen(actor: Actor, uid: str) -> Incident:
    incident = incident_lock(uid)
    if not incidents_visible_to(actor).filter(pk=incident.pk).exists():
        raise NotFound(_("没有这条警情"), field="incident", value=str(uid))
    return incident


def _kind(code: str) -> IncidentTaskKind:
    row = IncidentTaskKind.objects.filter(code=code, is_active=True).first()
    if row is None:
        known = "、".join(IncidentTaskKind.objects.filter(is_active=True).values_list("code", flat=True))
        raise InvalidInput(_("未知的任务类别"), field="kind", value=code, cure=known or _("请先设置任务类别"))
    return row


def _owner(
    actor: Actor, kind: IncidentTaskKind, role: str, unit_uid: str | None, person_uid: str | None
) -> dict[str, Any]:
    if role and role not in set(Role):
        raise InvalidInput(_("未知的角色"), field="role", value=role, cure="、".join(each.value for each in Role))
    unit = person = None
    if unit_uid is not None:
        unit = units_visible_to(actor).filter(uid=unit_uid).first()
        if unit is None:
            raise InvalidInput(_("没有这个单元"), field="unit", value=str(unit_uid), cure=_("请从名单中选择"))
    if person_uid is not None:
        person = people_visible_to(actor).filter(uid=person_uid).first()
        if person is None:
            raise InvalidInput(_("没有这个人员"), field="person", value=str(person_uid), cure=_("请从名单中选择"))
    named = unit is not None or person is not None
    return {"unit": unit, "person": person, "role": role or ("" if named else kind.role or Role.OFFICER.value)}


def _moved(task: IncidentTask, to_state: IncidentTaskState, actor: Actor) -> None:
    now = clock.now()
    fields: dict[str, Any] = {"state": to_state.value}
    if to_state is IncidentTaskState.OPEN:
        fields |= {"taken_at": None, "taken_by_id": None, "settled_at": None, "settled_by_id": None}
    elif to_state is IncidentTaskState.TAKEN:
        fields |= {"taken_at": now, "taken_by_id": actor.user_id}
    else:
        fields |= {"settled_at": now, "settled_by_id": actor.user_id}
    if not IncidentTask.objects.filter(pk=task.pk, version=task.version).update(version=task.version + 1, **fields):
        raise Conflict(
            _("已被他人更新，请刷新后再试"),
            code="version_conflict",
            field="version",
            value=task.version,
            cure=_("请刷新后再试"),
        )
    for name, value in {"version": task.version + 1, **fields}.items():
        setattr(task, name, value)


def _told(task: IncidentTask, incident: Incident, context: StepContext, old: str, new: IncidentTaskState) -> None:
    """A row of the incident's history, and news for the desk and the phones of the units that are there."""
    incident_note(
        incident,
        kind=IncidentStep.Kind.TASK,
        context=context,
        details={"task": str(task.uid), "title": task.title, "from": old, "to": new.value},
    )
    incident_publish(incident, "incidents.incident_changed")
    for assignment in assignments_standing(incident):
        assignment.incident = incident
        assignment_publish(assignment, "incidents.assignment_changed")


def _audited(actor: Actor, task: IncidentTask, action: str, reason: str) -> None:
    audit.record(
        actor_id=actor.user_id,
        action=action,
        object_type="incident_task",
        object_id=str(task.uid),
        organisation_path=task.organisation_path,
        reason=reason,
        details={"incident": str(task.incident.uid), "kind": task.kind.code},
    )
