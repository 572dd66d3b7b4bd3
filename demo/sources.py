"""The generated county as a source of roads, with its kilometre posts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from demo.county.generate import county_generate
from demo.county.types import County
from roads.axes.locate import AxisLine
from roads.network.source import SourceNetwork
from roads.services.axis_import import PostOnRoad


@lru_cache(maxsize=1)
def county(nodes: int, seed: int) -> County:
    """The county of a size and seed; kept, because roads and organisation are laid over the same one."""
    return county_generate(nodes=nodes, seed=seed)


def county_source(nodes: int, seed: int) -> tuple[SourceNetwork, Sequence[PostOnRoad]]:
    """Roads of the county, and its posts as places."""
    made = county(nodes, seed)
    posts = []
    for axis in made.axes:
        index = np.asarray(axis.nodes)
        line = AxisLine(made.source.lon[index], made.source.lat[index])
        for post in axis.posts:
            lon, lat = line.point_at(post.distance_m)
            posts.append(PostOnRoad(axis.code, axis.name, lon, lat, post.chainage_m))
    return made.source, posts
