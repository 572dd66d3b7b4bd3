"""Map matching of a short track: which arcs a moving receiver was on.

A hidden Markov model solved by Viterbi: a candidate explains a fix the better the nearer it lies (Gaussian in
distance), and follows its predecessor the better the less the way by road differs from the straight line between the
fixes (exponential). The form of the two terms is the common one of Newson and Krumm (2009).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .grid import METRES_PER_DEGREE
from .loader import RoadNetwork
from .nearest import Units
from .placement import Placement
from .profiles import INF, Profile
from .source import Float64
from .weights import WeightView, readonly

SIGMA_M = 10.0  # spread of a phone's or terminal's position error
BETA_M = 30.0  # how far way and straight line may differ before it is unlikely
REACH_M = 50.0
MAX_CANDIDATES = 8
DETOUR_FACTOR = 4.0
DETOUR_SPARE_M = 500.0
TURN_COST = 4.0  # a U-turn in mid-road is as unlikely as 4 beta of detour
_MM = 1000.0


@dataclass(frozen=True, slots=True)
class Matched:
    """A fix on the road. `chain` counts up where no way by road joins two fixes (a gap, a tunnel, a wrong fix)."""

    fix: int
    placement: Placement
    chain: int


def match_track(
    network: RoadNetwork, lon: Float64, lat: Float64, *, sigma_m: float = SIGMA_M, beta_m: float = BETA_M
) -> list[Matched]:
    """The most likely placements of successive fixes (WGS-84 degrees, in order of time), one a fix, legal arcs only.

    Closures in force are ignored: a track is of the past. Raises ValueError for arrays of different size.
    """
    if lon.shape != lat.shape:
        raise ValueError("lon and lat must have the same size")
    lengths = _length_view(network)
    chains: list[list[int]] = []
    options: list[list[Placement]] = []
    cost: list[Float64] = []
    back: list[list[int]] = []
    for i in range(lon.size):
        here = _candidates(network, float(lon[i]), float(lat[i]))
        emission = np.array([0.5 * (p.distance_m / sigma_m) ** 2 for p in here])
        joined = False
        if i > 0:
            straight = _straight_m(lon, lat, i)
            step = _steps(network, lengths, options[-1], here, straight, beta_m, sigma_m)
            total = cost[-1][:, None] + step
            best = np.argmin(total, axis=0)
            least = total[best, np.arange(len(here))]
            joined = bool(np.isfinite(least).any())
        options.append(here)
        if joined:
            chains[-1].append(i)
            cost.append(least + emission)
            back.append(best.tolist())
        else:
            chains.append([i])
            cost.append(emission)
            back.append([-1] * len(here))
    return _read_back(chains, options, cost, back)


def _read_back(
    chains: list[list[int]], options: list[list[Placement]], cost: list[Float64], back: list[list[int]]
) -> list[Matched]:
    out: list[Matched] = []
    for number, chain in enumerate(chains):
        at = int(np.argmin(cost[chain[-1]]))
        picked = []
        for i in reversed(chain):
            picked.append(Matched(i, options[i][at], number))
            at = back[i][at]
        out.extend(reversed(picked))
    return out


def _length_view(network: RoadNetwork) -> WeightView:
    """Lengths in mm in place of times, for the search."""
    graph = network.graph
    mm = np.clip(np.rint(graph.arc_length_m() * _MM), 1, INF - 1).astype(np.int32)
    mm[np.asarray(graph.base_ms[Profile.DRIVE]) >= INF] = INF
    none = readonly(np.zeros(0, np.float32))
    return WeightView(Profile.DRIVE, -1, readonly(mm), none, none)


def _straight_m(lon: Float64, lat: Float64, i: int) -> float:
    scale = float(np.cos(np.radians(lat[i])))
    return float(np.hypot((lon[i] - lon[i - 1]) * scale, lat[i] - lat[i - 1])) * METRES_PER_DEGREE


def _candidates(network: RoadNetwork, lon: float, lat: float) -> list[Placement]:
    return network.snapper.placements_near(lon, lat, REACH_M, MAX_CANDIDATES)


def _steps(
    network: RoadNetwork,
    lengths: WeightView,
    before: Sequence[Placement],
    here: Sequence[Placement],
    straight_m: float,
    beta_m: float,
    sigma_m: float,
) -> Float64:
    """Cost (before, here) of following each other; inf where there is no way of sensible length. A fix a little behind
    its predecessor on one arc is noise, not a way round the block; turning on the road costs TURN_COST."""
    units = Units.from_placements([[p] for p in before])
    limit_m = straight_m * DETOUR_FACTOR + DETOUR_SPARE_M
    cost = np.full((len(before), len(here)), np.inf)
    for j, place in enumerate(here):
        seed = (np.array([place.arc], np.int32), np.array([place.fraction]))
        found = network.searcher.search(lengths, units, *seed, len(before), limit_ms=int(limit_m * _MM))
        for near in found.units:
            cost[near.unit, j] = abs(near.total_ms / _MM - straight_m) / beta_m
        length_m = float(network.graph.edge_length_m[place.edge_no])
        for i, p in enumerate(before):
            back_m = (p.fraction - place.fraction) * length_m
            if p.arc == place.arc and 0.0 < back_m <= 2.0 * sigma_m:
                cost[i, j] = min(cost[i, j], (straight_m + back_m) / beta_m)
            if network.graph.arc_reverse[p.arc] == place.arc:
                moved_m = abs(1.0 - place.fraction - p.fraction) * length_m
                cost[i, j] = min(cost[i, j], abs(moved_m - straight_m) / beta_m + TURN_COST)
    return cost
