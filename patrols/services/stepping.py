"""What a crew did on a tour, by the server's clock and by the phone's, and how far from its post."""

from __future__ import annotations

from typing import Any

from django.contrib.gis.geos import Point
from pyproj import Geod

from core import clock
from core.device_time import DeviceMoment
from core.geo.srid import STORE_SRID
from patrols.models import Tour, TourStep
from patrols.selectors.posts import post_of_tour
from stations.types import Actor

SPHEROID = Geod(ellps="WGS84")


def step_known(tour: Tour, client_key: str) -> bool:
    """Whether this act has arrived before."""
    return bool(client_key) and tour.steps.filter(client_key=client_key).exists()


def step_note(
    actor: Actor, tour: Tour, kind: TourStep.Kind, *, client_key: str, moment: DeviceMoment, **details: Any
) -> None:
    """Append a row. Caller holds the transaction and the tour's lock."""
    now = clock.now()
    placed = moment.lon is not None and moment.lat is not None
    here = Point(moment.lon, moment.lat, srid=STORE_SRID) if placed else None
    post = post_of_tour(tour) if here is not None else None
    away_m = SPHEROID.inv(here.x, here.y, *post)[2] if here is not None and post is not None else None
    TourStep.objects.create(
        tour=tour,
        at=now,
        kind=kind.value,
        actor_id=actor.user_id,
        device_time=moment.at,
        client_key=client_key,
        geom=here,
        accuracy_m=moment.accuracy_m,
        post_m=None if away_m is None else round(away_m, 1),
        details={**moment.details(now), **details},
    )
