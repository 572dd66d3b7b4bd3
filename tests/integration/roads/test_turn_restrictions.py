"""Turn restrictions from the file to the drive: what a map says at a crossing is what a unit is told to do."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import call_command

from roads.network.build import build_graph
from roads.network.graph import RoadGraph
from roads.network.loader import RoadNetwork
from roads.network.nearest import Units
from roads.network.placement import Placement
from roads.network.route import Route
from roads.network.snap import place_on_edge
from roads.network.source import RestrictionKind, SourceNetwork
from roads.selectors import current_network
from tests.factories.roads import lonlat
from tests.unit.network.sources import ROADS

PORTO = ROADS / "porto_portugal.osm.pbf"

# West 10, east 11, north 12 and south 13 meet at node 2; 14 leads round from east to north.
_NODES = {1: (-1000, 0), 2: (0, 0), 3: (1000, 0), 4: (0, 1000), 5: (0, -1000), 6: (3000, 3000)}
_WAYS = {10: (1, 2), 11: (2, 3), 12: (2, 4), 13: (5, 2), 14: (3, 6, 4)}


def _restriction(number: int, kind: str, from_way: int, via: tuple[str, int], to_way: int) -> str:
    key, _, value = kind.rpartition("=")
    return (
        f'<relation id="{number}" version="1"><member type="way" ref="{from_way}" role="from"/>'
        f'<member type="{via[0]}" ref="{via[1]}" role="via"/><member type="way" ref="{to_way}" role="to"/>'
        f'<tag k="type" v="restriction"/><tag k="{key or "restriction"}" v="{value}"/></relation>'
    )


_RULES = (
    _restriction(1, "no_left_turn", 10, ("node", 2), 12),
    _restriction(2, "only_straight_on", 13, ("node", 2), 12),
    _restriction(3, "restriction:conditional=no_right_turn @ (07:00-09:00)", 10, ("node", 2), 13),
    _restriction(4, "no_u_turn", 10, ("way", 11), 14),
)


def _file(folder: Path) -> Path:
    places = {number: lonlat(*metres) for number, metres in _NODES.items()}
    text = "".join(f'<node id="{n}" lon="{lon:.7f}" lat="{lat:.7f}" version="1"/>' for n, (lon, lat) in places.items())
    for number, nodes in _WAYS.items():
        members = "".join(f'<nd ref="{node}"/>' for node in nodes)
        text += f'<way id="{number}" version="1">{members}<tag k="highway" v="tertiary"/></way>'
    path = folder / "turns.osm"
    path.write_text(f'<?xml version="1.0"?><osm version="0.6">{text}{"".join(_RULES)}</osm>', encoding="utf-8")
    return path


@pytest.fixture
def imported(db: None, city: Any, tmp_path: Path) -> tuple[RoadNetwork, str]:
    """The hand-written file through the command, and what the command said."""
    err = StringIO()
    call_command("import_roads", osm=_file(tmp_path), stdout=StringIO(), stderr=err)
    return current_network(), err.getvalue()


def _at(network: RoadNetwork, east_m: float, north_m: float) -> list[Placement]:
    placed = network.snap(*lonlat(east_m, north_m))
    assert placed
    return placed


def _towards(network: RoadNetwork, east_m: float, north_m: float, course_deg: float) -> list[Placement]:
    (placed,) = network.snap(*lonlat(east_m, north_m), course_deg=course_deg, speed_mps=10.0)
    return [placed]


def _ways(network: RoadNetwork, route: Route | None) -> list[int]:
    assert route is not None
    return [int(network.graph.edge_way_id[step.edge_no]) for step in route.steps if step.edge_no >= 0]


def test_no_left_turn_is_driven_round(imported: tuple[RoadNetwork, str]) -> None:
    network, _said = imported
    found = network.route(_towards(network, -500, 0, 90.0), _at(network, 0, 500))
    ways = _ways(network, found)
    assert found is not None and found.road_m > 2500.0, "on to where one may turn round, and back"
    assert ways[0] == 10 and (10, 12) not in set(zip(ways, ways[1:], strict=False))
    back = network.route(_towards(network, 0, 500, 180.0), _at(network, -500, 0))
    assert _ways(network, back) == [12, 10], "the other way round nobody forbids it"


def test_only_straight_on_forbids_every_other_turn(imported: tuple[RoadNetwork, str]) -> None:
    network, _said = imported
    for goal in ((-500, 0), (500, 0)):
        ways = _ways(network, network.route(_towards(network, 0, -500, 0.0), _at(network, *goal)))
        assert ways[:2] == [13, 12], goal
    direct = network.route(_towards(network, 0, -500, 0.0), _at(network, 0, 500))
    assert (
        _ways(network, direct) == [13, 12] and direct is not None and direct.road_m == pytest.approx(1000.0, rel=0.01)
    )


def test_what_holds_for_hours_only_is_left_out_and_said(imported: tuple[RoadNetwork, str]) -> None:
    network, said = imported
    found = network.route(_towards(network, -500, 0, 90.0), _at(network, 0, -500))
    assert _ways(network, found) == [10, 13]
    assert "skipped: restriction_conditional: 1" in said
    assert "skipped: restriction_via_way: 1" in said, "not kept, but said"
    assert "2 turn restrictions in force" in said


def test_the_nearest_unit_is_the_one_that_may_turn(imported: tuple[RoadNetwork, str]) -> None:
    network, _said = imported
    west, east = _towards(network, -300, 0, 90.0), _towards(network, 700, 0, 270.0)
    result = network.nearest(_at(network, 0, 500), Units.from_placements([west, east], [0, 0]), 2)
    assert [near.unit for near in result.units] == [1, 0], "300 m away in a straight line, but no left turn there"
    for near, start in zip(result.units, (east, west), strict=True):
        drive = network.route(start, _at(network, 0, 500))
        assert drive is not None and drive.drive_ms == near.total_ms
    south = network.nearest(_at(network, 0, -500), Units.from_placements([west, east], [0, 0]), 2)
    assert [near.unit for near in south.units] == [0, 1]


Turn = tuple[int, int]
"""Arcs before and after a junction."""


def _arc(graph: RoadGraph, way: int, lon: float, lat: float, *, arrives: bool) -> Placement | None:
    """The middle of the one edge of a way at a node, driven to the node or away from it."""
    found = []
    for edge in np.flatnonzero(graph.edge_way == way).tolist():
        x, y = graph.edge_shape(edge)
        for end, towards in ((-1, True), (0, False)):
            if x[end] == lon and y[end] == lat:
                found += [
                    p for p in place_on_edge(graph, edge, 0.5) if bool(graph.arc_forward[p.arc]) == (towards == arrives)
                ]
    return found[0] if len(found) == 1 else None


def _rules(source: SourceNetwork, graph: RoadGraph, count: int) -> list[tuple[Placement, Placement, bool]]:
    """(before, after, only this) of restrictions of the file over a node whose arms are plain."""
    rules = []
    for i in range(source.restriction_from_way.size):
        node, from_way = int(source.restriction_via_node[i]), int(source.restriction_from_way[i])
        to_way = int(source.restriction_to_way[i])
        if node < 0 or from_way == to_way:
            continue
        lon, lat = float(source.lon[node]), float(source.lat[node])
        before = _arc(graph, from_way, lon, lat, arrives=True)
        after = _arc(graph, to_way, lon, lat, arrives=False)
        if before is not None and after is not None:
            rules.append((before, after, int(source.restriction_kind[i]) == RestrictionKind.MANDATORY))
        if len(rules) == count:
            break
    return rules


def _turns(network: RoadNetwork, start: Placement, goal: Placement) -> set[Turn]:
    route = network.route([start], [goal])
    arcs = [step.arc for step in route.steps if step.edge_no >= 0] if route is not None else []
    return set(zip(arcs, arcs[1:], strict=False))


@pytest.mark.skipif(not PORTO.exists(), reason="no shared road data on this machine")
def test_restrictions_of_a_real_city_are_obeyed() -> None:
    from roads.reading.osm import read_osm

    source = read_osm(PORTO)
    none = np.zeros(0, np.int32)
    lawless_source = replace(
        source,
        restriction_from_way=none,
        restriction_via_node=none,
        restriction_via_way=none,
        restriction_to_way=none,
        restriction_kind=np.zeros(0, np.int8),
    )
    network, lawless = RoadNetwork(build_graph(source)), RoadNetwork(build_graph(lawless_source))
    rules = _rules(source, network.graph, 120)
    forbidden = {(before.arc, after.arc) for before, after, only in rules if not only}
    wanted = {before.arc: after.arc for before, after, only in rules if only}
    assert len(forbidden) >= 60 and len(wanted) >= 10
    broken = 0
    for (before, after, only), (was, then, _only) in zip(rules, _rules(source, lawless.graph, 120), strict=True):
        turns = _turns(network, before, after)
        if only:
            assert (before.arc, after.arc) in turns, "the one turn that is told is taken"
        assert not turns & forbidden
        assert all(wanted.get(first, second) == second for first, second in turns)
        broken += not only and (was.arc, then.arc) in _turns(lawless, was, then)
    assert broken >= 40, "without restrictions the same drives would make the turns"
