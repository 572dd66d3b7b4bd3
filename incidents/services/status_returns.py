"""What a system that handed a case over is told of it: one row a step, sent in order until it is taken.

The row is the truth and written in the transaction of the step; sending is a worker's, may repeat itself and carries a
key. What is given up lies at the desk until somebody settles it. docs/transfers.md has the shape of a message.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils.translation import gettext as _

from core import audit, clock, events
from core.broker import send
from core.errors import Conflict, InvalidInput, NotFound
from core.jsontext import dumps
from core.notifications import GatewayFailed, Receipt, SignedGateway, gateway
from incidents.desk_states import STATUS_RETURN_LIFECYCLE, StatusReturnState
from incidents.models import Incident, StatusReturn, TransferCase, TransferSystem
from incidents.selectors.transfers import status_return_summary
from incidents.states import HOLDING, STANDING
from stations.services import require
from stations.types import Actor, DataClass, Verb

logger = logging.getLogger(__name__)

TRIES_AT_MOST = 12
FIRST_WAIT_S = 10.0
LONGEST_WAIT_S = 3600.0
WAITING_AFTER = timedelta(seconds=5)
BATCH = 100
_WAITS = StatusReturnState.WAITING.value

Enqueue = Callable[[int], object]


def status_return_add(incident: Incident) -> StatusReturn | None:
    """Keep the status of a case that was handed over, to be told; None for one that was not. In the caller's
    transaction.
    """
    case = TransferCase.objects.select_related("system").filter(incident=incident).first()
    if case is None:
        return None
    row = StatusReturn.objects.create(case=case, incident_state=incident.state, body=_body(case, incident))
    _wanted(row, incident)
    return row


def status_return_send(return_id: int) -> bool:
    """Send one status through its system's gateway; what a worker does. Returns whether the gateway took it.

    Nothing overtakes an earlier status of the same case. What is refused is tried again later, twelve times in all;
    then it lies at the desk as failed.
    """
    with transaction.atomic():
        row = _waiting().select_for_update(of=("self",), skip_locked=True).filter(pk=return_id).first()
        if row is None or _earlier(row):
            return False
        row.tries += 1
        # Another worker leaves it alone until then.
        row.next_try_at = clock.now() + timedelta(seconds=_wait_s(row.tries))
        row.save(update_fields=["tries", "next_try_at"])
    try:
        receipt = _given(row.case.system, dumps(row.body), str(row.uid))
    except GatewayFailed as problem:
        _refused(row, problem.message)
        return False
    _moved(row, StatusReturnState.SENT, sent_at=clock.now(), detail=f"{receipt.gateway} {receipt.reference}"[:300])
    return True


def _given(system: TransferSystem, text: str, key: str) -> Receipt:
    """Through the gateway of this system, signed where it signs. Raises GatewayFailed."""
    way, address = gateway(system.gateway), system.address or system.code
    if isinstance(way, SignedGateway):
        return way.send_signed(address, text, key, secret=system.secret)
    return way.send(address, text, key)


def _refused(row: StatusReturn, why: str) -> None:
    if row.tries < TRIES_AT_MOST:
        StatusReturn.objects.filter(pk=row.pk).update(detail=why[:300])
        return
    logger.error("status %s of case %s was not taken: given up", row.uid, row.case_id)
    _moved(row, StatusReturnState.FAILED, detail=why[:300])


def _moved(row: StatusReturn, to_state: StatusReturnState, **fields: Any) -> bool:
    """Along the table, and told to the desk. False when somebody else was quicker: then nothing is changed."""
    STATUS_RETURN_LIFECYCLE.check(StatusReturnState(row.state), to_state)
    values = {"state": to_state.value, "next_try_at": None, **fields}
    with transaction.atomic():
        held = StatusReturn.objects.filter(pk=row.pk, state=row.state)
        if not held.update(version=F("version") + 1, **values):
            return False
        for name, value in values.items():
            setattr(row, name, value)
        row.version += 1
        incident = row.case.incident
        events.publish(
            "incidents.status_return_changed",
            organisation_path=incident.organisation_path,
            audience=DataClass.TRANSFER.value,
            subject={"return_id": row.pk, "incident_id": incident.pk},
            payload={"status_return": status_return_summary(row)},
        )
    return True


def status_return_again(*, actor: Actor, return_uid: str) -> StatusReturn:
    """Somebody at the desk has one that was given up sent once more, from the first try on.

    Raises Conflict for one that was not given up.
    """
    with transaction.atomic():
        row = _given_up(actor, return_uid)
        _moved(row, StatusReturnState.WAITING, tries=0, next_try_at=clock.now())
        _wanted(row, row.case.incident)
        _audited(actor, row, "status_return_again", "")
    return row


def status_return_dismiss(*, actor: Actor, return_uid: str, text: str) -> StatusReturn:
    """The other side was told in another way, as `text` says. Raises InvalidInput without words, Conflict."""
    if not text.strip():
        raise InvalidInput(_("请说明对方是怎样获知的"), field="text", cure=_("填写一句话后再提交"))
    with transaction.atomic():
        row = _given_up(actor, return_uid)
        _moved(row, StatusReturnState.DISMISSED, detail=text.strip()[:300], settled_by_id=actor.user_id)
        _audited(actor, row, "status_return_dismiss", text)
    return row


def _given_up(actor: Actor, uid: str) -> StatusReturn:
    rows = StatusReturn.objects.select_for_update(of=("self",)).select_related("case__system", "case__incident")
    row = rows.filter(uid=uid).first()
    if row is None:
        raise NotFound(_("没有这条状态回传"), field="status_return", value=str(uid))
    require(actor, Verb.CHANGE, DataClass.INCIDENT, row.case.incident.organisation_path)
    if row.state != StatusReturnState.FAILED.value:
        raise Conflict(
            _("这条状态回传现为“%(state)s”，无须处理") % {"state": row.get_state_display()},
            code="not_failed",
            field="status_return",
            value=row.state,
            cure=_("请看最新情况"),
        )
    return row


def _wanted(row: StatusReturn, incident: Incident) -> None:
    events.publish(
        "incidents.status_return_wanted",
        organisation_path=incident.organisation_path,
        audience=DataClass.TRANSFER.value,
        subject={"return_id": row.pk},
        payload={},
    )


def _audited(actor: Actor, row: StatusReturn, action: str, reason: str) -> None:
    audit.record(
        actor_id=actor.user_id,
        action=f"incidents.{action}",
        object_type="incident",
        object_id=str(row.case.incident.uid),
        organisation_path=row.case.incident.organisation_path,
        reason=reason,
        details={"status_return": str(row.uid)},
    )


def status_returns_enqueue(enqueue: Enqueue) -> int:
    """Enqueue what is due and the first of its case. Returns how many were handed over."""
    before = StatusReturn.objects.filter(case=OuterRef("case"), state=_WAITS, pk__lt=OuterRef("pk"))
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
    return StatusReturn.objects.select_related("case__system", "case__incident").filter(state=_WAITS)


def _earlier(row: StatusReturn) -> bool:
    return StatusReturn.objects.filter(case=row.case, state=_WAITS, pk__lt=row.pk).exists()


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
