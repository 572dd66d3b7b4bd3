"""Sightings 目击: a villager or persuader saw a car that has to be stopped. Ten seconds, and it is an interception."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.gis.geos import Point
from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, clock, events
from core.errors import InvalidInput
from core.geo.datum import place_check
from core.geo.srid import STORE_SRID
from recognition.models import Sighting
from recognition.plates.plate import normalise
from stations.selectors import organisation_at
from stations.services import require
from stations.types import Actor, DataClass, Verb

OLDEST = timedelta(hours=1)
MAX_DESCRIPTION, MAX_KEY = 300, 100


def sighting_report(
    *,
    actor: Actor,
    lon: float,
    lat: float,
    datum: str,
    description: str,
    client_key: str,
    heading_deg: float | None = None,
    plate: str = "",
    seen_at: datetime | None = None,
) -> tuple[Sighting, bool]:
    """Take a sighting in; the same key gives the same one. Returns it and whether it is new. The plate may be any part
    that was read. Raises InvalidInput naming the field.
    """
    if actor.user_id is None or not client_key or len(client_key) > MAX_KEY:
        raise InvalidInput(
            _("缺少幂等键"), field="Idempotency-Key", cure=_("每次上报生成一个唯一键，重试时使用同一个键")
        )
    words = description.strip()
    if not words or len(words) > MAX_DESCRIPTION:
        raise InvalidInput(_("请写明车辆特征"), field="description", cure=_("例如：白色面包车，蛇形行驶"))
    now = clock.now()
    at = seen_at or now
    if not now - OLDEST <= at <= now + timedelta(minutes=5):
        raise InvalidInput(
            _("发现时间无效"), field="seen_at", value=at.isoformat(), cure=_("一小时以内；更早的请作为警情上报")
        )
    lon, lat = place_check(lon, lat, datum)
    organisation = organisation_at((lon, lat))
    path = organisation.path or ""
    require(actor, Verb.CREATE, DataClass.INCIDENT)
    with transaction.atomic():
        sighting, new = Sighting.objects.get_or_create(
            reported_by_id=actor.user_id,
            client_key=client_key,
            defaults={
                "organisation": organisation,
                "organisation_path": path,
                "seen_at": at,
                "received_at": now,
                "geom": Point(lon, lat, srid=STORE_SRID),
                "heading_deg": heading_deg,
                "description": words,
                "plate": normalise(plate[:16]),
            },
        )
        if new:
            audit.record(
                actor_id=actor.user_id,
                action="recognition.sighting_report",
                object_type="sighting",
                object_id=sighting.uid,
                organisation_path=path,
            )
            events.publish(
                "recognition.sighting_reported",
                organisation_path=path,
                audience=DataClass.INCIDENT.value,
                subject={"sighting_id": sighting.pk, "sighting": str(sighting.uid)},
                payload={"lon": lon, "lat": lat, "heading_deg": heading_deg},
            )
    return sighting, new
