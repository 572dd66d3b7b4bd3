"""Kilometre posts as places on the ground → calibration of an axis, breaks 断链 kept.

Where a road was relocated two numbers are painted at one place: what the road behind counts up to, and what the road
ahead counts on from. Which is which is told by the other posts: painted kilometres are about as long as real ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from roads.network.source import Float64

from .locate import AxisLine

NEAR_LINE_M = 200.0
ONE_PLACE_M = 10.0
# Two readings of one post on both sides of a road differ by less.
_SAME_NUMBER_M = 0.5

Row = tuple[float, float]
"""(metre of the axis, painted chainage in metres)."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where posts stand: `arriving` is the number of the road behind, `leaving` of the road ahead; equal but at a
    break."""

    distance_m: float
    arriving: float
    leaving: float


def posts_on_line(line: AxisLine, lon: Float64, lat: Float64, chainage_m: Float64) -> list[Row]:
    """Calibration rows of a line from posts (WGS-84 degrees) of its road, in any order; empty where fewer than two
    rows fit.

    Posts further than NEAR_LINE_M from the line belong to another part of the road. Posts within ONE_PLACE_M of each
    other with different numbers are a break and give two rows at one metre. Of posts whose numbers do not grow along
    the line otherwise, the fewest are left out.
    """
    if lon.size == 0 or not line.may_meet(lon, lat, NEAR_LINE_M):
        return []
    distance, offset = line.project_many(lon, lat)
    rows = sorted(
        (float(d), float(c)) for d, c, o in zip(distance, chainage_m, offset, strict=True) if abs(o) <= NEAR_LINE_M
    )
    kept: list[Row] = []
    for place in _longest_growing(_places(rows)):
        kept.append((place.distance_m, place.arriving))
        if place.leaving != place.arriving:
            kept.append((place.distance_m, place.leaving))
    return kept if len(kept) >= 2 else []


def _places(rows: Sequence[Row]) -> list[_Place]:
    """Rows (sorted) by place. The numbers of a break are ordered so that painted lengths between places differ least
    from real ones, over the whole road."""
    gathered: list[tuple[float, list[float]]] = []
    for distance_m, chainage_m in rows:
        if not gathered or distance_m - gathered[-1][0] > ONE_PLACE_M:
            gathered.append((distance_m, [chainage_m]))
        elif all(abs(chainage_m - other) > _SAME_NUMBER_M for other in gathered[-1][1]):
            gathered[-1][1].append(chainage_m)
    readings = [
        [_Place(at, *pair) for pair in (permutations(numbers, 2) if len(numbers) > 1 else [(numbers[0], numbers[0])])]
        for at, numbers in gathered
    ]
    if all(len(choices) == 1 for choices in readings):
        return [choices[0] for choices in readings]
    ways: list[tuple[float, list[_Place]]] = [(0.0, [place]) for place in readings[0]]
    for choices in readings[1:]:
        ways = [
            min(((cost + _misfit_m(way[-1], place), [*way, place]) for cost, way in ways), key=lambda found: found[0])
            for place in choices
        ]
    return min(ways, key=lambda found: found[0])[1]


def _misfit_m(behind: _Place, ahead: _Place) -> float:
    return abs((ahead.arriving - behind.leaving) - (ahead.distance_m - behind.distance_m))


def _longest_growing(places: Sequence[_Place]) -> list[_Place]:
    """The most places, in order, of which each arrives with more than the one before left with."""
    if all(a.leaving < b.arriving for a, b in zip(places, places[1:], strict=False)):
        return list(places)
    count, back = [1] * len(places), [-1] * len(places)
    for i, place in enumerate(places):
        for j in range(i):
            if places[j].leaving < place.arriving and count[j] + 1 > count[i]:
                count[i], back[i] = count[j] + 1, j
    at = int(np.argmax(count))
    chain = []
    while at >= 0:
        chain.append(places[at])
        at = back[at]
    return chain[::-1]
