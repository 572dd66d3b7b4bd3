"""A tour taken for a change, and what is told of the change: one audit row, one event."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from core import audit, events
from core.errors import NotFound
from patrols.models import Tour
from stations.types import Actor, DataClass


def tour_locked(tour_id: int) -> Tour:
    """The tour, locked until the transaction ends. Raises NotFound."""
    tour = Tour.objects.select_for_update().filter(pk=tour_id).first()
    if tour is None:
        raise NotFound(_("没有这次出勤"), field="tour", value=str(tour_id))
    return tour


def tour_record(actor: Actor, tour: Tour, action: str, payload: dict[str, Any] | None = None) -> None:
    """Write down and tell that somebody did `action` (`patrols.tour_<action>`) to a tour."""
    audit.record(
        actor_id=actor.user_id,
        action=f"patrols.tour_{action}",
        object_type="tour",
        object_id=str(tour.uid),
        organisation_path=tour.organisation_path,
        details=payload,
    )
    events.publish(
        f"patrols.tour_{action}",
        organisation_path=tour.organisation_path,
        audience=DataClass.TOUR.value,
        subject={"tour_id": tour.pk, "tour": str(tour.uid), "unit_id": tour.unit_id},
        payload={"state": tour.state, **(payload or {})},
    )
