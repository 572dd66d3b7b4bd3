"""The one way a state changes: lock, check against the table, compare-and-set, append a step, publish.

Callers hold a transaction. Nothing else in the room writes `state`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import connection, models
from django.utils.translation import gettext as _

from core import clock, events
from core.db.kept import KeptQuery
from core.db.prepared import prepared, written
from core.errors import Conflict, NotFound
from core.jsontext import dumps
from incidents.models import Assignment, Incident, IncidentStep
from incidents.selectors.summaries import assignment_summary, incident_summary
from incidents.services.backup_cards import FOLLOWED, backups_follow
from incidents.services.interception_steps import alarms_follow_assignment, alarms_follow_incident
from incidents.services.status_returns import status_return_add
from incidents.states import ASSIGNMENT_LIFECYCLE, INCIDENT_LIFECYCLE, AssignmentState, IncidentState
from stations.types import DataClass


@dataclass(frozen=True, slots=True)
class StepContext:
    """Who did it, for whom, with which device and when by that device's clock; `by_radio`: typed in by a dispatcher;
    `told`: what else the device said, kept with the step's details.
    """

    actor_id: int | None = None
    on_behalf_of_id: int | None = None
    by_radio: bool = False
    device: str = ""
    device_time: datetime | None = None
    client_key: str = ""
    text: str = ""
    told: Mapping[str, Any] = field(default_factory=dict)


SYSTEM = StepContext()


def incident_lock(uid: str) -> Incident:
    """The incident, locked until the transaction ends. Raises NotFound."""
    incident = Incident.objects.select_for_update(of=("self",)).filter(uid=uid).first()
    if incident is None:
        raise NotFound(_("没有这条警情"), field="incident", value=str(uid))
    return incident


_INCIDENT_LOCK: KeptQuery[Incident] = KeptQuery(
    lambda: Incident.objects.select_for_update(of=("self",)).filter(pk=1).order_by()
)
_ASSIGNMENT_LOCK: KeptQuery[Assignment] = KeptQuery(
    lambda: Assignment.objects.select_for_update(of=("self",)).filter(pk=1).order_by()
)


def incident_lock_by_id(incident_id: int) -> Incident:
    """As `incident_lock`, by primary key."""
    incident = _INCIDENT_LOCK.first([incident_id])
    if incident is None:
        raise NotFound(_("没有这条警情"), field="incident", value=str(incident_id))
    return incident


def assignment_lock(uid: str) -> Assignment:
    """The assignment with its incident and unit; incident first, then assignment, so that locks keep one order."""
    known = Assignment.objects.filter(uid=uid).values_list("pk", "incident_id").first()
    if known is None:
        raise NotFound(_("没有这次派警"), field="assignment", value=str(uid))
    incident = incident_lock_by_id(known[1])
    assignment = _ASSIGNMENT_LOCK.first([known[0]])
    if assignment is None:
        raise NotFound(_("没有这次派警"), field="assignment", value=str(uid))
    assignment.incident = incident
    return assignment


def _compare_and_set(row: models.Model, version: int, fields: dict[str, Any]) -> None:
    columns = [row._meta.get_field(name) for name in fields]
    values = [
        field.get_db_prep_save(value, connection)  # type: ignore[union-attr]
        for field, value in zip(columns, fields.values(), strict=True)
    ]
    with connection.cursor() as cursor:
        prepared(
            cursor,
            _update_sql(row._meta.db_table, tuple(field.column for field in columns)),  # type: ignore[union-attr]
            [*values, row.pk, version],
        )
        updated = cursor.rowcount
    if not updated:
        raise Conflict(
            _("已被他人更新，请刷新后再试"),
            code="version_conflict",
            field="version",
            value=version,
            cure=_("请刷新后再试"),
        )
    for name, value in fields.items():
        setattr(row, name, value)
    row.version = version + 1  # type: ignore[attr-defined]


@lru_cache(maxsize=128)
def _update_sql(table: str, columns: tuple[str, ...]) -> str:
    quote = connection.ops.quote_name
    settings = ", ".join(["version = version + 1", *(f"{quote(column)} = %s" for column in columns)])
    return f"UPDATE {quote(table)} SET {settings} WHERE id = %s AND version = %s"  # noqa: S608  names of a model, not of a request


_INCIDENT_STEP_SQL = """
INSERT INTO incidents_incidentstep
       (incident_id, kind, from_state, to_state, actor_id, on_behalf_of_id, by_radio, device, device_time, text, at,
        details)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_ASSIGNMENT_STEP_SQL = """
INSERT INTO incidents_assignmentstep
       (assignment_id, from_state, to_state, actor_id, on_behalf_of_id, by_radio, device, device_time, text, at,
        details, client_key, stale_fence)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


def _said_by(context: StepContext) -> list[Any]:
    return [
        context.actor_id,
        context.on_behalf_of_id,
        context.by_radio,
        context.device,
        context.device_time,
        context.text,
        clock.now(),
    ]


def incident_note(
    incident: Incident,
    *,
    kind: str,
    context: StepContext = SYSTEM,
    from_state: str = "",
    to_state: str = "",
    details: dict[str, Any] | None = None,
) -> None:
    """Append one row to the incident's history."""
    with connection.cursor() as cursor:
        written(
            cursor,
            _INCIDENT_STEP_SQL,
            [incident.pk, str(kind), from_state, to_state, *_said_by(context), dumps(details or {})],
        )


