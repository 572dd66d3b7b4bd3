"""What a system that handed a case over is told of it: one row a step, sent in order until it is taken.

The row is the truth and written in the transaction of the step; sending is a worker's, may repeat itself and carries a
key. docs/transfers.md has the shape of a message.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from core import clock, events
from core.broker import send
from core.jsontext import dumps
from core.notifications import GatewayFailed, gateway
from incidents.models import Incident, StatusReturn, TransferCase
from incidents.states import HOLDING, STANDING
from stations.types import DataClass

logger = logging.getLogger(__name__)

TRIES_AT_MOST = 12
FIRST_WAIT_S = 10.0
LONGEST_WAIT_S = 3600.0
WAITING_AFTER = timedelta(seconds=5)
BATCH = 100

Enqueue = Callable[[int], object]


def status_return_add(incident: Incident) -> StatusReturn | None:
    """Keep the status of a case that was handed over, to be told; None for one that was not. In the caller's
    transaction.
    """
    case = TransferCase.objects.select_related("system").filter(incident=incident).first()
    if case is None:
        return None
    row = StatusReturn.objects.create(case=case, incident_state=incident.state, body=_body(case, incident))
    events.publish(
        "incidents.status_return_wanted",
        organisation_path=incident.organisation_path,
        audience=DataClass.TRANSFER.value,
        subject={"return_id": row.pk},
        payload={},
    )
    return row


def status_return_send(return_id: int) -> bool:
    """Send one status through its system's gateway; what a worker does. Returns whether the gateway took it.

    Nothing overtakes an earlier status of the same case. What is refused is tried again later, twelve times in all;
    then it stands as failed on the list of the administrator.
    """
    with transaction.atomic():
        row = _waiting().select_for_update(of=("self",), skip_locked=True).filter(pk=return_id).first()
        if row is None or _earlier(row):
            return False
        row.tries += 1
        # Another worker leaves it alone until then.
        row.next_try_at = clock.now() + timedelta(seconds=_wait_s(row.tries))
        row.save(update_fields=["tries", "next_try_at"])
    system = row.case.system
    try:
        receipt = gateway(system.gateway).send(system.address or system.code, dumps(row.body), str(row.uid))
    except GatewayFailed as problem:
        row.detail = str(problem)[:300]
        if row.tries >= TRIES_AT_MOST:
            row.state, row.next_try_at = StatusReturn.State.FAILED, None
            logger.error("status %s of case %s was not taken: given up", row.uid, row.case_id)
        row.save(update_fields=["detail", "state", "next_try_at"])
        return False
    row.state, row.sent_at, row.next_try_at = StatusReturn.State.SENT, clock.now(), None
    row.detail = f"{receipt.gateway} {receipt.reference}"[:300]
    row.save(update_fields=["state", "sent_at", "next_try_at", "detail"])
    return True


def status_returns_enqueue(enqueue: Enqueue) -> int:
    """Enqueue what is due and the first of its case. Returns how many were handed over."""
    before = StatusReturn.objects.filter(case=OuterRef("case"), state=StatusReturn.State.WAITING, pk__lt=OuterRef("pk"))
    due = (
        _waiting()
        .filter(next_try_at__lte=clock.now() - WAITING_AFTER)
        .exclude(Exists(before))
        .order_by("next_try_at", "id")
        .values_list("pk", flat=True)[:BATCH]
    )
    taken = 0
    for return_id in due:
        if not status_return_enqueue(return_id, enqueue):
            break
        taken += 1
    return taken


def status_return_enqueue(return_id: int, enqueue: Enqueue) -> bool:
    """Hand one to the workers. False when the broker is gone; the sweep finds it again."""
    return send(lambda: enqueue(return_id), what=f"status return {return_id}")


def _waiting() -> Any:
    return StatusReturn.objects.select_related("case__system").filter(state=StatusReturn.State.WAITING)


def _earlier(row: StatusReturn) -> bool:
    return StatusReturn.objects.filter(case=row.case, state=StatusReturn.State.WAITING, pk__lt=row.pk).exists()


def _wait_s(tries: int) -> float:
    return float(min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** (tries - 1)))


def _body(case: TransferCase, incident: Incident) -> dict[str, Any]:
    """The message: numbers, state, times, call signs. Nothing of the caller, no plate, no person's name."""
    units = incident.assignments.filter(state__in=sorted(STANDING | HOLDING), ended_at=None, offered_at__isnull=False)
    return {
        "system": case.system.code,
        "number": case.number,
        "our_number": incident.number,
        "our_uid": str(incident.uid),
        "state": incident.state,
        "grade": incident.grade,
        "at": clock.now().isoformat(),
        "units": list(units.order_by("id").values_list("unit__call_sign", flat=True)),
        "arrived_at": _iso(incident.arrived_at),
        "reported_at": _iso(incident.reported_at),
        "closed_at": _iso(incident.closed_at),
        "merged_into": incident.merged_into.number if incident.merged_into is not None else None,
    }


def _iso(moment: Any) -> str | None:
    return moment.isoformat() if moment is not None else None
