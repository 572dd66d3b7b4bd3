"""Getting an offer to the unit: page → terminal text → gateway → a card "call by radio". Receipt is its own step.

A page's message travels by the feed, which carries every `incidents.assignment_offered`; the other channels are sent by
Celery (slow gateways) from an event, never from inside a transaction.
"""

from __future__ import annotations

from django.db import connection, transaction

from core import clock, events
from core.db.prepared import written
from incidents.dispatch.timers import RECEIPT_S
from incidents.models import Assignment, Delivery
from incidents.services import timing
from incidents.states import UNSIGNED, AssignmentState
from stations.selectors import switch_on
from stations.types import DataClass

# The order in which channels are tried; a unit without a terminal skips it.
LADDER: tuple[str, ...] = (
    Delivery.Channel.PAGE,
    Delivery.Channel.GATEWAY,
    Delivery.Channel.RADIO_CARD,
)


_BEGIN_SQL = """
INSERT INTO incidents_delivery (assignment_id, channel, "order", state, key, created_at, sent_at, detail)
VALUES (%s, %s, 0, %s, %s, %s, %s, '')
"""


def delivery_begin(assignment: Assignment) -> None:
    """The first channel of an offer: the page. Called in the transaction of the offer."""
    now = clock.now()
    with connection.cursor() as cursor:
        written(
            cursor,
            _BEGIN_SQL,
            [assignment.pk, LADDER[0], Delivery.State.SENT.value, f"{assignment.uid}:{LADDER[0]}", now, now],
        )


def delivery_next(assignment_id: int, fence: int) -> Delivery | None:
    """Not received in time: the next channel. Returns it, or None when the offer is over or every channel was tried."""
    with transaction.atomic():
        assignment = Assignment.objects.select_for_update(of=("self",)).select_related("unit").get(pk=assignment_id)
        if assignment.fence != fence or AssignmentState(assignment.state) not in UNSIGNED:
            return None
        if assignment.delivered_at is not None:
            return None
        tried = list(assignment.deliveries.order_by("order"))
        if any(delivery.state == Delivery.State.RECEIVED for delivery in tried):
            return None
        remaining = [channel for channel in _ladder(assignment) if channel not in {row.channel for row in tried}]
        if not remaining:
            return None
        assignment.deliveries.filter(state=Delivery.State.SENT).update(state=Delivery.State.SUPERSEDED)
        channel = remaining[0]
        radio = channel == Delivery.Channel.RADIO_CARD
        delivery = Delivery.objects.create(
            assignment=assignment,
            channel=channel,
            order=len(tried),
            state=Delivery.State.SENT if radio else Delivery.State.WAITING,
            key=f"{assignment.uid}:{channel}",
            sent_at=clock.now() if radio else None,
        )
        events.publish(
            "incidents.delivery_wanted" if not radio else "incidents.radio_card",
            organisation_path=assignment.organisation_path,
            audience=DataClass.ASSIGNMENT.value,
            subject={
                "delivery_id": delivery.pk,
                "assignment_id": assignment.pk,
                "assignment": str(assignment.uid),
                "tour_id": assignment.tour_id,
            },
            payload={"channel": channel, "call_sign": assignment.unit.call_sign, "radio": assignment.unit.radio},
        )
        if len(remaining) > 1:
            timing.receipt_timer_set(assignment, receipt_s=RECEIPT_S)
    return delivery


def _ladder(assignment: Assignment) -> list[str]:
    """Channels of this offer: without the gateway where the organisation has switched it off."""
    if switch_on(assignment.organisation_path, "sms"):
        return list(LADDER)
    return [channel for channel in LADDER if channel != Delivery.Channel.GATEWAY]


def delivery_sent(delivery_id: int, *, detail: str, failed: bool = False) -> None:
    """The gateway's answer. Idempotent: only a waiting delivery changes."""
    Delivery.objects.filter(pk=delivery_id, state=Delivery.State.WAITING).update(
        state=Delivery.State.FAILED if failed else Delivery.State.SENT, sent_at=clock.now(), detail=detail[:300]
    )
