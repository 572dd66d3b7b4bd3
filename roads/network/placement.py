"""A place on the road network."""

from __future__ import annotations

from dataclasses import dataclass

# A unit farther than this from every road is not on the network: no drive time could be told from its place. Incidents
# know no such bound, because they have to be reached wherever they are.
OFF_NETWORK_M = 2000.0


@dataclass(frozen=True, slots=True)
class Placement:
    """A point put on an arc. `fraction` 0 at `tail` .. 1 at `head`; `distance_m` from the given point to (`lon`,
    `lat`) on the road (WGS-84 degrees). `tail`, `head` are states."""

    edge_no: int
    arc: int
    tail: int
    head: int
    fraction: float
    distance_m: float
    lon: float
    lat: float
