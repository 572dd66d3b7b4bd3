"""Which of a unit's positions counts, how sure it is, and what is added to its drive (invariant 10, design §5)."""

from __future__ import annotations

from typing import NamedTuple

from .policy import DispatchPolicy
from .types import Position, PositionSource, Tier, UnitSnapshot

FOOT_KIND = "foot"


class Start(NamedTuple):
    """Where a unit would start from."""

    position: Position
    tier: Tier
    profile: str
    turn_out_ms: int
    age_ms: int

    @property
    def offset_ms(self) -> int:
        """What is added to the drive."""
        return self.turn_out_ms + self.age_ms


def start_of(unit: UnitSnapshot, policy: DispatchPolicy, vehicle_profile: str) -> Start | None:
    """The start of a unit, None when nobody knows where it is. Vehicles use `vehicle_profile`, foot patrols walk.

    A fix up to `fresh_s` old counts as it is; up to `aged_s` its age is added; an older one, or one that the phone
    calls faked, gives way to the fallback (a faked fix without any fallback still counts, unsure).
    """
    key = "start:" + vehicle_profile
    known: tuple[DispatchPolicy, Start | None] | None = unit.kept.get(key)
    if known is None or known[0] is not policy:
        known = unit.kept[key] = (policy, _start(unit, policy, vehicle_profile))
    return known[1]


def _start(unit: UnitSnapshot, policy: DispatchPolicy, vehicle_profile: str) -> Start | None:
    profile = "foot" if unit.kind == FOOT_KIND else vehicle_profile
    fix, age_s = unit.fix, unit.position_age_s
    if fix is not None and age_s is not None and age_s <= policy.aged_s:
        if not unit.is_mock:
            late_ms = round(age_s * 1000) if age_s > policy.fresh_s else 0
            return Start(fix, Tier.SURE, profile, _turn_out_ms(unit, policy), late_ms)
        if unit.fallback is None:
            return Start(fix, Tier.UNSURE, profile, _turn_out_ms(unit, policy), 0)
    if unit.fallback is None:
        return None
    station = unit.fallback.source == PositionSource.STATION
    turn_out_s = policy.turn_out_station_s if station else policy.turn_out_post_s
    return Start(unit.fallback, Tier.UNSURE, profile, round(turn_out_s * 1000), 0)


def _turn_out_ms(unit: UnitSnapshot, policy: DispatchPolicy) -> int:
    if unit.moving:
        return round(policy.turn_out_moving_s * 1000)
    return round((policy.turn_out_station_s if unit.at_station else policy.turn_out_post_s) * 1000)
