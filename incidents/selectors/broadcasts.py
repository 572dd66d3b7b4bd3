"""Look-out notices: what the desk sees of them, and what a crew has to read."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet

from core import clock
from incidents.models import Broadcast, BroadcastReceipt
from patrols.selectors import tour_of_person
from stations.selectors import path_filter
from stations.types import Actor, DataClass, Verb


def broadcasts_visible_to(actor: Actor) -> QuerySet[Broadcast]:
    """Notices of the actor's scope, and those that went to tours on which this person is or was a member."""
    visible = path_filter(actor, Verb.VIEW, DataClass.BROADCAST)
    if actor.person_id is not None and actor.may(Verb.VIEW_OWN, DataClass.BROADCAST):
        own = BroadcastReceipt.objects.filter(tour__members__person_id=actor.person_id)
        visible |= Q(pk__in=own.values("broadcast_id"))
    return Broadcast.objects.filter(visible).select_related("organisation")


def broadcasts_for_crew(actor: Actor) -> list[dict[str, Any]]:
    """What the tour on which this person is present has to know now, newest first; `seen`: by anybody of its crew."""
    tour = tour_of_person(actor.person_id) if actor.person_id is not None else None
    if tour is None:
        return []
    receipts = BroadcastReceipt.objects.filter(
        tour=tour, broadcast__withdrawn_at=None, broadcast__valid_until__gt=clock.now()
    ).select_related("broadcast")
    return [
        {
            "uid": str(row.broadcast.uid),
            "text": row.broadcast.text,
            "made_at": row.broadcast.made_at,
            "valid_until": row.broadcast.valid_until,
            "seen": row.seen_at is not None,
        }
        for row in receipts.order_by("-broadcast__made_at", "-broadcast_id")
    ]


def receipts_count(broadcast: Broadcast) -> dict[str, int]:
    """{"sent": tours that have it, "seen": those whose crew has read it}."""
    return broadcast.receipts.aggregate(sent=Count("pk"), seen=Count("pk", filter=Q(seen_at__isnull=False)))


def broadcast_details(actor: Actor, *, most: int) -> list[dict[str, Any]]:
    """The newest notices that this actor may see in full: text, area, and which units have not read it."""
    receipts = BroadcastReceipt.objects.select_related("tour__unit").order_by("tour__unit__call_sign", "pk")
    rows = (
        broadcasts_visible_to(actor)
        .filter(path_filter(actor, Verb.VIEW, DataClass.BROADCAST))
        .prefetch_related(Prefetch("receipts", queryset=receipts))
        .order_by("-made_at", "-id")[:most]
    )
    return [broadcast_detail(row) for row in rows]


def broadcast_detail(row: Broadcast) -> dict[str, Any]:
    """One notice as the desk sees it; lon and lat in WGS-84 degrees."""
    receipts = list(row.receipts.all())
    middle = row.area.centroid if row.area is not None else None
    return {
        "uid": str(row.uid),
        "text": row.text,
        "organisation": row.organisation.name,
        "area": [[round(x, 6), round(y, 6)] for x, y in row.area.exterior_ring.coords]
        if row.area is not None
        else None,
        "lon": round(middle.x, 6) if middle is not None else None,
        "lat": round(middle.y, 6) if middle is not None else None,
        "radius_m": row.radius_m,
        "made_at": row.made_at,
        "made_by": row.made_by_name,
        "valid_until": row.valid_until,
        "withdrawn_at": row.withdrawn_at,
        "in_force": row.withdrawn_at is None and row.valid_until > clock.now(),
        "sent": len(receipts),
        "seen": sum(each.seen_at is not None for each in receipts),
        "unseen_by": [each.tour.unit.call_sign for each in receipts if each.seen_at is None],
    }
