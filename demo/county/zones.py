"""What the land of a district is, told from its junctions: town, suburb or village."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from roads.network.source import Float64

from .frame import METRES_PER_DEGREE_LAT
from .plan_roads import Ground
from .plan_types import District

CELL_M = 500.0
# A street grid of 110 m has about twenty junctions in a cell, open country one or two.
BUILT_UP_JUNCTIONS = 8
TOWN_SHARE, SUBURB_SHARE = 0.75, 0.45


def district_zones(lon: Float64, lat: Float64, districts: Sequence[District]) -> tuple[str, ...]:
    """The zone of each district, in their order: by the share of its junctions (`lon`, `lat`, WGS-84 degrees) that
    lie in built-up cells of 500 m. A district without junctions is a village.
    """
    built_up = _built_up(lon, lat)
    ground = Ground(districts)
    owner = np.array([ground.of(float(x), float(y)) for x, y in zip(lon, lat, strict=True)])
    count = np.bincount(owner, minlength=len(districts))
    share = np.bincount(owner, weights=built_up, minlength=len(districts)) / np.maximum(count, 1)
    return tuple("town" if s >= TOWN_SHARE else "suburb" if s >= SUBURB_SHARE else "village" for s in share.tolist())


def _built_up(lon: Float64, lat: Float64) -> npt.NDArray[np.bool_]:
    """For each junction, whether its cell holds many."""
    metres_per_degree_lon = METRES_PER_DEGREE_LAT * float(np.cos(np.radians(lat.mean())))
    cell = np.floor(np.column_stack([lon * metres_per_degree_lon, lat * METRES_PER_DEGREE_LAT]) / CELL_M)
    _cells, number, count = np.unique(cell, axis=0, return_inverse=True, return_counts=True)
    return np.asarray(count[number.reshape(-1)] >= BUILT_UP_JUNCTIONS)
