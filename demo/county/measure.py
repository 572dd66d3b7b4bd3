"""How harsh a network is: how often the straight line picks the wrong unit, and how much of it can be reached."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components, dijkstra

from roads.network.profiles import drive_speed_kmh, motor_allowed
from roads.network.source import Float64, Int64, SourceNetwork
from roads.network.splitting import segment_lengths_m

from .frame import Bool


@dataclass(frozen=True, slots=True)
class DriveNet:
    """Node-level directed drive graph (seconds), junction mask, and mask of its largest strongly connected part."""

    graph: sparse.csr_matrix
    junction: Bool
    core: Bool


@dataclass(frozen=True, slots=True)
class StraightLine:
    """`wrong_share`: the straight-line nearest unit is more than 1 s slower by road than the nearest by road."""

    wrong_share: float
    best_mean_s: float
    added_mean_s: float
    added_max_s: float


def drive_net(source: SourceNetwork) -> DriveNet:
    """Drive graph of a source at node level: shape nodes are nodes, one-way streets hold, turn restrictions do not."""
    way = np.repeat(np.arange(source.way_count), np.diff(source.way_ptr))
    node = source.way_nodes.astype(np.int64)
    inside = way[1:] == way[:-1]
    tail, head, of = node[:-1][inside], node[1:][inside], way[1:][inside]
    length = segment_lengths_m(source.lon[node], source.lat[node])[inside]
    motor = motor_allowed(source.way_class, source.way_flags)[of]
    speed = drive_speed_kmh(source.way_class, source.way_maxspeed_kmh.astype(np.float64))[of]
    seconds = np.maximum(length / (speed / 3.6), 1e-3)
    onward, back = motor & (source.way_oneway[of] >= 0), motor & (source.way_oneway[of] <= 0)
    graph = sparse.csr_matrix(
        (np.r_[seconds[onward], seconds[back]], (np.r_[tail[onward], head[back]], np.r_[head[onward], tail[back]])),
        shape=(source.node_count, source.node_count),
    )
    label = connected_components(graph, directed=True, connection="strong")[1]
    core = label == np.bincount(label).argmax()
    return DriveNet(graph, junction_mask(source), core)


def junction_mask(source: SourceNetwork) -> Bool:
    """Nodes where ways end or that at least two way positions share."""
    mask = np.bincount(source.way_nodes, minlength=source.node_count) >= 2
    mask[source.way_nodes[source.way_ptr[:-1]]] = True
    mask[source.way_nodes[source.way_ptr[1:] - 1]] = True
    return np.asarray(mask)


def straight_line_wrong(
    source: SourceNetwork, net: DriveNet, *, units: int = 100, incidents: int = 300, seed: int = 1
) -> StraightLine:
    """Units and incidents uniform on the junctions of the core; see `StraightLine`."""
    rng = np.random.default_rng(seed)
    pool: Int64 = np.flatnonzero(net.junction & net.core)
    unit = rng.choice(pool, units)
    incident = rng.choice(pool, incidents)
    reverse = sparse.csr_matrix(net.graph.T)
    wrong, best_s, added = 0, [], []
    for place in incident.tolist():
        seconds: Float64 = dijkstra(reverse, indices=place)[unit]
        crow = segment_lengths_m(
            np.column_stack([np.full(units, source.lon[place]), source.lon[unit]]).ravel(),
            np.column_stack([np.full(units, source.lat[place]), source.lat[unit]]).ravel(),
        )[::2]
        best, picked = float(seconds.min()), float(seconds[int(np.argmin(crow))])
        best_s.append(best)
        added.append(picked - best)
        wrong += picked > best + 1.0
    return StraightLine(wrong / incidents, float(np.mean(best_s)), float(np.mean(added)), float(np.max(added)))
