"""Alarms and sightings as plain data, for the room that sends somebody."""

from __future__ import annotations

import uuid

from django.db.models import Q

from recognition.models import Alarm, Sighting, WatchCategory
from recognition.types import AlarmFacts, SeenFacts, SightingFacts

# What any stop takes: also of a category that was deleted meanwhile.
STOP = ("stop_vehicle",)


def alarm_facts(alarm_id: int) -> AlarmFacts:
    """An alarm with its plate in clear and the incidents of its way. For the system, which asks nobody."""
    alarm = Alarm.objects.select_related("entry__category", "camera").get(pk=alarm_id)
    first = alarm.chain_id or alarm.pk
    way = (
        Alarm.objects.filter(Q(chain_id=first) | Q(pk=first), incident_uid__isnull=False)
        .exclude(pk=alarm.pk)
        .order_by("-passed_at", "-id")
        .values_list("incident_uid", flat=True)
    )
    if alarm.entry is not None:
        category: WatchCategory | None = alarm.entry.category
    else:
        category = WatchCategory.objects.filter(code=alarm.category).first()
    return AlarmFacts(
        id=alarm.pk,
        uid=alarm.uid,
        number=alarm.number,
        organisation_path=alarm.organisation_path,
        ask=alarm.ask,
        incident_uid=alarm.incident_uid,
        plate=str(alarm.plate),
        category=alarm.category,
        category_name=category.name if category is not None else alarm.category,
        powers=tuple(category.powers) if category is not None else STOP,
        grade=alarm.grade,
        camera=alarm.camera.name if alarm.camera is not None else alarm.camera_code,
        lon=alarm.geom.x if alarm.geom is not None else None,
        lat=alarm.geom.y if alarm.geom is not None else None,
        heading_deg=alarm.heading_deg,
        passed_at=alarm.passed_at,
        way=tuple(uid for uid in way if uid is not None),
        generated=alarm.generated,
    )


def last_seen(incident_uid: uuid.UUID) -> SeenFacts | None:
    """Where the vehicle of a case was seen last, by the alarms that belong to it; None without one that has a place."""
    alarms = Alarm.objects.select_related("camera").filter(incident_uid=incident_uid, geom__isnull=False)
    alarm = alarms.order_by("-last_at", "-id").first()
    if alarm is None or alarm.geom is None:
        return None
    camera = alarm.camera.name if alarm.camera is not None else alarm.camera_code
    return SeenFacts(alarm.geom.x, alarm.geom.y, alarm.heading_deg, alarm.last_at, camera)


def sighting_facts(sighting_id: int) -> SightingFacts:
    """A sighting with its plate in clear, if one was read."""
    one = Sighting.objects.get(pk=sighting_id)
    return SightingFacts(
        one.uid, one.reported_by_id, one.geom.x, one.geom.y, one.heading_deg, one.description, str(one.plate),
        one.seen_at,
    )  # fmt: skip
