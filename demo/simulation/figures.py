"""What a run came to, counted in the database. Cases taken over from before it are not the run's."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import Count, QuerySet

from core.clock import Anchor
from incidents.models import Assignment, AssignmentStep, Decision, Incident, IncidentStep
from incidents.states import AssignmentState
from incidents.types import TAKEN_OVER
from patrols.models import Tour
from roads.network.graph import RoadGraph
from roads.network.profiles import INF, Profile

# The first row that an intake writes, and the row that an offer writes: both are appended and never touched again, so
# that their transactions' commit times are those of intake and assignment.
_COMMITS_SQL = """
    SELECT i.id, {taken}, {given}
      FROM incidents_incident i
      JOIN LATERAL (SELECT f.at, f.xmin FROM incidents_incidentstep f
                     WHERE f.incident_id = i.id ORDER BY f.id LIMIT 1) s ON true
      JOIN LATERAL (SELECT o.at, o.xmin FROM incidents_assignmentstep o
                      JOIN incidents_assignment a ON a.id = o.assignment_id
                     WHERE a.incident_id = i.id AND o.to_state = 'offered' ORDER BY o.id LIMIT 1) t ON true
     WHERE i.client_scope <> %s
     ORDER BY i.id
"""
_BEFORE = {"assignment__incident__client_scope": TAKEN_OVER}


def network_figures(graph: RoadGraph) -> dict[str, Any]:
    """Junctions and directed edges of the search graph (the largest strongly connected part), km undirected."""
    drive = (np.asarray(graph.base_ms[Profile.DRIVE]) != INF) & (np.asarray(graph.arc_edge) >= 0)
    edges = np.unique(np.asarray(graph.arc_edge)[drive])
    km = float(np.asarray(graph.edge_length_m)[edges].sum()) / 1000.0
    return {"nodes": graph.junction_count, "edges": int(drive.sum()), "km": round(km, 1)}


def waited_ids() -> set[int]:
    """Incidents that waited for a person or a free unit before their first offer."""
    waited = set()
    first: dict[int, datetime] = {}
    for incident_id, moment in (
        AssignmentStep.objects.filter(to_state=AssignmentState.OFFERED.value)
        .exclude(**_BEFORE)
        .order_by("-id")
        .values_list("assignment__incident_id", "at")
    ):
        first[incident_id] = moment
    for incident_id, at, details in IncidentStep.objects.filter(kind=IncidentStep.Kind.DISPATCH).values_list(
        "incident_id", "at", "details"
    ):
        if details.get("shortfall") and (incident_id not in first or at < first[incident_id]):
            waited.add(incident_id)
    proposed = AssignmentStep.objects.filter(to_state=AssignmentState.PROPOSED.value)
    waited.update(proposed.values_list("assignment__incident_id", flat=True))
    return waited


def assignment_delays_ms(anchor: Anchor, waited: set[int]) -> tuple[list[float], str]:
    """Wall milliseconds from intake to first offer, and how they were measured.

    'commit': PostgreSQL's commit times (`track_commit_timestamp`). Else 'row': the house-time stamps that the two
    transactions wrote in their rows just before committing, turned into wall time by the rate of the run.
    """
    with connection.cursor() as cursor:
        cursor.execute("SHOW track_commit_timestamp")
        commits = cursor.fetchone()[0] == "on"
        taken, given = ("s.at", "t.at")
        if commits:
            taken, given = "pg_xact_commit_timestamp(s.xmin)", "pg_xact_commit_timestamp(t.xmin)"
        cursor.execute(_COMMITS_SQL.format(taken=taken, given=given), [TAKEN_OVER])
        rows: list[tuple[int, datetime, datetime]] = [row for row in cursor.fetchall() if row[0] not in waited]
    rate = 1.0 if commits else anchor.rate
    return [(end - begin).total_seconds() * 1000.0 / rate for _, begin, end in rows], "commit" if commits else "row"


def percentiles(values: list[float]) -> dict[str, float | None]:
    """p50, p95, p99; None for nothing measured."""
    if not values:
        return {"p50": None, "p95": None, "p99": None}
    return {f"p{share}": round(float(np.percentile(values, share)), 1) for share in (50, 95, 99)}


def decisions_by_origin() -> dict[str, int]:
    """How many decisions the engine took alone, with the queue solved, and with a person."""
    counts = dict(Decision.objects.values_list("origin").annotate(n=Count("id")).order_by())
    return {origin: int(counts.get(origin, 0)) for origin in ("engine", "solver", "manual")}


def assigned_count() -> int:
    """Incidents to which a unit was sent at least once, by history."""
    offered = AssignmentStep.objects.filter(to_state=AssignmentState.OFFERED.value).exclude(**_BEFORE)
    return offered.values("assignment__incident_id").distinct().count()


def incidents_taken() -> QuerySet[Incident]:
    """Incidents of the run."""
    return Incident.objects.exclude(client_scope=TAKEN_OVER)


def tours_out() -> int:
    """Units on tour."""
    return Tour.objects.filter(state="open").count()


def mean_travel_s() -> float | None:
    """Mean predicted travel time of the leads that were sent."""
    sent = Assignment.objects.filter(is_lead=True, predicted_travel_s__isnull=False).exclude(offered_at=None)
    sent = sent.exclude(incident__client_scope=TAKEN_OVER)
    values = [float(value) for value in sent.values_list("predicted_travel_s", flat=True) if value is not None]
    return round(sum(values) / len(values), 1) if values else None
