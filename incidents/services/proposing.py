"""Previews: the engine's list for an incident or for a bare point, without sending anybody."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.gis.geos import GEOSGeometry, LineString

from core import clock
from incidents.dispatch.rounding import DEGREES, rounded_spots
from incidents.dispatch.types import DecisionInput, IncidentSnapshot, Spot
from incidents.models import Assignment, Incident
from incidents.selectors import assignment_summary
from incidents.selectors.plans import candidate_json, plan_json
from incidents.services.duty_roster import units_gathered
from incidents.services.gathering import decision_input, policy_in_force
from incidents.services.planning import candidate_route, plan_one
from incidents.services.sending import Sending
from incidents.services.travel import spots_of
from roads.selectors import current_network, place_locate
from stations.selectors import organisation_at, sendable_paths
from stations.services import require
from stations.types import Actor, DataClass, Verb

if TYPE_CHECKING:
    from roads.selectors.routing import RoadNetwork


def incident_propose(*, actor: Actor, incident: Incident) -> dict[str, Any]:
    """Ranked candidates with reasons and road metres, rejected units with theirs, shortfall, warnings, the way of the
    first (WGS-84 lon-lat pairs).
    """
    require(actor, Verb.VIEW, DataClass.DECISION, incident.organisation_path)
    sending = Sending.of(incident)
    given = decision_input(sending, units_needed=max(1, sending.wanted), automatic=incident.automatic)
    decided, engine_ms = plan_one(given)
    plan = decided.plan
    best = candidate_route(given, plan.candidates[0]) if plan.candidates else None
    return {
        **plan_json(plan),
        "route": _points(best["ewkt"]) if best else [],
        "at": given.at,
        "network_version": given.network_version,
        "engine_ms": engine_ms,
    }


def _points(ewkt: str) -> list[list[float]]:
    line = GEOSGeometry(ewkt)
    return [[x, y] for x, y in line.coords] if isinstance(line, LineString) else []


def assignment_answer(assignment: Assignment) -> dict[str, Any]:
    """What the API answers after a send."""
    return assignment_summary(assignment)


def point_preview(*, lon: float, lat: float, k: int, at: datetime | None = None) -> dict[str, Any]:
    """`dispatch_preview`: whose road is it, and which units would be there first. WGS-84 degrees.

    `travel_s` of a candidate is turn-out + age + drive; `drive_s` and `turn_out_s` say the parts.
    """
    moment = at or clock.now()
    place = place_locate(lon, lat, at=moment)
    network = current_network()
    placements = network.snap(lon, lat, both_carriageways=True)
    organisation_path = place.organisation_path or organisation_at((lon, lat)).path or ""
    given = _at_point(network, (lon, lat), rounded_spots(spots_of(placements)), organisation_path, k=k, moment=moment)
    plan = plan_one(given)[0].plan
    candidates = []
    for candidate in plan.candidates[:k]:
        route = candidate_route(given, candidate)
        candidates.append(
            {
                **candidate_json(candidate),
                "unit": candidate.call_sign,
                "road_m": route["road_m"] if route is not None else None,
            }
        )
    spot = placements[0] if placements else None
    return {
        "axis": " ".join(part for part in (place.axis_code, place.axis_name) if part),
        "chainage": place.chainage_text,
        "segment": place.segment.name if place.segment is not None else None,
        "chiefs": [chief.as_json() for chief in place.chain],
        "network_version": given.network_version,
        "lon": lon,
        "lat": lat,
        "tail": spot.tail if spot is not None else None,
        "head": spot.head if spot is not None else None,
        "fraction": spot.fraction if spot is not None else None,
        "alternatives": [
            {"tail": other.tail, "head": other.head, "fraction": other.fraction} for other in placements[1:]
        ],
        "candidates": candidates,
        "rejected": [{"unit": row["call_sign"], "reason": row["text"]} for row in plan_json(plan)["rejected"]],
        "shortfall": plan.shortfall,
    }


def _at_point(
    network: RoadNetwork,
    point: tuple[float, float],
    spots: tuple[Spot, ...],
    organisation_path: str,
    *,
    k: int,
    moment: datetime,
) -> DecisionInput:
    """What a decision for something blue at a bare point would depend on."""
    incident = IncidentSnapshot(
        incident_id=0,
        kind="other",
        grade="blue",
        organisation_path=organisation_path,
        lon=round(point[0], DEGREES),
        lat=round(point[1], DEGREES),
        spots=spots,
        sendable_paths=sendable_paths(organisation_path, moment),
    )
    units, roster = units_gathered(network, moment, incident.sendable_paths)
    return DecisionInput(
        incident=incident,
        units=units,
        policy=policy_in_force(),
        at=moment.isoformat(),
        network_version=network.version,
        weights_generation=network.weights.generation,
        search_k=k,
        units_at=roster.at.isoformat(),
        roster=roster.text,
    )
