"""Closures and speeds given by edges hold on the next network too."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from core import clock
from core.errors import InvalidInput
from roads.models import Closure, NetworkBuild, ReviewItem, RoadEdge, RoadSpeed
from roads.network.profiles import Profile
from roads.network.source import RoadClass
from roads.network.weights import WeightsReader
from roads.services import closure_create, closure_end, speed_report
from roads.services.live_weights import LiveWeights, edge_closures
from roads.services.network_import import graph_of
from tests.factories.roads import NODES, WAYS, Way, a_network, a_source
from tests.factories.stations import SYSTEM

pytestmark = pytest.mark.django_db

# 清湖路 gets a new junction in the middle, all ways another order, so that every edge has another number.
SIDE_ROAD = Way((18, 19), "", "新路", 0, RoadClass.RESIDENTIAL)
MORE_NODES = (*NODES, (3000.0, 1500.0), (3000.0, 1900.0))


def _close(city: Any, name: str, **fields: Any) -> Closure:
    numbers = list(RoadEdge.objects.filter(name=name).order_by("edge_no").values_list("edge_no", flat=True))
    return closure_create(actor=SYSTEM, organisation=city, kind="block", reason=name, edge_nos=numbers, **fields)


def _renamed(way: Way) -> Way:
    return Way((15, 18, 17), "", way.name, way.oneway, way.road_class) if way.name == "清湖路" else way


def _names_closed(build: NetworkBuild, *closures: Closure) -> list[str]:
    numbers = [each.edge_no for each in edge_closures([closure.pk for closure in closures], build.pk)]
    return sorted(RoadEdge.objects.filter(build=build, edge_no__in=numbers).values_list("name", flat=True))


def test_edges_are_found_again(city: Any, network: Any) -> None:
    closure = _close(city, "清湖路")
    assert closure.geom is not None and len(closure.geom.coords) == 1, "its lines outlive the network"
    new = a_network(city, a_source(MORE_NODES, [SIDE_ROAD, *(_renamed(way) for way in WAYS[::-1])], "second"))
    closure.refresh_from_db()
    assert closure.build == new != network
    assert _names_closed(new, closure) == ["清湖路", "清湖路"], "both halves, and not the new road"
    again = a_network(city, a_source(name="third"))
    assert _names_closed(again, closure) == ["清湖路"]
    assert not ReviewItem.objects.filter(kind="closure_lost").exists()


def test_those_to_come_are_carried_and_those_that_are_over_left_alone(city: Any, network: Any) -> None:
    now = clock.now()
    later = _close(city, "清湖路", starts_at=now + timedelta(days=1), ends_at=now + timedelta(days=2))
    past = _close(city, "清湖路", starts_at=now - timedelta(days=2), ends_at=now - timedelta(days=1))
    ended = _close(city, "清湖路")
    closure_end(actor=SYSTEM, closure_uid=str(ended.uid))
    new = a_network(city, a_source(WAYS and NODES, WAYS[::-1], "second"))
    assert set(Closure.objects.filter(build=new)) == {later}
    assert set(Closure.objects.filter(build=network)) == {past, ended}


def test_what_is_gone_is_on_the_list(city: Any, network: Any) -> None:
    closure = _close(city, "清湖路")
    a_network(city, a_source(ways=WAYS[:-1], name="second"))
    closure.refresh_from_db()
    assert closure.build == network and closure.ended_at is None
    item = ReviewItem.objects.get(kind="closure_lost")
    assert item.organisation == city and item.details == {"closure": str(closure.uid)} and "清湖路" in item.text
    back = a_network(city, a_source(MORE_NODES, [SIDE_ROAD, *(_renamed(way) for way in WAYS)], "third"))
    assert _names_closed(back, closure) == ["清湖路", "清湖路"], "found by its lines when the road is back"


def _slow(network: NetworkBuild, name: str, **fields: Any) -> RoadSpeed:
    numbers = list(RoadEdge.objects.filter(build=network, name=name).values_list("edge_no", flat=True))
    ends_at = clock.now() + timedelta(hours=1)
    values = {"factor": 3.0, "source": "测试", "ends_at": ends_at, **fields}
    return speed_report(actor=SYSTEM, build=network, edge_nos=numbers, **values)


def test_speeds_in_force_are_carried(city: Any, network: Any) -> None:
    kept, over = _slow(network, "清湖路"), _slow(network, "清湖路")
    RoadSpeed.objects.filter(pk=over.pk).update(
        valid=DateTimeTZRange(clock.now() - timedelta(hours=2), clock.now() - timedelta(hours=1), "[)")
    )
    new = a_network(city, a_source(MORE_NODES, [SIDE_ROAD, *(_renamed(way) for way in WAYS[::-1])], "second"))
    kept.refresh_from_db()
    over.refresh_from_db()
    assert (kept.build, over.build) == (new, network)
    slowed = RoadEdge.objects.filter(build=new, edge_no__in=kept.edge_nos).values_list("name", flat=True)
    assert sorted(slowed) == ["清湖路", "清湖路"], "both halves, and not the new road"
    live = LiveWeights()
    live.run_once()
    graph, directory = graph_of(new)
    view = WeightsReader(graph, directory).current(Profile.DRIVE)
    ratio = view.weight / graph.base_ms[Profile.DRIVE]
    assert {int(graph.arc_edge[arc]) for arc in np.flatnonzero(ratio > 2.5)} == set(kept.edge_nos)
    live.close()


def test_a_speed_on_a_road_that_is_gone_is_left_behind(city: Any, network: Any) -> None:
    speed = _slow(network, "清湖路")
    a_network(city, a_source(ways=WAYS[:-1], name="second"))
    speed.refresh_from_db()
    assert speed.build == network


def test_unknown_edges_are_refused(city: Any, network: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        closure_create(actor=SYSTEM, organisation=city, kind="block", reason="x", edge_nos=[0, 9999])
    assert caught.value.field == "edge_nos" and caught.value.value == [9999]
    assert not Closure.objects.exists()
