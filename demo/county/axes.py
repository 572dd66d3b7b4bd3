"""Road axes of the county: node lists of both carriageways and kilometre posts, with long and short kilometres 断链."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from pyproj import Geod

from roads.network.source import Float64, Int32, RoadClass

from .types import CountyAxis, Post

SPHEROID = Geod(ellps="WGS84")
KILOMETRE_M = 1000.0
LONG_KILOMETRE_M = 1137.0
SHORT_KILOMETRE_M = 868.0
BREAKS_FROM_M = 6000.0
POST_PLAY_M = 6.0


def line_length_m(lon: Float64, lat: Float64) -> float:
    """Length of a line on the WGS-84 spheroid."""
    return float(SPHEROID.line_length(lon, lat))


def posts_along(length_m: float, start_m: float, rng: np.random.Generator) -> tuple[Post, ...]:
    """Posts at 0, at each painted kilometre (a few metres off, as real ones stand) and at the end.

    From BREAKS_FROM_M on, one kilometre is long and a later one short: the road was rebuilt, the posts were not.
    """
    posts = [Post(0.0, start_m)]
    chainage = (start_m // KILOMETRE_M + 1) * KILOMETRE_M
    distance = chainage - start_m
    spans = int(max(length_m - distance, 0.0) // KILOMETRE_M)
    breaks = {spans // 3: LONG_KILOMETRE_M, (2 * spans) // 3: SHORT_KILOMETRE_M} if length_m >= BREAKS_FROM_M else {}
    number = 0
    while distance < length_m - 2 * POST_PLAY_M - 1.0:
        posts.append(Post(round(distance, 2), chainage))
        play = float(rng.uniform(-POST_PLAY_M, POST_PLAY_M))
        distance += breaks.get(number, KILOMETRE_M + play)
        chainage += KILOMETRE_M
        number += 1
    last = posts[-1]
    posts.append(Post(round(length_m, 3), round(last.chainage_m + (length_m - last.distance_m), 2)))
    return tuple(posts)


def with_bends(nodes: Sequence[int], edge_points: Mapping[tuple[int, int], Sequence[int]]) -> tuple[int, ...]:
    """The node list with the shape points of each edge put in."""
    full = [int(nodes[0])]
    for u, v in zip(nodes[:-1], nodes[1:], strict=True):
        full.extend(edge_points.get((u, v), ()))
        full.append(int(v))
    return tuple(full)


def make_axis(
    code: str, name: str, road_class: RoadClass, nodes: tuple[int, ...], up_nodes: tuple[int, ...] | None,
    start_km: float, lon: Float64, lat: Float64, rng: np.random.Generator,
) -> CountyAxis:  # fmt: skip
    """An axis with its length and posts."""
    index: Int32 = np.asarray(nodes, np.int32)
    length = line_length_m(lon[index], lat[index])
    start_m = start_km * KILOMETRE_M
    return CountyAxis(
        code, name, road_class, nodes, up_nodes, posts_along(length, start_m, rng), start_m, round(length, 3)
    )
