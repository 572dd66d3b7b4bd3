"""Chainage ↔ point through the database, on every axis of real and generated networks, within half a metre."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.errors import NotFound
from roads.axes.chainage import Direction, format_chainage
from roads.axes.locate import SPHEROID, AxisLine
from roads.models import RoadAxis
from roads.network.source import SourceNetwork
from roads.selectors import points_of_chainage
from roads.selectors.chainage import axis_project, axis_shape
from roads.services.axis_import import PostOnRoad
from roads.services.sources import generated_source
from tests.factories.roads import a_network, set_posts, the_axis

pytestmark = pytest.mark.django_db

WITHIN_M = 0.5
SAMPLES = 2


def _away_m(a: tuple[float, float], b: tuple[float, float]) -> float:
    return float(SPHEROID.inv(*a, *b)[2])


def _samples(measures_m: Any, seed: int) -> Iterator[float]:
    """Metres that a carriageway has: the opposite one may begin later and end earlier than the reference line."""
    low, high = float(measures_m.min()), float(measures_m.max())
    yield from (low, high)
    yield from np.random.default_rng(seed).uniform(low, high, SAMPLES)


def _worst_of_places(line: AxisLine) -> float:
    """The worst distance of place → metre, to the millimetre → place, every 2 m of a carriageway as it is drawn: no two
    places share a metre. A road that meets itself has two metres there, and both are the place."""
    drawn = AxisLine(line.lon, line.lat)
    lon, lat = drawn.points_at(np.r_[np.arange(0.0, drawn.length_m, 2.0), drawn.length_m])
    back = line.points_at(np.round(line.project_many(lon, lat)[0], 3))
    return float(np.max(SPHEROID.inv(lon, lat, *back)[2]))


def _check_axis(axis: RoadAxis) -> float:
    """The worst distance in metres of metre → chainage text → point → metre → point on both carriageways."""
    shape = axis_shape(axis.pk)
    worst = 0.0
    for one in (shape.line, shape.line_up):
        worst = max(worst, _worst_of_places(one)) if one is not None else worst
    for side in ("down", "up") if shape.line_up is not None else ("",):
        line = shape.line_up if side == "up" and shape.line_up is not None else shape.line
        for metre in _samples(line.measures_m, axis.pk):
            true = line.point_at(metre)
            direction = Direction(side) if side else Direction.BOTH
            text = format_chainage(
                shape.code or shape.name, shape.calibration.chainage_at(metre), direction, decimals=3
            )
            own = [p for p in points_of_chainage(text) if p.axis_id == axis.pk and p.side == side]
            # A chainage may occur twice (long kilometre): one of its places is where we came from.
            worst = max(worst, min(_away_m(true, (p.lon, p.lat)) for p in own))
            # Back: the foot of the point, and the point of its metre. A road that meets itself has two feet.
            back = axis_project(axis.pk, *true, side=side)
            worst = max(worst, _away_m(true, line.point_at(back.axis_m)))
    return worst


def _worst(organisation: Any, source: SourceNetwork, posts: Sequence[PostOnRoad] = ()) -> tuple[float, int]:
    a_network(organisation, source, posts)
    axes = list(RoadAxis.objects.order_by("pk"))
    assert axes
    found = [(_check_axis(axis), str(axis)) for axis in axes]
    assert max(found)[0] <= WITHIN_M, sorted(found)[-5:]
    return max(found)[0], len(found)


def test_every_axis_of_the_county(city: Any) -> None:
    source, posts = generated_source("county", nodes=2000, seed=1)
    worst_m, count = _worst(city, source, list(posts))
    calibrations = [axis_shape(axis.pk).calibration.posts for axis in RoadAxis.objects.all()]
    odd_m = [
        (after.distance_m - before.distance_m) - (after.chainage_m - before.chainage_m)
        for posts_of_axis in calibrations
        for before, after in zip(posts_of_axis, posts_of_axis[1:], strict=False)
    ]
    assert max(odd_m) > 100.0 and min(odd_m) < -100.0, "the county has long and short kilometres"
    print(f"county: {count} axes, worst {worst_m:.4f} m")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["shanghai_center.osm.bz2", "guixi_mapofgx.osm.bz2"])
def test_every_axis_of_real_cities(city: Any, shared_data: Path, name: str) -> None:
    from roads.reading.osm import read_osm

    worst_m, count = _worst(city, read_osm(shared_data / "roads" / name))
    print(f"{name}: {count} axes, worst {worst_m:.4f} m")


def test_long_and_short_kilometres_on_both_carriageways(city: Any, network: Any) -> None:
    axis = the_axis("G98")
    length = axis.length_m
    # K10 … K12 painted over 2,100 m; at metre 3,000 the number falls back (long chain, numbers twice); at metre 4,500
    # it jumps ahead (short chain, numbers that do not exist).
    set_posts(
        axis,
        [(0, 10_000), (2100, 12_000), (3000, 12_900), (3000, 12_500), (4500, 14_000), (4500, 14_600), (length, 16_100)],
    )
    assert _check_axis(axis) <= WITHIN_M
    twice = points_of_chainage("G98 K12+700 下行")
    assert [round(p.axis_m) for p in twice] == [2800, 3200]
    assert len(points_of_chainage("G98 K12+700")) == 4, "two places, two carriageways each"
    with pytest.raises(NotFound):
        points_of_chainage("G98 K14+300")
    (half,) = points_of_chainage("G98 K11+000 上行")
    assert half.axis_m == pytest.approx(1050.0, abs=0.01)
    for beyond in ("K9+000", "K17+000"):
        with pytest.raises(NotFound):
            points_of_chainage(f"G98 {beyond}")


def test_a_new_version_of_posts_is_seen(city: Any, network: Any) -> None:
    axis = the_axis("X201")
    before = points_of_chainage("X201 K1+000")[0].axis_m
    set_posts(axis, [(0, 500), (axis.length_m, 500 + axis.length_m)])
    assert points_of_chainage("X201 K1+000")[0].axis_m == pytest.approx(before - 500, abs=0.01)
