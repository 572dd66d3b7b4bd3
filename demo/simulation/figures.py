"""What a run came to, counted in the database and compared with what the outside was told."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import Count

from core.clock import Anchor
from core.models import Event
from demo.simulation.tally import Tally
from incidents.models import Assignment, AssignmentStep, Decision, Incident, IncidentStep
from incidents.states import STANDING, AssignmentState
from patrols.models import Tour
from roads.network.graph import RoadGraph
from roads.network.profiles import INF, Profile

RELEASED = frozenset({"cleared", "declined", "expired", "recalled"})
OFFERED = "incidents.assignment_offered"
# The first row that an intake writes, and the row that an offer writes: both are appended and never touched again, so
# that their transactions' commit times are those of intake and assignment.
_COMMITS_SQL = """
    SELECT i.id, {taken}, {given}
      FROM incidents_incident i
      JOIN LATERAL (SELECT s.* FROM incidents_incidentstep s WHERE s.incident_id = i.id ORDER BY s.id LIMIT 1) s ON true
      JOIN LATERAL (SELECT t.* FROM incidents_assignmentstep t JOIN incidents_assignment a ON a.id = t.assignment_id
                     WHERE a.incident_id = i.id AND t.to_state = 'offered' ORDER BY t.id LIMIT 1) t ON true
     ORDER BY i.id
"""


@dataclass(slots=True)
class Integrity:
    """Every way in which something may be lost or doubled, by name; all empty when the house is sound."""

    lost: dict[str, list[str]] = field(default_factory=dict)
    duplicated: dict[str, list[str]] = field(default_factory=dict)

    @property
    def lost_count(self) -> int:
        """How many."""
        return sum(len(rows) for rows in self.lost.values())

    @property
    def duplicated_count(self) -> int:
        """How many."""
        return sum(len(rows) for rows in self.duplicated.values())


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
        cursor.execute(_COMMITS_SQL.format(taken=taken, given=given))
        rows: list[tuple[int, datetime, datetime]] = [row for row in cursor.fetchall() if row[0] not in waited]
    rate = 1.0 if commits else anchor.rate
    return [(end - begin).total_seconds() * 1000.0 / rate for _, begin, end in rows], "commit" if commits else "row"


def percentiles(values: list[float]) -> dict[str, float | None]:
    """p50, p95, p99; None for nothing measured."""
    if not values:
        return {"p50": None, "p95": None, "p99": None}
    return {f"p{share}": round(float(np.percentile(values, share)), 1) for share in (50, 95, 99)}


def integrity(tally: Tally, upto_seq: int) -> Integrity:
    """Compare what was acknowledged and heard with what the database holds.

    `upto_seq`: the feed number up to which the stream was read; offers made after it (crews are silent then, so offers
    expire and go to the next unit) are nobody's loss.
    """
    found = Integrity()
    known = {str(uid): key for uid, key in Incident.objects.values_list("uid", "client_key")}
    found.lost["acknowledged and not there"] = [
        uid for uids in tally.acknowledged.values() for uid in uids if uid not in known
    ]
    found.lost["neither dispatched nor waiting with a reason"] = [
        str(uid)
        for uid in Incident.objects.filter(assigned_at=None, shortfall="", state__in=["received", "graded", "pending"])
        .exclude(assignments__state=AssignmentState.PROPOSED.value)
        .values_list("uid", flat=True)
    ]
    offered = {
        str(uid)
        for uid in AssignmentStep.objects.filter(to_state=AssignmentState.OFFERED.value).values_list(
            "assignment__uid", flat=True
        )
    }
    numbers = {
        str(subject["assignment"]): seq
        for subject, seq in Event.objects.filter(topic=OFFERED).values_list("subject", "feed_seq")
    }
    found.lost["offer without an event"] = sorted(offered - set(numbers))
    found.lost["offer not on the stream"] = sorted(
        uid for uid, seq in numbers.items() if seq is not None and seq <= upto_seq and uid not in tally.offered
    )
    found.duplicated["offer twice on the stream"] = [uid for uid, times in tally.offered.items() if times > 1]
    found.duplicated["event twice on the stream"] = [str(seq) for seq, times in tally.sequences.items() if times > 1]
    found.duplicated["several incidents for one key"] = [
        key for key, times in Counter(known.values()).items() if times > 1
    ]
    found.duplicated["several answers for one key"] = [key for key, uids in tally.acknowledged.items() if len(uids) > 1]
    found.duplicated["several leads"] = [
        str(row["incident_id"])
        for row in Assignment.objects.filter(is_lead=True, state__in=sorted(STANDING))
        .values("incident_id")
        .annotate(leads=Count("id"))
        .filter(leads__gt=1)
    ]
    found.duplicated["tour held twice at once"] = _held_twice()
    return found


def _held_twice() -> list[str]:
    """From history: two assignments that held one tour at the same moment (from the offer to clearing or end).

    By the numbers of the history's rows: a claim that waited for the other's release wrote its row after it. Stamps
    would not do: processes follow a change of the clock's rate within a second, which is many seconds of house time.
    """
    begun: dict[int, int] = {}
    ended: dict[int, int] = {}
    tours: dict[int, list[int]] = {}
    steps = AssignmentStep.objects.filter(stale_fence=False).order_by("id")
    for number, assignment, tour, to_state in steps.values_list(
        "id", "assignment_id", "assignment__tour_id", "to_state"
    ):
        if to_state == AssignmentState.OFFERED.value:
            begun[assignment] = number
            tours.setdefault(tour, []).append(assignment)
        elif to_state in RELEASED and assignment not in ended:
            ended[assignment] = number
    twice = []
    for held in tours.values():
        for before, after in pairwise(held):
            if before not in ended or begun[after] < ended[before]:
                twice.append(str(after))
    return twice


def decisions_by_origin() -> dict[str, int]:
    """How many decisions the engine took alone, with the queue solved, and with a person."""
    counts = dict(Decision.objects.values_list("origin").annotate(n=Count("id")).order_by())
    return {origin: int(counts.get(origin, 0)) for origin in ("engine", "solver", "manual")}


def assigned_count() -> int:
    """Incidents to which a unit was sent at least once, by history."""
    offered = AssignmentStep.objects.filter(to_state=AssignmentState.OFFERED.value)
    return offered.values("assignment__incident_id").distinct().count()


def tours_out() -> int:
    """Units on tour."""
    return Tour.objects.filter(state="open").count()


def mean_travel_s() -> float | None:
    """Mean predicted travel time of the leads that were sent."""
    sent = Assignment.objects.filter(is_lead=True, predicted_travel_s__isnull=False).exclude(offered_at=None)
    values = [float(value) for value in sent.values_list("predicted_travel_s", flat=True) if value is not None]
    return round(sum(values) / len(values), 1) if values else None
