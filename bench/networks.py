"""The networks that benchmarks run on, and units and incidents put on them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.generated import generated_source
from bench.report import say
from roads.network.build import build_graph
from roads.network.export import export_arrays
from roads.network.graph import RoadGraph
from roads.network.loader import RoadNetwork
from roads.network.nearest import Units
from roads.network.oracle import Oracle
from roads.network.placement import Placement
from roads.network.profiles import INF, Profile
from roads.network.snap import place_on_edge
from roads.network.source import SourceNetwork

SHARED_ROADS = Path(__file__).resolve().parents[2] / "shared" / "data" / "roads"
SHANGHAI = "shanghai_center.osm.bz2"
PORTO = "porto_portugal.osm.pbf"


@dataclass(frozen=True, slots=True)
class BenchNetwork:
    """A network and where on it things are put."""

    name: str
    network: RoadNetwork

    @property
    def graph(self) -> RoadGraph:
        """The graph."""
        return self.network.graph

    @property
    def junctions(self) -> int:
        """Junctions of the search graph: the n of all bounds."""
        return self.graph.junction_count

    def oracle(self) -> Oracle:
        """Plain Dijkstra over the export."""
        return Oracle(export_arrays(self.graph, self.network.weights.current(Profile.DRIVE)))

    def places(self, count: int, rng: np.random.Generator, near: np.ndarray | None = None) -> list[list[Placement]]:
        """Random places: a random road edge (of `near`, if given), a random fraction, every direction cars may take."""
        if near is None:
            arcs = self.graph.edge_arc
            drive = self.graph.base_ms[Profile.DRIVE]
            near = np.flatnonzero(((arcs >= 0) & (drive[np.maximum(arcs, 0)] < INF)).any(axis=1))
        edges = rng.choice(near, count).tolist()
        return [place_on_edge(self.graph, e, f) for e, f in zip(edges, rng.random(count).tolist(), strict=True)]

    def units(self, count: int, rng: np.random.Generator) -> Units:
        """Units uniform over the edges of the network."""
        return Units.from_placements(self.places(count, rng))

    def edges_around(self, lon: float, lat: float, radius_m: float) -> np.ndarray:
        """Road edges whose first point lies within a radius."""
        g = self.graph
        x, y = g.shape_lon[g.shape_ptr[:-1]], g.shape_lat[g.shape_ptr[:-1]]
        distance = np.hypot((x - lon) * np.cos(np.radians(lat)), y - lat) * 111_195.0
        arcs = g.edge_arc
        drive = ((arcs >= 0) & (g.base_ms[Profile.DRIVE][np.maximum(arcs, 0)] < INF)).any(axis=1)
        inside = np.flatnonzero(drive & (distance <= radius_m))
        return inside if inside.size else np.flatnonzero(drive)[np.argsort(distance[drive])[:10]]


def osm_source(file: str) -> SourceNetwork | None:
    """A shared OSM extract, None where it is not on this machine."""
    path = SHARED_ROADS / file
    if not path.exists():
        return None
    from roads.reading.osm import read_osm

    return read_osm(path)


def load(name: str, source: Callable[[], SourceNetwork | None]) -> BenchNetwork | None:
    """Build a network in memory, with progress on stderr."""
    start = time.monotonic()
    found = source()
    if found is None:
        return None
    graph = build_graph(found)
    say(f"{name}: {graph.counts} in {time.monotonic() - start:.1f} s")
    return BenchNetwork(name, RoadNetwork(graph))


def shanghai() -> BenchNetwork | None:
    """Shanghai centre, real."""
    return load("Shanghai", lambda: osm_source(SHANGHAI))


def porto() -> BenchNetwork | None:
    """Porto, real, junction level."""
    return load("Porto", lambda: osm_source(PORTO))


def generated(side: int) -> BenchNetwork:
    """A generated network of side x side places."""
    found = load(f"generated {side * side:,}", lambda: generated_source(side))
    if found is None:
        raise ValueError("no generated network")
    return found
