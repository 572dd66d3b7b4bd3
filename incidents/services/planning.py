"""Decide, record, and turn a plan into words and routes. Everything that is stored of a decision is written here."""

from __future__ import annotations

import time
import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from core.geo.srid import STORE_SRID
from incidents.dispatch import snapshot
from incidents.dispatch.engine import decide
from incidents.dispatch.queue import decide_queue
from incidents.dispatch.reasons import text
from incidents.dispatch.types import Candidate, DecisionInput, DecisionRecord, Params, Plan, Reason
from incidents.models import Decision, Incident
from incidents.services.claiming import Claim
from incidents.services.travel import NetworkTravel
from roads.selectors import current_network
from stations.selectors import organisation_names
from stations.types import Power

if TYPE_CHECKING:
    from roads.selectors.routing import Leg, RoadNetwork


_POWER_NAMES = {power.value: power.label for power in Power}


def said(code: str, params: Params) -> dict[str, Any]:
    """A reason with its code, parameters and Chinese sentence, as it is stored and shown."""
    names = _POWER_NAMES
    if any(name == "area" for name, _value in params):
        names = {**_POWER_NAMES, **organisation_names()}
    return {"code": code, "params": dict(params), "text": text(code, params, names=names)}


def as_json(reason: Reason) -> dict[str, Any]:
    """See `said`."""
    return said(reason.code, reason.params)


def plan_one(given: DecisionInput) -> tuple[Plan, float]:
    """The plan for one incident, and the engine's time in milliseconds."""
    travel = NetworkTravel(current_network())
    started = time.perf_counter()
    return decide(given, travel), (time.perf_counter() - started) * 1000.0


def plan_queue(given: Sequence[DecisionInput]) -> tuple[tuple[tuple[DecisionInput, Plan], ...], float]:
    """Plans for a queue of incidents solved together, and the engine's time for all of them in milliseconds."""
    travel = NetworkTravel(current_network())
    started = time.perf_counter()
    return decide_queue(given, travel), (time.perf_counter() - started) * 1000.0


def decision_record(incident: Incident, given: DecisionInput, plan: Plan, *, origin: str, engine_ms: float) -> Decision:
    """Keep a decision with its input snapshot, so that it can be replayed outside the product (invariant 12)."""
    stored = snapshot.dumps(DecisionRecord(given, plan))
    return Decision.objects.create(
        incident=incident,
        organisation_path=incident.organisation_path,
        origin=origin,
        network_version=given.network_version,
        weights_generation=given.weights_generation,
        policy_version=given.policy.version,
        snapshot=zlib.compress(stored.encode(), 1),
        plan=plan_json(plan),
        snapshot_sha256=snapshot.sha256(stored),
        settled_count=plan.settled,
        over_budget=plan.over_budget,
        engine_ms=engine_ms,
        shortfall=plan.shortfall or "",
    )


def decision_text(decision: Decision) -> str:
    """The canonical JSON of a stored decision."""
    return zlib.decompress(bytes(decision.snapshot)).decode()


def candidate_json(candidate: Candidate) -> dict[str, Any]:
    """A candidate as pages and the API show it. Times in seconds, `travel_s` = turn-out + age + drive."""
    return {
        "tour_id": candidate.tour_id,
        "call_sign": candidate.call_sign,
        "kind": candidate.kind,
        "rank": candidate.rank,
        "lon": round(candidate.lon, 6),
        "lat": round(candidate.lat, 6),
        "tail": candidate.spot.tail,
        "head": candidate.spot.head,
        "fraction": candidate.spot.fraction,
        "travel_s": candidate.total_ms / 1000.0,
        "drive_s": candidate.drive_ms / 1000.0,
        "turn_out_s": candidate.turn_out_ms / 1000.0,
        "age_s": candidate.age_ms / 1000.0,
        "position_source": candidate.position_source.value,
        "position_age_s": candidate.position_age_s,
        "road_m": candidate.road_m,
        "profile": candidate.profile,
        "automatic": candidate.automatic,
        "reasons": [as_json(reason) for reason in candidate.reasons],
        "warnings": [as_json(reason) for reason in candidate.warnings],
    }


def plan_json(plan: Plan) -> dict[str, Any]:
    """A plan as pages and the API show it."""
    return {
        "candidates": [candidate_json(candidate) for candidate in plan.candidates],
        "supports": [candidate_json(candidate) for candidate in plan.supports],
        "preemptions": [candidate_json(candidate) for candidate in plan.preemptions],
        "picks": [
            {"tour_id": pick.tour_id, "role": pick.role.value, "automatic": pick.automatic} for pick in plan.picks
        ],
        "automatic": plan.automatic,
        "missing": plan.missing,
        "shortfall": plan.shortfall,
        "warnings": [as_json(reason) for reason in plan.warnings],
        "rejected": [
            {"tour_id": row.tour_id, "call_sign": row.call_sign, **said(row.code, row.params)} for row in plan.rejected
        ],
    }


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
        reasons=[as_json(one) for one in candidate.reasons],
        warnings=[as_json(one) for one in dict.fromkeys((*candidate.warnings, *warnings))],
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
        "directions": [_leg_json(leg) for leg in directions(network.graph, route)],
    }


def _leg_json(leg: Leg) -> dict[str, Any]:
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
    }
