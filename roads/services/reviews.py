"""The list of what a person must look at: put on it once, settled once."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, clock
from core.errors import Conflict, NotFound
from roads.models import ReviewItem, RoadAxis
from stations.services import require
from stations.types import Actor, DataClass, Verb


def review_add(
    *,
    actor: Actor,
    organisation: Any,
    kind: str,
    text: str,
    axis: RoadAxis | None = None,
    details: dict[str, Any] | None = None,
) -> ReviewItem:
    """Put a question on the list; the same open question (organisation, kind, text) is there only once."""
    require(actor, Verb.CREATE, DataClass.SEGMENT, organisation.path)
    item, created = ReviewItem.objects.get_or_create(
        organisation=organisation,
        kind=kind,
        text=text[:500],
        settled_at=None,
        defaults={"axis": axis, "details": details or {}},
    )
    if not created and details and item.details != details:
        item.axis, item.details = axis, details
        item.save(update_fields=["axis", "details"])
    return item


def review_open(organisation: Any, kind: str, text: str) -> ReviewItem | None:
    """The same question, where it is on the list already."""
    return ReviewItem.objects.filter(organisation=organisation, kind=kind, text=text[:500], settled_at=None).first()


def review_settle(*, actor: Actor, item_id: int, note: str = "") -> ReviewItem:
    """Take a question off the list; who did it and what they noted goes to the audit."""
    with transaction.atomic():
        rows = ReviewItem.objects.select_for_update(of=("self",)).select_related("organisation")
        item = rows.filter(pk=item_id).first()
        if item is None:
            raise NotFound(_("没有这个待核对事项"), field="review_item", value=item_id)
        require(actor, Verb.CHANGE, DataClass.SEGMENT, item.organisation.path)
        if item.settled_at is not None:
            raise Conflict(_("已经处理过"), field="review_item", value=item_id, cure=_("请刷新后查看处理结果"))
        item.settled_at, item.settled_by_id = clock.now(), actor.user_id
        item.save(update_fields=["settled_at", "settled_by_id"])
        audit.record(
            actor_id=actor.user_id,
            action="roads.review_settled",
            object_type="review_item",
            object_id=str(item.pk),
            organisation_path=item.organisation.path or "",
            reason=note,
            details={"kind": item.kind, "text": item.text},
        )
    return item
