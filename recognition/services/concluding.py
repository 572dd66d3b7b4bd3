"""Alarms that no list raised: concluded from passages, always shown to a person, once a vehicle, cause and while."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.contrib.gis.geos import Point
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from core import clock
from core.geo.srid import STORE_SRID
from recognition.intake.stored import Stored
from recognition.models import Alarm, WatchCategory
from recognition.services.history import alarm_begin, number_of
from recognition.services.raising import chain_of, vehicles_lock

# A vehicle that keeps showing the same thing asks a person once in this time.
WINDOW = timedelta(hours=2)

_CAMERA_SQL = """
SELECT coalesce(c.organisation_id, k.organisation_id, d.organisation_id), coalesce(c.heading_deg, k.heading_deg)
  FROM stations_device d
  LEFT JOIN stations_camera c ON c.id = %s
  LEFT JOIN stations_checkpoint k ON k.id = %s
 WHERE d.id = %s
"""


@dataclass(frozen=True, slots=True)
class Conclusion:
    """Something about the vehicle of a passage that a person has to look at. `category`: the code of the watch
    category whose grade and powers hold; `key` tells causes of one kind apart; `grounds` JSON without plates.
    """

    passage: Stored
    cause: Alarm.Cause
    category: str
    grounds: dict[str, Any]
    key: str = ""
    doubts: tuple[str, ...] = field(default=())


def conclusions_raise(conclusions: Sequence[Conclusion]) -> list[Alarm]:
    """Write them, in the caller's transaction; returns the new alarms. A running one counts instead."""
    # All at once, as a message does: nobody then waits for another in a circle.
    vehicles_lock(each.passage.plate for each in conclusions)
    ordered = sorted(conclusions, key=lambda each: (each.passage.passed_at, each.passage.name))
    return [alarm for each in ordered if (alarm := _alarm(each)) is not None]


def _alarm(each: Conclusion) -> Alarm | None:
    passage = each.passage
    at = passage.passed_at
    span = DateTimeTZRange(at, at + WINDOW, "[)")
    same = Alarm.objects.filter(
        plate_index=passage.plate, kind_code=passage.kind_code, cause=each.cause, cause_key=each.key
    )
    running = same.filter(during__overlap=span).order_by("-during").first()
    if running is not None:
        running.count += 1
        running.last_at = max(running.last_at, at)
        running.save(update_fields=["count", "last_at"])
        return None
    alarm = _new(each, span)
    alarm.save(force_insert=True)
    alarm_begin(alarm)
    return alarm


def _new(each: Conclusion, span: DateTimeTZRange) -> Alarm:
    passage, at = each.passage, each.passage.passed_at
    with connection.cursor() as cursor:
        cursor.execute(_CAMERA_SQL, [passage.camera_id, passage.checkpoint_id, passage.device_id])
        organisation_id, heading_deg = cursor.fetchone()
    category = WatchCategory.objects.filter(code=each.category).first()
    placed = passage.lon is not None and passage.lat is not None
    return Alarm(
        number=number_of("YJ", "recognition_alarm_number_seq"),
        organisation_id=organisation_id,
        organisation_path=passage.organisation_path,
        cause=each.cause,
        cause_key=each.key,
        grounds=each.grounds,
        category=each.category,
        grade=category.grade if category is not None else 2,
        match=Alarm.Match.FOUND,
        ask=True,
        doubts=list(each.doubts),
        plate=passage.plate,
        read=passage.plate,
        kind_code=passage.kind_code,
        reliability=passage.reliability,
        camera_code=passage.camera_code,
        camera_id=passage.camera_id,
        checkpoint_id=passage.checkpoint_id,
        heading_deg=heading_deg,
        geom=Point(passage.lon, passage.lat, srid=STORE_SRID) if placed else None,
        passage_device_id=passage.device_id,
        passage_key=passage.source_key,
        passage_day=passage.day,
        passed_at=at,
        last_at=at,
        during=span,
        chain_id=chain_of(passage.plate, passage.kind_code, at),
        raised_at=clock.now(),
    )
