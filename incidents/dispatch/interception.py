"""Interception ahead: which units can stand at a junction of a car's ways before the car can be there.

Plain data in, plain data out. Where the car may be first and where the units may be first are two forward searches
(`roads.network.reach`); this decides what to do with them. A junction is worth the more, the more of the car's fastest
ways lead through it: the next junction ahead of a car on an open road is worth all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class CarAt(NamedTuple):
    """Earliest time of the car at a junction, ms after it was seen; the junction before on that way, or None."""

    at_ms: float
    before: int | None


class UnitAt(NamedTuple):
    """The unit that can be at a junction first, and when, ms from now."""

    at_ms: float
    unit: int


class AheadTerms(NamedTuple):
    """`age_ms` since the car was seen; a unit needs `lead_ms` to block a road; the `most` units that are proposed; a
    junction through which less than `least_share` of its ways lead is not worth a unit."""

    age_ms: float
    lead_ms: float = 30_000.0
    most: int = 5
    least_share: float = 0.0


class Block(NamedTuple):
    """One proposal: the unit, the junction where it stands, when it and the car are there (ms from now), by how much it
    is ahead, and which share of what the car can reach next lies behind."""

    unit: int
    junction: int
    unit_ms: float
    car_ms: float
    lead_ms: float
    share: float


def shares_behind(car: Mapping[int, CarAt], age_ms: float) -> dict[int, float]:
    """For each junction the share of those that are still ahead of the car whose fastest way leads through it,
    itself included."""
    order = sorted(car, key=lambda junction: (-car[junction].at_ms, -junction))
    counts = {junction: 1.0 if car[junction].at_ms > age_ms else 0.0 for junction in order}
    ahead = sum(counts.values())
    if not ahead:
        return dict.fromkeys(counts, 0.0)
    for junction in _leaves_first(car, order):
        before = car[junction].before
        if before is not None and before in counts:
            counts[before] += counts[junction]
    return {junction: count / ahead for junction, count in counts.items()}


def _leaves_first(car: Mapping[int, CarAt], order: list[int]) -> list[int]:
    """Junctions so that every one comes before the one it is reached from, also where steps take no time."""
    depth: dict[int, int] = {}
    for junction in reversed(order):
        way, here = [], junction
        while here not in depth:
            way.append(here)
            before = car[here].before
            if before is None or before not in car:
                depth[here] = 0
                break
            here = before
        for each in reversed(way):
            before = car[each].before
            depth.setdefault(each, 0 if before is None or before not in car else depth[before] + 1)
    return sorted(order, key=lambda junction: (-depth[junction], junction))


def plan_ahead(car: Mapping[int, CarAt], units: Mapping[int, UnitAt], terms: AheadTerms) -> tuple[Block, ...]:
    """For each unit its best junction: the greatest share behind it, then the earliest time of the car, then the number
    of the junction. Units in the same order. Only junctions where the unit stands `lead_ms` before the car can come.
    """
    shares = shares_behind(car, terms.age_ms)
    best: dict[int, Block] = {}
    for junction in sorted(set(car) & set(units)):
        there, unit = car[junction], units[junction]
        car_ms = there.at_ms - terms.age_ms
        lead_ms = car_ms - unit.at_ms
        if lead_ms < terms.lead_ms or shares[junction] < terms.least_share:
            continue
        block = Block(unit.unit, junction, unit.at_ms, car_ms, lead_ms, shares[junction])
        known = best.get(unit.unit)
        if known is None or _order(block) < _order(known):
            best[unit.unit] = block
    return tuple(sorted(best.values(), key=_order)[: terms.most])


def _order(block: Block) -> tuple[float, float, int]:
    return -round(block.share, 9), block.car_ms, block.junction
