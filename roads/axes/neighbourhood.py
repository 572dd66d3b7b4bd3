"""What lies near what, so that deriving axes stays linear: a name like 人民路 occurs in every town, and pieces of it
that are towns apart have nothing to say to each other."""

from __future__ import annotations

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from roads.network.source import Float64, Int64

from .edges import AxisEdges
from .locate import AxisLine, metres_per_degree


def edge_bounds(edges: AxisEdges) -> Float64:
    """(count, 4): west, south, east, north of every edge, degrees."""
    if edges.count == 0:
        return np.empty((0, 4))
    first = edges.shape_ptr[:-1]
    lon, lat = edges.shape_lon, edges.shape_lat
    low = np.minimum.reduceat(lon, first), np.minimum.reduceat(lat, first)
    high = np.maximum.reduceat(lon, first), np.maximum.reduceat(lat, first)
    return np.stack([*low, *high], axis=1)


def neighbourhoods(bounds: Float64, within_m: float) -> Int64:
    """A number for each box (west, south, east, north in degrees): boxes with a chain of steps of up to `within_m`
    between them have the same. Boxes with different numbers are surely further apart than that."""
    if bounds.shape[0] < 2:
        return np.zeros(bounds.shape[0], np.int64)
    kx, ky = metres_per_degree(float(np.abs(bounds[:, [1, 3]]).max()))
    # Degrees of latitude are shortest at the equator.
    pad_x, pad_y = 0.505 * within_m / float(kx), 0.505 * within_m / float(min(ky, metres_per_degree(0.0)[1]))
    boxes = shapely.box(
        bounds[:, 0] - pad_x, bounds[:, 1] - pad_y, bounds[:, 2] + pad_x, bounds[:, 3] + pad_y, ccw=True
    )
    a, b = shapely.STRtree(boxes).query(boxes)
    links = coo_array((np.ones(a.size, np.int8), (a, b)), shape=(bounds.shape[0], bounds.shape[0]))
    return np.asarray(connected_components(links, directed=False)[1], np.int64)


class NearestLine:
    """The least distance from points to any of a growing number of lines: by boxes first, exactly where it matters."""

    def __init__(self) -> None:
        self._lines: list[AxisLine] = []
        self._bounds = np.empty((16, 4))

    def add(self, line: AxisLine) -> None:
        """One line more."""
        if len(self._lines) == self._bounds.shape[0]:
            self._bounds = np.concatenate([self._bounds, np.empty_like(self._bounds)])
        self._bounds[len(self._lines)] = line.bounds
        self._lines.append(line)

    def distance_m(self, lon: Float64, lat: Float64) -> float:
        """Metres from the nearest of the points to the nearest line; infinite without lines."""
        if not self._lines:
            return float("inf")
        least = self._box_distances_m(lon, lat)
        # The nearest boxes mostly settle it; the rest is sorted only when they do not.
        best = float("inf")
        few = min(8, least.size - 1)
        for chosen in (np.argpartition(least, few)[: few + 1], None):
            order = np.argsort(least) if chosen is None else chosen[np.argsort(least[chosen])]
            for index in order.tolist():
                if least[index] >= best:
                    return best
                best = min(best, float(np.abs(self._lines[index].project_many(lon, lat)[1]).min()))
        return best

    def _box_distances_m(self, lon: Float64, lat: Float64) -> Float64:
        """By line, the least distance of a point to its box, in the plane in which a foot on it would be found."""
        west, south, east, north = (column[:, None] for column in self._bounds[: len(self._lines)].T)
        kx, ky = metres_per_degree(lat)
        dx = np.maximum(np.maximum(west - lon, lon - east), 0.0) * kx
        dy = np.maximum(np.maximum(south - lat, lat - north), 0.0) * ky
        return np.asarray(np.hypot(dx, dy).min(axis=1), np.float64)
