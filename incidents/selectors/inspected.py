"""What became of what a chief found: the incident of an entry of the log."""

from __future__ import annotations

from collections.abc import Iterable

from incidents.models import Incident
from incidents.selectors.visible import incidents_visible_to
from stations.types import Actor

# The scope of client keys under which `incidents.services.inspected` takes entries in.
INSPECTION_SCOPE = "inspection"


def incidents_of_inspections(actor: Actor, uids: Iterable[str]) -> dict[str, Incident]:
    """By the uid of the entry, where the actor sees the incident; an entry that found nothing is absent."""
    rows = incidents_visible_to(actor).filter(client_scope=INSPECTION_SCOPE, client_key__in=list(uids))
    return {row.client_key: row for row in rows}
