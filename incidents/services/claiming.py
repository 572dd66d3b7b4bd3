"""The claim: one INSERT that succeeds only while the tour is out, not on a break, and not held by anybody.

The database decides (invariant 4): the tour's row is taken with SKIP LOCKED, the unique indexes refuse the second.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from core import clock
from core.jsontext import dumps
from incidents.models import Assignment, Incident
from incidents.states import AssignmentState

_CLAIM_SQL = """
    INSERT INTO incidents_assignment
           (uid, incident_id, tour_id, unit_id, organisation_path, state, version, fence, is_lead, origin, decision_id,
            reasons, warnings, predicted_travel_s, predicted_road_m, route, directions, created_by_id, reason,
            created_at, offered_at, report_text, report_outcome)
    SELECT %(uid)s, %(incident)s, t.id, t.unit_id, t.organisation_path, %(state)s, 0, %(fence)s, %(lead)s, %(origin)s,
           %(decision)s, %(reasons)s::jsonb, %(warnings)s::jsonb, %(travel_s)s, %(road_m)s,
           ST_GeomFromEWKT(%(route)s), %(directions)s::jsonb, %(actor)s, %(reason)s, %(now)s, %(offered)s, '', ''
      FROM patrols_tour t
     WHERE t.id = %(tour)s AND t.state = 'open' AND t.on_break_since IS NULL
       FOR NO KEY UPDATE OF t SKIP LOCKED
    ON CONFLICT DO NOTHING
    RETURNING id
"""
_FENCE_SQL = "SELECT coalesce(max(fence), 0) + 1 FROM incidents_assignment WHERE incident_id = %s"


@dataclass(frozen=True, slots=True)
class Claim:
    """A unit wanted for an incident, with what its phone will show. `route` is EWKT or None."""

    tour_id: int
    is_lead: bool
    origin: str
    decision_id: int | None = None
    reasons: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[dict[str, Any]] = field(default_factory=list)
    travel_s: float | None = None
    road_m: float | None = None
    route: str | None = None
    directions: list[dict[str, Any]] = field(default_factory=list)
    actor_id: int | None = None
    reason: str = ""


def assignment_claim(
    incident: Incident, claim: Claim, *, state: AssignmentState, now: datetime | None = None
) -> Assignment | None:
    """Claim a tour for a locked incident, as an offer or (not holding the unit) a proposal.

    None when the tour is held, on a break, closed, or being claimed by somebody else at this very moment.
    """
    moment = now or clock.now()
    uid = uuid.uuid4()
    with connection.cursor() as cursor:
        cursor.execute(_FENCE_SQL, [incident.pk])
        (fence,) = cursor.fetchone()
        cursor.execute(
            _CLAIM_SQL,
            {
                "uid": str(uid),
                "incident": incident.pk,
                "tour": claim.tour_id,
                "state": state.value,
                "fence": fence,
                "lead": claim.is_lead,
                "origin": claim.origin,
                "decision": claim.decision_id,
                "reasons": dumps(claim.reasons),
                "warnings": dumps(claim.warnings),
                "travel_s": claim.travel_s,
                "road_m": claim.road_m,
                "route": claim.route,
                "directions": dumps(claim.directions),
                "actor": claim.actor_id,
                "reason": claim.reason,
                "now": moment,
                "offered": moment if state is AssignmentState.OFFERED else None,
            },
        )
        row = cursor.fetchone()
    if row is None:
        return None
    assignment = Assignment.objects.select_related("unit", "tour").get(pk=row[0])
    assignment.incident = incident
    return assignment
