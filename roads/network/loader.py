"""One door to a network: graph, weights, snapping and search together, opened once a process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from .export import Arrays, export_arrays, export_foot_arrays
from .files import load_graph, read_manifest
from .graph import RoadGraph
from .kernel import INF, leave_cost_ms
from .nearest import SETTLED_BUDGET, Nearest, NearestResult, Units, seeds_of
from .placement import Placement
from .profiles import Profile
from .route import Route, find_route
from .snap import Snapper, with_reverse
from .weights import WeightsReader, WeightView, static_view

if TYPE_CHECKING:
    from .reach import Departure, Forward, Reach


class RoadNetwork:
    """A network as services use it. Thread-safe."""

    def __init__(self, graph: RoadGraph, directory: Path | None = None) -> None:
        self.graph = graph
        self.directory = directory
        self.weights = WeightsReader(graph, directory)
        self.snapper = Snapper(graph)
        self.searcher = Nearest(graph)
        self._forward: Forward | None = None

    @property
    def version(self) -> str:
        """Version of the graph files; empty for a graph that was never written."""
        return self.graph.version

    def snap(
        self,
        lon: float,
        lat: float,
        *,
        course_deg: float | None = None,
        speed_mps: float | None = None,
        max_m: float | None = None,
        both_carriageways: bool = False,
    ) -> list[Placement]:
        """See `snap.Snapper.snap`. WGS-84 degrees."""
        return self.snapper.snap(
            lon, lat, course_deg=course_deg, speed_mps=speed_mps, max_m=max_m, both_carriageways=both_carriageways
        )

    def nearest(
        self,
        incident: Sequence[Placement],
        units: Units,
        k: int = 5,
        *,
        profile: Profile = Profile.DRIVE,
        eligible: npt.NDArray[np.bool_] | None = None,
        limit_ms: int | None = None,
        settled_budget: int = SETTLED_BUDGET,
        on_budget: Callable[[int], None] | None = None,
    ) -> NearestResult:
        """The K units that reach one of the incident's placements first, exact under the weights in force; see
        `nearest.Nearest.search`. Repeated by itself when the weights change under it."""
        arcs, fractions = seeds_of(incident)
        return self.weights.steady(
            profile,
            lambda view: self.searcher.search(
                view,
                units,
                arcs,
                fractions,
                k,
                eligible=eligible,
                limit_ms=limit_ms,
                settled_budget=settled_budget,
                on_budget=on_budget,
            ),
        )

    def route(
        self, unit: Sequence[Placement], incident: Sequence[Placement], *, profile: Profile = Profile.DRIVE
    ) -> Route | None:
        """The fastest way of one unit under the weights in force; see `route.find_route`. `directions.directions`
        words it."""
        return self.weights.steady(profile, lambda view: find_route(self.searcher, view, unit, incident))

    def reach(
        self, departures: Sequence[Departure], limit_ms: float, *, profile: Profile = Profile.DRIVE
    ) -> tuple[Reach, WeightView]:
        """Who is where first under the weights in force, and those weights; see `reach.Forward.search`."""
        from .reach import Forward  # scipy's search: processes that never look ahead need not load it

        forward = self._forward = self._forward or Forward(self.graph)
        return self.weights.steady(profile, lambda view: (forward.search(view, departures, limit_ms), _copied(view)))

    def free_flow(self, start: Sequence[Placement], goal: Sequence[Placement]) -> Route | None:
        """The fastest way by car with free roads: base times, no closures, turning round anywhere. A bound from below
        for what anybody drove."""
        view = static_view(self.graph, Profile.DRIVE)
        turned = (with_reverse(self.graph, places, Profile.DRIVE) for places in (start, goal))
        return find_route(self.searcher, view, *turned)

    def alternatives(
        self, placements: Sequence[Placement], profile: Profile = Profile.DRIVE, view: WeightView | None = None
    ) -> list[Placement]:
        """Where a unit may set off from: its placements; for walkers, and where every one of them is blocked ahead,
        also the opposite arcs (a unit in front of a block turns round)."""
        view = view or self.weights.current(profile)
        if profile == Profile.FOOT or not any(_free_ahead(view, p) for p in placements):
            return with_reverse(self.graph, placements, profile)
        return list(placements)

    def export(self) -> Arrays:
        """The drive network under the weights in force; see `export.export_arrays`."""
        return self.weights.steady(Profile.DRIVE, lambda view: export_arrays(self.graph, view))

    def export_foot(self) -> Arrays:
        """The walkers' network under the weights in force; see `export.export_foot_arrays`."""
        return self.weights.steady(Profile.FOOT, lambda view: export_foot_arrays(self.graph, view))


def _copied(view: WeightView) -> WeightView:
    """The same weights, safe from a writer."""
    return WeightView(
        view.profile, view.generation, view.weight.copy(), view.blocked_from.copy(), view.blocked_to.copy()
    )


def _free_ahead(view: WeightView, place: Placement) -> bool:
    return int(leave_cost_ms(view.weight, view.blocked_from, view.blocked_to, place.arc, place.fraction)) < INF


_opened: dict[tuple[Path, str, str], RoadNetwork] = {}
_lock = threading.Lock()


def open_network(directory: Path, *, verify: bool = True) -> RoadNetwork:
    """The network of a graph directory, opened and checked once a process and version. Raises files.GraphFileError."""
    place = directory.resolve()
    manifest = read_manifest(place)
    key = (place, str(manifest["version"]), str(manifest["arrays"]["edge_axis"]["sha256"]))
    with _lock:
        network = _opened.get(key)
        if network is None:
            for old in [k for k in _opened if k[0] == place]:
                del _opened[old]
            network = _opened[key] = RoadNetwork(load_graph(place, verify=verify), place)
        return network
