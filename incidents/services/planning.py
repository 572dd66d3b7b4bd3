"""Decide, record, and find the way of whoever is sent. Everything that is stored of a decision is written here."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from core import clock
from core.db.prepared import prepared
from core.geo.srid import STORE_SRID
from incidents.dispatch import snapshot
from incidents.dispatch.compact import compact
from incidents.dispatch.engine import Decided, decide_one
from incidents.dispatch.queue import decide_queue
from incidents.dispatch.types import Candidate, DecisionInput, DecisionRecord, RosterText
from incidents.models import Incident
from incidents.selectors.plans import kept_reason
from incidents.services.claiming import Claim
from incidents.services.travel import NetworkTravel
from roads.selectors import current_network

if TYPE_CHECKING:
    from roads.selectors.routing import Leg, RoadNetwork


_DECISION_SQL = """
INSERT INTO incidents_decision
       (incident_id, organisation_path, at, origin, network_version, weights_generation, policy_version,
        roster_id, snapshot, snapshot_sha256, settled_count, over_budget, engine_ms, shortfall)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id
"""


def plan_one(given: DecisionInput) -> tuple[Decided, float]:
    """The plan for one incident, and the engine's time in milliseconds."""
    travel = NetworkTravel(current_network())
    started = time.perf_counter()
    return decide_one(given, travel), (time.perf_counter() - started) * 1000.0


def plan_queue(given: Sequence[DecisionInput]) -> tuple[tuple[Decided, ...], float]:
    """Plans for a queue of incidents solved together, and the engine's time for all of them in milliseconds."""
    travel = NetworkTravel(current_network())
    started = time.perf_counter()
    return decide_queue(given, travel), (time.perf_counter() - started) * 1000.0


# Rosters that this process knows to be stored; the few newest suffice.
_rosters: deque[str] = deque(maxlen=8)


def rosters_forget() -> None:
    """Store rosters anew (tests, which empty the database)."""
    _rosters.clear()


def _roster_keep(roster: RosterText) -> None:
    """Store a roster once. Until the storing transaction is known to stand, every decision stores it again."""
    if roster.sha256 in _rosters:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO incidents_dutyroster (sha256, at, content) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            [roster.sha256, clock.now(), roster.text],
        )
    transaction.on_commit(lambda: _rosters.append(roster.sha256))


def decision_record(incident: Incident, decided: Decided, *, origin: str, engine_ms: float) -> int:
    """Keep a decision with its input snapshot, so that it can be replayed outside the product (invariant 12). Returns
    its id.
    """
    given, plan = decided.given, decided.plan
    if given.roster is None:
        raise ValueError("a decision to be kept names the roster of its units")
    _roster_keep(given.roster)
    stored = compact(DecisionRecord(given, plan), decided.judged)
    values: list[Any] = [
        incident.pk,
        incident.organisation_path,
        clock.now(),
        origin,
        given.network_version,
        given.weights_generation,
        given.policy.version,
        given.roster.sha256,
        stored,
        snapshot.sha256(stored),
        plan.settled,
        plan.over_budget,
        engine_ms,
        plan.shortfall or "",
    ]
    with connection.cursor() as cursor:
        prepared(cursor, _DECISION_SQL, values)
        return int(cursor.fetchone()[0])


def candidate_claim(
    given: DecisionInput,
    candidate: Candidate,
    *,
    is_lead: bool,
    origin: str,
    decision_id: int | None,
    warnings: Sequence[Any] = (),
    actor_id: int | None = None,
    reason: str = "",
) -> Claim:
    """A candidate with the way there, in geometry and words."""
    route = candidate_route(given, candidate)
    return Claim(
        tour_id=candidate.tour_id,
        is_lead=is_lead,
        origin=origin,
        decision_id=decision_id,
        reasons=[kept_reason(one) for one in candidate.reasons],
        warnings=[kept_reason(one) for one in dict.fromkeys((*candidate.warnings, *warnings))],
        travel_s=candidate.total_ms / 1000.0,
        road_m=route["road_m"] if route else None,
        route=route["ewkt"] if route else None,
        directions=route["directions"] if route else [],
        actor_id=actor_id,
        reason=reason,
    )


def candidate_route(given: DecisionInput, candidate: Candidate) -> dict[str, Any] | None:
    """Route of a candidate: `road_m`, `ewkt` (EPSG:4326), `directions`. None where no road joins them any more."""
    from roads.selectors.routing import Placement, Profile, directions

    network: RoadNetwork = current_network()

    def place(spot: Any) -> Placement:
        return Placement(-1, spot.arc, spot.tail, spot.head, spot.fraction, 0.0, candidate.lon, candidate.lat)

    profile = {"drive": Profile.DRIVE, "emergency": Profile.EMERGENCY, "foot": Profile.FOOT}[candidate.profile]
    route = network.route([place(candidate.spot)], [place(spot) for spot in given.incident.spots], profile=profile)
    if route is None or len(route.lon) < 2:
        return None
    points = ",".join(f"{x:.6f} {y:.6f}" for x, y in zip(route.lon, route.lat, strict=True))
    return {
        "road_m": route.road_m,
        "ewkt": f"SRID={STORE_SRID};LINESTRING({points})",
        "directions": [leg_json(leg) for leg in directions(network.graph, route)],
    }


def leg_json(leg: Leg) -> dict[str, Any]:
    """One leg of a way in words, as phones and pages get it."""
    return {
        "kind": leg.kind.value,
        "name": leg.name,
        "ref": leg.ref,
        "length_m": round(leg.length_m, 1),
        "time_s": round(leg.time_ms / 1000.0, 1),
        "lon": round(leg.lon, 6),
        "lat": round(leg.lat, 6),
        "axis": leg.axis if leg.axis >= 0 else None,
        "axis_m": None if leg.axis < 0 else round(leg.axis_m, 1),
        "axis_to_m": None if leg.axis < 0 or math.isnan(leg.axis_to_m) else round(leg.axis_to_m, 1),
    }
