"""What a dry run would put on the map: the shapes of the rows that it made, before they are rolled back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.imports.reading import ImportRow

# More than a few hundred marks show no more on a map, and the result of a job is a row of a table.
SHAPES_AT_MOST = 500
# About twenty metres: less cannot be seen on a map of a county.
SCREEN_DEG = 0.0002
_DECIMALS = 5


class Preview:
    """Does the work of an importer's row and keeps the shape of what came of it (WGS-84), where it has one."""

    def __init__(self, work: Callable[[ImportRow], object]) -> None:
        self._work = work
        self.shapes: list[dict[str, Any]] = []
        self.left_out = 0

    def __call__(self, row: ImportRow) -> object:
        """The row's work; what it raises is raised on."""
        made = self._work(row)
        geometry = getattr(made, "geom", None) or getattr(made, "area", None)
        if geometry is None:
            return made
        if len(self.shapes) >= SHAPES_AT_MOST:
            self.left_out += 1
        else:
            self.shapes.append({"line": row.line, "name": str(made)[:80], **_drawn(geometry)})
        return made

    def figures(self) -> dict[str, Any]:
        """For the result of the job; nothing when no row has a place."""
        return {"preview": self.shapes, "preview_left_out": self.left_out} if self.shapes else {}


def _drawn(geometry: Any) -> dict[str, Any]:
    if geometry.geom_type == "Point":
        return {"point": [round(geometry.x, _DECIMALS), round(geometry.y, _DECIMALS)]}
    return {"lines": _lines(geometry.simplify(SCREEN_DEG, preserve_topology=True))}


def _lines(shape: Any) -> list[list[list[float]]]:
    if shape.geom_type == "LineString":
        return [[[round(x, _DECIMALS), round(y, _DECIMALS)] for x, y, *_rest in shape.coords]]
    if shape.geom_type == "Polygon":
        return [[[round(x, _DECIMALS), round(y, _DECIMALS)] for x, y, *_rest in shape.exterior_ring.coords]]
    return [line for part in shape for line in _lines(part)]