def incident_publish(incident: Incident, topic: str, payload: dict[str, Any] | None = None) -> None:
    """Publish an event of the incident with its summary."""
    events.publish(
        topic,
        organisation_path=incident.organisation_path,
        audience=DataClass.INCIDENT.value,
        subject={"incident_id": incident.pk, "incident": str(incident.uid)},
        payload={"incident": incident_summary(incident), **(payload or {})},
    )


def incident_move(
    incident: Incident,
    to_state: IncidentState,
    *,
    context: StepContext = SYSTEM,
    details: dict[str, Any] | None = None,
    topic: str = "incidents.incident_changed",
    **fields: Any,
) -> None:
    """Move a locked incident along its table; `fields` are stamps written in the same statement.

    Raises TransitionRefused when the table does not allow it, Conflict when somebody was quicker.
    """
    old = IncidentState(incident.state)
    INCIDENT_LIFECYCLE.check(old, to_state)
    _compare_and_set(incident, incident.version, {"state": to_state.value, **fields})
    incident_note(
        incident,
        kind=IncidentStep.Kind.TRANSITION,
        context=context,
        from_state=old.value,
        to_state=to_state.value,
        details=details,
    )
    incident_publish(incident, topic, {"from_state": old.value})
    if incident.source == Incident.Source.TRANSFER:
        status_return_add(incident)
    alarms_follow_incident(incident, to_state, context.text, context.actor_id)


def incident_touch(incident: Incident, *, topic: str = "incidents.incident_changed", **fields: Any) -> None:
    """Write fields other than the state, and tell everybody who watches."""
    _compare_and_set(incident, incident.version, fields)
    incident_publish(incident, topic)


def assignment_note(
    assignment: Assignment,
    *,
    context: StepContext = SYSTEM,
    from_state: str = "",
    to_state: str = "",
    stale_fence: bool = False,
    details: dict[str, Any] | None = None,
) -> None:
    """Append one row to the assignment's history."""
    with connection.cursor() as cursor:
        written(
            cursor,
            _ASSIGNMENT_STEP_SQL,
            [
                assignment.pk,
                from_state,
                to_state,
                *_said_by(context),
                dumps({**context.told, **(details or {})}),
                context.client_key,
                stale_fence,
            ],
        )


def assignment_publish(assignment: Assignment, topic: str) -> None:
    """Publish an event of the assignment; the phones of its tour hear it whatever their data scope.

    A mere proposal names no tour: nobody has been sent, so no phone hears of it.
    """
    subject: dict[str, Any] = {
        "assignment_id": assignment.pk,
        "assignment": str(assignment.uid),
        "incident_id": assignment.incident_id,
    }
    if assignment.offered_at is not None:
        subject["tour_id"] = assignment.tour_id
    events.publish(
        topic,
        organisation_path=assignment.organisation_path,
        audience=DataClass.ASSIGNMENT.value,
        subject=subject,
        payload={"assignment": assignment_summary(assignment)},
    )


def assignment_touch(assignment: Assignment, **fields: Any) -> None:
    """Write fields other than the state of a locked assignment, and tell everybody who watches."""
    _compare_and_set(assignment, assignment.version, fields)
    assignment_publish(assignment, "incidents.assignment_changed")


def assignment_move(
    assignment: Assignment,
    to_state: AssignmentState,
    *,
    context: StepContext = SYSTEM,
    details: dict[str, Any] | None = None,
    **fields: Any,
) -> None:
    """Move a locked assignment along its table, append its step, publish `incidents.assignment_<state>`."""
    old = AssignmentState(assignment.state)
    ASSIGNMENT_LIFECYCLE.check(old, to_state)
    _compare_and_set(assignment, assignment.version, {"state": to_state.value, **fields})
    assignment_note(assignment, context=context, from_state=old.value, to_state=to_state.value, details=details)
    assignment_publish(assignment, f"incidents.assignment_{to_state.value}")
    alarms_follow_assignment(assignment, to_state, context.actor_id)
    if to_state in FOLLOWED:
        backups_follow(assignment, to_state)
