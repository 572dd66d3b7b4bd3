"""Alarms out of hits: one for a vehicle, a camera and a while, each in the chain of the vehicle's way."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.contrib.gis.geos import Point
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from core import clock
from core.geo.srid import STORE_SRID
from recognition.intake import stage
from recognition.intake.incoming import Sender
from recognition.models import Alarm
from recognition.services.comparing import Candidate, Hit
from recognition.services.history import alarm_begin, number_of

# A car that stands or crawls before a camera fires once; seen there again after this long, it fires anew.
WINDOW = timedelta(minutes=10)
# Alarms of one vehicle closer than this in time are one way through the county.
CHAIN = timedelta(hours=12)


def alarms_raise(sender: Sender, hits: Sequence[tuple[Candidate, Hit]]) -> list[Alarm]:
    """Write the alarms of one message, in its transaction; returns the new ones."""
    # Two messages about one car wait for each other here; always in the same order, so never in a circle.
    vehicles_lock(str(hit.entry.plate) for _candidate, hit in hits)
    ordered = sorted(hits, key=lambda one: one[0].passed_at)
    return [alarm for candidate, hit in ordered if (alarm := _alarm(sender, candidate, hit)) is not None]


def vehicles_lock(plates: Iterable[str]) -> None:
    """Nobody else writes alarms of these plates until the transaction ends."""
    digests = {hashlib.sha256(plate.encode()).digest()[:4] for plate in plates}
    for lock in sorted(int.from_bytes(digest, "big", signed=True) for digest in digests):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('recognition.alarm'), %s)", [lock])


def _alarm(sender: Sender, candidate: Candidate, hit: Hit) -> Alarm | None:
    """A new alarm; None where one of this vehicle and camera is still running, which then counts this passage."""
    plate, at = str(hit.entry.plate), candidate.passed_at
    span = DateTimeTZRange(at, at + WINDOW, "[)")
    same = Alarm.objects.filter(plate_index=plate, kind_code=hit.entry.kind_code)
    here = same.filter(cause=Alarm.Cause.WATCHED, camera_code=candidate.passage.camera_code)
    running = here.filter(during__overlap=span).order_by("-during").first()
    if running is not None:
        _count(running, candidate)
        return None
    alarm = _new(sender, candidate, hit, plate)
    alarm.during = span
    alarm.chain_id = chain_of(plate, hit.entry.kind_code, at)
    alarm.save(force_insert=True)
    alarm_begin(alarm)
    return alarm


def chain_of(plate: str, kind_code: str, at: datetime) -> int | None:
    """The first alarm of the way that a vehicle is on at `at`, if there is one."""
    same = Alarm.objects.filter(plate_index=plate, kind_code=kind_code)
    before = same.filter(last_at__gt=at - CHAIN, passed_at__lte=at + CHAIN).order_by("-last_at", "-id").first()
    return None if before is None else before.chain_id or before.pk


def _count(alarm: Alarm, candidate: Candidate) -> None:
    """One passage more of an alarm that is running."""
    alarm.count += 1
    if candidate.passed_at > alarm.last_at:
        alarm.last_at = candidate.passed_at
        upper = max(alarm.during.upper, candidate.passed_at + WINDOW)
        alarm.during = DateTimeTZRange(alarm.during.lower, upper, "[)")
    alarm.save(update_fields=["count", "last_at", "during"])


def _new(sender: Sender, candidate: Candidate, hit: Hit, plate: str) -> Alarm:
    passage, camera, place = candidate.passage, candidate.camera, candidate.place
    read = passage.plate.text if passage.plate is not None else passage.text
    return Alarm(
        number=number_of("YJ", "recognition_alarm_number_seq"),
        organisation_id=camera.organisation_id if camera is not None else sender.organisation_id,
        organisation_path=candidate.organisation_path,
        entry=hit.entry,
        category=hit.entry.category.code,
        grade=hit.entry.category.grade,
        match=hit.match.value,
        ask=hit.ask,
        doubts=list(hit.doubts),
        plate=plate,
        read=read,
        kind_code=hit.entry.kind_code,
        reliability=passage.reliability,
        camera_code=passage.camera_code,
        camera_id=camera.camera_id if camera is not None else None,
        checkpoint_id=camera.checkpoint_id if camera is not None else None,
        heading_deg=camera.heading_deg if camera is not None else None,
        geom=Point(*place, srid=STORE_SRID) if place is not None else None,
        passage_device_id=sender.device_id,
        passage_key=passage.key,
        passage_day=stage.day_of(passage, candidate.received_at),
        passed_at=candidate.passed_at,
        last_at=candidate.passed_at,
        raised_at=clock.now(),
        generated=hit.entry.generated,
    )
