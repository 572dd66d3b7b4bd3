"""The log of inspections: who may read it, and what is shown of an entry. Nothing of it is public."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from core import clock
from core.attachments.scaling import PictureSize
from core.errors import NotFound
from roads.models import Inspection, InspectionPicture
from roads.selectors.responsibility import segment_ids_of_chief
from stations.selectors import path_filter
from stations.types import Actor, DataClass, Role, Verb


def inspections_visible_to(actor: Actor) -> QuerySet[Inspection]:
    """Entries within the actor's scope, its own, and those of the segments that it answers for now; newest first."""
    visible = path_filter(actor, Verb.VIEW, DataClass.ROUND, field="organisation__path")
    if actor.person_id is not None and actor.may(Verb.VIEW_OWN, DataClass.ROUND):
        visible |= Q(person_id=actor.person_id)
        if actor.has_role(Role.CHIEF):
            visible |= Q(segment_id__in=segment_ids_of_chief(actor.person_id, clock.now()))
    return (
        Inspection.objects.filter(visible)
        .select_related("segment", "person", "organisation")
        .prefetch_related("pictures__attachment")
        .order_by("-inspected_at", "-pk")
    )


def inspection_of(pk: int) -> Inspection:
    """One entry with its pictures, for who acts upon it. Raises NotFound."""
    rows = Inspection.objects.select_related("segment").prefetch_related("pictures__attachment")
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NotFound(_("没有这条巡查记录"), field="inspection", value=pk)
    return row


def inspection_summary(row: Inspection) -> dict[str, Any]:
    """An entry for lists and the API; place in WGS-84 degrees, times ISO 8601 with offset."""
    return {
        "uid": str(row.uid),
        "segment": str(row.segment.uid),
        "segment_name": row.segment.name,
        "person": row.person.name,
        "levels": list(row.levels),
        "is_acting": row.is_acting,
        "finding": row.finding,
        "finding_name": row.get_finding_display(),
        "text": row.text,
        "lon": round(row.geom.x, 7),
        "lat": round(row.geom.y, 7),
        "place_source": row.place_source,
        "accuracy_m": row.accuracy_m,
        "distance_m": round(row.distance_m, 1),
        "chainage": row.chainage_text,
        "inspected_at": row.inspected_at.isoformat(),
        "received_at": row.received_at.isoformat(),
        "device_at": row.device_at.isoformat() if row.device_at else None,
        "pictures": [picture_address(row, picture) for picture in row.pictures.all()],
    }


def picture_address(row: Inspection, picture: InspectionPicture) -> dict[str, str]:
    """Where a picture of an entry is fetched, whole and smaller."""
    url = f"/api/v1/inspections/{row.uid}/pictures/{picture.attachment.uid}/"
    return {"url": url, **{f"{size.value}_url": f"{url}?size={size.value}" for size in PictureSize}}
