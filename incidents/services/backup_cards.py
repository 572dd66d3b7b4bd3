"""The card of a crew's call for help: it follows what the crew and those sent to it do, and is told by the feed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from core import clock, events
from core.errors import Conflict
from incidents.desk_states import BACKUP_LIFECYCLE, BackupState
from incidents.models import Assignment, BackupRequest
from incidents.selectors.summaries import backup_summary
from incidents.states import AssignmentState
from stations.types import DataClass

# After these a crew needs no help any more for this case, or is no longer on it.
_THROUGH: frozenset[AssignmentState] = frozenset(
    {
        AssignmentState.CLEARED,
        AssignmentState.REPORTED,
        AssignmentState.DECLINED,
        AssignmentState.EXPIRED,
        AssignmentState.RECALLED,
    }
)
# What may answer a call for help, or end it.
FOLLOWED: frozenset[AssignmentState] = _THROUGH | {AssignmentState.ON_SCENE}


def backup_write(backup: BackupRequest, *, topic: str = "incidents.backup_changed", **fields: Any) -> None:
    """Write fields of a card, along its table, and tell the desks and the crew. The caller holds its incident's lock.

    What has an outcome and somebody who took it is answered.
    """
    for name, value in fields.items():
        setattr(backup, name, value)
    steps: list[BackupState] = []
    if backup.taken_at is not None and backup.state == BackupState.ASKED.value:
        steps.append(BackupState.TAKEN)
    if backup.taken_at is not None and backup.outcome:
        steps.append(BackupState.ANSWERED)
    for to_state in steps:
        BACKUP_LIFECYCLE.check(BackupState(backup.state), to_state)
        backup.state = to_state.value
    values = {name: getattr(backup, name) for name in {*fields, "state"}}
    held = BackupRequest.objects.filter(pk=backup.pk, version=backup.version)
    if not held.update(version=F("version") + 1, **values):
        raise Conflict(
            _("已被他人更新，请刷新后再试"),
            code="version_conflict",
            field="version",
            value=backup.version,
            cure=_("请刷新后再试"),
        )
    backup.version += 1
    backup_publish(backup, topic)


def backup_publish(backup: BackupRequest, topic: str) -> None:
    """Tell the card; the phones of the crew that asked hear it whatever their data scope."""
    assignment = backup.assignment
    events.publish(
        topic,
        organisation_path=backup.organisation_path,
        audience=DataClass.ASSIGNMENT.value,
        subject={
            "backup_id": backup.pk,
            "assignment": str(assignment.uid),
            "incident_id": assignment.incident_id,
            "tour_id": assignment.tour_id,
        },
        payload={"backup": backup_summary(backup)},
    )


def backups_follow(assignment: Assignment, to_state: AssignmentState) -> None:
    """A unit of this case has arrived, or is through. Its incident is locked by the caller."""
    now = clock.now()
    for backup in backups_standing_of(assignment.incident_id):
        asker = backup.assignment
        if backup.outcome:
            continue
        if asker.pk == assignment.pk:
            if to_state in _THROUGH:
                backup_write(backup, outcome=BackupRequest.Outcome.OVER.value, outcome_at=now)
        elif to_state is AssignmentState.ON_SCENE and _sent_after(assignment, backup.asked_at):
            backup_write(
                backup,
                outcome=BackupRequest.Outcome.UNIT.value,
                outcome_at=now,
                outcome_text=assignment.unit.call_sign,
            )


def backups_standing_of(incident_id: int) -> list[BackupRequest]:
    """The cards of a case that are not answered yet, oldest first; its incident is locked by the caller."""
    return list(
        BackupRequest.objects.filter(assignment__incident_id=incident_id)
        .exclude(state=BackupState.ANSWERED.value)
        .select_related("assignment__incident", "assignment__unit")
        .order_by("id")
    )


def _sent_after(assignment: Assignment, asked_at: datetime) -> bool:
    return assignment.offered_at is not None and assignment.offered_at >= asked_at
