"""The claim: one INSERT that succeeds only while the tour is out, not on a break, and not held by anybody.

The database decides (invariant 4): the tour's row is taken with SKIP LOCKED, the unique indexes refuse the second.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.gis.geos import GEOSGeometry, LineString
from django.db import connection

from core import clock
from core.db.prepared import prepared
from core.jsontext import dumps
from incidents.models import Assignment, Incident
from incidents.states import HOLDING, AssignmentState

_CLAIM_SQL = """
    WITH claimed AS (
    INSERT INTO incidents_assignment
           (uid, incident_id, tour_id, unit_id, organisation_path, state, version, fence, is_lead, origin, decision_id,
            reasons, warnings, predicted_travel_s, predicted_road_m, route, directions, created_by_id, reason,
            created_at, offered_at, report_text, report_outcome)
    SELECT %(uid)s::uuid, %(incident)s::bigint, t.id, t.unit_id, t.organisation_path, %(state)s::text, 0,
           (SELECT coalesce(max(f.fence), 0) + 1 FROM incidents_assignment f WHERE f.incident_id = %(incident)s),
           %(lead)s::boolean, %(origin)s::text, %(decision)s::bigint, %(reasons)s::jsonb, %(warnings)s::jsonb,
           %(travel_s)s::float8, %(road_m)s::float8, ST_GeomFromEWKT(%(route)s), %(directions)s::jsonb,
           %(actor)s::bigint, %(reason)s::text, %(now)s::timestamptz, %(offered)s::timestamptz, '', ''
      FROM patrols_tour t
     WHERE t.id = %(tour)s AND t.state = 'open' AND t.on_break_since IS NULL AND (NOT t.exercise OR %(rehearsed)s)
       FOR NO KEY UPDATE OF t SKIP LOCKED
    ON CONFLICT DO NOTHING
    RETURNING id, fence, organisation_path, unit_id)
    SELECT c.id, c.fence, c.organisation_path, u.id, u.uid, u.call_sign, u.radio
      FROM claimed c JOIN patrols_unit u ON u.id = c.unit_id
"""


_TOURS_SQL = """
    SELECT t.id FROM patrols_tour t
     WHERE t.id = ANY(%s) AND t.state = 'open' AND t.on_break_since IS NULL
       AND NOT EXISTS (SELECT 1 FROM incidents_assignment a WHERE a.tour_id = t.id AND a.state = ANY(%s))
     ORDER BY t.id FOR NO KEY UPDATE OF t SKIP LOCKED
"""


def tours_take(tour_ids: Collection[int]) -> set[int]:
    """Take the rows of tours that are about to be claimed, in one statement, until the transaction ends. Returns those
    that can be had: whoever wants several knows it before writing anything.
    """
    with connection.cursor() as cursor:
        prepared(cursor, _TOURS_SQL, [sorted(tour_ids), sorted(HOLDING)])
        return {row[0] for row in cursor.fetchall()}


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

    None when the tour is held, on a break, closed, rehearses while the incident is real, or is being claimed by
    somebody else at this very moment.
    """
    moment = now or clock.now()
    uid = uuid.uuid4()
    with connection.cursor() as cursor:
        prepared(
            cursor,
            _CLAIM_SQL,
            {
                "uid": str(uid),
                "incident": incident.pk,
                "tour": claim.tour_id,
                "rehearsed": incident.exercise,
                "state": state.value,
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
    return None if row is None else _claimed(incident, claim, uid, state, moment, row)


def _claimed(
    incident: Incident, claim: Claim, uid: uuid.UUID, state: AssignmentState, moment: datetime, row: tuple[Any, ...]
) -> Assignment:
    """The row just written, as the model has it; what it was made of is known, so nothing is read again."""
    assignment_id, fence, path, unit_id, unit_uid, call_sign, radio = row
    unit_type: Any = Assignment._meta.get_field("unit").related_model
    offered = state is AssignmentState.OFFERED
    assignment = Assignment(
        id=assignment_id,
        uid=uid,
        incident=incident,
        tour_id=claim.tour_id,
        unit=unit_type(id=unit_id, uid=unit_uid, call_sign=call_sign, radio=radio),
        organisation_path=path,
        state=state.value,
        fence=fence,
        is_lead=claim.is_lead,
        origin=claim.origin,
        decision_id=claim.decision_id,
        reasons=claim.reasons,
        warnings=claim.warnings,
        predicted_travel_s=claim.travel_s,
        predicted_road_m=claim.road_m,
        route=_line(claim.route),
        directions=claim.directions,
        created_by_id=claim.actor_id,
        reason=claim.reason,
        created_at=moment,
        offered_at=moment if offered else None,
    )
    assignment._state.adding = False
    assignment._state.db = "default"
    return assignment


def _line(ewkt: str | None) -> LineString | None:
    line = GEOSGeometry(ewkt) if ewkt is not None else None
    return line if isinstance(line, LineString) else None
