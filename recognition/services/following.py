"""Copies of organisation paths follow when an organisation is hung under another parent.

Passages keep the path of their day: they are found by their cameras as well.
"""

from __future__ import annotations

from django.db import models, transaction
from django.db.models import F, OuterRef, Subquery

from recognition.models import Alarm, PassageRule, Sighting, VehicleRecord, WatchEntry

_MODELS: tuple[type[models.Model], ...] = (WatchEntry, Alarm, Sighting, VehicleRecord, PassageRule)


def organisation_paths_follow(new_path: str) -> int:
    """Give the rows of everything that lies below `new_path` now the path that their organisation has now.

    Returns how many rows moved. It reads the tree as it is, so two moves may be heard of in any order, or twice.
    """
    moved = 0
    with transaction.atomic():
        for model in _MODELS:
            rows = model._base_manager
            behind = rows.filter(organisation__path__startswith=new_path).exclude(
                organisation_path=F("organisation__path")
            )
            current = rows.filter(pk=OuterRef("pk")).values("organisation__path")
            moved += rows.filter(pk__in=behind.values("pk")).update(organisation_path=Subquery(current))
    return moved
