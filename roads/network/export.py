"""The drive network as plain arrays, for anybody's own shortest-path program."""

from __future__ import annotations

from typing import Any

import numpy as np

from .graph import RoadGraph
from .profiles import INF, OPEN_MASK, Profile
from .weights import WeightView

Arrays = dict[str, np.ndarray[Any, Any]]


def export_arrays(graph: RoadGraph, view: WeightView) -> Arrays:
    """Arrays of the drive profile under the weights of `view`.

    By node (= state): `lon`, `lat` in WGS-84 degrees. By directed arc: `edge_id` (edge number, -1 for the connectors
    inside junctions with turn restrictions), `tail`, `head`, `length_m`, `travel_s` (open time, also where closed),
    `closed` (1: may not be passed now), `blocked_from`, `blocked_to` (fractions of the arc, 0 and 0 where open). Each
    (tail, head) occurs once and a shortest path over arcs with closed = 0 obeys one-way streets and turn restrictions.
    Arcs that cars may never use are left out. Raises ValueError for weights of another profile.
    """
    if view.profile != Profile.DRIVE:
        raise ValueError("the export is of the drive profile")
    weight = np.asarray(view.weight)
    arcs = np.flatnonzero(weight != INF)
    closed = weight[arcs] > INF
    length = graph.arc_length_m()[arcs]
    blocked = np.zeros((2, arcs.size), np.float64)
    if view.blocked_from.size:
        blocked[0] = np.where(closed, view.blocked_from[arcs], 0.0)
        blocked[1] = np.where(closed, view.blocked_to[arcs], 0.0)
    return {
        "lon": np.asarray(graph.state_lon),
        "lat": np.asarray(graph.state_lat),
        "edge_id": np.asarray(graph.arc_edge)[arcs],
        "tail": np.asarray(graph.arc_tail)[arcs],
        "head": np.asarray(graph.arc_head)[arcs],
        "length_m": length,
        "travel_s": (weight[arcs] & OPEN_MASK) / 1000.0,
        "closed": closed.astype(np.uint8),
        "blocked_from": blocked[0],
        "blocked_to": blocked[1],
    }


def export_foot_arrays(graph: RoadGraph, view: WeightView) -> Arrays:
    """The same network for walkers, under the weights of `view` (foot profile): what a walking unit's time is rerun
    from.

    By node of the drive arrays: `foot_node`, the node a walker knows it by (walkers know one node a junction). By
    directed arc: `foot_edge_id`, `foot_tail`, `foot_head`, `foot_length_m`, `foot_travel_s`, `foot_closed`. Raises
    ValueError for weights of another profile.
    """
    if view.profile != Profile.FOOT:
        raise ValueError("the export is of the foot profile")
    weight = np.asarray(view.weight)
    arcs = np.flatnonzero((weight != INF) & (np.asarray(graph.arc_edge) >= 0))
    junction = np.asarray(graph.state_junction)
    return {
        # States of one junction are neighbours in number, its base the first of them.
        "foot_node": np.searchsorted(junction, junction).astype(np.int32),
        "foot_edge_id": np.asarray(graph.arc_edge)[arcs],
        "foot_tail": np.asarray(graph.foot_tail)[arcs],
        "foot_head": np.asarray(graph.foot_head)[arcs],
        "foot_length_m": graph.arc_length_m()[arcs],
        "foot_travel_s": (weight[arcs] & OPEN_MASK) / 1000.0,
        "foot_closed": (weight[arcs] > INF).astype(np.uint8),
    }
