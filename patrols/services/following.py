"""Copies of organisation paths follow when an organisation is hung under another parent."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F, OuterRef, Subquery

from patrols.models import Tour


def organisation_paths_follow(new_path: str) -> int:
    """Give the tours of everything that lies below `new_path` now the path that their organisation has now.

    Returns how many rows moved. It reads the tree as it is, so two moves may be heard of in any order, or twice.
    """
    with transaction.atomic():
        behind = Tour.objects.filter(organisation__path__startswith=new_path).exclude(
            organisation_path=F("organisation__path")
        )
        current = Tour.objects.filter(pk=OuterRef("pk")).values("organisation__path")
        return Tour.objects.filter(pk__in=behind.values("pk")).update(organisation_path=Subquery(current))
