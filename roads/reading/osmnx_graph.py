"""A graph of osmnx (GraphML file, place name) into a SourceNetwork, with the same rules for tags as OSM files.

osmnx keeps no turn restrictions, so there are none.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import networkx as nx
import numpy as np
import osmnx as ox

from roads.network.source import SourceNetwork

from .assemble import NodePositions, assemble
from .osm import ATTRIBUTION
from .raw import RawWays
from .tags import read_traits

WAY_TAGS = (
    "highway", "name", "name:zh", "name:zh-Hans", "ref", "oneway", "junction", "maxspeed", "maxspeed:forward",
    "maxspeed:backward", "bridge", "tunnel", "area", "access", "vehicle", "motor_vehicle", "motorcar", "foot",
    "motorroad",
)  # fmt: skip
_JOINED = ("highway", "ref", "maxspeed")


def source_of_graph(graph: nx.MultiDiGraph[Any], name: str) -> SourceNetwork:
    """Convert a graph; each edge (or pair of opposite edges) becomes a way from junction to junction.

    Projected graphs are brought back to WGS-84 degrees; graphs that are not simplified are, way by way. Raises
    KeyError or ValueError where the graph is none of osmnx. Shape points between junctions get negative node
    identifiers.
    """
    if graph.number_of_edges() and not graph.graph.get("simplified"):
        graph = ox.simplify_graph(graph, edge_attrs_differ=["osmid"])
    if not str(graph.graph["crs"]).lower().endswith("4326"):
        graph = ox.project_graph(graph, to_latlong=True)
    raw = RawWays()
    ids = [int(node) for node in graph.nodes]
    lon = [float(data["x"]) for _, data in graph.nodes(data=True)]
    lat = [float(data["y"]) for _, data in graph.nodes(data=True)]
    seen: set[Hashable] = set()
    for tail, head, data in graph.edges(data=True):
        if "highway" not in data:
            raw.skipped["not_a_road"] += 1
            continue
        if not data.get("oneway") and _is_return(seen, tail, head, data):
            continue
        traits = read_traits(_tags(data), raw.skipped)
        if traits is None:
            continue
        between = list(data["geometry"].coords)[1:-1] if "geometry" in data else []
        first = -1 - (len(ids) - graph.number_of_nodes())
        made_up = [first - i for i in range(len(between))]
        ids.extend(made_up)
        lon.extend(float(point[0]) for point in between)
        lat.extend(float(point[1]) for point in between)
        raw.append(_first_id(data.get("osmid", 0)), [int(tail), *made_up, int(head)], traits)
    if not all(-180.0 <= x <= 180.0 and -90.0 <= y <= 90.0 for x, y in zip(lon, lat, strict=True)):
        raise ValueError("coordinates are not degrees")
    positions = NodePositions.of(np.array(ids, np.int64), np.array(lon, np.float64), np.array(lat, np.float64))
    return assemble(raw, positions, name=name, attribution=ATTRIBUTION)


def _is_return(seen: set[Hashable], tail: Hashable, head: Hashable, data: dict[str, Any]) -> bool:
    """True for the second edge of a two-way road; the first is remembered."""
    osmid = data.get("osmid", 0)
    ways = frozenset(osmid) if isinstance(osmid, list) else osmid
    key = (frozenset((tail, head)), ways, round(float(data.get("length", 0.0)), 1))
    if (key, (head, tail)) in seen:
        return True
    seen.add((key, (tail, head)))
    return False


def _tags(data: dict[str, Any]) -> dict[str, str]:
    """Tags as text. osmnx has lists where it joined ways: all values count for class, codes and speed, else the
    first. The direction of an edge is its direction of travel."""
    tags: dict[str, str] = {}
    for key in WAY_TAGS:
        value = data.get(key)
        if value is None or value == "" or value != value:
            continue
        values = [str(item) for item in value] if isinstance(value, list) else [str(value)]
        tags[key] = ";".join(values) if key in _JOINED else values[0]
    tags["oneway"] = "yes" if data.get("oneway") else "no"
    return tags


def _first_id(osmid: Any) -> int:
    return int(osmid[0]) if isinstance(osmid, list) else int(osmid)
