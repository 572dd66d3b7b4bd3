"""A parent incident and its children, as the drawer shows them."""

from __future__ import annotations

from collections import Counter
from typing import Any

from incidents.models import Incident, IncidentKind
from incidents.selectors.visible import incidents_visible_to
from incidents.states import SETTLED
from stations.types import Actor

CHILDREN_AT_MOST = 50
PARENTS_AT_MOST = 20


def family_of(actor: Actor, incident: Incident) -> dict[str, Any]:
    """`parent`, `children` (those the actor sees, open ones first), `children_states` (count by state, of all) and
    `umbrella`: may it have children?
    """
    parent = incident.parent
    rows = incidents_visible_to(actor).filter(parent=incident).order_by("-id")[:CHILDREN_AT_MOST]
    states = Counter(incident.children.values_list("state", flat=True))
    settled = {state.value for state in SETTLED}
    return {
        "parent": _line(parent) if parent is not None else None,
        "children": [_line(row) for row in sorted(rows, key=lambda row: row.state in settled)],
        "children_states": dict(states),
        "umbrella": IncidentKind.objects.filter(code=incident.kind, umbrella=True).exists(),
    }


def parents_possible(actor: Actor, incident: Incident) -> list[dict[str, Any]]:
    """Open incidents to which this one may be attached, newest first."""
    kinds = list(IncidentKind.objects.filter(umbrella=True).values_list("code", flat=True))
    rows = (
        incidents_visible_to(actor)
        .filter(kind__in=kinds, parent=None, exercise=incident.exercise)
        .exclude(state__in=sorted(SETTLED))
        .exclude(pk=incident.pk)
        .order_by("-id")
    )
    return [_line(row) for row in rows[:PARENTS_AT_MOST]]


def _line(row: Incident) -> dict[str, Any]:
    return {
        "uid": str(row.uid),
        "number": row.number,
        "title": row.title,
        "kind": row.kind,
        "state": row.state,
        "grade": row.grade,
    }
