"""Incidents of a window of time with their steps, for a replay."""

from __future__ import annotations

from datetime import datetime
from operator import itemgetter
from typing import Any

from django.db.models import Exists, OuterRef, Q

from incidents.models import AssignmentStep, IncidentStep
from incidents.selectors.summaries import incident_summary
from incidents.selectors.visible import incidents_visible_to
from incidents.states import SETTLED
from stations.types import Actor

MOST_INCIDENTS = 1000


def incidents_between(actor: Actor, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """The incidents an actor may see that were open at some time of the window, oldest first: the summary of each, and
    its steps and those of its assignments up to `until`, in order of time. Three statements. No text of a step is in
    it, and nobody's name: who reads those opens the incident.
    """
    moved = IncidentStep.objects.filter(incident=OuterRef("pk"), at__gte=since, kind=IncidentStep.Kind.TRANSITION)
    rows = list(
        incidents_visible_to(actor)
        .filter(received_at__lt=until)
        .filter(~Q(state__in=sorted(SETTLED)) | Exists(moved))
        .order_by("received_at", "id")[:MOST_INCIDENTS]
    )
    steps: dict[int, list[dict[str, Any]]] = {row.pk: [] for row in rows}
    own = IncidentStep.objects.filter(incident_id__in=steps, at__lt=until, kind=IncidentStep.Kind.TRANSITION)
    own = own.exclude(to_state="").order_by("id")
    for incident_id, at, state in own.values_list("incident_id", "at", "to_state"):
        steps[incident_id].append({"at": at, "state": state})
    sent = AssignmentStep.objects.filter(assignment__incident_id__in=steps, at__lt=until).exclude(to_state="")
    sent = sent.order_by("id")
    fields = ("assignment__incident_id", "at", "to_state", "assignment__tour_id", "assignment__unit__call_sign")
    for incident_id, at, state, tour_id, call_sign in sent.values_list(*fields):
        steps[incident_id].append({"at": at, "state": state, "tour_id": tour_id, "call_sign": call_sign})
    return [{**incident_summary(row), "steps": sorted(steps[row.pk], key=itemgetter("at"))} for row in rows]
