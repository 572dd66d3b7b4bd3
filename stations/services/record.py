"""Audit row and event of one change, written together in the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core import audit, events
from stations.types import Actor, DataClass


def record(
    actor: Actor,
    action: str,
    *,
    audience: DataClass,
    object_id: object,
    organisation_path: str,
    reason: str = "",
    subject: Mapping[str, Any] | None = None,
    payload: Mapping[str, Any] | None = None,
) -> None:
    """Write `stations.<action>` to the audit and the feed. Payloads hold no personal numbers and no secrets."""
    details = dict(payload or {})
    if actor.user_id is None:
        details["by"] = f"{actor.kind.value}:{actor.name}"
    audit.record(
        actor_id=actor.user_id,
        action=f"stations.{action}",
        object_type=audience.value,
        object_id=str(object_id),
        organisation_path=organisation_path,
        reason=reason,
        details=details,
    )
    events.publish(
        f"stations.{action}",
        organisation_path=organisation_path,
        audience=audience.value,
        subject={audience.value: str(object_id), **(subject or {})},
        payload=dict(payload or {}),
    )
