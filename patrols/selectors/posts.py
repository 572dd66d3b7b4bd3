"""Where a tour stands when nothing else is to be done."""

from __future__ import annotations

from typing import Any

from patrols.models import Tour


def post_of_tour(tour: Tour) -> tuple[float, float] | None:
    """(lon, lat) in WGS-84 degrees of its post, else of the station it is posted at, its unit's post or home station.

    None where nobody said. The same order as dispatch takes it (`tours_on_duty`).
    """
    unit: Any = tour.unit
    for place in (
        tour.post,
        tour.post_station.geom if tour.post_station is not None else None,
        unit.post,
        unit.home_station.geom if unit.home_station is not None else None,
    ):
        if place is not None:
            return place.x, place.y
    return None
