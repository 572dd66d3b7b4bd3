"""The routing network behind the engine's `TravelTimes`: converts starts once a decision, asks the exact search."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from core.errors import Unavailable
from incidents.dispatch.queue import solver_ready
from incidents.dispatch.types import Reached, Spot, TravelAnswer, UnitStart
from roads.selectors import current_network

if TYPE_CHECKING:
    from roads.selectors.routing import NearestUnits, Placement, RoadNetwork


def spots_of(placements: Sequence[Placement]) -> tuple[Spot, ...]:
    """Placements on the network as the engine's plain spots."""
    return tuple(Spot(place.arc, place.tail, place.head, place.fraction) for place in placements)


_ready: set[str] = set()


def network_ready() -> bool:
    """Open the network in force, search it once and take the queue's solver in, so that neither the first incident nor
    the first queue waits for them (seconds on a busy machine). Does nothing when that is done; False before the first
    import.
    """
    try:
        network = current_network()
    except Unavailable:
        return False
    if network.version not in _ready:
        place = network.snap(float(network.graph.state_lon[0]), float(network.graph.state_lat[0]))
        NetworkTravel(network)(spots_of(place), (UnitStart(spots_of(place), 0),), (True,), 1, "drive", 60_000)
        network.route(place, place)
        solver_ready()
        _ready.add(network.version)
    return True


class NetworkTravel:
    """Exact K nearest over one network, for the length of one decision or one queue."""

    def __init__(self, network: RoadNetwork) -> None:
        from roads.selectors.routing import NearestUnits, Placement, Profile

        self._network = network
        self._units_type = NearestUnits
        self._placement_type = Placement
        self._profiles = {"drive": Profile.DRIVE, "emergency": Profile.EMERGENCY, "foot": Profile.FOOT}
        self._starts: Sequence[UnitStart] | None = None
        self._units: NearestUnits | None = None
        self.settled = 0
        self.over_budget = False

    def _converted(self, starts: Sequence[UnitStart]) -> NearestUnits:
        if self._starts is not starts or self._units is None:
            unit = np.repeat(np.arange(len(starts), dtype=np.int32), [len(start.spots) for start in starts])
            spots = [spot for start in starts for spot in start.spots]
            self._units = self._units_type(
                unit.astype(np.int32),
                np.fromiter((spot.arc for spot in spots), np.int32, len(spots)),
                np.fromiter((spot.fraction for spot in spots), np.float64, len(spots)),
                np.fromiter((start.offset_ms for start in starts), np.int32, len(starts)),
            )
            self._starts = starts
        return self._units

    def __call__(
        self,
        target: Sequence[Spot],
        starts: Sequence[UnitStart],
        eligible: Sequence[bool],
        k: int,
        profile: str,
        limit_ms: int,
    ) -> TravelAnswer:
        """See `incidents.dispatch.types.TravelTimes`."""
        if not target or not starts or not any(eligible):
            return TravelAnswer(())
        # The search reads arc and fraction of a target; the rest of a placement is for people.
        places = [
            self._placement_type(-1, spot.arc, spot.tail, spot.head, spot.fraction, 0.0, 0.0, 0.0) for spot in target
        ]
        answer = self._network.nearest(
            places,
            self._converted(starts),
            k,
            profile=self._profiles[profile],
            eligible=np.asarray(eligible, np.bool_),
            limit_ms=limit_ms,
        )
        self.settled += answer.settled
        self.over_budget = self.over_budget or answer.over_budget
        return TravelAnswer(
            tuple(
                Reached(near.unit, near.total_ms, near.drive_ms, Spot(near.arc, near.tail, near.head, near.fraction))
                for near in answer.units
            ),
            answer.settled,
            answer.over_budget,
        )
