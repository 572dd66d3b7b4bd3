"""What one person did on tours: check-in, breaks, tasks, check-out."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from patrols.models import TourStep
from stations.types import Actor


def tour_steps_by(*, actor: Actor, start: datetime, end: datetime) -> QuerySet[TourStep]:
    """The actor's own steps from `start` to before `end` by the server's clock, oldest first; nobody else's."""
    rows = TourStep.objects.filter(actor_id=actor.user_id or 0, at__gte=start, at__lt=end)
    return rows.select_related("tour__unit").order_by("at", "id")
