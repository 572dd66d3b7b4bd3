"""Celery tasks of this room: what may be late. An id in, one service call."""

from __future__ import annotations

from celery import shared_task

from incidents.services import gateways


@shared_task(name="incidents.delivery_send", acks_late=True)
def delivery_send(delivery_id: int) -> bool:
    """Send one delivery through its gateway."""
    return gateways.delivery_send(delivery_id)
