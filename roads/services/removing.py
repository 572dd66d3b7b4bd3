"""Taking away what was entered by mistake and nobody uses yet. What has been in use ends instead."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from core import audit, events
from roads.models import ChiefAssignment, ChiefDeputy, ReviewItem, Segment
from stations.services import require
from stations.types import Actor, DataClass, Verb


@transaction.atomic
def segment_remove(actor: Actor, segment: Segment) -> None:
    """Delete a segment; who may enter one may. Raises Forbidden, ProtectedError where the database knows a use."""
    require(actor, Verb.CREATE, DataClass.SEGMENT, segment.organisation.path)
    key, uid, path = segment.pk, segment.uid, segment.organisation.path or ""
    segment.delete()
    _record(actor, "segment_removed", "segment", uid, path, {"code": segment.code, "name": segment.name})
    events.publish(
        "roads.segment_removed", organisation_path=path, audience=DataClass.SEGMENT.value,
        subject={"segment_id": key, "segment": str(uid)}, payload={"code": segment.code, "name": segment.name},
    )  # fmt: skip


@transaction.atomic
def chief_remove(actor: Actor, assignment: ChiefAssignment) -> None:
    """Delete an appointment, with its deputies. Raises Forbidden, ProtectedError."""
    require(actor, Verb.CREATE, DataClass.CHIEF, assignment.organisation.path)
    segment, uid, path = assignment.segment_id, assignment.uid, assignment.organisation.path or ""
    assignment.delete()
    _record(actor, "chief_removed", "chief_assignment", uid, path, {"segment": segment})
    _chief_told(segment, uid, path, "chief_removed")


@transaction.atomic
def deputy_remove(actor: Actor, deputy: ChiefDeputy) -> None:
    """Delete a deputy's appointment. Raises Forbidden."""
    assignment = deputy.assignment
    require(actor, Verb.CREATE, DataClass.CHIEF, assignment.organisation.path)
    path = assignment.organisation.path or ""
    deputy.delete()
    _record(actor, "deputy_removed", "chief_assignment", assignment.uid, path, {"segment": assignment.segment_id})
    _chief_told(assignment.segment_id, assignment.uid, path, "deputy_removed")


@transaction.atomic
def review_remove(actor: Actor, item: ReviewItem) -> None:
    """Take a question off the list as if it had never been asked. Raises Forbidden."""
    require(actor, Verb.CREATE, DataClass.SEGMENT, item.organisation.path)
    key, path = item.pk, item.organisation.path or ""
    item.delete()
    _record(actor, "review_removed", "review_item", key, path, {"kind": item.kind, "text": item.text})


@transaction.atomic
def review_restore(actor: Actor, item: ReviewItem, values: dict[str, Any]) -> None:
    """Give an open question the axis and details that it had. Raises Forbidden."""
    require(actor, Verb.CREATE, DataClass.SEGMENT, item.organisation.path)
    for name, value in values.items():
        setattr(item, name, value)
    item.save(update_fields=list(values))


def _chief_told(segment_id: int, uid: object, path: str, change: str) -> None:
    events.publish(
        "roads.chief_changed", organisation_path=path, audience=DataClass.CHIEF.value,
        subject={"segment_id": segment_id, "assignment": str(uid)}, payload={"change": change},
    )  # fmt: skip


def _record(actor: Actor, action: str, what: str, key: object, path: str, details: dict[str, Any]) -> None:
    audit.record(
        actor_id=actor.user_id, action=f"roads.{action}", object_type=what, object_id=str(key),
        organisation_path=path, details=details,
    )  # fmt: skip
