"""Tasks inside an incident: what is left, whose it is, and what may be done with each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.messages import spoken
from incidents.desk_states import INCIDENT_TASK_LIFECYCLE, IncidentTaskState
from incidents.models import Assignment, Incident, IncidentTask, IncidentTaskKind
from incidents.states import STANDING
from patrols.selectors import tour_of_person
from stations.types import Actor, DataClass, Role, Verb


@dataclass(frozen=True, slots=True)
class TaskKindChoice:
    """One kind as a form offers it. `role`: who does it when nobody is named."""

    code: str
    name: str
    role: str


def incident_task_kinds() -> list[TaskKindChoice]:
    """Kinds in use, in their order."""
    rows = IncidentTaskKind.objects.filter(is_active=True).order_by("order", "code")
    return [TaskKindChoice(*row) for row in rows.values_list("code", "name", "role")]


def task_is_mine(actor: Actor, task: IncidentTask) -> bool:
    """Is it given to this person, to the unit it is out with, or to a role that it holds here?

    A role's task is of whoever holds that role and is on the incident, or sees incidents of that organisation at all.
    """
    if actor.person_id is None:
        return False
    if task.person_id is not None and task.person_id == actor.person_id:
        return True
    if task.unit_id is not None:
        tour = tour_of_person(actor.person_id)
        if tour is not None and tour.unit_id == task.unit_id:
            return True
    if not task.role or not actor.has_role(Role(task.role)):
        return False
    return actor.may(Verb.VIEW, DataClass.INCIDENT, task.organisation_path) or _is_there(actor, task.incident_id)


def _is_there(actor: Actor, incident_id: int) -> bool:
    return Assignment.objects.filter(
        incident_id=incident_id,
        state__in=sorted(STANDING),
        offered_at__isnull=False,
        tour__members__person_id=actor.person_id or 0,
        tour__members__present__upper_inf=True,
    ).exists()


def incident_tasks(actor: Actor, incident: Incident) -> list[dict[str, Any]]:
    """The tasks of an incident that the actor sees, in the order they were given: `[{uid, kind, kind_name, title, text,
    state, mine, owner, steps, …}]`. `steps` are the states that this actor may set.
    """
    changes = actor.may(Verb.CHANGE, DataClass.TASK, incident.organisation_path)
    found = []
    for task in incident.tasks.select_related("kind", "unit", "person").order_by("id"):
        mine = task_is_mine(actor, task)
        allowed = INCIDENT_TASK_LIFECYCLE.allowed(IncidentTaskState(task.state)) if mine or changes else frozenset()
        found.append(
            {
                "uid": str(task.uid),
                "kind": task.kind.code,
                "kind_name": task.kind.name,
                "title": task.title,
                "text": task.text,
                "state": task.state,
                "mine": mine,
                "owner": _owner(task),
                "steps": sorted(state.value for state in allowed),
                "created_at": task.created_at,
                "taken_at": task.taken_at,
                "settled_at": task.settled_at,
            }
        )
    return found


def _owner(task: IncidentTask) -> str:
    if task.person is not None:
        return str(task.person.name)
    if task.unit is not None:
        return str(task.unit.call_sign)
    return spoken(Role(task.role).label)
