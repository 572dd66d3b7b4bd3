"""Passages in: one message, one transaction that stores them, compares them and raises what they raise."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from core import clock
from core.geo.datum import Datum, to_wgs84
from recognition import metrics
from recognition.intake import stage
from recognition.intake.incoming import PassageIn, Sender, Taken
from recognition.plates.plate import Reading
from recognition.selectors.cameras import camera_of
from recognition.services.checking import passages_await
from recognition.services.comparing import Candidate, hits_among
from recognition.services.raising import alarms_raise
from recognition.services.standing import Seen, offsets_of, standing_note, time_of


def passages_take(sender: Sender, passages: Sequence[PassageIn], *, received_at: datetime | None = None) -> list[Taken]:
    """Store, compare and raise in one transaction; one answer each, in order. Repeating it changes nothing.

    Raises what the database raises; then nothing of the message is stored.
    """
    if not passages:
        return []
    now = received_at or clock.now()
    with transaction.atomic():
        offsets = offsets_of(sender.device_id, {one.camera_code for one in passages})
        candidates = [_candidate(sender, one, now, offsets.get(one.camera_code, 0.0)) for one in passages]
        new = _stored(sender, candidates)
        fresh = [candidates[ord_] for ord_ in sorted(new)]
        standing_note(sender.device_id, now, _seen(fresh))
        hits = hits_among(fresh, now=now)
        raised = alarms_raise(sender, hits) if hits else []
        passages_await(sender, fresh, received_at=now)
    metrics.count("stored", len(new))
    metrics.count("duplicates", len(passages) - len(new))
    metrics.count("alarms", sum(not alarm.ask for alarm in raised))
    metrics.count("asked", sum(alarm.ask for alarm in raised))
    return [Taken.STORED if ord_ in new else Taken.DUPLICATE for ord_ in range(len(passages))]


def _candidate(sender: Sender, passage: PassageIn, now: datetime, offset: float) -> Candidate:
    camera = camera_of(passage.camera_code, passage.tollgate_code, sender.organisation_path)
    passed_at, how = time_of(passage, now, offset)
    place = (camera.lon, camera.lat) if camera is not None else None
    if passage.position is not None:
        place = to_wgs84(*passage.position, Datum(sender.datum))
    path = camera.organisation_path if camera is not None else sender.organisation_path
    return Candidate(passage, passed_at, now, how, path, camera, place)


def _stored(sender: Sender, candidates: Sequence[Candidate]) -> set[int]:
    """Places of the passages that were not there yet; of several with one key the first."""
    first: dict[tuple[str, object], int] = {}
    for ord_, one in enumerate(candidates):
        first.setdefault((one.passage.key, stage.day_of(one.passage, one.received_at)), ord_)
    lines = [_line(sender, ord_, candidates[ord_]) for ord_ in first.values()]
    with connection.cursor() as cursor:
        cursor.execute(stage.MAKE)
        if connection.savepoint_ids:  # several messages in one transaction share the table
            cursor.execute("truncate passage_stage")
        cursor.cursor.copy_expert(stage.COPY, io.StringIO("".join(lines)))
        cursor.execute(stage.STORE)
        return {int(row[0]) for row in cursor.fetchall()}


def _line(sender: Sender, ord_: int, one: Candidate) -> str:
    camera = one.camera
    return stage.row(
        ord_,
        one.passage,
        device_id=sender.device_id,
        received_at=one.received_at,
        passed_at=one.passed_at,
        clock=one.clock.value,
        organisation_path=one.organisation_path,
        camera_id=camera.camera_id if camera is not None else None,
        checkpoint_id=camera.checkpoint_id if camera is not None else None,
        place=one.place,
    )


def _seen(candidates: Sequence[Candidate]) -> dict[str, Seen]:
    """What the newly stored tell of their cameras."""
    found: dict[str, Seen] = {}
    for one in candidates:
        code = one.passage.camera_code
        before = found.get(code)
        lag_s = (one.received_at - one.passage.passed_at).total_seconds()
        if one.clock.impossible:
            lag_s = 0.0 if before is None else before.lag_s
        found[code] = Seen(
            one.organisation_path,
            one.passed_at if before is None else max(before.passed_at, one.passed_at),
            1 + (before.passages if before is not None else 0),
            (one.passage.reading == Reading.PLATE) + (before.read if before is not None else 0),
            lag_s if before is None else min(before.lag_s, lag_s),
        )
    return found
