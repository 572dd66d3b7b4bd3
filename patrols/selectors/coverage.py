"""Where nobody is free: service areas of stations, and districts."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.gis.geos import MultiPoint, Point

from core import clock
from core.geo.srid import STORE_SRID
from patrols.selectors.snapshot import units_on_duty
from stations.selectors import organisations_visible_to, path_filter, stations_visible_to
from stations.types import Actor, DataClass, Verb


@dataclass(frozen=True, slots=True)
class CoverageHole:
    """A place that no free unit covers. `kind` is 'station' (its service area is empty) or 'district'."""

    kind: str
    uid: str
    name: str
    organisation_path: str


def coverage_holes(actor: Actor) -> list[CoverageHole]:
    """Service areas and districts of the actor's scope without a free unit, stations first.

    A unit counts where it is shown: by a fix of at most 300 s, else at its post; an old fix without a post counts for
    its district only. A district is covered by any free unit of its own organisations.
    """
    free = [unit for unit in units_on_duty(actor=actor, at=clock.now()) if unit.state == "free"]
    points = [Point(unit.lon, unit.lat) for unit in free if unit.placed_by in ("fix", "post") and unit.lon is not None]
    stations = (
        stations_visible_to(actor)
        .filter(path_filter(actor, Verb.VIEW, DataClass.POSITION, field="organisation__path"))
        .filter(is_active=True, service_area__isnull=False)
    )
    if points:
        stations = stations.exclude(service_area__intersects=MultiPoint(points, srid=STORE_SRID))
    holes = [
        CoverageHole("station", str(row.uid), row.name, row.organisation.path or "")
        for row in stations.order_by("organisation__path", "code")
    ]
    districts = (
        organisations_visible_to(actor)
        .filter(path_filter(actor, Verb.VIEW, DataClass.POSITION, field="path"))
        .filter(is_active=True, kind="district")
        .order_by("path")
    )
    paths = tuple(unit.tour.organisation_path for unit in free)
    return holes + [
        CoverageHole("district", str(row.uid), row.name, row.path)
        for row in districts
        if row.path and not any(path.startswith(row.path) for path in paths)
    ]
