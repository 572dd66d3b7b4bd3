"""The generated network: size, reach, harshness, determinism."""

from __future__ import annotations

import dataclasses
from itertools import pairwise

import numpy as np
import pytest

from core.errors import InvalidInput
from demo.county import County, county_generate
from demo.county.measure import DriveNet, drive_net, junction_mask, straight_line_wrong
from roads.network.source import RestrictionKind, RoadClass, SourceNetwork, WayFlag


def _same(a: SourceNetwork, b: SourceNetwork) -> bool:
    for item in dataclasses.fields(a):
        x, y = getattr(a, item.name), getattr(b, item.name)
        if isinstance(x, np.ndarray):
            if not np.array_equal(x, y, equal_nan=x.dtype.kind == "f"):
                return False
        elif x != y:
            return False
    return True


def test_same_seed_gives_the_same_county(county: County) -> None:
    again = county_generate(nodes=8000, seed=1)
    assert _same(county.source, again.source)
    assert county.axes == again.axes
    assert county.places == again.places
    assert county.towns == again.towns


def test_another_seed_gives_another_county(county: County) -> None:
    other = county_generate(nodes=8000, seed=2)
    assert not _same(county.source, other.source)


@pytest.mark.parametrize("nodes", [500, 2000, 8000, 100_000])
def test_size_within_a_tenth(nodes: int) -> None:
    made = county_generate(nodes=nodes, seed=3)
    junctions = int(junction_mask(made.source).sum())
    assert junctions == made.junction_count
    assert abs(junctions / nodes - 1.0) <= 0.10
    net = drive_net(made.source)
    assert (net.junction & net.core).sum() >= 0.95 * junctions


@pytest.mark.parametrize(("nodes", "seed"), [(499, 1), (1_000_001, 1), (8000, -1)])
def test_bad_sizes_are_refused(nodes: int, seed: int) -> None:
    with pytest.raises(InvalidInput) as caught:
        county_generate(nodes=nodes, seed=seed)
    assert caught.value.cure


def test_source_arrays_fit_together(county: County) -> None:
    source = county.source
    assert source.generated
    assert "示例" in source.name
    assert source.way_ptr[0] == 0
    assert source.way_ptr[-1] == source.way_nodes.size
    assert (np.diff(source.way_ptr) >= 2).all()
    assert source.way_nodes.min() >= 0
    assert source.way_nodes.max() < source.node_count
    for column in ("way_class", "way_oneway", "way_maxspeed_kmh", "way_flags", "way_name", "way_ref", "way_ids"):
        assert getattr(source, column).size == source.way_count
    assert max(source.way_name.max(), source.way_ref.max()) < len(source.strings)
    assert np.unique(source.way_ids).size == source.way_count
    used = np.zeros(source.node_count, bool)
    used[source.way_nodes] = True
    assert used.mean() > 0.99
    inner = np.ones(source.way_nodes.size - 1, bool)
    inner[source.way_ptr[1:-1] - 1] = False
    assert (source.way_nodes[1:] != source.way_nodes[:-1])[inner].all()


def test_county_lies_where_it_should(county: County) -> None:
    assert 1500 < county.area_km2 < 2000
    west, south, east, north = county.bounds
    assert west < 110.47 < east
    assert south < 19.26 < north
    assert west > 110.0
    assert east < 110.8
    assert south > 18.9
    assert north < 19.6
    assert len(county.towns) == 13
    assert len(county.villages) > 150


def test_everything_can_be_reached(county_net: DriveNet) -> None:
    junction = county_net.junction
    assert (junction & county_net.core).sum() >= 0.95 * junction.sum()


def _bank(
    county: County, nodes: np.ndarray[tuple[int], np.dtype[np.int32]]
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    river = np.asarray(county.river)
    return np.asarray(county.source.lat[nodes] > np.interp(county.source.lon[nodes], river[:, 0], river[:, 1]))


def test_the_river_has_few_bridges(county: County) -> None:
    source = county.source
    way = np.repeat(np.arange(source.way_count), np.diff(source.way_ptr))
    bank = _bank(county, source.way_nodes)
    crossing = (bank[1:] != bank[:-1]) & (way[1:] == way[:-1])
    assert 4 <= crossing.sum() <= 20
    flags = source.way_flags[way[:-1][crossing]]
    assert ((flags & WayFlag.BRIDGE) != 0).all()


def test_the_straight_line_is_wrong_often(county: County, county_net: DriveNet) -> None:
    shares = [
        straight_line_wrong(county.source, county_net, units=100, incidents=200, seed=s).wrong_share for s in (1, 2, 3)
    ]
    assert 0.25 <= float(np.mean(shares)) <= 0.55


def test_it_has_what_makes_roads_hard(county: County) -> None:
    source = county.source
    degree = np.bincount(np.r_[source.way_nodes[source.way_ptr[:-1]], source.way_nodes[source.way_ptr[1:] - 1]])
    assert (degree == 1).sum() > 0.05 * county.junction_count
    assert (source.way_oneway != 0).mean() > 0.05
    assert (source.way_oneway[source.way_class == RoadClass.MOTORWAY] == 1).all()
    for road_class in (
        RoadClass.MOTORWAY,
        RoadClass.MOTORWAY_LINK,
        RoadClass.TRUNK,
        RoadClass.SERVICE,
        RoadClass.TRACK,
    ):
        assert (source.way_class == road_class).any()
    assert 0.01 < np.isfinite(source.way_maxspeed_kmh).mean() < 0.1


def test_turn_restrictions_name_ways_at_their_node(county: County) -> None:
    source = county.source
    assert source.restriction_kind.size >= 6
    assert set(source.restriction_kind.tolist()) == {RestrictionKind.FORBIDDEN, RestrictionKind.MANDATORY}
    for start, via, stop in zip(
        source.restriction_from_way.tolist(),
        source.restriction_via_node.tolist(),
        source.restriction_to_way.tolist(),
        strict=True,
    ):
        assert start != stop
        for way in (start, stop):
            ends = source.way_nodes[[source.way_ptr[way], source.way_ptr[way + 1] - 1]]
            assert via in ends


def test_walled_compounds_have_one_gate(county: County) -> None:
    """Junctions of drives only: their connected parts touch the streets in few places."""
    source = county.source
    service = source.way_class == RoadClass.SERVICE
    assert 0.05 < service.mean() < 0.5
    drives = [source.way_nodes[a:b] for a, b in pairwise(source.way_ptr.tolist())]
    street = np.zeros(source.node_count, bool)
    for way in np.flatnonzero(~service).tolist():
        street[drives[way]] = True
    touching = sum(bool(street[drives[w][0]]) + bool(street[drives[w][-1]]) for w in np.flatnonzero(service).tolist())
    assert touching < 0.6 * service.sum()
