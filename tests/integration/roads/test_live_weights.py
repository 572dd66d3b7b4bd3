"""From a closure row to live weights: what a look at the database makes of the network in force."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from core import clock
from core.errors import InvalidInput
from roads.models import Closure, RoadEdge, RoadSpeed
from roads.network.profiles import INF, OPEN_MASK, Profile
from roads.network.weights import WeightsReader
from roads.services import closure_create, closure_end, speed_report
from roads.services.live_weights import LiveWeights, hour_of_week
from roads.services.network_import import graph_of
from tests.factories.roads import a_network, a_source, the_axis
from tests.factories.stations import SYSTEM

pytestmark = pytest.mark.django_db


@pytest.fixture
def live(network: Any):
    """A writer of the network in force."""
    writer = LiveWeights()
    yield writer
    writer.close()


def _drive(build: Any) -> tuple[Any, Any]:
    graph, directory = graph_of(build)
    view = WeightsReader(graph, directory).current(Profile.DRIVE)
    return graph, view


def _arcs(graph: Any, edge: RoadEdge) -> list[int]:
    return [int(arc) for arc in graph.edge_arc[edge.edge_no] if arc >= 0 and graph.base_ms[0][arc] < INF]


def test_block_on_an_axis_closes_its_edges_and_opens_again(city: Any, network: Any, live: LiveWeights) -> None:
    axis = the_axis("X201")
    assert live.run_once() is not None
    assert live.run_once() is None, "nothing changed, nothing is written"
    closure = closure_create(
        actor=SYSTEM, organisation=city, kind="block", reason="塌方", axis=axis, from_m=4600.0, to_m=5200.0
    )
    assert live.run_once() is not None
    graph, view = _drive(network)
    blocked = {int(graph.arc_edge[arc]) for arc in np.flatnonzero(view.weight > INF)}
    inside = [
        edge.edge_no
        for edge in RoadEdge.objects.filter(axis=axis)
        if min(edge.axis_from_m, edge.axis_to_m) < 5200 and max(edge.axis_from_m, edge.axis_to_m) > 4600
    ]
    assert blocked == set(inside) and blocked
    closure_end(actor=SYSTEM, closure_uid=str(closure.uid))
    assert live.run_once() is not None
    assert not np.any(_drive(network)[1].weight > INF)


def test_block_lies_on_the_metres_it_names(city: Any, network: Any, live: LiveWeights) -> None:
    axis = the_axis("清湖路")
    closure_create(actor=SYSTEM, organisation=city, kind="block", reason="水毁", axis=axis, from_m=500, to_m=700)
    live.run_once()
    graph, view = _drive(network)
    edge = RoadEdge.objects.get(axis=axis)
    span = edge.axis_to_m - edge.axis_from_m
    ends = sorted(((500 - edge.axis_from_m) / span, (700 - edge.axis_from_m) / span))
    along = int(graph.edge_arc[edge.edge_no, 0])
    assert [view.blocked_from[along], view.blocked_to[along]] == pytest.approx(ends, abs=1e-5)


@pytest.mark.parametrize("side", ["down", "up"])
def test_one_side_of_a_divided_road(city: Any, network: Any, live: LiveWeights, side: str) -> None:
    axis = the_axis("G98")
    assert axis.geom_up is not None
    closure_create(
        actor=SYSTEM, organisation=city, kind="block", reason="事故", axis=axis, from_m=2500, to_m=2600, sides=side
    )
    live.run_once()
    graph, view = _drive(network)
    edges = [int(graph.arc_edge[arc]) for arc in np.flatnonzero(view.weight > INF)]
    rows = RoadEdge.objects.filter(edge_no__in=edges)
    assert len(rows) == 1
    grows = (rows[0].axis_to_m - rows[0].axis_from_m) * rows[0].oneway > 0
    assert grows == (side == "down")


def test_one_direction_of_a_two_way_road(city: Any, network: Any, live: LiveWeights) -> None:
    axis = the_axis("清湖路")
    closure_create(
        actor=SYSTEM, organisation=city, kind="block", reason="侧翻", axis=axis, from_m=500, to_m=700, sides="up"
    )
    live.run_once()
    graph, view = _drive(network)
    arcs = np.flatnonzero(view.weight > INF)
    edge = RoadEdge.objects.get(axis=axis)
    against = graph.edge_arc[edge.edge_no, 1 if edge.axis_to_m > edge.axis_from_m else 0]
    assert arcs.tolist() == [int(against)]


def test_works_cost_the_penalty_once_over_the_whole_stretch(city: Any, network: Any, live: LiveWeights) -> None:
    axis = the_axis("X201")
    closure_create(
        actor=SYSTEM, organisation=city, kind="works", reason="养护", axis=axis, from_m=0, to_m=axis.length_m,
        penalty_s=90,
    )  # fmt: skip
    live.run_once()
    graph, view = _drive(network)
    extra = (view.weight - graph.base_ms[Profile.DRIVE]).astype(np.int64)
    assert extra.sum() == pytest.approx(2 * 90_000, abs=20), "90 s in each direction"
    assert not np.any(view.weight > INF)


@pytest.mark.parametrize(
    ("who", "passing"),
    [
        ([], set(Profile)),
        (["police"], {Profile.DRIVE, Profile.EMERGENCY}),
        (["emergency"], {Profile.EMERGENCY}),
        (["police", "foot"], set(Profile)),
    ],
)
@pytest.mark.parametrize("by_edges", [False, True])
def test_a_control_stops_whom_it_does_not_name(
    city: Any, network: Any, live: LiveWeights, who: list[str], passing: set[Profile], by_edges: bool
) -> None:
    edge = RoadEdge.objects.get(axis=the_axis("清湖路"))
    place: dict[str, Any] = {"axis": the_axis("清湖路"), "from_m": 0, "to_m": the_axis("清湖路").length_m}
    if by_edges:
        place = {"edge_nos": [edge.edge_no]}
    closure_create(
        actor=SYSTEM, organisation=city, kind="control", reason="活动", penalty_s=30, who_may_pass=who, **place
    )
    live.run_once()
    graph, directory = graph_of(network)
    for profile in Profile:
        view = WeightsReader(graph, directory).current(profile)
        for arc in _arcs(graph, edge):
            base = int(graph.base_ms[profile][arc])
            if profile in passing:
                assert view.weight[arc] == pytest.approx(base + 30_000, abs=2), profile
            else:
                assert view.weight[arc] == INF | base, profile


def test_a_block_lets_nobody_pass_and_words_are_known(city: Any, network: Any) -> None:
    for kind, who in (("block", ["police"]), ("control", ["residents"])):
        with pytest.raises(InvalidInput) as refused:
            closure_create(
                actor=SYSTEM, organisation=city, kind=kind, reason="x", axis=the_axis("X201"), from_m=0, to_m=100,
                who_may_pass=who,
            )  # fmt: skip
        assert (refused.value.field, refused.value.value, bool(refused.value.cure)) == ("who_may_pass", who[0], True)
    assert not Closure.objects.exists()


def test_closure_and_speed_by_edges(city: Any, network: Any, live: LiveWeights) -> None:
    edge = RoadEdge.objects.get(axis=the_axis("清湖路"))
    other = RoadEdge.objects.filter(axis=the_axis("X201")).first()
    closure_create(actor=SYSTEM, organisation=city, kind="block", reason="封路", edge_nos=[edge.edge_no])
    speed_report(
        actor=SYSTEM, build=network, edge_nos=[other.edge_no], factor=2.5, source="测试",
        ends_at=clock.now() + timedelta(hours=1),
    )  # fmt: skip
    live.run_once()
    graph, view = _drive(network)
    assert all(view.weight[arc] > INF for arc in _arcs(graph, edge))
    for arc in _arcs(graph, other):
        assert view.weight[arc] == pytest.approx(2.5 * graph.base_ms[Profile.DRIVE][arc], abs=2)


def test_starts_and_ends_follow_the_clock(city: Any, network: Any, live: LiveWeights) -> None:
    now = clock.now()
    axis = the_axis("清湖路")
    early = closure_create(
        actor=SYSTEM, organisation=city, kind="block", reason="未到", axis=axis, from_m=0, to_m=100,
        starts_at=now + timedelta(hours=2),
    )  # fmt: skip
    assert live.run_once() is not None
    assert not np.any(_drive(network)[1].weight > INF)
    begun, later = now - timedelta(hours=2), now + timedelta(hours=1)
    Closure.objects.filter(pk=early.pk).update(valid=DateTimeTZRange(begun, later))
    assert live.run_once() is not None
    assert np.any(_drive(network)[1].weight > INF)
    Closure.objects.filter(pk=early.pk).update(valid=DateTimeTZRange(begun, now))
    assert live.run_once() is not None
    assert not np.any(_drive(network)[1].weight > INF)


def test_a_new_network_is_written_anew(city: Any, network: Any, live: LiveWeights) -> None:
    live.run_once()
    source = a_source(name="second")
    source.lon[17] += 0.001
    second = a_network(city, source)
    assert second.version != network.version
    closure_create(
        actor=SYSTEM, organisation=city, kind="block", reason="塌方", axis=the_axis("X201"), from_m=100, to_m=200
    )
    assert live.run_once() is not None
    assert np.any(_drive(second)[1].weight > INF)
    assert RoadSpeed.objects.count() == 0


def test_one_writer_a_host(network: Any, live: LiveWeights) -> None:
    assert live.run_once() is not None
    second = LiveWeights()
    assert second.run_once() is None
    live.close()
    assert second.run_once() is not None
    second.close()


def test_hour_of_week_is_local() -> None:
    assert hour_of_week(datetime(2026, 3, 1, 16, 30, tzinfo=UTC)) == 0, "Monday 00:30 in China"
    assert hour_of_week(datetime(2026, 3, 1, 15, 59, tzinfo=UTC)) == 167


def test_penalty_stays_below_the_open_mask(city: Any, network: Any, live: LiveWeights) -> None:
    axis = the_axis("清湖路")
    closure_create(
        actor=SYSTEM, organisation=city, kind="control", reason="管制", axis=axis, from_m=0, to_m=100, penalty_s=10_000
    )
    live.run_once()
    assert _drive(network)[1].weight.max() <= OPEN_MASK + 1
