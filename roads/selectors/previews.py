"""What an import of roads would put on the map, before anything is saved: the roads of a graph, the longest first."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from core.imports.preview import SCREEN_DEG, SHAPES_AT_MOST
from roads.network.graph import RoadGraph

# A road of many parts is drawn as lines; more corners than these in all are too many for a row of a table.
CORNERS_AT_MOST = 30_000
_DECIMALS = 5


def roads_preview(graph: RoadGraph) -> dict[str, Any]:
    """The result of a dry run for the map: named roads as lines (WGS-84), the longest first, and the rest without names
    as far as they fit. `preview_left_out`: how many roads are not drawn.
    """
    names = _names(graph)
    lengths = np.asarray(graph.edge_length_m, np.float64)
    order: dict[str, list[int]] = {}
    for edge, name in enumerate(names):
        order.setdefault(name, []).append(edge)
    ranked = sorted(order, key=lambda name: (name == "", -float(lengths[order[name]].sum())))
    shapes: list[dict[str, Any]] = []
    corners = 0
    for name in ranked[:SHAPES_AT_MOST]:
        lines = _lines(graph, order[name])
        corners += sum(map(len, lines))
        if corners > CORNERS_AT_MOST:
            break
        shapes.append({"name": name[:80], "lines": lines})
    return {"preview": shapes, "preview_left_out": len(ranked) - len(shapes)} if ranked else {}


def _names(graph: RoadGraph) -> list[str]:
    strings = list(graph.strings)
    refs, names = np.asarray(graph.edge_ref), np.asarray(graph.edge_name)
    # The number is the road; the same road is called differently in each town.
    return [
        strings[ref] if ref >= 0 else strings[name] if name >= 0 else ""
        for ref, name in zip(refs.tolist(), names.tolist(), strict=True)
    ]


def _lines(graph: RoadGraph, edges: list[int]) -> list[list[list[float]]]:
    pointer = np.asarray(graph.shape_ptr)
    pieces = [
        shapely.LineString(
            np.c_[graph.shape_lon[pointer[e] : pointer[e + 1]], graph.shape_lat[pointer[e] : pointer[e + 1]]]
        )
        for e in edges
    ]
    merged = shapely.line_merge(shapely.MultiLineString(pieces)).simplify(SCREEN_DEG)
    parts = getattr(merged, "geoms", [merged])
    return [[[round(x, _DECIMALS), round(y, _DECIMALS)] for x, y in part.coords] for part in parts]
