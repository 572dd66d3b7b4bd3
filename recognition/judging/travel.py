"""Cloned plates by impossible travel: one plate at two places sooner than any car could drive. Django-free.

A pair is judged in two steps. Whoever could have done the straight line at a speed that nobody wonders about is not
doubted, without a look at the network. Only the rest asks for the fastest way by road. Whatever is unknown speaks for
the car: clocks are given their slack, roads are driven in `tolerance` times the free-flow time, and where no road is
known nothing is said.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

EARTH_M = 6_371_000.0
# The sphere is off the spheroid by less than this share, so the straight line is never counted too long.
SPHERE_SHARE = 0.994


@dataclass(frozen=True, slots=True)
class TravelTerms:
    """By what is judged. `tolerance`: share of the free-flow time that the boldest driver needs. `plain_mps`: as the
    crow flies, at this speed nobody is doubted (slower: more is noticed, more ways are asked for). Clocks may be off
    by `known_s` where they are watched, by `unknown_s` where nobody knows, `corrected_s` more where they are corrected.
    Nearer than `near_m` is one place.
    """

    tolerance: float = 0.5
    plain_mps: float = 15.0
    known_s: float = 10.0
    unknown_s: float = 120.0
    corrected_s: float = 30.0
    near_m: float = 300.0


@dataclass(frozen=True, slots=True)
class Sight:
    """One reliable reading of the plate: which passage, which camera, where (WGS-84 degrees), when by the corrected
    clock, and by how many seconds that clock may be off."""

    passage: str
    camera: str
    lon: float
    lat: float
    at: datetime
    slack_s: float


@dataclass(frozen=True, slots=True)
class Way:
    """The fastest way by road at free flow: metres and seconds."""

    road_m: float
    free_flow_s: float


@dataclass(frozen=True, slots=True)
class Impossible:
    """Why one car cannot have been at both: `fastest_s` (of the fastest way, tolerance included) exceeds the gap and
    what the clocks may be off. In order of time."""

    first: Sight
    second: Sight
    straight_m: float
    road_m: float
    free_flow_s: float
    fastest_s: float
    gap_s: float
    slack_s: float
    tolerance: float


FastestWay = Callable[[Sight, Sight], Way | None]


def slack_s(terms: TravelTerms, *, lag_s: float | None, lag_before_s: float | None, corrected: bool) -> float:
    """Seconds by which a camera's clock may be off. `lag_s`, `lag_before_s`: its least times from passage to receipt of
    the running and the former window (`CameraStanding`); None where nobody has measured.

    The least lag is at least what the clock is behind. A clock is only taken for watched when two windows are known.
    """
    more = terms.corrected_s if corrected else 0.0
    if lag_s is None or lag_before_s is None:
        return terms.unknown_s + more
    return min(terms.known_s + max(abs(lag_s), abs(lag_before_s)), terms.unknown_s) + more


def straight_m(first: Sight, second: Sight) -> float:
    """Metres between two places, never more than on the spheroid."""
    a, b = math.radians(first.lat), math.radians(second.lat)
    half = math.sin((b - a) / 2) ** 2
    half += math.cos(a) * math.cos(b) * math.sin(math.radians(second.lon - first.lon) / 2) ** 2
    return SPHERE_SHARE * 2 * EARTH_M * math.asin(min(1.0, math.sqrt(half)))


def impossible(one: Sight, other: Sight, terms: TravelTerms, fastest: FastestWay) -> Impossible | None:
    """Why no car can have been at both, None where one can, or where nobody knows. `fastest` is asked at most once, and
    only when the straight line does not settle it; None from it (no road joins the two, or one lies off the network)
    leaves the pair alone. The order of the two does not matter.
    """
    first, second = sorted((one, other), key=lambda sight: (sight.at, sight.passage))
    if one.camera == other.camera and (one.lon, one.lat) == (other.lon, other.lat):
        return None
    metres = straight_m(first, second)
    gap_s = (second.at - first.at).total_seconds()
    off_s = first.slack_s + second.slack_s
    if metres < terms.near_m or metres <= terms.plain_mps * (gap_s + off_s):
        return None
    way = fastest(first, second)
    if way is None:
        return None
    fastest_s = terms.tolerance * way.free_flow_s
    if fastest_s <= gap_s + off_s:
        return None
    return Impossible(first, second, metres, way.road_m, way.free_flow_s, fastest_s, gap_s, off_s, terms.tolerance)
