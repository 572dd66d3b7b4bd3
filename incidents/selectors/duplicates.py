"""Dedupe hints: open incidents of like kind near in place and time. Hints only; a person merges."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.geos import Point
from django.contrib.gis.measure import D
from django.db.models import Case, IntegerField, Value, When

from core.geo.srid import STORE_SRID
from incidents.models import IncidentKind
from incidents.selectors.visible import incidents_visible_to
from incidents.states import SETTLED
from stations.types import Actor

DEFAULT_RADIUS_M = 200
DEFAULT_WINDOW_S = 1800
HINTS_AT_MOST = 20
# Less than any degree of latitude or, at the equator, of longitude: for a box that may be too large, never too small.
METRES_OF_DEGREE = 110_000


@dataclass(frozen=True, slots=True)
class DuplicateHint:
    """An open incident that may be the same thing. `distance_m` on the spheroid."""

    uid: str
    number: str
    kind: str
    title: str
    state: str
    distance_m: float
    age_s: float
    same_kind: bool


def duplicates_near(
    *, actor: Actor, lon: float, lat: float, at: datetime, kind: str = "", exclude_uid: str | None = None
) -> list[DuplicateHint]:
    """Open incidents within the kind's radius and window, same kind first, then nearest. WGS-84 degrees."""
    known = IncidentKind.objects.filter(code=kind).first()
    radius_m = known.dedupe_radius_m if known else DEFAULT_RADIUS_M
    window = timedelta(seconds=known.dedupe_window_s if known else DEFAULT_WINDOW_S)
    place = Point(lon, lat, srid=STORE_SRID)
    other = Case(When(kind=kind, then=Value(0)), default=Value(1), output_field=IntegerField())
    rows = (
        incidents_visible_to(actor)
        .exclude(state__in=sorted(SETTLED))
        .filter(received_at__gte=at - window, geom__dwithin=(place, _degrees(radius_m, lat)))
        .filter(geom__distance_lte=(place, D(m=radius_m), "spheroid"))
        .annotate(away=Distance("geom", place, spheroid=True), other=other)
        .order_by("other", "away", "id")
    )
    if exclude_uid is not None:
        rows = rows.exclude(uid=exclude_uid)
    return [
        DuplicateHint(
            uid=str(row.uid),
            number=row.number,
            kind=row.kind,
            title=row.title,
            state=row.state,
            distance_m=round(row.away.m, 1),
            age_s=(at - row.received_at).total_seconds(),
            same_kind=row.kind == kind,
        )
        for row in rows[:HINTS_AT_MOST]
    ]


def _degrees(radius_m: float, lat: float) -> float:
    """Degrees that hold the radius in every direction: a degree of longitude shrinks towards the poles."""
    return radius_m / (METRES_OF_DEGREE * max(0.01, math.cos(math.radians(lat))))
