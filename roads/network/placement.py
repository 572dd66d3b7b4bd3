"""A place on the road network."""

from __future__ import annotations

from dataclasses import dataclass


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
