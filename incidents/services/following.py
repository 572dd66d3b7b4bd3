"""Copies of organisation paths follow when an organisation is hung under another parent.

Decisions keep the path of their moment: they are append-only evidence of what was decided then.
"""

from __future__ import annotations

from django.db import models, transaction
from django.db.models import F, OuterRef, Subquery

from incidents.models import Assignment, BackupRequest, Incident, IncidentTask, Mark, Supervision

# Where each copy was taken from.
_SOURCES: tuple[tuple[type[models.Model], str], ...] = (
    (Incident, "organisation__path"),
    (Assignment, "tour__organisation__path"),
    (BackupRequest, "assignment__incident__organisation__path"),
    (Supervision, "incident__organisation__path"),
    (Mark, "organisation__path"),
    (IncidentTask, "incident__organisation__path"),
)


def organisation_paths_follow(new_path: str) -> int:
    """Give the rows of everything that lies below `new_path` now the path that their organisation has now.

    Returns how many rows moved. It reads the tree as it is, so two moves may be heard of in any order, or twice.
    """
    moved = 0
    with transaction.atomic():
        for model, source in _SOURCES:
            rows = model._default_manager
            behind = rows.filter(**{f"{source}__startswith": new_path}).exclude(organisation_path=F(source))
            current = rows.filter(pk=OuterRef("pk")).values(source)
            moved += rows.filter(pk__in=behind.values("pk")).update(organisation_path=Subquery(current))
    return moved
