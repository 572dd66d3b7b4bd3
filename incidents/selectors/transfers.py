"""Where a case came from when another system handed it over, and what that system was told."""

from __future__ import annotations

from typing import Any

from incidents.models import Incident, StatusReturn, TransferCase

RETURNS_SHOWN = 5


def transfer_of(incident: Incident) -> dict[str, Any] | None:
    """`{system, name, number, kind_code, received_at, returns: [{state, sending, at, sent_at, tries, detail}]}`, the
    newest returns first; None for a case that began here.
    """
    if incident.source != Incident.Source.TRANSFER:
        return None
    case = TransferCase.objects.select_related("system").filter(incident=incident).first()
    if case is None:
        return None
    return {**transfer_summary(case), "returns": [_return(row) for row in case.returns.order_by("-id")[:RETURNS_SHOWN]]}


def transfer_summary(case: TransferCase) -> dict[str, Any]:
    """What is said of the other side of a case."""
    return {
        "system": case.system.code,
        "name": case.system.name,
        "number": case.number,
        "kind_code": case.kind_code,
        "received_at": case.received_at,
    }


def _return(row: StatusReturn) -> dict[str, Any]:
    return {
        "state": row.incident_state,
        "sending": row.state,
        "at": row.at,
        "sent_at": row.sent_at,
        "tries": row.tries,
        "detail": row.detail,
    }
