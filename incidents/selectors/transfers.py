"""Where a case came from when another system handed it over, and what that system was told."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from incidents.desk_states import StatusReturnState
from incidents.models import Incident, StatusReturn, TransferCase
from stations.selectors import path_filter
from stations.types import Actor, DataClass, Verb

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


def status_returns_visible_to(actor: Actor) -> QuerySet[StatusReturn]:
    """What was told back about the cases of the actor's scope."""
    visible = path_filter(actor, Verb.VIEW, DataClass.TRANSFER, field="case__incident__organisation_path")
    return StatusReturn.objects.filter(visible).select_related("case__system", "case__incident")


def status_returns_failed_to(actor: Actor) -> QuerySet[StatusReturn]:
    """Those that were given up, and that nobody has settled."""
    return status_returns_visible_to(actor).filter(state=StatusReturnState.FAILED.value)


def status_return_summary(row: StatusReturn) -> dict[str, Any]:
    """The card of one status; needs `case` with `system` and `incident` loaded. Nothing of the caller is in it."""
    return {
        "uid": str(row.uid),
        "version": row.version,
        "incident": str(row.case.incident.uid),
        "incident_number": row.case.incident.number,
        "system": row.case.system.name,
        "number": row.case.number,
        "incident_state": row.incident_state,
        "sending": row.state,
        "at": row.at.isoformat(),
        "detail": row.detail,
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
