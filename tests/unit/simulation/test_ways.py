"""Simulated drives follow the road at its own pace."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from demo.simulation.habits import Habits
from demo.simulation.scenes import KINDS, Scenes
from demo.simulation.ways import Ways
from roads.network.build import build_graph
from roads.network.loader import RoadNetwork
from roads.network.profiles import Profile
from tests.unit.network.sources import random_source

BEGUN = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def network() -> RoadNetwork:
    return RoadNetwork(build_graph(random_source(4, side=14)))


@pytest.mark.parametrize("profile", [Profile.DRIVE, Profile.FOOT])
def test_a_drive_takes_as_long_as_its_route_and_stays_on_the_road(network: RoadNetwork, profile: Profile) -> None:
    ways, rng = Ways(network), random.Random(7)
    lon, lat = float(network.graph.state_lon[20]), float(network.graph.state_lat[20])
    start = network.snap(lon, lat)[:1]
    for _ in range(10):
        route = ways.leg(start, lon, lat, profile, rng)
        assert route is not None
        drive = ways.drive(route, BEGUN)
        assert (drive.ends - BEGUN).total_seconds() == pytest.approx(route.drive_ms / 1000, abs=0.01 * len(route.steps))
        for share in np.linspace(0.0, 1.0, 15):
            now = BEGUN + timedelta(seconds=share * float(drive.at_s[-1]))
            here = drive.moment(now)
            assert network.snap(here.lon, here.lat)[0].distance_m < 0.5
            arc, fraction = drive.spot(now)
            assert 0.0 <= fraction <= 1.0
            x, y = network.graph.edge_shape(int(network.graph.arc_edge[arc]))
            assert x.min() - 1e-6 <= here.lon <= x.max() + 1e-6
            assert y.min() - 1e-6 <= here.lat <= y.max() + 1e-6
        assert drive.moment(drive.ends).speed_mps == 0.0
        start, lon, lat = [ways.place_of(*drive.spot(drive.ends))], here.lon, here.lat


def test_the_same_seed_gives_the_same_events(network: RoadNetwork) -> None:
    first, second, other = (
        Scenes(network.graph, seed=seed, habits=Habits()).spread(200, 450.0, "x") for seed in (1, 1, 2)
    )
    assert first == second
    assert first != other
    assert [scene.at_s for scene in first] == sorted(scene.at_s for scene in first)
    assert all(0 <= scene.at_s <= 450 for scene in first)
    assert len({scene.key for scene in first}) == 200
    assert {scene.body["kind"] for scene in first} <= {kind for kind, _, _ in KINDS}
    assert sum(scene.repeat_after_s is not None for scene in first) > 0


def test_some_calls_name_a_post_and_some_lie_far_from_roads(network: RoadNetwork) -> None:
    scenes = Scenes(network.graph, seed=5, habits=Habits(far_share=0.1, chainage_share=0.2))
    scenes.posts = ["G98 K12+300 下行"]
    drawn = [scenes.draw(0.0, str(n)).body for n in range(200)]
    assert sum("chainage" in body for body in drawn) > 15
    points = [body for body in drawn if "lon" in body]
    away = [network.snap(body["lon"], body["lat"])[0].distance_m for body in points]
    assert sum(distance > 100 for distance in away) > 3
    assert sum(distance < 15 for distance in away) > 120
