"""Small worlds for the engine: a straight road on which a place is a metre, and units made in one call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from incidents.dispatch.policy import DispatchPolicy
from incidents.dispatch.types import (
    DecisionInput,
    IncidentSnapshot,
    Position,
    PositionSource,
    Reached,
    Spot,
    TravelAnswer,
    UnitSnapshot,
    UnitStart,
    UnitState,
)

OFFICER = frozenset({"stop_vehicle", "survey_scene", "direct_traffic", "clear_road", "report"})
AUXILIARY = frozenset({"direct_traffic", "clear_road", "report"})
BRIGADE = "/1/2/"

# Haikou, Longhua: the road runs east from here.
LON, LAT = 110.33, 20.03
METRE_DEG = 1 / 104_500
SPEED_MPS = {"drive": 10.0, "emergency": 20.0, "foot": 1.4}


def at(metre: float, source: PositionSource = PositionSource.FIX, *, on_road: bool = True) -> Position:
    spots = (Spot(0, 0, 1, metre),) if on_road else ()
    return Position(LON + metre * METRE_DEG, LAT, source, spots)


def unit(number: int, metre: float | None = 1000.0, **changes: Any) -> UnitSnapshot:
    values: dict[str, Any] = {
        "tour_id": number,
        "unit_id": 1000 + number,
        "call_sign": f"U{number:03}",
        "kind": "car",
        "agency": "traffic",
        "organisation_path": BRIGADE,
        "powers": OFFICER,
        "has_officer": True,
        "state": UnitState.FREE,
        "fix": None if metre is None else at(metre),
        "position_age_s": None if metre is None else 10.0,
        "moving": True,
        "area": f"area {number}",
    }
    return UnitSnapshot(**{**values, **changes})


def incident(**changes: Any) -> IncidentSnapshot:
    place = at(0.0)
    values: dict[str, Any] = {
        "incident_id": 1,
        "kind": "crash",
        "grade": "yellow",
        "organisation_path": BRIGADE,
        "lon": place.lon,
        "lat": place.lat,
        "spots": place.spots,
        "required_powers": frozenset({"survey_scene"}),
    }
    return IncidentSnapshot(**{**values, **changes})


def given(units: Sequence[UnitSnapshot], the_incident: IncidentSnapshot | None = None, **changes: Any) -> DecisionInput:
    policy = changes.pop("policy", DispatchPolicy())
    return DecisionInput(
        incident=the_incident or incident(),
        units=tuple(units),
        policy=policy,
        at="2026-05-01T08:00:00+00:00",
        **changes,
    )


class StraightRoad:
    """Travel times on the straight road; counts its calls."""

    def __init__(self, blocked_beyond_m: float = float("inf")) -> None:
        self.blocked_beyond_m = blocked_beyond_m
        self.calls = 0

    def __call__(
        self,
        target: Sequence[Spot],
        starts: Sequence[UnitStart],
        eligible: Sequence[bool],
        k: int,
        profile: str,
        limit_ms: int,
    ) -> TravelAnswer:
        self.calls += 1
        found = []
        for i, start in enumerate(starts):
            if not eligible[i]:
                continue
            for spot in start.spots:
                metre = abs(spot.fraction - target[0].fraction)
                drive_ms = round(metre / SPEED_MPS[profile] * 1000)
                if metre <= self.blocked_beyond_m and drive_ms + start.offset_ms <= limit_ms:
                    found.append(Reached(i, drive_ms + start.offset_ms, drive_ms, spot, metre))
        found.sort(key=lambda one: (one.total_ms, one.unit))
        return TravelAnswer(tuple(found[:k]), settled=len(found))
