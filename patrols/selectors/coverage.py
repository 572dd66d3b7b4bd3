"""Where nobody is free: service areas of stations, and districts; now, and after a send."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.gis.geos import MultiPoint, Point

from core import clock
from core.geo.srid import STORE_SRID
from patrols.selectors.snapshot import units_on_duty
from patrols.types import UnitOnDuty
from stations.selectors import districts_outlined, organisations_visible_to, path_filter, stations_visible_to
from stations.types import Actor, DataClass, Verb

SHOWN_BY = ("fix", "post")


@dataclass(frozen=True, slots=True)
class CoverageHole:
    """A place that no free unit covers. `kind` is 'station' (its service area is empty) or 'district' (a district or
    town). `geometry`: its area as GeoJSON (WGS-84), where it is known and was asked for. `new`: a hole only once the
    units asked about are sent.
    """

    kind: str
    uid: str
    name: str
    organisation_path: str
    geometry: dict[str, Any] | None = None
    new: bool = False


def coverage_holes(actor: Actor, *, sending: Collection[int] = (), geometries: bool = False) -> list[CoverageHole]:
    """Service areas and districts of the actor's scope without a free unit, stations first. `sending`: tours that are
    thought of as sent: what only their leaving opens is marked `new`.

    A unit counts where it is shown: by a fix of at most 300 s, else at its post; an old fix without a post counts for
    its district only. A district or town is covered by any free unit of its own organisations.
    Who rehearses covers nothing.
    """
    units = units_on_duty(actor=actor, at=clock.now())
    free = [unit for unit in units if unit.state == "free" and not unit.tour.is_exercise]
    holes = _holes(actor, free, geometries)
    staying = [unit for unit in free if unit.tour.tour_id not in sending]
    if len(staying) == len(free):
        return holes
    known = {(hole.kind, hole.uid) for hole in holes}
    after = _holes(actor, staying, geometries)
    return [replace(hole, new=(hole.kind, hole.uid) not in known) for hole in after]


def _holes(actor: Actor, free: list[UnitOnDuty], geometries: bool) -> list[CoverageHole]:
    points = [Point(unit.lon, unit.lat) for unit in free if unit.placed_by in SHOWN_BY and unit.lon is not None]
    stations = (
        stations_visible_to(actor)
        .filter(path_filter(actor, Verb.VIEW, DataClass.POSITION, field="organisation__path"))
        .filter(is_active=True, service_area__isnull=False)
    )
    if points:
        stations = stations.exclude(service_area__intersects=MultiPoint(points, srid=STORE_SRID))
    holes = [
        CoverageHole(
            "station",
            str(row.uid),
            row.name,
            row.organisation.path or "",
            json.loads(row.service_area.geojson) if geometries and row.service_area else None,
        )
        for row in stations.order_by("organisation__path", "code")
    ]
    districts = (
        organisations_visible_to(actor)
        .filter(path_filter(actor, Verb.VIEW, DataClass.POSITION, field="path"))
        .filter(is_active=True, kind__in=("district", "town"))
        .order_by("path")
    )
    paths = tuple(unit.tour.organisation_path for unit in free)
    empty = [row for row in districts if row.path and not any(path.startswith(row.path) for path in paths)]
    areas = {row.uid: row.geometry for row in districts_outlined(actor)} if geometries and empty else {}
    return holes + [
        CoverageHole("district", str(row.uid), row.name, row.path or "", areas.get(str(row.uid))) for row in empty
    ]
