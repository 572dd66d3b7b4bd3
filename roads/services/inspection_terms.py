"""Pictures of inspections past their term go; the entry itself, with its words, stays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from django.db.models import Count

from core.attachments.services import attachment_remove
from core.retention import Removal
from roads.models import Inspection, InspectionPicture


def inspection_pictures_past_term(before: datetime) -> Iterator[Removal]:
    """Retention class `inspection_pictures`: the pictures of inspections made before this moment."""
    rows = Inspection.objects.filter(inspected_at__lt=before, pictures__isnull=False).select_related("organisation")
    for row in rows.annotate(count=Count("pictures", distinct=True)).order_by("id").iterator(chunk_size=200):
        yield Removal(str(row.uid), row.count, partial(_pictures_remove, row.pk), row.organisation.path or "")


def _pictures_remove(inspection_id: int) -> int:
    pictures = list(InspectionPicture.objects.select_for_update(of=("self",)).filter(inspection_id=inspection_id))
    for picture in pictures:
        attachment = picture.attachment
        picture.delete()
        attachment_remove(attachment)
    return len(pictures)
