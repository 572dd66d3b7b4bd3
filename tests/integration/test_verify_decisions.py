"""Recorded decisions are judged by scipy and exported arrays alone: right lists pass, every kind of wrong one fails."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import call_command
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from demo.simulation.keeping import WeightsKeeper, weights_write
from incidents.dispatch import snapshot
from incidents.dispatch.engine import decide
from incidents.dispatch.rounding import normalised
from incidents.dispatch.types import DecisionRecord, Position, PositionSource, Spot, UnitSnapshot, UnitState
from incidents.selectors.plans import candidate_json
from incidents.services.travel import NetworkTravel
from incidents.verification.snapshot import DECISIONS, BadSnapshot, verify
from roads.network.build import build_graph
from roads.network.files import write_graph
from roads.network.live import EdgeClosure
from roads.network.loader import RoadNetwork, open_network
from roads.network.snap import place_on_edge
from roads.network.weights import WeightsWriter
from tests.unit.dispatch.worlds import given, incident, unit
from tests.unit.network.sources import random_source

Change = Callable[[dict[str, Any]], None]


def somewhere(network: RoadNetwork, rng: np.random.Generator) -> tuple[float, float, tuple[Spot, ...]]:
    while True:
        edge = int(rng.integers(0, network.graph.edge_count))
        if found := place_on_edge(network.graph, edge, float(rng.random())):
            return found[0].lon, found[0].lat, tuple(Spot(p.arc, p.tail, p.head, p.fraction) for p in found)


def a_unit(network: RoadNetwork, number: int, rng: np.random.Generator) -> UnitSnapshot:
    lon, lat, spots = somewhere(network, rng)
    post_lon, post_lat, post = somewhere(network, rng)
    return unit(
        number,
        kind=str(rng.choice(["car", "motorcycle", "foot", "drone"])),
        fix=Position(lon, lat, PositionSource.FIX, spots),
        position_age_s=float(rng.choice([5.0, 90.0, 2000.0])),
        fallback=Position(post_lon, post_lat, PositionSource.POST, post),
        state=UnitState(rng.choice(["free", "free", "free", "on_scene", "break"])),
        moving=bool(rng.random() < 0.5),
        is_mock=bool(rng.random() < 0.1),
    )


def record(network: RoadNetwork, seed: int, *, units: int = 40, **changes: Any) -> DecisionRecord:
    rng = np.random.default_rng(seed)
    lon, lat, spots = somewhere(network, rng)
    crews = [a_unit(network, number, rng) for number in range(units)]
    used = given(crews, incident(lon=lon, lat=lat, spots=spots, **changes))
    generation = network.weights.generation
    used = normalised(replace(used, network_version=network.version, weights_generation=generation))
    return DecisionRecord(used, decide(used, NetworkTravel(network)))


def folder_of(path: Path, keeper: WeightsKeeper, records: list[DecisionRecord], change: Change | None = None) -> Path:
    """A snapshot folder; `change` falsifies the first decision (with a checksum that fits)."""
    lines, used = [], {}
    for number, one in enumerate(records, start=1):
        plain = json.loads(snapshot.dumps(one))
        if change is not None and number == 1:
            change(plain)
        text = snapshot.canonical(plain)
        head = {"id": number, "incident": "", "origin": "engine", "sha256": snapshot.sha256(text)}
        lines.append(json.dumps(head)[:-1] + ',"decision":' + text + "}\n")
        used.setdefault(plain["weights_generation"], set()).update({"drive", "foot"})
    path.mkdir(exist_ok=True)
    (path / DECISIONS).write_text("".join(lines), encoding="utf-8")
    weights_write(path, keeper, used)
    return path


@pytest.fixture(scope="module")
def network() -> RoadNetwork:
    return RoadNetwork(build_graph(random_source(3, side=12)))


def test_right_lists_pass(network: RoadNetwork, tmp_path: Path) -> None:
    records = [record(network, seed, units_needed=1 + seed % 2) for seed in range(25)]
    folder = folder_of(tmp_path / "right", WeightsKeeper(network), records)
    summary = verify(folder)
    assert summary.wrong == []
    assert summary.exact_share == 1.0
    assert summary.compared > 10
    said = StringIO()
    call_command("verify_decisions", str(folder), stdout=said)
    assert "nearest_exact_share     1.0000" in said.getvalue()


def test_lists_under_closures_pass_and_the_weights_count(tmp_path: Path) -> None:
    directory = write_graph(build_graph(random_source(5, side=10)), tmp_path / "networks")
    network = open_network(directory)
    with WeightsWriter(network.graph, directory) as writer:
        keeper = WeightsKeeper(network)
        records = [record(network, seed) for seed in range(4)]
        closures = [EdgeClosure(edge, 0.3, 0.7) for edge in range(0, network.graph.edge_count, 7)]
        writer.apply(closures)
        keeper.look()
        records += [record(network, seed) for seed in range(12)]
    assert len({one.input.weights_generation for one in records}) == 2
    folder = folder_of(tmp_path / "closed", keeper, records)
    assert verify(folder).wrong == []
    keeper.kept = {min(keeper.kept): keeper.kept[min(keeper.kept)]}
    assert verify(folder_of(tmp_path / "forgotten", keeper, records)).exact == 4


def later(plain: dict[str, Any]) -> None:
    plain["plan"]["candidates"][0]["total_ms"] += 5_000


def swapped(plain: dict[str, Any]) -> None:
    first, second = plain["plan"]["candidates"][:2]
    first["tour_id"], second["tour_id"] = second["tour_id"], first["tour_id"]


def shortened(plain: dict[str, Any]) -> None:
    del plain["plan"]["candidates"][-1]


def hidden(plain: dict[str, Any]) -> None:
    """The best unit is called not eligible, and is left out of the list."""
    best = plain["plan"]["candidates"].pop(0)
    tour, eligible = plain["unit_columns"].index("tour_id"), plain["unit_columns"].index("eligible")
    for row in plain["units"]:
        row[eligible] = row[eligible] and row[tour] != best["tour_id"]


@pytest.mark.parametrize("change", [later, swapped, shortened, hidden])
def test_a_wrong_list_is_found(network: RoadNetwork, tmp_path: Path, change: Change) -> None:
    folder = folder_of(tmp_path / "wrong", WeightsKeeper(network), [record(network, 1), record(network, 2)], change)
    summary = verify(folder)
    assert summary.exact == 1
    assert len(summary.wrong) == 1
    with pytest.raises(SystemExit):
        call_command("verify_decisions", str(folder), stdout=StringIO(), stderr=StringIO())


def test_a_shortfall_that_was_none_is_not_confirmed(network: RoadNetwork, tmp_path: Path) -> None:
    def claims_nobody(plain: dict[str, Any]) -> None:
        plain["plan"].update(picks=[], shortfall="all_busy")

    wrong = folder_of(tmp_path / "a", WeightsKeeper(network), [record(network, 1)], claims_nobody)
    assert len(verify(wrong).unconfirmed) == 1
    nobody = record(network, 1, required_powers=frozenset({"fly"}))
    assert nobody.plan.shortfall == "none_with_power"
    summary = verify(folder_of(tmp_path / "b", WeightsKeeper(network), [nobody]))
    assert (summary.shortfalls, summary.unconfirmed, summary.wrong) == (1, [], [])


def test_a_changed_line_is_refused(network: RoadNetwork, tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "changed", WeightsKeeper(network), [record(network, 1)])
    text = (folder / DECISIONS).read_text(encoding="utf-8").replace('"drive_ms":', '"drive_ms":1', 1)
    (folder / DECISIONS).write_text(text, encoding="utf-8")
    with pytest.raises(BadSnapshot, match="checksum"):
        verify(folder)


@pytest.mark.django_db
def test_places_of_candidates_reproduce_their_drive_on_the_export_of_shanghai(shared_data: Path) -> None:
    """(1 - f)·t(tail→head) + Dijkstra(head → tail of the incident) + f·t(its arc), as a stranger reckons."""
    osm = pytest.importorskip("roads.reading.osm")
    network = RoadNetwork(build_graph(osm.read_osm(shared_data / "roads" / "shanghai_center.osm.bz2")))
    arrays = network.export()
    nodes = arrays["lon"].size
    time_s = {(t, h): s for t, h, s in zip(*(arrays[n].tolist() for n in ("tail", "head", "travel_s")), strict=True)}
    backwards = csr_matrix((arrays["travel_s"], (arrays["head"], arrays["tail"])), (nodes, nodes))
    checked = 0
    for seed in range(200):
        one = record(network, seed, units=12)
        goals = [(s.tail, s.head, s.fraction) for s in one.input.incident.spots]
        away_s = [dijkstra(backwards, indices=tail) for tail, _, _ in goals]
        for shown in (candidate_json(candidate) for candidate in one.plan.candidates if candidate.profile == "drive"):
            tail, head, fraction = shown["tail"], shown["head"], shown["fraction"]
            ways = [
                (1 - fraction) * time_s[tail, head] + float(away[head]) + f * time_s[t, h]
                for (t, h, f), away in zip(goals, away_s, strict=True)
            ]
            ways += [(f - fraction) * time_s[t, h] for t, h, f in goals if (t, h) == (tail, head) and f >= fraction]
            assert min(ways) == pytest.approx(shown["drive_s"], abs=0.01)
            checked += 1
    assert checked > 500
