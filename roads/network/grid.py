"""A uniform grid over the segments of the road edges: small, a plain file, shared by all processes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .compiled import compiled
from .source import Float64, Int32, Int64

CELL_M = 250.0
METRES_PER_DEGREE = 111_195.0
MAX_CELLS = 4_000_000


@dataclass(frozen=True, slots=True)
class SegmentGrid:
    """`bounds` = west, south, cell width and height in degrees, columns, rows. Cell c holds
    `segment[pointer[c]:pointer[c + 1]]`, numbers of the first shape point of a segment."""

    bounds: Float64
    pointer: Int32
    segment: Int32


@compiled
def _visit(shape_ptr, lon, lat, edges, bounds, pointer, segment, fill):  # type: ignore[no-untyped-def]
    """Count (fill 0) or enter (fill 1) each segment in every cell its box touches."""
    columns, rows = int(bounds[4]), int(bounds[5])
    for i in range(edges.size):
        e = edges[i]
        for s in range(shape_ptr[e], shape_ptr[e + 1] - 1):
            x0 = int((min(lon[s], lon[s + 1]) - bounds[0]) / bounds[2])
            x1 = int((max(lon[s], lon[s + 1]) - bounds[0]) / bounds[2])
            y0 = int((min(lat[s], lat[s + 1]) - bounds[1]) / bounds[3])
            y1 = int((max(lat[s], lat[s + 1]) - bounds[1]) / bounds[3])
            for y in range(max(y0, 0), min(y1, rows - 1) + 1):
                for x in range(max(x0, 0), min(x1, columns - 1) + 1):
                    c = y * columns + x
                    if fill:
                        segment[pointer[c]] = s
                    pointer[c] += 1


def build_grid(shape_ptr: Int64, lon: Float64, lat: Float64, edges: Int64) -> SegmentGrid:
    """Grid over the segments of `edges`; cells of about 250 m, larger where that would make more than 4 million."""
    size = np.diff(shape_ptr)[edges]
    points = np.repeat(shape_ptr[edges] - (np.cumsum(size) - size), size) + np.arange(int(size.sum()))
    west, east = float(lon[points].min()), float(lon[points].max())
    south, north = float(lat[points].min()), float(lat[points].max())
    high = CELL_M / METRES_PER_DEGREE
    wide = high / max(0.05, float(np.cos(np.radians((south + north) / 2))))
    while ((east - west) / wide + 1) * ((north - south) / high + 1) > MAX_CELLS:
        wide, high = wide * 2, high * 2
    columns, rows = int((east - west) / wide) + 1, int((north - south) / high) + 1
    bounds = np.array([west, south, wide, high, columns, rows], np.float64)
    count = np.zeros(columns * rows + 1, np.int64)
    none = np.zeros(1, np.int32)
    _visit(shape_ptr, lon, lat, edges, bounds, count, none, 0)
    pointer = np.r_[0, np.cumsum(count[:-1])].astype(np.int64)
    segment = np.empty(int(pointer[-1]), np.int32)
    _visit(shape_ptr, lon, lat, edges, bounds, pointer[:-1].copy(), segment, 1)
    return SegmentGrid(bounds, pointer.astype(np.int32), segment)
