"""Edges of a new network that are an edge of the old one."""

from __future__ import annotations

import numpy as np

from roads.axes.carrying import EdgeOfWay, edges_alike
from roads.axes.locate import AxisLine, metres_per_degree

LON0, LAT0 = 110.46, 19.25
KX, KY = (float(k) for k in metres_per_degree(LAT0))


def _edge(number: int, way: int, *points: tuple[float, float]) -> EdgeOfWay:
    xy = np.array(points)
    return EdgeOfWay(number, way, AxisLine(LON0 + xy[:, 0] / KX, LAT0 + xy[:, 1] / KY))


OLD = _edge(7, 100, (0, 0), (400, 0))


def test_cut_in_pieces_and_drawn_anew_beside() -> None:
    pieces = [
        _edge(1, 100, (0, 12), (150, 12)),
        _edge(2, 100, (400, 12), (150, 12)),
        _edge(3, 100, (400, 12), (900, 0)),
    ]
    assert edges_alike(OLD, pieces) == [1, 2]


def test_joined_into_a_longer_one() -> None:
    assert edges_alike(OLD, [_edge(4, 55, (-500, 2), (900, 2))]) == [4]


def test_the_other_carriageway_crossings_and_short_stubs_are_not_it() -> None:
    others = [
        _edge(1, 200, (400, 11), (0, 11)),
        _edge(2, 300, (200, -80), (200, 80)),
        _edge(3, 301, (200, 0), (200, 5)),
        _edge(5, 302, (350, 0), (1400, 0)),
    ]
    assert edges_alike(OLD, others) == []
    assert edges_alike(OLD, [*others, _edge(6, 201, (0, 3), (400, 3))]) == [6]


def test_of_the_same_way_only_what_lies_there() -> None:
    assert edges_alike(OLD, [_edge(1, 100, (1000, 0), (1400, 0))]) == []
    assert edges_alike(OLD, []) == []
