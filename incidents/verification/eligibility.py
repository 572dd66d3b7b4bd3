"""Who may go, said a second time and plainly, from the recorded facts of a decision alone.

Sources: design §4 (invariants 7 and 10), §5 (drones), issue "the main job" (constraints).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from .network import Place

EARTH_RADIUS_M = 6_371_008.8
SURE, UNSURE = 0, 1


@dataclass(frozen=True, slots=True)
class Start:
    """Where a unit sets off, how sure that is, how it moves, and what is added to its drive in milliseconds."""

    lon: float
    lat: float
    places: tuple[Place, ...]
    tier: int
    profile: str
    offset_ms: int


def units_of(decision: dict[str, Any]) -> list[dict[str, Any]]:
    """The units of a stored decision as mappings; what units share is a row of `crews`."""
    crews = [dict(zip(decision["crew_columns"], row, strict=True)) for row in decision["crews"]]
    rows = [dict(zip(decision["unit_columns"], row, strict=True)) for row in decision["units"]]
    return [{**crews[row.pop("crew")], **row} for row in rows]


def straight_m(lon_a: float, lat_a: float, lon_b: float, lat_b: float) -> float:
    """Great-circle metres."""
    a, b = math.radians(lat_a), math.radians(lat_b)
    h = math.sin((b - a) / 2) ** 2
    h += math.cos(a) * math.cos(b) * math.sin(math.radians(lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, h)))


def start_of(unit: dict[str, Any], decision: dict[str, Any]) -> Start | None:
    """A fresh fix as it is, an aged one with its age added, else the post; None where neither is known."""
    policy, incident = decision["policy"], decision["incident"]
    fix, age_s = unit["fix"], unit["position_age_s"]
    profile = "foot" if unit["kind"] == "foot" else _first(policy["profile"], incident, "drive")
    usable = fix is not None and age_s is not None and age_s <= policy["aged_s"]
    if usable and (not unit["is_mock"] or unit["fallback"] is None):
        turn_out_s = policy["turn_out_post_s"]
        if unit["moving"]:
            turn_out_s = policy["turn_out_moving_s"]
        elif unit["at_station"]:
            turn_out_s = policy["turn_out_station_s"]
        late_s = age_s if age_s > policy["fresh_s"] and not unit["is_mock"] else 0.0
        return _start(
            fix, UNSURE if unit["is_mock"] else SURE, profile, round(turn_out_s * 1000) + round(late_s * 1000)
        )
    if unit["fallback"] is None:
        return None
    station = unit["fallback"][2] == "station"
    turn_out_s = policy["turn_out_station_s"] if station else policy["turn_out_post_s"]
    return _start(unit["fallback"], UNSURE, profile, round(turn_out_s * 1000))


def _start(position: list[Any], tier: int, profile: str, offset_ms: int) -> Start:
    lon, lat, _, spots = position
    return Start(lon, lat, tuple(Place.of(spot) for spot in spots), tier, profile, offset_ms)


def _first(rules: list[dict[str, str]], incident: dict[str, Any], otherwise: str) -> str:
    for rule in rules:
        if rule["kind"] in ("*", incident["kind"]) and rule["grade"] in ("*", incident["grade"]):
            return rule["value"]
    return otherwise


def may_go(unit: dict[str, Any], decision: dict[str, Any], *, support: bool) -> bool:
    """Whether a unit may be sent; who supports a standing lead needs neither the powers nor an officer."""
    incident, policy = decision["incident"], decision["policy"]
    paths = [incident["organisation_path"], *incident["sendable_paths"]]
    lent = any(incident["organisation_path"].startswith(path) for path in unit["lent_to"])
    if not lent and not any(unit["organisation_path"].startswith(path) for path in paths):
        return False
    if unit["kind"] == "drone" or unit["kind"] in incident["excluded_kinds"] or set(unit["powers"]) <= {"report"}:
        return False
    if unit["is_exercise"] != incident["is_exercise"] or unit["state"] not in ("free", "on_way_back"):
        return False
    if unit["tour_id"] in {tour_id for tour_id, _ in incident["excluded"]}:
        return False
    officer = incident["needs_officer"] or incident["grade"] in policy["officer_grades"]
    lacks = set(incident["required_powers"]) - set(unit["powers"])
    if not support and (lacks or (officer and not unit["has_officer"])):
        return False
    start = start_of(unit, decision)
    if start is None or not start.places:
        return False
    far_m = straight_m(start.lon, start.lat, incident["lon"], incident["lat"])
    return unit["kind"] != "foot" or far_m <= policy["foot_within_m"]
