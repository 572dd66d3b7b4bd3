"""Searching a test network, and comparing with plain shortest paths."""

from __future__ import annotations

import numpy as np
import pytest

from roads.network.graph import RoadGraph
from roads.network.live import LiveArrays
from roads.network.nearest import Nearest, NearestResult, Units, seeds_of
from roads.network.oracle import ArcPlace
from roads.network.placement import Placement
from roads.network.profiles import Profile
from roads.network.snap import place_on_edge
from roads.network.weights import static_view

TOLERANCE_S = 0.005


def arc_places(placements: list[Placement]) -> list[ArcPlace]:
    return [ArcPlace(p.tail, p.head, p.fraction) for p in placements]


def random_place(graph: RoadGraph, rng: np.random.Generator) -> list[Placement]:
    while True:
        edge = int(rng.integers(0, graph.edge_count))
        found = place_on_edge(graph, edge, float(rng.choice([rng.random(), 0.0, 1.0, 0.5])))
        if found:
            return found[: 1 if rng.random() < 0.3 else 2]


def search(
    graph: RoadGraph,
    live: LiveArrays | None,
    incident: list[Placement],
    units: list[list[Placement]],
    k: int,
    offsets: list[int] | None = None,
    **options: object,
) -> NearestResult:
    arcs, fractions = seeds_of(incident)
    view = static_view(graph, Profile.DRIVE, live)
    return Nearest(graph).search(view, Units.from_placements(units, offsets), arcs, fractions, k, **options)  # type: ignore[arg-type]


def assert_same(result: NearestResult, expected: list[tuple[int, float]]) -> None:
    assert len(result.units) == len(expected)
    for near, (_, total) in zip(result.units, expected, strict=True):
        assert near.total_ms / 1000 == pytest.approx(total, abs=TOLERANCE_S)
    if len({round(total, 2) for _, total in expected}) == len(expected):
        assert {near.unit for near in result.units} == {unit for unit, _ in expected}
