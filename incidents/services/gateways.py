"""Deliveries over a gateway (SMS, voice, messenger): enqueued for a worker after commit, sent at least once with a key.

A delivery row is the truth; the queue only hurries. Whoever finds the broker gone says so and goes on: the receipt
timer climbs to the next channel by itself, and `deliveries_enqueue_waiting` finds again what was never taken.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from kombu.exceptions import KombuError
from kombu.exceptions import OperationalError as BrokerGone

from core import clock
from core.notifications import GatewayFailed, gateway
from incidents.models import Assignment, Delivery
from incidents.services.delivering import delivery_next, delivery_sent
from incidents.states import UNSIGNED, AssignmentState, Grade

logger = logging.getLogger(__name__)

GATEWAY = "sms"
# A broker that did not answer is not asked again for so long: waiting for it would hold the urgent path up.
BROKER_REST_S = 5.0
WAITING_AFTER = timedelta(seconds=5)
# An offer is over long before that.
WAITING_AT_MOST = timedelta(minutes=5)
BATCH = 100

Enqueue = Callable[[int], object]


class _Broker:
    """When the broker was last found gone, by this process."""

    gone_at = float("-inf")


def delivery_enqueue(delivery_id: int, enqueue: Enqueue) -> bool:
    """Hand a delivery to the workers. False, with a warning in the log, when the broker is gone; it never raises."""
    if time.monotonic() - _Broker.gone_at < BROKER_REST_S:
        return False
    try:
        enqueue(delivery_id)
    except (BrokerGone, KombuError, OSError) as problem:
        _Broker.gone_at = time.monotonic()
        logger.warning("delivery %s not enqueued, the next channel follows by its timer: %s", delivery_id, problem)
        return False
    return True


def deliveries_enqueue_waiting(enqueue: Enqueue) -> int:
    """Enqueue again what waits for longer than a worker should need. Returns how many were taken."""
    now = clock.now()
    waiting = Delivery.objects.filter(
        state=Delivery.State.WAITING,
        created_at__range=(now - WAITING_AT_MOST, now - WAITING_AFTER),
        assignment__state__in=sorted(UNSIGNED),
    ).order_by("id")
    taken = 0
    for delivery_id in waiting.values_list("pk", flat=True)[:BATCH]:
        if not delivery_enqueue(delivery_id, enqueue):
            break
        taken += 1
    return taken


def delivery_send(delivery_id: int) -> bool:
    """Send one waiting delivery through its gateway; what a worker does. Returns whether the gateway took it.

    May run twice: the gateway drops a key that it knows. What the gateway refuses makes the next channel due at once.
    """
    delivery = (
        Delivery.objects.select_related("assignment__incident", "assignment__unit", "assignment__tour")
        .filter(pk=delivery_id, state=Delivery.State.WAITING)
        .first()
    )
    if delivery is None:
        return False
    assignment = delivery.assignment
    if AssignmentState(assignment.state) not in UNSIGNED:
        delivery_sent(delivery_id, detail=_("派警已结束"), failed=True)
        return False
    try:
        receipt = gateway(GATEWAY).send(_address(assignment), _text(assignment), delivery.key)
    except GatewayFailed as problem:
        with transaction.atomic():
            delivery_sent(delivery_id, detail=str(problem), failed=True)
            delivery_next(assignment.pk, assignment.fence)
        return False
    delivery_sent(delivery_id, detail=f"{receipt.gateway} {receipt.reference}")
    return True


def _address(assignment: Assignment) -> str:
    """The duty number of whoever leads the tour, else of another member present; never a personal one."""
    present = assignment.tour.members.filter(present__upper_inf=True).select_related("person").order_by("role", "id")
    return next((member.person.duty_phone for member in present if member.person.duty_phone), "")


def _text(assignment: Assignment) -> str:
    """What happened and where; nothing of the reporter, no plate."""
    incident = assignment.incident
    place = incident.chainage_text or incident.place_text
    minutes = max(1, round((assignment.predicted_travel_s or 0.0) / 60.0))
    grade = dict(Grade.choices()).get(incident.grade, "")
    return _("【派警】%(unit)s：%(grade)s，%(title)s，%(place)s，约 %(minutes)d 分钟，请签收。%(number)s") % {
        "unit": assignment.unit.call_sign,
        "grade": grade,
        "title": incident.title,
        "place": place,
        "minutes": minutes,
        "number": incident.number,
    }
