"""Writing the audit trail: one row, in the caller's transaction, chained later by the sealer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.utils import timezone

from core import clock
from core.db.prepared import written
from core.jsontext import dumps

_RECORD_SQL = """
INSERT INTO core_auditrow
    (at, day, actor_id, action, object_type, object_id, organisation_path, organisation_root, reason, details)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


def record(
    *,
    actor_id: int | None,
    action: str,
    object_type: str,
    object_id: object,
    organisation_path: str,
    reason: str = "",
    details: Mapping[str, Any] | None = None,
) -> None:
    """Write who did what to which object, why. Wall time; the day is local.

    `actor_id` is the user's id, None for the system itself. Raises RuntimeError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError(f"audit of {action!r} outside a transaction would not share the fate of its cause")
    at = clock.wall_now()
    values = [at, timezone.localdate(at), actor_id, action, object_type, str(object_id), organisation_path]
    values += [organisation_root(organisation_path), reason, dumps(details or {})]
    with connection.cursor() as cursor:
        written(cursor, _RECORD_SQL, values)


def organisation_root(organisation_path: str) -> str:
    """The first part of an organisation path (`1/4/9/`, `1.4.9` or `/1/4/`): one audit chain a root and day."""
    for separator in ("/", "."):
        parts = [part for part in organisation_path.split(separator) if part]
        if len(parts) > 1 or separator in organisation_path:
            return parts[0][:60] if parts else ""
    return organisation_path[:60]
