"""Pictures of incidents: who sees which, and what is said of one."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from core import clock
from core.attachments.scaling import PictureSize
from incidents.models import Assignment, Incident, IncidentPicture
from roads.selectors import segment_ids_of_chief
from stations.selectors import path_filter
from stations.types import Actor, DataClass, Role, Verb


def pictures_visible_to(actor: Actor, incident: Incident) -> QuerySet[IncidentPicture]:
    """Pictures of an incident that the actor sees: all in its scope; else, who sees own work only, those of cases that
    it was sent to, reported, or answers for as a chief, and those that it took.
    """
    visible = path_filter(actor, Verb.VIEW, DataClass.ATTACHMENT, field="incident__organisation_path")
    if actor.may(Verb.VIEW_OWN, DataClass.ATTACHMENT):
        visible |= Q(attachment__created_by_id=actor.user_id) if actor.user_id is not None else Q(pk__in=[])
        if _is_own(actor, incident):
            visible |= Q(incident=incident)
    rows = IncidentPicture.objects.filter(visible, incident=incident)
    return rows.select_related("attachment").order_by("id")


def _is_own(actor: Actor, incident: Incident) -> bool:
    if actor.user_id is not None and incident.created_by_id == actor.user_id:
        return True
    if actor.person_id is None:
        return False
    sent = Assignment.objects.filter(
        incident=incident, offered_at__isnull=False, tour__members__person_id=actor.person_id
    )
    if sent.exists():
        return True
    return actor.has_role(Role.CHIEF) and incident.segment_id in set(segment_ids_of_chief(actor.person_id, clock.now()))


def picture_summary(picture: IncidentPicture) -> dict[str, Any]:
    """Addresses (whole and smaller), size, SHA-256, and place (WGS-84) and time as its camera wrote them, None where it
    wrote none.
    """
    attachment = picture.attachment
    url = f"/api/v1/incidents/{picture.incident.uid}/attachments/{attachment.uid}/"
    return {
        "uid": str(attachment.uid),
        "url": url,
        **{f"{size.value}_url": f"{url}?size={size.value}" for size in PictureSize},
        "sha256": attachment.sha256,
        "size_bytes": attachment.size_bytes,
        "width_px": attachment.width_px,
        "height_px": attachment.height_px,
        "taken_at": attachment.taken_at.isoformat() if attachment.taken_at is not None else None,
        "lon": attachment.geom.x if attachment.geom is not None else None,
        "lat": attachment.geom.y if attachment.geom is not None else None,
        "added_at": attachment.created_at.isoformat(),
        "added_by": attachment.created_by_id,
    }
