"""Turn restrictions: obeyed by the search, by the export, and by nothing that walks."""

from __future__ import annotations

from roads.network.build import build_graph
from roads.network.expand import expand_arcs, expanded_seeds
from roads.network.graph import RoadGraph
from roads.network.nearest import Nearest, Units
from roads.network.placement import Placement
from roads.network.profiles import INF, Profile
from roads.network.snap import place_on_edge
from roads.network.source import RestrictionKind
from roads.network.weights import static_view
from tests.unit.network.searching import search
from tests.unit.network.sources import Restriction, Way, make_source, random_source

# West (0), centre (1), east (2), north (3), and a long way round from north to east over (4).
PLACES = [(-1000, 0), (0, 0), (1000, 0), (0, 1000), (3000, 1000)]
WAYS = [Way([0, 1], kmh=45.0), Way([1, 2], kmh=45.0), Way([1, 3], kmh=45.0), Way([3, 4, 2], kmh=45.0)]
WEST, EAST, NORTH = 0, 1, 2


def crossing(*restrictions: Restriction) -> RoadGraph:
    return build_graph(make_source(PLACES, WAYS, restrictions))


def drive(graph: RoadGraph, start: Placement, goal: Placement) -> int | None:
    found = search(graph, None, [goal], [[start]], 1).units
    return round(found[0].total_ms / 1000) if found else None


def along(graph: RoadGraph, edge: int, fraction: float, forward: bool = True) -> Placement:
    return place_on_edge(graph, edge, fraction)[0 if forward else 1]


def test_forbidden_turn_takes_the_way_round() -> None:
    free, banned = crossing(), crossing(Restriction(WEST, 1, NORTH))
    for graph, expected in ((free, 100), (banned, 0)):
        took = drive(graph, along(graph, WEST, 0.5), along(graph, NORTH, 0.5))
        assert took is not None
        # Turning round in the east (at its end) is allowed: 100 m west half + 1,000 m east and back + north half.
        assert abs(took - (expected or 300)) <= 2
    assert abs((drive(banned, along(banned, EAST, 0.5, False), along(banned, NORTH, 0.5)) or 0) - 100) <= 2
    assert abs((drive(banned, along(banned, WEST, 0.5), along(banned, EAST, 0.5)) or 0) - 100) <= 2
    assert banned.counts["restrictions"] == 1


def test_mandatory_turn_forbids_all_others_and_the_turn_round() -> None:
    graph = crossing(Restriction(WEST, 1, EAST, RestrictionKind.MANDATORY))
    assert abs((drive(graph, along(graph, WEST, 0.5), along(graph, EAST, 0.5)) or 0) - 100) <= 2
    assert abs((drive(graph, along(graph, WEST, 0.5), along(graph, NORTH, 0.5)) or 0) - 300) <= 2
    assert abs((drive(graph, along(graph, WEST, 0.5), along(graph, WEST, 0.5, False)) or 0) - 300) <= 2
    assert abs((drive(graph, along(graph, NORTH, 0.5, False), along(graph, WEST, 0.5, False)) or 0) - 100) <= 2


def test_no_u_turn_only_forbids_turning_round_there() -> None:
    graph = crossing(Restriction(WEST, 1, WEST))
    assert abs((drive(graph, along(graph, WEST, 0.5), along(graph, WEST, 0.5, False)) or 0) - 300) <= 2
    free = crossing()
    assert abs((drive(free, along(free, WEST, 0.5), along(free, WEST, 0.5, False)) or 0) - 100) <= 2


def test_two_restrictions_at_one_junction_do_not_open_each_other() -> None:
    graph = crossing(Restriction(WEST, 1, NORTH), Restriction(EAST, 1, WEST))
    assert abs((drive(graph, along(graph, WEST, 0.5), along(graph, NORTH, 0.5)) or 0) - 300) <= 2
    assert abs((drive(graph, along(graph, EAST, 0.5, False), along(graph, NORTH, 0.5)) or 0) - 100) <= 2
    assert abs((drive(graph, along(graph, EAST, 0.5, False), along(graph, WEST, 0.5, False)) or 0) - 300) <= 2


def test_ambiguous_members_are_left_out_and_counted() -> None:
    through = [Way([0, 1, 2]), Way([1, 3]), Way([3, 4, 2])]
    graph = build_graph(make_source(PLACES, through, [Restriction(0, 1, 1)]))
    assert graph.skipped == {"restriction_ambiguous": 1}
    assert graph.counts["restrictions"] == 0


def test_every_arc_has_its_own_pair_of_states() -> None:
    for seed in range(20):
        graph = build_graph(random_source(seed))
        pairs = set(zip(graph.arc_tail.tolist(), graph.arc_head.tolist(), strict=True))
        assert len(pairs) == graph.arc_count
        assert all(a != b for a, b in pairs)
        road = graph.arc_edge >= 0
        for e, arcs in enumerate(graph.edge_arc.tolist()):
            for side, arc in enumerate(arcs):
                if arc >= 0:
                    assert graph.arc_edge[arc] == e and graph.arc_forward[arc] == 1 - side
                    assert graph.arc_reverse[arc] == arcs[1 - side]
        ends = graph.state_junction[graph.arc_tail] == graph.state_junction[graph.arc_head]
        assert not bool((ends & road).any()) and bool((ends | road).all())


def test_expansion_turns_round_only_at_dead_ends() -> None:
    graph = crossing(Restriction(WEST, 1, NORTH))
    expanded, state = expand_arcs(graph)
    view = static_view(expanded, Profile.DRIVE)

    def took(start: Placement, goal: Placement) -> int | None:
        first = expanded_seeds(expanded, int(state[start.arc]), start.fraction)[0][:1]
        units = Units(
            first * 0, first, static_view(graph, Profile.DRIVE).weight[:1] * 0.0 + start.fraction, first[:1] * 0
        )
        found = (
            Nearest(expanded)
            .search(view, units, *expanded_seeds(expanded, int(state[goal.arc]), goal.fraction), 1)
            .units
        )
        return round(found[0].total_ms / 1000) if found else None

    # Not at the east end (a road goes on there): all the way round over the north.
    round_trip = took(along(graph, WEST, 0.5), along(graph, NORTH, 0.5, False))
    assert round_trip is not None and round_trip > 500
    assert abs((took(along(graph, WEST, 0.5), along(graph, EAST, 0.5)) or 0) - 100) <= 2
    # The west end is a dead end.
    assert abs((took(along(graph, WEST, 0.5, False), along(graph, EAST, 0.5)) or 0) - 200) <= 2
    assert bool((expanded.base_ms[Profile.DRIVE] < INF).all())
