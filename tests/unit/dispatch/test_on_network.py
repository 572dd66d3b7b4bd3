"""The engine on a real graph: its list equals plain Dijkstra over the same eligible units, offsets included."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from incidents.dispatch import snapshot
from incidents.dispatch.engine import decide
from incidents.dispatch.rounding import normalised
from incidents.dispatch.types import (
    DecisionRecord,
    Position,
    PositionSource,
    Reached,
    Spot,
    TravelAnswer,
    UnitSnapshot,
    UnitStart,
    UnitState,
)
from roads.network.build import build_graph
from roads.network.export import export_arrays
from roads.network.loader import RoadNetwork
from roads.network.nearest import Units
from roads.network.oracle import ArcPlace, verify_snapshot
from roads.network.placement import Placement
from roads.network.profiles import Profile
from roads.network.snap import place_on_edge
from roads.network.weights import static_view
from tests.unit.dispatch.worlds import given, incident, unit
from tests.unit.network.sources import random_source


def placement(spot: Spot) -> Placement:
    return Placement(-1, spot.arc, spot.tail, spot.head, spot.fraction, 0.0, 0.0, 0.0)


class OnNetwork:
    """The product's search as the engine asks it."""

    def __init__(self, network: RoadNetwork) -> None:
        self.network = network

    def __call__(
        self,
        target: Sequence[Spot],
        starts: Sequence[UnitStart],
        eligible: Sequence[bool],
        k: int,
        profile: str,
        limit_ms: int,
    ) -> TravelAnswer:
        units = Units.from_placements([[placement(s) for s in start.spots] for start in starts], [s[1] for s in starts])
        answer = self.network.nearest(
            [placement(spot) for spot in target],
            units,
            k,
            profile=Profile[profile.upper()],
            eligible=np.array(eligible),
            limit_ms=limit_ms,
        )
        reached = [
            Reached(n.unit, n.total_ms, n.drive_ms, Spot(n.arc, n.tail, n.head, n.fraction)) for n in answer.units
        ]
        return TravelAnswer(tuple(reached), answer.settled, answer.over_budget)


def somewhere(network: RoadNetwork, rng: np.random.Generator) -> tuple[Spot, ...]:
    while True:
        edge = int(rng.integers(0, network.graph.edge_count))
        if found := place_on_edge(network.graph, edge, float(rng.random())):
            return tuple(Spot(p.arc, p.tail, p.head, p.fraction) for p in found)


def random_unit(network: RoadNetwork, number: int, rng: np.random.Generator) -> UnitSnapshot:
    return unit(
        number,
        fix=Position(0.0, 0.0, PositionSource.FIX, somewhere(network, rng)),
        position_age_s=float(rng.choice([5.0, 90.0, 2000.0])),
        fallback=Position(0.0, 0.0, PositionSource.POST, somewhere(network, rng)),
        state=UnitState(rng.choice(["free", "free", "on_scene", "off"])),
        moving=bool(rng.random() < 0.5),
        at_station=bool(rng.random() < 0.5),
    )


@pytest.mark.parametrize("seed", range(12))
def test_the_list_equals_plain_dijkstra_over_the_recorded_snapshot(seed: int) -> None:
    rng = np.random.default_rng(seed)
    network = RoadNetwork(build_graph(random_source(seed)))
    units = [random_unit(network, number, rng) for number in range(30)]
    used = normalised(given(units, incident(spots=somewhere(network, rng))))
    record = DecisionRecord(used, decide(used, OnNetwork(network)))

    plain = snapshot.to_json(record)
    rows = [row for row in snapshot.unit_rows(plain) if row["eligible"]]
    arrays = export_arrays(network.graph, static_view(network.graph, Profile.DRIVE, None))
    target = [ArcPlace(*spot[1:]) for spot in plain["incident"]["spots"]]
    expected: list[tuple[str, float]] = []
    for tier in (0, 1):
        asked = [row for row in rows if row["tier"] == tier]
        places = [[ArcPlace(*spot[1:]) for spot in row[row["start"]][3]] for row in asked]
        offsets = [row["offset_ms"] / 1000 for row in asked]
        best = verify_snapshot(arrays, target, places, offsets, 5 - len(expected))
        expected += [(asked[i]["call_sign"], total) for i, total in best if total <= 3600]

    assert [one.call_sign for one in record.plan.candidates] == [sign for sign, _ in expected]
    for one, (_, total) in zip(record.plan.candidates, expected, strict=True):
        assert one.total_ms / 1000 == pytest.approx(total, abs=0.05)
    assert snapshot.replay(snapshot.load(snapshot.dumps(record)), OnNetwork(network)) == record.plan
