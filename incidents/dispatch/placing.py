"""Which of a unit's positions counts, how sure it is, and what is added to its drive (invariant 10, design §5)."""

from __future__ import annotations

from dataclasses import dataclass

from .geometry import straight_m
from .policy import DispatchPolicy
from .types import IncidentSnapshot, Position, PositionSource, Tier, UnitSnapshot

FOOT_KIND = "foot"


@dataclass(frozen=True, slots=True)
class Start:
    """Where a unit would start from. `straight_m` is the straight line to the incident, for hints only."""

    position: Position
    tier: Tier
    profile: str
    turn_out_ms: int
    age_ms: int
    straight_m: float

    @property
    def offset_ms(self) -> int:
        """What is added to the drive."""
        return self.turn_out_ms + self.age_ms


def start_of(unit: UnitSnapshot, incident: IncidentSnapshot, policy: DispatchPolicy) -> Start | None:
    """The start of a unit, None when nobody knows where it is.

    A fix up to `fresh_s` old counts as it is; up to `aged_s` its age is added; an older one, or one that the phone
    calls faked, gives way to the fallback (a faked fix without any fallback still counts, unsure).
    """
    fix, age_s = unit.fix, unit.position_age_s
    timely = fix is not None and age_s is not None and age_s <= policy.aged_s
    if fix is not None and age_s is not None and timely and not unit.is_mock:
        late_s = age_s if age_s > policy.fresh_s else 0.0
        return _start(unit, incident, policy, fix, Tier.SURE, _turn_out_s(unit, policy), late_s)
    if unit.fallback is not None:
        station = unit.fallback.source == PositionSource.STATION
        turn_out_s = policy.turn_out_station_s if station else policy.turn_out_post_s
        return _start(unit, incident, policy, unit.fallback, Tier.UNSURE, turn_out_s, 0.0)
    if fix is not None and timely:
        return _start(unit, incident, policy, fix, Tier.UNSURE, _turn_out_s(unit, policy), 0.0)
    return None


def _turn_out_s(unit: UnitSnapshot, policy: DispatchPolicy) -> float:
    if unit.moving:
        return policy.turn_out_moving_s
    return policy.turn_out_station_s if unit.at_station else policy.turn_out_post_s


def _start(
    unit: UnitSnapshot,
    incident: IncidentSnapshot,
    policy: DispatchPolicy,
    position: Position,
    tier: Tier,
    turn_out_s: float,
    late_s: float,
) -> Start:
    on_foot = unit.kind == FOOT_KIND
    profile = "foot" if on_foot else policy.profile_for(incident.kind, incident.grade)
    line_m = straight_m(position.lon, position.lat, incident.lon, incident.lat)
    return Start(position, tier, profile, round(turn_out_s * 1000), round(late_s * 1000), line_m)
