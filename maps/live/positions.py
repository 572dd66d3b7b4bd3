"""One round of positions: units that moved, each encoded once, found by their place for many small viewports."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence

from core import clock
from core.jsontext import dumps
from maps.live.reader import Bounds
from maps.live.source import MovedUnit

CELL_DEG = 0.03  # some three kilometres: what a phone looks around itself
# A viewport of more cells than this is looked through unit by unit.
MOST_CELLS = 100


class Round:
    """The units that moved since the last round."""

    def __init__(self, moved: Sequence[MovedUnit]) -> None:
        self.moved = moved
        self._cells: dict[tuple[int, int], list[MovedUnit]] = defaultdict(list)
        for unit in moved:
            self._cells[_cell(unit.lon), _cell(unit.lat)].append(unit)

    def seen(self, scope: tuple[str, ...], bounds: Bounds | None, own: Collection[int]) -> bytes:
        """The event for readers of one scope (organisation paths), one viewport (None: everywhere) and these own tours;
        empty when nothing moved there.
        """
        texts = [
            unit.text
            for unit in self._near(bounds)
            if unit.tour_id in own or any(path.startswith(scope) for path in unit.paths)
        ]
        if not texts:
            return b""
        return f'event: positions\ndata: {{"at":{dumps(clock.now())},"units":[{",".join(texts)}]}}\n\n'.encode()

    def _near(self, bounds: Bounds | None) -> Iterable[MovedUnit]:
        if bounds is None:
            return self.moved
        return self._within(bounds)

    def _within(self, bounds: Bounds) -> Iterator[MovedUnit]:
        west, south, east, north = bounds
        columns, rows = (_cell(west), _cell(east)), (_cell(south), _cell(north))
        found: Iterable[MovedUnit] = self.moved
        if (columns[1] - columns[0] + 1) * (rows[1] - rows[0] + 1) <= MOST_CELLS:
            found = (
                unit
                for x in range(columns[0], columns[1] + 1)
                for y in range(rows[0], rows[1] + 1)
                for unit in self._cells.get((x, y), ())
            )
        return (unit for unit in found if west <= unit.lon <= east and south <= unit.lat <= north)


def _cell(degrees: float) -> int:
    return math.floor(max(-180.0, min(180.0, degrees)) / CELL_DEG)
