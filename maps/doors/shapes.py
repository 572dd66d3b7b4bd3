"""Shapes for the small maps of pages."""

from __future__ import annotations

from typing import Any

FINE_DEG = 0.0002


def line_of(shape: Any) -> Any:
    """Coordinates for the page's small map, thinned to what a screen can show."""
    if shape is None:
        return None
    return [
        [[round(x, 5), round(y, 5)] for x, y, *_rest in part]
        for part in _parts(shape.simplify(FINE_DEG, preserve_topology=True))
    ]


def _parts(shape: Any) -> list[Any]:
    kind = shape.geom_type
    if kind == "LineString":
        return [shape.coords]
    if kind == "Polygon":
        return [shape.exterior_ring.coords]
    return [part for each in shape for part in _parts(each)]
